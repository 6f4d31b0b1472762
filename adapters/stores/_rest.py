"""Leaves a store alone for a moment that two in a row have not reached, or waited for in vain: others are told so at once.

Where each of them found it out, the few threads of a site would all be waiting, and who needs no store with them.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self

SLOW = 0.5
"""Seconds from which on a failure has kept somebody waiting. One that comes at once may be the fault of who asked."""
MOMENT = 1.0
"""Seconds that the store is left alone. Then one asks it, and the others know as soon as that one does."""
_ENOUGH = 2
"""Failures in a row: one alone may have met a lock that somebody else holds for long."""
_LONGEST = 60.0


class Rest:
    """Of one store. Threads may share it."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._start()

    def _start(self) -> None:
        self._failed = 0
        self._until = 0.0

    def check(self) -> None:
        """Raises ``TimeoutError`` while the store is left alone."""
        if self._failed >= _ENOUGH and monotonic() < self._until:
            raise TimeoutError("it has not answered others a moment ago, and is left alone for now")

    def asking(self) -> Asking:
        """A context in which the store is asked, as its outcome tells. Raises as ``check`` does."""
        if self._failed >= _ENOUGH:
            with self._guard:
                self.check()
                # Who comes meanwhile does not ask it, too.
                self._until = monotonic() + _LONGEST
        return Asking(self)

    def _answered(self) -> None:
        if self._failed:
            with self._guard:
                self._start()

    def _has_failed(self, *, in_vain: bool) -> None:
        with self._guard:
            now = monotonic()
            if in_vain:
                self._failed += 1
                self._until = now + MOMENT
            else:
                self._until = min(self._until, now)


class Asking:
    """One question. Set ``reaching`` while the store is not reached yet: a failure is nobody's fault but its own then."""

    __slots__ = ("_began", "_rest", "reaching")

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self.reaching = False

    def __enter__(self) -> Self:
        self._began = monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._rest._answered()
        else:
            waited = monotonic() - self._began
            self._rest._has_failed(in_vain=self.reaching or waited >= SLOW)
