"""The records of one tile, beside its hashes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from json import loads
from typing import Any, NamedTuple

from ..ledger import Entry
from ..ledger.runs import Run, runs_of
from ..ledger.tree import HASH_BYTES
from .misfits import Misfit
from .verdict import Findings


class Part(NamedTuple):
    """The places from ``start`` to below ``stop``, the records that stand there, and their hashes."""

    start: int
    stop: int
    entries: Sequence[Entry]
    leaves: Sequence[bytes]

    @property
    def byte_count(self) -> int:
        """How many bytes the tile has."""
        return (self.stop - self.start) * HASH_BYTES

    def is_all(self, hashes: bytes) -> bool:
        """Whether these are the hashes of the records, and no place is empty."""
        return len(self.entries) == self.stop - self.start and b"".join(self.leaves) == hashes

    def put_into(self, hashes: bytes) -> bytes:
        """The tile's hashes as the records have them, where there are records."""
        mixed = bytearray(hashes.ljust(self.byte_count, b"\0"))
        for entry, leaf in zip(self.entries, self.leaves, strict=True):
            at = self._at(entry)
            mixed[at : at + HASH_BYTES] = leaf
        return bytes(mixed)

    def fitting(self, hashes: bytes) -> list[Entry]:
        """The records that the tile has the hashes of."""
        if self.is_all(hashes):
            return list(self.entries)
        both = zip(self.entries, self.leaves, strict=True)
        return [entry for entry, leaf in both if self._hash_at(entry, hashes) == leaf]

    def misfits(self, hashes: bytes) -> list[Misfit]:
        """The others."""
        both = zip(self.entries, self.leaves, strict=True)
        return [
            Misfit(entry.index, entry.id, leaf)
            for entry, leaf in both
            if self._hash_at(entry, hashes) != leaf
        ]

    def missing(self) -> list[Run]:
        """The places without a record."""
        there = {each.index for each in self.entries}
        return list(runs_of(set(range(self.start, self.stop)) - there))

    def _at(self, entry: Entry) -> int:
        return ((entry.index or 0) - self.start) * HASH_BYTES

    def _hash_at(self, entry: Entry, hashes: bytes) -> bytes:
        at = self._at(entry)
        return hashes[at : at + HASH_BYTES]


def check_entries(entries: Sequence[Entry], findings: Findings) -> list[bytes]:
    """The hashes of records; what the store has beside each has to be what it says itself."""
    leaves = []
    for entry in entries:
        body = entry.body
        # As ``Entry.leaf`` has it, without a call: this is done for every record there is.
        leaves.append(sha256(b"\x00" + body.encode("utf-8", "backslashreplace")).digest())
        try:
            said = loads(body)
            if (
                said["id"] == entry.id
                and said["time"] == entry.time
                and said["event"] == entry.event
                and said.get("receipt") == entry.receipt
            ):
                continue
            names = ", ".join(_differing(said, entry))
        except (KeyError, RecursionError, TypeError, ValueError):
            names = "all: it is no record"
        findings.add(
            "column", f"it says other than what is beside it: {names}", entry.index, entry.id
        )
    return leaves


def _differing(said: dict[str, Any], entry: Entry) -> list[str]:
    columns = ("id", "time", "event", "receipt")
    return [name for name in columns if said.get(name) != getattr(entry, name)]
