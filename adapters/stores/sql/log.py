"""The sealed log: places of records, checkpoints, and the hashes of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, tuple_, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import NullType

from cookiesafe.adapters.stores.sql.statements import Overtaken, read, whole, whole_numbers
from cookiesafe.adapters.stores.sql.tables import checkpoints, records, tiles
from cookiesafe.ledger import Batch, Checkpoint, Tile

_AT_ONCE = 100
"""Tiles that are read at once; each may have 8 KB."""
_CHECKPOINT = select(checkpoints.c.size, checkpoints.c.note)
_TILE = select(tiles.c.level, tiles.c.number, type_coerce(tiles.c.hashes, NullType))
_NOWHERE_YET = -1
_PUT = (
    records.update()
    # As IS NULL, PostgreSQL would look through all that is pending for each, where there was little when it last counted.
    .where(
        records.c.id == bindparam("which"),
        func.coalesce(records.c.place, _NOWHERE_YET) == _NOWHERE_YET,
    )
    .values(place=bindparam("at"))
)
_OLD_TILE = delete(tiles).where(
    tiles.c.level == bindparam("on"), tiles.c.number == bindparam("counted")
)


def seal(connection: Connection, batch: Batch) -> bool:
    """Of two sealers at once the second finds the base taken, and waits no longer than the first needs."""
    if _size(connection) != batch.base:
        return False
    try:
        with whole(connection):
            _add(connection, batch)
    except Overtaken:
        return False
    except IntegrityError:
        if _size(connection) == batch.base:
            raise
        return False
    return True


def _add(connection: Connection, batch: Batch) -> None:
    """The checkpoint comes first: whoever has put it has the log to themselves."""
    new = {"base": batch.base, **batch.checkpoint._asdict()}
    connection.execute(checkpoints.insert(), new)
    rows = [{"which": each, "at": batch.base + n} for n, each in enumerate(batch.ids)]
    if connection.execute(_PUT, rows).rowcount != len(rows):
        raise Overtaken
    old = [{"on": tile.level, "counted": tile.number} for tile in batch.tiles]
    whole_tiles = [{**tile._asdict(), "hashes": hashes} for tile, hashes in batch.tiles.items()]
    if old:
        connection.execute(_OLD_TILE, old)
        connection.execute(tiles.insert(), whole_tiles)


def _size(connection: Connection) -> int:
    newest = newest_checkpoint(connection)
    return newest.size if newest else 0


def newest_checkpoint(connection: Connection) -> Checkpoint | None:
    size = checkpoints.c.size
    newest = _CHECKPOINT.where(whole_numbers(connection, size)).order_by(size.desc()).limit(1)
    found = read(connection, newest)
    return Checkpoint(*found[0]) if found else None


def checkpoints_after(connection: Connection, after: int, limit: int) -> list[Checkpoint]:
    size = checkpoints.c.size
    later = _CHECKPOINT.where(size > after, whole_numbers(connection, size))
    return [Checkpoint(*row) for row in read(connection, later.order_by(size).limit(limit))]


def load_tiles(connection: Connection, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
    found: dict[Tile, bytes] = {}
    place = tuple_(tiles.c.level, tiles.c.number)
    for start in range(0, len(wanted), _AT_ONCE):
        some = _TILE.where(place.in_(wanted[start : start + _AT_ONCE]))
        found |= {Tile(row[0], row[1]): _hashes(row[2]) for row in read(connection, some)}
    return found


def _hashes(value: object) -> bytes:
    """What is none of our tiles has no hashes that could be right."""
    return bytes(value) if isinstance(value, (bytes, memoryview)) else b""
