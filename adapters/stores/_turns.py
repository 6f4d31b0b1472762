"""Who gets the next connection: whoever has waited longest.

A pool hands a connection to whoever asks at the right moment, which under load is the thread that
has just given it back. The others starve.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from types import TracebackType

from cookiesafe.adapters._patience import left

PATIENCE = 2.0
"""Seconds that a thread waits for its turn, where nobody says how long."""


class Turns:
    """A context that ``places`` threads may be in at once; the others wait in line.

    Raises ``TimeoutError`` for whoever has waited for ``patience`` seconds, or has to give up before that.
    """

    def __init__(self, places: int, patience: float = PATIENCE) -> None:
        self._free = places
        self._patience = patience
        self._line: deque[Lock] = deque()
        self._guard = Lock()

    def __enter__(self) -> None:
        with self._guard:
            if self._free:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._line.append(turn)
        handed = False
        try:
            handed = turn.acquire(timeout=max(0.0, min(self._patience, left())))
        finally:
            if not handed:
                self._step_out(turn)
        if not handed:
            raise TimeoutError("no connection was free in time")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._guard:
            self._hand_on()

    def _step_out(self, turn: Lock) -> None:
        with self._guard:
            if turn in self._line:
                self._line.remove(turn)
            else:
                self._hand_on()

    def _hand_on(self) -> None:
        if self._line:
            self._line.popleft().release()
        else:
            self._free += 1
