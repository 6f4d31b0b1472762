"""How long whoever asks the store waits for it: so many seconds for all that one request needs, however much that is.

An edge says it for the thread in which it asks, and the stores look here. A thread for which nobody has said it does work
of its own, which waits for longer, but not for good.
"""

from __future__ import annotations

from math import inf
from threading import local
from time import monotonic
from types import TracebackType

DEADLINE = 1.0
"""Seconds that a request waits for the store, in all."""
OF_JOBS = 10.0
"""Seconds that what is no request waits, each time."""


class _Asking(local):
    until: float | None = None


_asking = _Asking()


def left() -> float:
    """Seconds that whoever asks in this thread still waits, fewer than none where they have given up."""
    until = _asking.until
    return OF_JOBS if until is None else until - monotonic()


class Until:
    """A context in which this thread waits until a ``moment`` of the monotonic clock, and no longer."""

    __slots__ = ("_before", "_moment")

    def __init__(self, moment: float) -> None:
        self._moment = moment

    def __enter__(self) -> None:
        self._before = _asking.until
        _asking.until = self._moment

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _asking.until = self._before


def for_good() -> Until:
    """A context in which this thread waits for as long as it takes."""
    return Until(inf)
