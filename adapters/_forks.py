"""What is begun anew in a child process: who had a lock, or was at work, in its parent is not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary


def call_after_fork(call: Callable[[], None]) -> None:
    """From now on call this method in each child, before anything else is done there, and no other of its object's.

    The object does not live on for that.
    """
    method: Any = call
    _calls[method.__self__] = method.__func__


# No ``WeakMethod`` that is removed when it is told: one whose class ends with its object, as where Python ends, is told twice.
_calls: WeakKeyDictionary[object, Callable[[Any], None]] = WeakKeyDictionary()


def _after_fork() -> None:
    for of, call in list(_calls.items()):
        call(of)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
