"""What was counted since it was last taken: so many cells at most, whatever clients send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..count import OTHER, Cell, Count
from .figures import CUTS, LEAST

ROOM: Final = 256
"""Values of an open cut that are counted from the first time on, on one day."""
MOST_CELLS: Final = 50_000
"""What is kept while no store takes it."""


class Tally:
    """Counts. One thread at a time.

    What comes first on a day has its ``ROOM`` in each cut. What comes when that is full is ``other``, until it has come
    often: then it has a place in a second room as large. So what scanners send may fill the first, and keeps no page that
    is read from the second.
    """

    def __init__(self) -> None:
        self._day = 0
        self._rooms: dict[tuple[str, str], _Rooms] = {}
        self._cells: dict[Cell, int] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def add(self, day: int, figure: str, cut: str = "", value: str = "", n: int = 1) -> None:
        """Count ``n`` more."""
        if cut and CUTS[cut].open:
            # What began before midnight takes of the same room: it could be sent to make more of it.
            if day > self._day:
                self._day, self._rooms = day, {}
            rooms = self._rooms.get((figure, cut))
            if rooms is None:
                rooms = self._rooms[figure, cut] = _Rooms()
            if value not in rooms.first:
                value = rooms.place_of(value, n)
        cell = (day, figure, cut, value)
        cells = self._cells
        if cell in cells:
            cells[cell] += n
        else:
            self._begin(cell, n)

    def take(self) -> list[Count]:
        """All of it, which is not here any more."""
        taken, self._cells = self._cells, {}
        return [Count(*cell, n) for cell, n in taken.items()]

    def give_back(self, counts: Iterable[Count]) -> None:
        """What was taken and has not been kept."""
        for count in counts:
            self._begin(count.cell, count.n)

    def _begin(self, cell: Cell, n: int) -> None:
        day, figure, cut, _ = cell
        if cut and cell not in self._cells and len(self._cells) >= MOST_CELLS:
            cell = (day, figure, cut, OTHER)
        self._cells[cell] = self._cells.get(cell, 0) + n


class _Rooms:
    """The values of one cut that have a place."""

    def __init__(self) -> None:
        self.first: set[str] = set()
        self._second: set[str] = set()
        self._waiting: dict[str, int] = {}

    def place_of(self, value: str, n: int) -> str:
        if len(self.first) < ROOM:
            self.first.add(value)
            return value
        if value in self._second:
            return value
        if len(self._second) < ROOM and self._is_frequent(value, n):
            self._second.add(value)
        return OTHER

    def _is_frequent(self, value: str, n: int) -> bool:
        """By the algorithm of Misra and Gries (1982): what makes up enough of all that comes is found with so many counters."""
        waiting = self._waiting
        if value in waiting or len(waiting) < ROOM:
            n += waiting.pop(value, 0)
            if n >= LEAST:
                return True
            waiting[value] = n
        else:
            self._waiting = {each: m - n for each, m in waiting.items() if m > n}
        return False
