"""A store for tests and for trying things out: what it keeps is gone with the process."""

from __future__ import annotations

from collections.abc import Iterator

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record


class MemoryStore:
    """Keeps records in this process. They are kept as JSON, as every other store keeps them."""

    def __init__(self) -> None:
        self._bodies: dict[str, str] = {}
        self._closed = False

    def append(self, record: Record) -> None:
        self._check_open()
        # One call, so that no other thread comes between the look and the change.
        self._bodies.setdefault(record.id, record.to_json())

    def records(self) -> Iterator[Record]:
        self._check_open()
        return map(Record.from_json, list(self._bodies.values()))

    def close(self) -> None:
        self._closed = True
        self._bodies.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")
