"""The log as the store gives it, read from its beginning to a size."""

from __future__ import annotations

from collections import deque

from ..asking import told
from ..ledger import Checkpoint, Entry
from ..ports import Flow, Store

WINDOW = 4_096
"""Places that are looked at together: 16 tiles."""
_CHECKPOINTS = 1_000


class Entries:
    """Sealed records, some at a time; those that were erased may leave any distance between two."""

    def __init__(self) -> None:
        self._read: deque[Entry] = deque()
        self._next = 0
        self._ended = False

    def below(self, end: int) -> Flow[list[Entry]]:
        """The next ones with an index below ``end``."""
        while self._next < end and not self._ended:
            page = yield from told(Store.entries, self._next, WINDOW)
            self._ended = len(page) < WINDOW
            self._read.extend(page)
            last = max((each.index or 0 for each in page), default=0)
            self._next = max(last, self._next) + 1
        found = []
        while self._read and (self._read[0].index or 0) < end:
            found.append(self._read.popleft())
        return found


class Checkpoints:
    """All checkpoints, some at a time."""

    def __init__(self) -> None:
        self._read: deque[Checkpoint] = deque()
        self._after = 0
        self._ended = False

    def below(self, end: int) -> Flow[list[Checkpoint]]:
        """The next ones of a size up to ``end``."""
        while self._after < end and not self._ended:
            page = yield from told(Store.checkpoints, self._after, _CHECKPOINTS)
            self._ended = len(page) < _CHECKPOINTS
            self._read.extend(page)
            self._after = max([self._after + 1, *(each.size for each in page)])
        found = []
        while self._read and self._read[0].size <= end:
            found.append(self._read.popleft())
        return found
