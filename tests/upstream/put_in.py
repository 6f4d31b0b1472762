"""A pytest plugin that puts classes in the place of others before anything is collected, and plants defects in them.

It runs among other projects' tests, so it imports nothing of this one but what it puts in. The variable
``COOKIESAFE_PUT_IN`` holds JSON: a list of ``[theirs, ours or null, defect or null]``, in the form of ``suites.Place``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import import_module
from operator import attrgetter
from typing import Any

import pytest

VARIABLE = "COOKIESAFE_PUT_IN"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    for theirs, ours, defect in json.loads(os.environ[VARIABLE]):
        put_in(theirs, ours, defect)


def put_in(theirs: str, ours: str | None, defect: str | None) -> None:
    """Set ``theirs`` to ``ours``, or leave it, with the ``defect`` planted in it."""
    module, _, path = theirs.partition(":")
    holder, _, name = path.rpartition(".")
    owner = _found(f"{module}:{holder}")
    value = _found(ours) if ours else getattr(owner, name)
    setattr(owner, name, DEFECTS[defect](value) if defect else value)


def _found(place: str) -> Any:
    """What stands at ``module:name.name``, or an instance of it for ``module:name()``."""
    module, _, path = place.partition(":")
    name = path.removesuffix("()")
    found: Any = import_module(module)
    if name:
        found = attrgetter(name)(found)
    return found() if name != path else found


def _sets_no_cookie(middleware: Any) -> Any:
    class Defective(middleware):  # type: ignore[misc]
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def without_cookies(message: Any) -> None:
                if message["type"] == "http.response.start":
                    kept = [
                        field for field in message["headers"] if field[0].lower() != b"set-cookie"
                    ]
                    message = {**message, "headers": kept}
                await send(message)

            await super().__call__(scope, receive, without_cookies)

    return Defective


def _never_modified(session: Any) -> Any:
    def forget(_: Any, __: Any) -> None:
        pass

    modified = property(lambda _: False, forget)
    return type("Defective", (session,), {"modified": modified})


def _saves_no_session(interface: Any) -> Any:
    def save_session(*_: Any) -> None:
        pass

    return type("Defective", (type(interface),), {"save_session": save_session})()


def _remembers_nobody(manager: Any) -> Any:
    def update(_: Any, response: Any) -> Any:
        return response

    return type("Defective", (manager,), {"_update_remember_cookie": update})


def _always_false(_: Any) -> Any:
    return lambda: False


def _saves_no_row(store: Any) -> Any:
    class Defective(store):  # type: ignore[misc]
        def save(self, must_create: bool = False) -> None:
            pass

        async def asave(self, must_create: bool = False) -> None:
            pass

    return Defective


DEFECTS: dict[str, Callable[[Any], Any]] = {
    "sets no cookie": _sets_no_cookie,
    "never modified": _never_modified,
    "saves no session": _saves_no_session,
    "remembers nobody": _remembers_nobody,
    "always false": _always_false,
    "saves no row": _saves_no_row,
}
