"""What is begun anew in a child process: who had a lock, or was at work, in its parent is not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from weakref import WeakMethod

Call = Callable[[], None]


def call_after_fork(call: Call) -> None:
    """From now on call a method in each child, before anything else is done there. Its object does not live on for that."""
    _calls.add(WeakMethod(call, _calls.discard))


_calls: set[WeakMethod[Call]] = set()


def _after_fork() -> None:
    for each in list(_calls):
        call = each()
        if call is not None:
            call()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
