"""The paths that an app answers with GET, as far as its framework lists them and they need nothing filled in."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from .finding import Place
from .sources import shown
from .subject import Route

RISKY: Final = re.compile(
    r"(?:log|sign)[-_]?(?:out|off)|delete|remove|unsubscribe|cancel|revoke|disconnect",
    re.IGNORECASE,
)
"""Paths that are not asked by themselves: an app may do with GET what it should not."""
_FILLED_IN: Final = re.compile(r"[{<(\[\\?*+|]")


def routes_of(framework: Any, folder: Path) -> list[Route]:
    """In the order of the app. Of what lists none, there is the first page alone."""
    found = dict[str, Route]()
    for path, view in _listed(framework):
        if not _FILLED_IN.search(path):
            found.setdefault(path, Route(path, place_of(view, folder)))
    return list(found.values()) or [Route("/")]


def place_of(view: Any, folder: Path) -> Place | None:
    """Where a view begins; below its decorators."""
    view = getattr(view, "view_class", view)
    try:
        view = inspect.unwrap(view)
        code = getattr(view, "__code__", None)
        if code is not None:
            return Place(shown(Path(code.co_filename), folder), code.co_firstlineno)
        file, (_, line) = inspect.getsourcefile(view), inspect.getsourcelines(view)
    except (TypeError, OSError, ValueError):
        return None
    return None if file is None else Place(shown(Path(file), folder), line)


def _listed(framework: Any) -> Iterable[tuple[str, Any]]:
    if framework == "django":
        return _django()
    if hasattr(framework, "url_map"):
        return _flask(framework)
    return _starlette(getattr(framework, "routes", ()), "")


def _starlette(routes: Iterable[Any], before: str) -> Iterator[tuple[str, Any]]:
    for each in routes:
        path = before + getattr(each, "path", "")
        methods = getattr(each, "methods", None)
        if hasattr(each, "endpoint") and not hasattr(each, "routes"):
            if (methods is not None and "GET" in methods) or inspect.isclass(each.endpoint):
                yield path, each.endpoint
        elif getattr(each, "routes", None):
            yield from _starlette(each.routes, path)


def _flask(app: Any) -> Iterator[tuple[str, Any]]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.websocket:
            yield rule.rule, app.view_functions.get(rule.endpoint)


def _django() -> Iterator[tuple[str, Any]]:
    from django.urls import get_resolver

    yield from _patterns(get_resolver().url_patterns, "/")


def _patterns(patterns: Iterable[Any], before: str) -> Iterator[tuple[str, Any]]:
    for each in patterns:
        path = before + str(each.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if hasattr(each, "url_patterns"):
            yield from _patterns(each.url_patterns, path)
        else:
            yield path, each.callback
