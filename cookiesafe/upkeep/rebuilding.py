"""The tree, made again from the hashes of its records, beside the tiles that the store has of it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from ..asking import told
from ..ledger import Tile
from ..ledger.tiles import TILE_BYTES, TILE_HASHES, TILE_HEIGHT, fold
from ..ledger.tree import HASH_BYTES, Frontier
from ..ports import Flow, Store
from .verdict import Findings


class Rebuilding:
    """Is given the hashes of the leaves, tile by tile, and keeps the right edge of the tree alone."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._edge = Frontier()
        self._above: list[tuple[int, bytearray]] = []
        self._full: list[tuple[Tile, bytes]] = []

    def roots(self, hashes: bytes, sizes: list[int]) -> Iterator[tuple[int, bytes]]:
        """Add the hashes of the next tile. The roots of the log on the way there, at ``sizes``."""
        start = self._edge.size
        whole = fold(hashes) if len(hashes) == TILE_BYTES else None
        if whole is not None and all(each == start + TILE_HASHES for each in sizes):
            self._edge.add(whole, TILE_HEIGHT)
        else:
            wanted = set(sizes)
            for leaf in _apart(hashes):
                self._edge.add(leaf)
                if self._edge.size in wanted:
                    yield self._edge.size, self._edge.root()
            sizes = []
        if whole is not None:
            self._rise(whole)
        for size in sizes:
            yield size, self._edge.root()

    def root_with(self, hashes: bytes) -> bytes:
        """The root that the log would have with these behind it."""
        edge = deepcopy(self._edge)
        for leaf in _apart(hashes):
            edge.add(leaf)
        return edge.root()

    def compare(self, *, end: bool = False) -> Flow[None]:
        """Compare the full tiles above the leaves with those of the store; at the ``end``, those that are begun too."""
        tiles, self._full = self._full, []
        if end:
            tiles += [
                (Tile(level, number), bytes(data))
                for level, (number, data) in enumerate(self._above, 1)
                if data
            ]
        if not tiles:
            return
        stored = yield from told(Store.tiles, [tile for tile, _ in tiles])
        for tile, data in tiles:
            if stored.get(tile, b"")[: len(data)] != data:
                report_tile(self._findings, tile)

    def _rise(self, hashed: bytes) -> None:
        """Put the hash of a full tile into the one above, and so on up."""
        for level in range(1, len(self._above) + 2):
            if level > len(self._above):
                self._above.append((0, bytearray()))
            number, data = self._above[level - 1]
            data += hashed
            if len(data) < TILE_BYTES:
                return
            self._full.append((Tile(level, number), bytes(data)))
            self._above[level - 1] = number + 1, bytearray()
            hashed = fold(bytes(data))


def report_tile(findings: Findings, tile: Tile) -> None:
    findings.add(
        "tile", f"the tile {tile.level}/{tile.number} has other hashes than those below it"
    )


def _apart(hashes: bytes) -> Iterator[bytes]:
    return (hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
