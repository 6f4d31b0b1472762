"""What an app is made of: one part around the other, down to the framework's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Final

from ..adapters import asgi, wsgi
from ..safe import CookieSafe
from .subject import Layer

_OURS: Final = (asgi.CookieSafeMiddleware, wsgi.CookieSafeMiddleware)
_WITHIN: Final = (
    "app",
    "_app",
    "application",
    "wsgi_app",
    "asgi_app",
    "asgi",
    "wsgi",
    "inner",
    "wrapped",
    "_wrapped",
    "get_response",
)
"""Where what wraps an app keeps it, one after the other."""
_DEEPEST: Final = 50
_EXTENSIONS: Final = {"compress": "flask_compress.Compress", "session": "flask_session.Session"}
"""Extensions of Flask that change answers from within, by where they note themselves."""


class Walk:
    """From the outermost part inwards. ``framework`` is the app that has routes, if one was found."""

    def __init__(self, app: Any) -> None:
        self.layers: list[Layer] = []
        self.parts: list[Any] = []
        self.framework: Any = None
        self.middlewares: list[Any] = []
        """Ours, those that are there; a framework may make its own later."""
        self._found: list[CookieSafe] = []
        self._seen: set[int] = set()
        self._enter(app)

    def safe(self) -> CookieSafe | None:
        """That of the outermost of ours."""
        return next(iter(self._found), None)

    def _enter(self, part: Any) -> None:
        while part is not None and id(part) not in self._seen and len(self._seen) < _DEEPEST:
            self._seen.add(id(part))
            self.parts.append(part)
            part = self._look(part)

    def _look(self, part: Any) -> Any:
        """Note a part, and give what is within."""
        if isinstance(part, CookieSafe):
            self._found.append(part)
            return None
        if isinstance(part, _OURS):
            self.middlewares.append(part)
            safe = part.safe if isinstance(part, wsgi.CookieSafeMiddleware) else part._safe
            self._found += [safe] if isinstance(safe, CookieSafe) else []
            self.layers.append(Layer(_dotted(type(part)), ours=True))
            return part.app
        if _is_django(part):
            return self._django()
        if hasattr(part, "user_middleware") and hasattr(part, "routes"):
            return self._starlette(part)
        if hasattr(part, "url_map") and hasattr(part, "view_functions"):
            return self._flask(part)
        if not isinstance(part, (FunctionType, MethodType, partial)):
            self.layers.append(Layer(_dotted(type(part))))
        return next(_within(part), None)

    def _starlette(self, app: Any) -> Any:
        self.framework = app
        for each in app.user_middleware:
            ours = isinstance(each.cls, type) and issubclass(each.cls, _OURS)
            self.layers.append(Layer(_dotted(each.cls), ours=ours))
            given = [*each.args, *each.kwargs.values()] if ours else []
            self._found += [value for value in given if isinstance(value, CookieSafe)]

    def _flask(self, app: Any) -> Any:
        """What is around its own ``wsgi_app`` comes first, as a request does."""
        self.framework = app
        outermost = getattr(app, "wsgi_app", None) or getattr(app, "asgi_app", None)
        if not isinstance(outermost, MethodType):
            self._enter(outermost)
        self.layers.append(Layer(_dotted(type(app))))
        extensions = getattr(app, "extensions", {})
        self.layers += [Layer(name) for key, name in _EXTENSIONS.items() if key in extensions]
        found = extensions.get("cookiesafe")
        if isinstance(found, CookieSafe) and found not in self._found:
            self._found.append(found)

    def _django(self) -> Any:
        from django.conf import settings
        from django.utils.module_loading import import_string

        from ..adapters.django import setting
        from ..adapters.django.middleware import CookieSafeMiddleware

        self.framework = "django"
        for path in settings.MIDDLEWARE:
            made = import_string(path)
            ours = isinstance(made, type) and issubclass(made, CookieSafeMiddleware)
            self.layers.append(Layer(path, ours=ours))
        if setting.is_given():
            self._found.append(setting.site().safe)


def _is_django(part: Any) -> bool:
    # Without an import of Django's, no part of an app is.
    base = sys.modules.get("django.core.handlers.base")
    return base is not None and isinstance(part, base.BaseHandler)


def _within(part: Any) -> Iterator[Any]:
    if isinstance(part, partial):
        yield from (each for each in (part.func, *part.args) if callable(each))
    elif isinstance(part, MethodType):
        yield part.__self__
    elif isinstance(part, FunctionType):
        cells = (each.cell_contents for each in part.__closure__ or () if _is_filled(each))
        yield from (each for each in cells if _is_app(each))
        names = (part.__globals__.get(name) for name in part.__code__.co_names)
        yield from (each for each in names if _is_app(each))
    else:
        for name in _WITHIN:
            inner = getattr(part, name, None)
            if callable(inner) and not isinstance(inner, type):
                yield inner


def _is_app(part: Any) -> bool:
    return isinstance(part, _OURS) or any(
        hasattr(part, name) for name in ("user_middleware", "url_map")
    )


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _dotted(kind: Any) -> str:
    return f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', kind)}"
