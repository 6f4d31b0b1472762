"""The sealed log: places of records, checkpoints, and the hashes of the tree."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, tuple_
from sqlalchemy.exc import IntegrityError

from cookiesafe.adapters.stores.sql.statements import Overtaken, whole
from cookiesafe.adapters.stores.sql.tables import checkpoints, records, tiles
from cookiesafe.ledger import Batch, Checkpoint, Tile

_AT_ONCE = 100
"""Tiles that are read at once; each may have 8 KB."""
_CHECKPOINT = select(checkpoints.c.size, checkpoints.c.note)
_PUT = (
    records.update()
    .where(records.c.id == bindparam("which"), records.c.place.is_(None))
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
    newest = _CHECKPOINT.order_by(checkpoints.c.size.desc()).limit(1)
    found = connection.execute(newest).one_or_none()
    return Checkpoint(*found) if found else None


def checkpoints_after(connection: Connection, after: int, limit: int) -> list[Checkpoint]:
    size = checkpoints.c.size
    rows = connection.execute(_CHECKPOINT.where(size > after).order_by(size).limit(limit))
    return [Checkpoint(*row) for row in rows]


def load_tiles(connection: Connection, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
    found: dict[Tile, bytes] = {}
    place = tuple_(tiles.c.level, tiles.c.number)
    for start in range(0, len(wanted), _AT_ONCE):
        some = select(tiles).where(place.in_(wanted[start : start + _AT_ONCE]))
        found |= {Tile(row.level, row.number): row.hashes for row in connection.execute(some)}
    return found
