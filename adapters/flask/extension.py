"""``CookieSafeExtension(app, safe)``, or from the app's own config: the middleware, ``visit``, and what templates call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import current_app, has_app_context, has_request_context, make_response, request
from werkzeug.local import LocalProxy

from cookiesafe.adapters.templates import HELPERS
from cookiesafe.adapters.wsgi import VISIT, CookieSafeMiddleware
from cookiesafe.current import current_visit
from cookiesafe.errors import SettingError, UsageError, did_you_mean
from cookiesafe.policy import Policy
from cookiesafe.safe import CookieSafe
from cookiesafe.visit import Visit

if TYPE_CHECKING:
    from flask import Flask, Response

View = TypeVar("View", bound=Callable[..., Any])
_NAME: Final = "cookiesafe"
_PREFIX: Final = "COOKIESAFE_"
_FLASKS_OWN: Final = ("secret_key", "fallback_keys")


class CookieSafeExtension:
    """Puts ``CookieSafeMiddleware`` around an app.

    Without ``safe``, one is made of the app's config: ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``, ``COOKIESAFE_POLICY``
    (a ``Policy``, or a file's path, from ``app.root_path`` on), and ``COOKIESAFE_`` with the name of any other setting of
    ``CookieSafe``, such as ``COOKIESAFE_STORE``.
    """

    def __init__(self, app: Flask | None = None, safe: CookieSafe | None = None) -> None:
        if app is not None:
            self.init_app(app, safe)

    def init_app(self, app: Flask, safe: CookieSafe | None = None) -> None:
        """Raises ``SettingError`` for what cannot work, and ``UsageError`` where the app has it already."""
        if _NAME in app.extensions:
            raise UsageError(f"{app.name!r} has CookieSafe already", fix="Call init_app once.")
        safe = safe or _configured(app)
        app.extensions[_NAME] = safe
        app.wsgi_app = CookieSafeMiddleware(app.wsgi_app, safe)  # type: ignore[method-assign]
        app.jinja_env.globals.update(HELPERS, visit=visit)

    @property
    def safe(self) -> CookieSafe:
        """That of the current app. Raises ``UsageError`` outside of one, and where it has none."""
        found = current_app.extensions.get(_NAME) if has_app_context() else None
        if found is None:
            raise UsageError(
                "there is no app here that has CookieSafe",
                fix="Call init_app(app), and ask inside app.app_context().",
            )
        safe: CookieSafe = found
        return safe


def _configured(app: Flask) -> CookieSafe:
    if not app.secret_key:
        raise SettingError("the app has no SECRET_KEY", fix="Set it before init_app.")
    given = {
        key.removeprefix(_PREFIX).lower(): value
        for key, value in app.config.items()
        if key.startswith(_PREFIX)
    }
    known = [name for name in signature(CookieSafe).parameters if name not in _FLASKS_OWN]
    for name in given.keys() - known:
        keys = [f"{_PREFIX}{each.upper()}" for each in known]
        key = f"{_PREFIX}{name.upper()}"
        raise SettingError(f"the app's config has {key}", fix=did_you_mean(key, keys))
    policy = given.pop("policy", None)
    if policy is None:
        raise SettingError(
            "neither a CookieSafe nor COOKIESAFE_POLICY was given",
            fix='Name the policy file: app.config["COOKIESAFE_POLICY"] = "cookiesafe.toml".',
        )
    if not isinstance(policy, Policy):
        policy = Policy.from_file(Path(app.root_path, policy))
    fallbacks = app.config.get("SECRET_KEY_FALLBACKS") or ()
    return CookieSafe(policy, secret_key=app.secret_key, fallback_keys=fallbacks, **given)


def _visit() -> Visit:
    try:
        return current_visit()
    except UsageError:
        if not has_request_context():
            raise
    # A thread that was given the request by ``copy_current_request_context`` has nothing else of where it began.
    there: Visit | None = request.environ.get(VISIT)
    if there is not None:
        return there
    raise UsageError(
        "this request has no visit",
        fix="app.test_request_context() skips the middleware: use app.test_client(). "
        "Elsewhere, init_app was not called for this app.",
    )


visit: Visit = LocalProxy(_visit)  # type: ignore[assignment]
"""The visit of the current request, as ``flask.request`` is the request."""


def requires(purpose: str | None = None, *, feature: str | None = None) -> Callable[[View], View]:
    """A decorator for views, plain or ``async``, that only those see who agree to a purpose, or have a feature.

    All others are answered with ``Visit.refusal``. What the policy does not declare raises ``UnknownName`` with the
    first request. It stands below ``@app.route``.
    """

    def decorate(view: Any) -> Any:
        @wraps(view)
        def asking(*args: Any, **kwargs: Any) -> Any:
            refusal = visit.refusal(purpose, feature=feature)
            if refusal is not None:
                reply = refusal.reply
                response: Response = make_response(reply.body, reply.status, reply.headers)
                return response
            return current_app.ensure_sync(view)(*args, **kwargs)

        return asking

    return decorate
