"""Sessions that are kept here and not in the browser."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from cookiesafe.adapters.stores.sql import statements
from cookiesafe.adapters.stores.sql.tables import sessions as table
from cookiesafe.ports import Updated

_key, _until, _version = table.c.key, table.c.until, table.c.version


def create(connection: Connection, key: str, user: str | None, data: bytes, until: int) -> bool:
    row = {"key": key, "user": user, "data": data, "until": until, "version": 1}
    return statements.add(connection, table, row)


def load(connection: Connection, key: str, now: int) -> tuple[bytes, int] | None:
    there = select(table.c.data, _version).where(_key == key, _until > now)
    found = connection.execute(there).one_or_none()
    return (found[0], found[1]) if found else None


def update(
    connection: Connection, key: str, data: bytes, until: int, version: int, now: int
) -> Updated:
    changed = (
        table.update()
        .where(_key == key, _version == version, _until > now)
        .values(data=data, until=until, version=version + 1)
    )
    if connection.execute(changed).rowcount:
        return "kept"
    return "conflict" if load(connection, key, now) else "gone"


def remove(connection: Connection, key: str) -> None:
    connection.execute(delete(table).where(_key == key))


def remove_of(connection: Connection, user: str) -> None:
    statements.remove(connection, table, table.c.user == user)


def purge(connection: Connection, now: int) -> int:
    return statements.remove(connection, table, _until <= now)
