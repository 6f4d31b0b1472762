"""Records, batches and logins to give to a store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from itertools import count

from cookiesafe.ledger import Batch, Checkpoint, Entry, Record, Tile
from cookiesafe.ports import Ledger, Logins
from cookiesafe.remember import Series, begin

NOW = 2**32
"""When all of it happens. It is far ahead, so that no store lets go of anything by its own clock."""
LOOKALIKES = ["ann", "Ann", "ann ", "ánn", "ann\t", "", " ", "an", "annn"]
"""Users that some collation or other takes for one."""


def a_record(number: int = 0, **fields: object) -> Record:
    """A grant; ``number`` makes it one of many."""
    plain: dict[str, object] = {
        "id": f"{number:032x}",
        "time": 1_800_000_000_000 + number,
        "event": "grant",
        "policy": "p1",
        "notice": "banner",
        "language": "en",
        "choices": {"advertising": True, "@gullwing": False},
        "grounds": {"advertising": "f00d"},
        "receipt": f"r{number}",
    }
    return Record(**{**plain, **fields})  # type: ignore[arg-type]


def append(store: Ledger, *numbers: int) -> None:
    store.append([a_record(number) for number in numbers])


def numbers(entries: Iterable[Entry]) -> list[int]:
    return [int(entry.id, 16) for entry in entries]


def ids(store: Ledger) -> list[str]:
    return [record.id for record in store.records()]


def a_batch(store: Ledger, limit: int = 100) -> Batch:
    """All that is pending, with tiles and a checkpoint that stand for real ones."""
    newest = store.checkpoint()
    base = newest.size if newest else 0
    found = tuple(entry.id for entry in store.pending(limit))
    size = base + len(found)
    number = base // 256
    hashes = {Tile(0, number): f"{base} to {size}".encode()}
    return Batch(base, found, hashes, Checkpoint(size, f"a log of {size}\n"))


def seal(store: Ledger, limit: int = 100) -> bool:
    return store.seal(a_batch(store, limit))


def there(store: Ledger, records: Iterable[Record]) -> list[Entry]:
    """These records as the store has them now, sealed or pending."""
    found = {each.id: each for each in [*store.entries(0, 99_999), *store.pending(99_999)]}
    return [found[record.id] for record in records]


def a_series(seed: str = "a", user: str = "ann", **fields: object) -> Series:
    """One that began at ``NOW``; ``seed`` makes it one of many."""
    numbers = count()
    row, _ = begin(
        user,
        epoch=0,
        record="0" * 32,
        now=NOW,
        entropy=lambda size: sha256(f"{seed}:{next(numbers)}".encode()).digest()[:size],
        label="Firefox, Linux",
    )
    return replace(row, **fields)  # type: ignore[arg-type]


def series_of(store: Logins, key: str) -> Series | None:
    """The row alone."""
    found = store.load_series(key)
    return found[0] if found else None
