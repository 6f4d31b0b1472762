"""What is begun anew in a child process: who had a lock, or was at work, in its parent is not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import MethodType
from typing import Any
from weakref import WeakKeyDictionary


def call_after_fork(call: Callable[[], None]) -> None:
    """From now on call a method in each child, before anything else is done there. Its object does not live on for that.

    An object has one.
    """
    assert isinstance(call, MethodType)  # noqa: S101 (whose object lives on elsewhere)
    _calls[call.__self__] = call.__func__


# A set of ``WeakMethod`` would do, but complains as Python ends.
_calls: WeakKeyDictionary[Any, Callable[[Any], None]] = WeakKeyDictionary()


def _after_fork() -> None:
    for owner, call in list(_calls.items()):
        call(owner)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
