"""docs/settings.md: all that ``CookieSafe(...)`` takes."""

from __future__ import annotations

import inspect
from ast import literal_eval
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any

import cookiesafe
from cookiesafe import (
    CarryTerms,
    CookieSafe,
    LedgerTerms,
    RememberTerms,
    SessionTerms,
    Theme,
    TrafficTerms,
)
from cookiesafe.notice.theme import Layout
from cookiesafe.settings import Mode

from .prose import cell, prose, terms

NAME = "settings.md"
TERMS = {
    "session": SessionTerms,
    "remember": RememberTerms,
    "carry": CarryTerms,
    "theme": Theme,
    "ledger": LedgerTerms,
    "traffic": TrafficTerms,
}
MORE = {
    "policy": "policy.md",
    "secret_key": "../SECURITY.md#changing-the-key",
    "fallback_keys": "../SECURITY.md#changing-the-key",
    "store": "stores.md",
    "ledger_store": "stores.md#redis",
    "mode": "observe.md",
    "path": "../README.md#what-it-serves",
    "origin": "frameworks.md#proxies",
    "trusted_origins": "cross-site.md",
    "check_origin": "cross-site.md",
    "secure": "../README.md#the-cookies",
    "session": "sessions.md#how-long-and-where",
    "remember": "remember.md#how-long",
    "carry": "forms.md",
    "migrate": "sessions.md#coming-from-elsewhere",
    "place_headers": "consent.md#regimes",
    "theme": "themes.md",
    "ledger_key": "ledger.md",
    "ledger_fallback_keys": "ledger.md#how-the-log-is-sealed",
    "ledger": "ledger.md",
    "health": "observability.md#health",
    "traffic": "traffic.md",
    "inspector": "inspector.md",
    "dashboard": "dashboard.md",
    "on_event": "observability.md#listen",
}
"""Where there is more to read."""
INTRODUCTION = """\
`CookieSafe(policy, *, …)` takes these. What cannot work raises `SettingError` at the start, never during a request, and says what
would. In [Django](django.md#settings) they are keys of `COOKIESAFE`, in upper case; [Flask's config](frameworks.md#flask) has them
with `COOKIESAFE_` in front.
"""


def made() -> str:
    parts = ["# Settings", INTRODUCTION.strip(), "\n".join(_settings())]
    for name, one in TERMS.items():
        parts += [f"## `{name}={_public(one)}(…)`", prose(one), "\n".join(_fields(one))]
    return "\n\n".join(parts) + "\n"


def _public(one: type) -> str:
    """What it is called where it is imported from."""
    return next(name for name in cookiesafe.__all__ if getattr(cookiesafe, name) is one)


def _settings() -> Iterator[str]:
    said = terms(CookieSafe)
    parameters = inspect.signature(CookieSafe).parameters
    assert list(said) == list(parameters), "the docstring has each setting, in their order"
    yield "| setting | type | default | |"
    yield "|---|---|---|---|"
    for name, one in parameters.items():
        more = f" [More]({MORE[name]})" if name in MORE else ""
        kind, default = _kind(str(one.annotation)), _default(one.default)
        yield f"| `{name}` | {kind} | {default} | {cell(said[name])}{more} |"


def _fields(one: Any) -> Iterator[str]:
    yield "| | type | default |"
    yield "|---|---|---|"
    for each in fields(one):
        yield f"| `{each.name}` | {_kind(str(each.type))} | {_default(_given(each))} |"


def _given(each: Field[Any]) -> object:
    made: object = each.default
    if made is MISSING and each.default_factory is not MISSING:
        made = each.default_factory()
    return made


def _kind(annotation: str) -> str:
    """Each of the types it may be of; of a ``Literal``, its values."""
    named = {"Mode": str(Mode), "Layout": str(Layout)}.get(annotation, annotation)
    kinds = []
    for each in named.removeprefix("typing.").split(" | "):
        values = literal_eval(f"({each[8:-1]},)") if each.startswith("Literal[") else ()
        kinds += [f"`{value!r}`" for value in values] or [f"`{each}`"]
    return " or ".join(kinds)


def _default(given: Any) -> str:
    if given is inspect.Parameter.empty or given is MISSING:
        return "to be given"
    if callable(given):
        return f"`{given.__module__}.{given.__name__}`".replace("posix.", "os.")
    return f"`{_public(type(given))}()`" if type(given) in TERMS.values() else f"`{given!r}`"
