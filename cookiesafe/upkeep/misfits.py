"""What does not fit: records that are not what was sealed at their place, and places without one.

Each is named once all are known: a record that was put in between moves those behind it, and none of these was changed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from ..asking import told
from ..ledger import Tile
from ..ledger.runs import Run
from ..ledger.tiles import TILE_HASHES
from ..ledger.tree import HASH_BYTES
from ..ports import Flow, Store
from .reading import WINDOW
from .verdict import Findings, Kind

MOST_MISFITS = 16_384


@dataclass(frozen=True, slots=True)
class Misfit:
    """A record by the hash of what it says now. Without an index it stands as pending."""

    index: int | None
    id: str
    leaf: bytes


class Misfits:
    """Up to ``MOST_MISFITS`` of them, and the runs of places without a record that no erasure explains."""

    def __init__(self, found: Sequence[Misfit], missing: Sequence[Run], size: int) -> None:
        self._size = size
        self._found = found
        self._missing = missing
        self._places = {each.index for each in found}
        self._homes: dict[bytes, int] = {}
        self._borne: set[int] = set()

    def report(self, findings: Findings) -> Flow[None]:
        """Find where each was sealed, if it was, and say what became of it."""
        if not self._found and not self._missing:
            return
        yield from self._look_up()
        for each in self._found:
            if each.index is not None:
                kind, text = self._name(each, each.index)
                findings.add(kind, text, each.index, each.id)
                if kind != "changed" and each.index < self._size and each.index not in self._borne:
                    findings.add("removed", "what was sealed here is not there", each.index)
            elif self._is_missing(home := self._homes.get(each.leaf)):
                findings.add("moved", "it was sealed, and stands as pending", home, each.id)
        for start, end in self._missing:
            for index in range(start, end):
                if index not in self._borne:
                    findings.add("removed", "it is not there, and no erasure says so", index)

    def _name(self, misfit: Misfit, index: int) -> tuple[Kind, str]:
        home = self._homes.get(misfit.leaf)
        if home is None:
            if index >= self._size:
                return "inserted", "it was never sealed, and is behind the end of the log"
            if index in self._borne:
                return "inserted", "it was never sealed, and has the place of another"
            return "changed", "it says something else than what was sealed here"
        if home in self._places or self._is_missing(home):
            return "moved", f"it was moved from index {home}"
        return "inserted", f"it is a copy of record {home}"

    def _is_missing(self, index: int | None) -> bool:
        if index is None:
            return False
        at = bisect(self._missing, index, key=lambda run: run[0])
        return at > 0 and index < self._missing[at - 1][1]

    def _look_up(self) -> Flow[None]:
        """Where the log has the hashes of the misfits."""
        size = self._size
        wanted = {each.leaf for each in self._found}
        for start in range(0, size if wanted else 0, WINDOW):
            numbers = range(start // TILE_HASHES, -(-min(size, start + WINDOW) // TILE_HASHES))
            tiles = yield from told(Store.tiles, [Tile(0, number) for number in numbers])
            for tile, data in tiles.items():
                for at in range(0, len(data), HASH_BYTES):
                    leaf = data[at : at + HASH_BYTES]
                    index = tile.number * TILE_HASHES + at // HASH_BYTES
                    if leaf in wanted and index < size:
                        self._homes.setdefault(leaf, index)
        self._borne = set(self._homes.values())
