"""A store for tests and for trying things out: what it keeps is gone with the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from threading import Lock

from cookiesafe.contact import Contact
from cookiesafe.count import Cell, Count
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Batch, Checkpoint, Entry, Record, Tile
from cookiesafe.ports import Updated
from cookiesafe.remember import Series


@dataclass(frozen=True, slots=True)
class _Session:
    user: str | None
    data: bytes = field(repr=False)
    until: int
    version: int = 1


class MemoryStore:
    """Keeps all in this process. Records are kept as JSON, as every other store keeps them."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._log: dict[int, str] = {}
        self._tiles: dict[Tile, bytes] = {}
        self._checkpoints: list[Checkpoint] = []
        self._contacts: dict[str, Contact] = {}
        self._series: dict[str, Series] = {}
        self._epochs: dict[str, int] = {}
        self._sessions: dict[str, _Session] = {}
        self._counts: dict[Cell, int] = {}
        self._kept = (
            self._entries,
            self._log,
            self._tiles,
            self._checkpoints,
            self._contacts,
            self._series,
            self._epochs,
            self._sessions,
            self._counts,
        )
        self._closed = False
        self._lock = Lock()

    def append(self, records: Sequence[Record]) -> None:
        entries = [_entry(record) for record in records]
        with self._lock:
            self._check_open()
            for entry in entries:
                self._entries.setdefault(entry.id, entry)

    def records(self) -> Iterator[Record]:
        return (entry.record for entry in self._found())

    def entries(self, start: int, limit: int) -> list[Entry]:
        with self._lock:
            self._check_open()
            size = self._checkpoints[-1].size if self._checkpoints else 0
            there = (self._log.get(index) for index in range(start, size))
            return list(islice((self._entries[each] for each in there if each), limit))

    def pending(self, limit: int) -> list[Entry]:
        return [entry for entry in self._found() if entry.index is None][:limit]

    def entries_of(self, receipt: str) -> list[Entry]:
        return [entry for entry in self._found() if entry.receipt == receipt]

    def find_entries(self, event: str, before: int | None, limit: int) -> list[Entry]:
        found = (entry for entry in self._found() if entry.event == event)
        return list(islice((e for e in found if before is None or e.time < before), limit))

    def erase(self, entries: Sequence[Entry], record: Record) -> bool:
        said = _entry(record)
        with self._lock:
            self._check_open()
            if not entries or any(self._entries.get(each.id) != each for each in entries):
                return False
            for each in entries:
                del self._entries[each.id]
                if each.index is not None:
                    del self._log[each.index]
            self._entries.setdefault(said.id, said)
            return True

    def seal(self, batch: Batch) -> bool:
        """Raises ``StoreError`` too for a batch that does not add up."""
        if not batch.adds_up:
            raise StoreError("the batch does not add up, and was not sealed")
        with self._lock:
            self._check_open()
            size = self._checkpoints[-1].size if self._checkpoints else 0
            found = [self._entries.get(each) for each in dict.fromkeys(batch.ids)]
            sealed = [entry for entry in found if entry and entry.index is None]
            if size != batch.base or len(sealed) != len(batch.ids):
                return False
            for index, entry in enumerate(sealed, batch.base):
                self._entries[entry.id] = replace(entry, index=index)
                self._log[index] = entry.id
            self._tiles.update(batch.tiles)
            self._checkpoints.append(batch.checkpoint)
            return True

    def checkpoint(self) -> Checkpoint | None:
        self._check_open()
        return next(reversed(self._checkpoints), None)

    def checkpoints(self, after: int, limit: int) -> list[Checkpoint]:
        self._check_open()
        return [each for each in list(self._checkpoints) if each.size > after][:limit]

    def tiles(self, tiles: Sequence[Tile]) -> dict[Tile, bytes]:
        with self._lock:
            self._check_open()
            return {each: self._tiles[each] for each in tiles if each in self._tiles}

    def load_contact(self, user: str) -> Contact | None:
        self._check_open()
        return self._contacts.get(user)

    def save_contact(self, contact: Contact) -> bool:
        with self._lock:
            self._check_open()
            old = self._contacts.get(contact.user)
            if contact.version != (old.version if old else 0):
                return False
            kept = replace(contact, answers=dict(contact.answers), version=contact.version + 1)
            self._contacts[contact.user] = kept
            return True

    def delete_contact(self, user: str) -> None:
        with self._lock:
            self._check_open()
            self._contacts.pop(user, None)

    def add_series(self, row: Series) -> bool:
        with self._lock:
            self._check_open()
            if row.key in self._series:
                return False
            self._series[row.key] = row
            return True

    def load_series(self, key: str) -> tuple[Series, int] | None:
        self._check_open()
        row = self._series.get(key)
        return (row, self.epoch(row.user)) if row else None

    def swap_series(self, row: Series, gen: int) -> bool:
        return self._swap(row.key, lambda old: row if old.gen == gen else None)

    def revoke_series(self, key: str, why: str, now: int) -> bool:
        return self._swap(key, lambda old: replace(old, revoked_at=now, revoked_why=why))

    def revoke_device(self, user: str, device: str, why: str, now: int) -> bool:
        keys = (each.key for each in self.list_series(user) if each.device == device)
        return any(self.revoke_series(key, why, now) for key in keys)

    def list_series(self, user: str) -> list[Series]:
        self._check_open()
        rows = [each for each in list(self._series.values()) if each.user == user]
        return sorted(rows, key=lambda row: (-row.used_at, row.key))

    def epoch(self, user: str) -> int:
        self._check_open()
        return self._epochs.get(user, 0)

    def advance_epoch(self, user: str) -> int:
        with self._lock:
            self._check_open()
            self._epochs[user] = self._epochs.get(user, 0) + 1
            return self._epochs[user]

    def create_session(self, key: str, user: str | None, data: bytes, until: int) -> bool:
        with self._lock:
            self._check_open()
            if key in self._sessions:
                return False
            self._sessions[key] = _Session(user, data, until)
            return True

    def load_session(self, key: str, now: int) -> tuple[bytes, int] | None:
        self._check_open()
        session = self._sessions.get(key)
        return (session.data, session.version) if session and now < session.until else None

    def update_session(self, key: str, data: bytes, until: int, version: int, now: int) -> Updated:
        with self._lock:
            self._check_open()
            session = self._sessions.get(key)
            if session is None or session.until <= now:
                return "gone"
            if session.version != version:
                return "conflict"
            self._sessions[key] = _Session(session.user, data, until, version + 1)
            return "kept"

    def delete_session(self, key: str) -> None:
        with self._lock:
            self._check_open()
            self._sessions.pop(key, None)

    def delete_sessions(self, user: str) -> None:
        with self._lock:
            self._check_open()
            for key in [key for key, each in self._sessions.items() if each.user == user]:
                del self._sessions[key]

    def add_counts(self, counts: Sequence[Count]) -> None:
        with self._lock:
            self._check_open()
            self._add(counts)

    def counts(self, since: int, until: int) -> list[Count]:
        with self._lock:
            self._check_open()
            found = [Count(*cell, n) for cell, n in self._counts.items()]
        return [each for each in found if since <= each.day <= until]

    def swap_counts(self, gone: Sequence[Count], more: Sequence[Count]) -> bool:
        with self._lock:
            self._check_open()
            if any(self._counts.get(each.cell) != each.n for each in gone):
                return False
            for each in gone:
                del self._counts[each.cell]
            self._add(more)
            return True

    def remove_counts(self, before: int) -> int:
        with self._lock:
            self._check_open()
            old = [cell for cell in self._counts if cell[0] < before]
            for cell in old:
                del self._counts[cell]
            return len(old)

    def purge(self, now: int) -> int:
        with self._lock:
            self._check_open()
            over = [key for key, each in self._sessions.items() if each.until <= now]
            buried = [key for key, each in self._series.items() if each.is_forgotten(now)]
            for key in over:
                del self._sessions[key]
            for key in buried:
                del self._series[key]
            return len(over) + len(buried)

    def close(self) -> None:
        self._closed = True
        for kept in self._kept:
            kept.clear()

    def _swap(self, key: str, change: Callable[[Series], Series | None]) -> bool:
        """Whether the series that is there and not revoked was replaced by what ``change`` makes of it."""
        with self._lock:
            self._check_open()
            old = self._series.get(key)
            new = change(old) if old and old.revoked_at is None else None
            if new is not None:
                self._series[key] = new
            return new is not None

    def _add(self, counts: Sequence[Count]) -> None:
        for each in counts:
            self._counts[each.cell] = self._counts.get(each.cell, 0) + each.n

    def _found(self) -> list[Entry]:
        with self._lock:
            self._check_open()
            return list(self._entries.values())

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")


def _entry(record: Record) -> Entry:
    return Entry(record.id, record.time, record.event, record.receipt, record.to_json(), None)
