"""The tree as it is kept: in tiles of up to 256 hashes (C2SP tlog-tiles), of which a proof needs a few.

A hash on level n stands for ``256 ** n`` leaves. Only full parts of the tree are kept; the others, at its right edge,
are made when they are needed. A tile that has grown since a size is one of that size too, by its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from ..errors import DamagedLog
from .batch import Tile
from .tree import HASH_BYTES, Frontier

TILE_HASHES = 256
TILE_BYTES = TILE_HASHES * HASH_BYTES
TILE_HEIGHT = 8
_PAIR = 2 * HASH_BYTES

Range = tuple[int, int]
"""Leaves by index, the first and the one after the last, whose common hash RFC 9162 gives a name: MTH(D[a:b])."""
Tiles = Mapping[Tile, bytes]


def fold(hashes: bytes) -> bytes:
    """The root over hashes that stand side by side, whose number is a power of 2."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [
                sha256(b"\x01" + hashes[at : at + _PAIR]).digest()
                for at in range(0, len(hashes), _PAIR)
            ]
        )
    return hashes


def tiles_at_edge(size: int) -> list[Tile]:
    """Those that are begun and not full in a log of that size: what its root is made of, and where it grows."""
    levels = range((size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT)
    counts = [(level, size >> TILE_HEIGHT * level) for level in levels]
    return [Tile(level, count // TILE_HASHES) for level, count in counts if count % TILE_HASHES]


def frontier(size: int, tiles: Tiles) -> Frontier:
    """The right edge of a log of that size. Raises ``DamagedLog`` where a tile is missing."""
    edge = Frontier()
    for start, height in _full_parts((0, size)):
        edge.add(_hash_of(start, height, tiles), height)
    return edge


def extend(size: int, tiles: Tiles, leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    """The tiles that change, whole, as ``leaves`` (hashes) are added to a log of ``size``, from those at its edge."""
    grown: dict[Tile, bytes] = {}
    level, hashes = 0, list(leaves)
    while hashes:
        number, begun = divmod(size >> TILE_HEIGHT * level, TILE_HASHES)
        data = _part(tiles, Tile(level, number), 0, begun) if begun else b""
        data += b"".join(hashes)
        hashes = []
        for at in range(0, len(data), TILE_BYTES):
            tile = grown[Tile(level, number)] = data[at : at + TILE_BYTES]
            if len(tile) == TILE_BYTES:
                hashes.append(fold(tile))
            number += 1
        level += 1
    return grown


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What an inclusion proof is made of, from the leaf up (RFC 9162, section 2.1.3.1). ``index`` is below ``size``."""
    found, start, end = [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """What a consistency proof is made of (RFC 9162, section 2.1.4.1). ``first`` is above 0 and below ``second``."""
    found, start, end = [], 0, second
    while first < end:
        middle = start + _half(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    if start:
        found.append((start, end))
    return found[::-1]


def tiles_of(ranges: Iterable[Range]) -> set[Tile]:
    """The tiles that ``hashes_of`` reads."""
    parts = (part for each in ranges for part in _full_parts(each))
    return {_place(start, height)[0] for start, height in parts}


def hashes_of(ranges: Iterable[Range], tiles: Tiles) -> list[bytes]:
    """The hash of each range: a proof. Raises ``DamagedLog`` where a tile is missing or too short."""
    return [_root_of(each, tiles) for each in ranges]


def _root_of(leaves: Range, tiles: Tiles) -> bytes:
    edge = Frontier()
    for start, height in _full_parts(leaves):
        edge.add(_hash_of(start, height, tiles), height)
    return edge.root()


def _half(count: int) -> int:
    """The largest power of 2 that is smaller than ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _full_parts(leaves: Range) -> list[tuple[int, int]]:
    """The full parts that a range is made of, from the left: where each begins, and its height."""
    start, end = leaves
    parts = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append((start, height))
        start += 1 << height
    return parts


def _place(start: int, height: int) -> tuple[Tile, int, int]:
    """Where a full part is kept: the tile, the first of its hashes, and how many they are."""
    level, rest = divmod(height, TILE_HEIGHT)
    number, first = divmod(start >> TILE_HEIGHT * level, TILE_HASHES)
    return Tile(level, number), first, 1 << rest


def _hash_of(start: int, height: int, tiles: Tiles) -> bytes:
    return fold(_part(tiles, *_place(start, height)))


def _part(tiles: Tiles, tile: Tile, first: int, count: int) -> bytes:
    at = first * HASH_BYTES
    part = tiles.get(tile, b"")[at : at + count * HASH_BYTES]
    if len(part) != count * HASH_BYTES:
        raise DamagedLog(
            f"the ledger's tile {tile.level}/{tile.number} has not its {first + count} hashes",
            fix="Put the database back as it was from a backup.",
        )
    return part
