"""The part of a store that the sealed log is, in lists: to drive flows, and to do things to a log that no store would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Batch, Checkpoint, Entry, Record, Tile
from cookiesafe.ledger.key import LedgerKey
from cookiesafe.ports import Ask, Flow, Need
from cookiesafe.upkeep import seal

T = TypeVar("T")
ORIGIN = "shop.example/consents"
NOW = 1_800_000_000_000
KEY = LedgerKey(b"k" * 32)
VKEY = str(KEY.named(ORIGIN))


class Logbook:
    """``sealed`` are the entries by their places, ``waiting`` those that are pending; everything may be changed."""

    def __init__(self) -> None:
        self.sealed: list[Entry] = []
        self.waiting: dict[str, Entry] = {}
        self.kept: dict[Tile, bytes] = {}
        self.signed: list[Checkpoint] = []
        self.asked: list[str] = []

    def append(self, records: Sequence[Record]) -> None:
        known = {each.id for each in self.sealed}
        for record in records:
            if record.id not in known:
                self.waiting.setdefault(record.id, an_entry(record))

    def pending(self, limit: int) -> Sequence[Entry]:
        return list(self.waiting.values())[:limit]

    def entries(self, start: int, limit: int) -> Sequence[Entry]:
        # Most often the list has no gap, and an entry stands where its index says.
        at = min(start, len(self.sealed))
        while at and (self.sealed[at - 1].index or 0) >= start:
            at -= 1
        return self.sealed[at : at + limit]

    def find_entries(self, event: str, before: int | None, limit: int) -> Sequence[Entry]:
        every = [*self.sealed, *self.waiting.values()]
        return [each for each in every if each.event == event][:limit]

    def erase(self, entries: Sequence[Entry], record: Record) -> bool:
        there = {each.id: each for each in [*self.sealed, *self.waiting.values()]}
        if not entries or any(there.get(each.id) != each for each in entries):
            return False
        gone = {each.id for each in entries}
        self.sealed = [each for each in self.sealed if each.id not in gone]
        self.waiting = {id: each for id, each in self.waiting.items() if id not in gone}
        self.append([record])
        return True

    def seal(self, batch: Batch) -> bool:
        size = self.signed[-1].size if self.signed else 0
        if size != batch.base or not self.waiting.keys() >= set(batch.ids):
            return False
        for index, id in enumerate(batch.ids, size):
            self.sealed.append(at(self.waiting.pop(id), index))
        self.kept |= batch.tiles
        self.signed.append(batch.checkpoint)
        return True

    def checkpoint(self) -> Checkpoint | None:
        return self.signed[-1] if self.signed else None

    def checkpoints(self, after: int, limit: int) -> Sequence[Checkpoint]:
        return [each for each in self.signed if each.size > after][:limit]

    def tiles(self, tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
        return {tile: self.kept[tile] for tile in tiles if tile in self.kept}

    def copy(self) -> Logbook:
        """Another one with the same in it."""
        other = type(self)()
        other.sealed, other.waiting = list(self.sealed), dict(self.waiting)
        other.kept, other.signed = dict(self.kept), list(self.signed)
        return other

    def _answered(self, need: Need) -> Any:
        assert isinstance(need, Ask)
        return self.answer(need.method, need.args)

    def follow(self, flow: Flow[T]) -> T:
        """What a flow comes to, that asks this one."""
        answers: Any = None
        try:
            while True:
                needs = flow.send(answers)
                answers = [self._answered(each) for each in needs]
        except StopIteration as done:
            result: T = done.value
            return result

    def answer(self, method: str, args: tuple[Any, ...]) -> Any:
        self.asked.append(method)
        try:
            return getattr(self, method)(*args)
        except StoreError as error:
            return error

    def fill(self, count: int, *, key: LedgerKey = KEY, first: int = 0) -> None:
        """Append so many records and seal them."""
        self.append([a_record(number) for number in range(first, first + count)])
        self.follow(seal([key], ORIGIN, NOW))


def a_record(number: int = 0, **changed: Any) -> Record:
    plain: dict[str, Any] = {
        "id": f"{number:032x}",
        "time": NOW + number,
        "event": "grant",
        "policy": "0123456789ab",
        "notice": "banner",
        "language": "en",
        "text": "fedcba987654",
        "choices": {"tips": True, "ads": number % 2 == 0},
        "grounds": {"tips": "3f9a1c22b0de"},
        "receipt": f"r{number:031x}",
    }
    return Record(**{**plain, **changed})


def an_entry(record: Record, index: int | None = None) -> Entry:
    return Entry(record.id, record.time, record.event, record.receipt, record.to_json(), index)


def at(entry: Entry, index: int | None) -> Entry:
    """The same at another place."""
    return Entry(entry.id, entry.time, entry.event, entry.receipt, entry.body, index)
