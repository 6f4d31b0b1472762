"""Records that wait to be committed, and who is told when they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, TimerHandle

Answer = StoreError | None
_ABOUT = 0.1
"""Seconds."""


class Item:
    """Records that belong together, and the ``answer`` once they are ``done``.

    Its ``hearer``, a future of an event loop, hears the answer there.
    """

    __slots__ = ("answer", "done", "hearer", "records")

    def __init__(self, records: Sequence[Record], hearer: Future[Answer] | None = None) -> None:
        self.records = records
        self.hearer = hearer
        self.done = False
        self.answer: Answer = None


class Line:
    """Items in the order in which they came. Threads may share it."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        self._items.append(item)

    def withdraw(self, item: Item) -> None:
        """Take it out, unless somebody has taken it already."""
        with suppress(ValueError):
            self._items.remove(item)

    def take(self) -> list[Item]:
        """All that stand in it now, and those that come meanwhile."""
        items = []
        with suppress(IndexError):
            while True:
                items.append(self._items.popleft())
        return items


class Group:
    """Items that an event loop brings in one go. They share a ``deadline``, which goes with the last of them.

    It is ``patience`` seconds away when they are sent.
    """

    def __init__(self, loop: AbstractEventLoop, patience: float) -> None:
        self.loop = loop
        self.patience = patience
        self.deadline: TimerHandle | None = None
        self._items: list[Item] = []
        self._waiting = 0

    def waits_for(self, patience: float) -> bool:
        """Whether it has about the deadline of somebody with that patience."""
        return abs(self.patience - patience) <= _ABOUT

    def add(self, item: Item) -> None:
        self._items.append(item)
        self._waiting += 1

    def leave(self) -> None:
        self._waiting -= 1
        if self.deadline and not self._waiting:
            self.deadline.cancel()

    def stand_in(self, line: Line) -> None:
        """All but those whose hearer has gone meanwhile."""
        for item in self._items:
            if item.hearer and not item.hearer.done():
                line.put(item)

    def tell(self, said: Answer) -> None:
        """Those who have heard nothing yet."""
        for item in self._items:
            _hear(item, said)


def answer(items: Sequence[Item], said: Answer) -> None:
    """Answer them together: a loop is woken once, however many of them are its own."""
    loops: dict[AbstractEventLoop, list[Item]] = {}
    for item in items:
        item.answer, item.done = said, True
        if item.hearer is not None:
            loops.setdefault(item.hearer.get_loop(), []).append(item)
    for loop, heard in loops.items():
        # Nobody waits on a loop that is closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_hear_all, heard)


def _hear_all(items: Sequence[Item]) -> None:
    for item in items:
        _hear(item, item.answer)


def _hear(item: Item, said: Answer) -> None:
    if item.hearer and not item.hearer.done():
        item.hearer.set_result(said)
