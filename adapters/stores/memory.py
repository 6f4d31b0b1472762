"""A store for tests and for trying things out: what it keeps is gone with the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record
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
        self._bodies: dict[str, str] = {}
        self._series: dict[str, Series] = {}
        self._epochs: dict[str, int] = {}
        self._sessions: dict[str, _Session] = {}
        self._kept = (self._bodies, self._series, self._epochs, self._sessions)
        self._closed = False
        self._lock = Lock()

    def append(self, record: Record) -> None:
        self._check_open()
        # One call, so that no other thread comes between the look and the change.
        self._bodies.setdefault(record.id, record.to_json())

    def records(self) -> Iterator[Record]:
        self._check_open()
        return map(Record.from_json, list(self._bodies.values()))

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

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")
