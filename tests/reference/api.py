"""docs/api.md: the names an app may import, with what their docstrings say."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import Any

from cookiesafe import CookieSafe, CookieSafeError, Visit
from cookiesafe.ports import Request

from .prose import prose

NAME = "api.md"
PLACES = {
    "cookiesafe": "",
    "cookiesafe.adapters.asgi": "CookieSafeMiddleware",
    "cookiesafe.adapters.wsgi": "CookieSafeMiddleware",
    "cookiesafe.adapters.starlette": "SessionMiddleware requires",
    "cookiesafe.adapters.fastapi": "CurrentVisit requires",
    "cookiesafe.adapters.flask": "CookieSafeExtension SessionInterface requires visit",
    "cookiesafe.adapters.flask.login": "LoginManager login_remembered",
    "cookiesafe.adapters.django": "CookieSafeMiddleware requires",
    "cookiesafe.adapters.django.auth": "login alogin logout alogout",
    "cookiesafe.adapters.django.once": "create_once",
    "cookiesafe.adapters.sqlalchemy": "insert_once",
    "cookiesafe.adapters.templates": "HELPERS",
    "cookiesafe.adapters.stores": "MemoryStore DividedStore open_store",
    "cookiesafe.adapters.stores.sql": "SQLStore",
    "cookiesafe.adapters.stores.redis": "RedisStore",
    "cookiesafe.adapters.mail": "announcement_text send_announcement",
    "cookiesafe.policy": "Site Purpose Vendor Cookie History parse_lifetime",
    "cookiesafe.migration": "StarletteSession FlaskSession TaggedFlaskSession DjangoSession FlaskLoginRemember",
    "cookiesafe.ledger": "LedgerKey Record check_receipt",
    "cookiesafe.ledger.tree": "leaf_hash node_hash verify_inclusion",
    "cookiesafe.ledger.note": "Head read_checkpoint sign_checkpoint",
    "cookiesafe.remember": "Series",
    "cookiesafe.errors": "",
    "cookiesafe.testing": "ASGISuite WSGISuite WebSocketSuite Client Visitor assert_same_for_rejecters",
    "cookiesafe.testing.stores": "StoreSuite LedgerSuite LoginSuite CountsSuite",
}
INTRODUCTION = """\
What an app may import. All else is CookieSafe's own, and may change with any release.
"""
_DEFINED = {"cookiesafe.adapters.flask": "cookiesafe.adapters.flask.extension"}
"""Where a constant is, if it is handed on."""


def public() -> dict[str, list[str]]:
    """The names that each module gives to apps."""
    return {place: names.split() or _own(place) for place, names in PLACES.items()}


def made() -> str:
    parts = ["# API", INTRODUCTION.strip()]
    for place, names in public().items():
        module = importlib.import_module(place)
        parts.append(f"## `{place}`")
        for name in names:
            parts += _entry(place, name, getattr(module, name))
    return "\n\n".join(parts) + "\n"


def _own(place: str) -> list[str]:
    """All that it exports; of errors, those that the root does not."""
    module = importlib.import_module(place)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    root = importlib.import_module("cookiesafe").__all__
    return [
        name
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, CookieSafeError) and name not in root
    ]


def _entry(place: str, name: str, one: Any) -> Iterator[str]:
    yield f"### `{name}`"
    # Of what stands for something else, such as Flask's visit, isinstance would ask that.
    if issubclass(type(one), type):
        yield from _class(name, one)
    elif type(one) is FunctionType:
        yield _call(name, one)
        yield prose(one)
    else:
        yield _said_above(place, name)


def _class(name: str, one: type) -> Iterator[str]:
    if issubclass(one, CookieSafeError):
        bases = ", ".join(f"`{each.__name__}`" for each in one.__bases__)
        yield f"An exception: {bases}. [{one.code}](errors.md#{one.code.lower()})"
        yield prose(one)
        return
    if one is CookieSafe:
        yield "Its [settings](settings.md)."
    elif one is not Visit and not one.__name__.endswith("Suite"):
        yield _call(name, one)
    yield prose(one)
    members = list(_members(one))
    if members:
        yield "\n".join(["| | |", "|---|---|", *members])


def _members(one: type) -> Iterator[str]:
    """What has a docstring of its own, in the order of its source."""
    found: dict[str, tuple[tuple[int, int], str]] = {}
    for depth, each in enumerate(one.__mro__):
        if not each.__module__.startswith("cookiesafe") or each is Request:
            continue
        for name, member in vars(each).items():
            if name.startswith(("_", "test_")) or name in found:
                continue
            inner = getattr(member, "__func__", member)
            if isinstance(inner, property):
                shown, line = f"`{name}`", inner.fget.__code__.co_firstlineno if inner.fget else 0
            elif inspect.isfunction(inner):
                shown, line = (
                    f"`{_signature(name, inner, bound=True)}`",
                    inner.__code__.co_firstlineno,
                )
            else:
                continue
            if inner.__doc__:
                found[name] = ((depth, line), f"| {_cell(shown)} | {_cell(prose(inner))} |")
    return (row for _, row in sorted(found.values()))


def _call(name: str, one: Any) -> str:
    return f"```text\n{_signature(name, one)}\n```"


def _signature(name: str, one: Any, *, bound: bool = False) -> str:
    """As it is called: the names of parameters, and what they are unless given."""
    found = inspect.signature(one)
    shown = [
        each.replace(annotation=inspect.Parameter.empty)
        for each in list(found.parameters.values())[1 if bound and _takes_itself(found) else 0 :]
    ]
    factories = (
        {each.name: each.default_factory for each in fields(one)} if is_dataclass(one) else {}
    )
    for at, each in enumerate(shown):
        if callable(factory := factories.get(each.name)):
            shown[at] = each.replace(default=factory())
        elif callable(called := each.default) and each.default is not inspect.Parameter.empty:
            place = f"{called.__module__}.{called.__name__}".replace("posix.", "os.")
            shown[at] = each.replace(default=Named(place))
    return name + str(found.replace(parameters=shown, return_annotation=inspect.Signature.empty))


class Named:
    """Shown as the name that a module knows it by."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def _takes_itself(found: inspect.Signature) -> bool:
    return next(iter(found.parameters), "") in ("self", "cls")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _said_above(place: str, name: str) -> str:
    """What stands below a constant, as its docstring would."""
    source = inspect.getsource(importlib.import_module(_DEFINED.get(place, place)))
    found = re.search(rf'^{name}\b.*?^"""(.+?)"""', source, re.MULTILINE | re.DOTALL)
    assert found, f"{place}.{name} has nothing below it that says what it is"
    return re.sub(r"``(.+?)``", r"`\1`", found[1])
