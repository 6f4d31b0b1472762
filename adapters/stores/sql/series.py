"""Remembered logins, and the epochs of users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.dialects import mysql, postgresql, sqlite

from cookiesafe.adapters.stores.sql import statements
from cookiesafe.adapters.stores.sql.tables import epochs
from cookiesafe.adapters.stores.sql.tables import series as table
from cookiesafe.remember import TOMBSTONE, Series

_FIELDS = [each.name for each in fields(Series)]
_COLUMNS = [table.c[name] for name in _FIELDS]
_key, _gen, _revoked_at = table.c.key, table.c.gen, table.c.revoked_at


def add(connection: Connection, row: Series) -> bool:
    return statements.add(connection, table, _values(row))


def load(connection: Connection, key: str) -> tuple[Series, int] | None:
    now_epoch = func.coalesce(epochs.c.epoch, 0)
    both = table.outerjoin(epochs, epochs.c.user == table.c.user)
    with_epoch = select(*_COLUMNS, now_epoch).select_from(both).where(_key == key)
    found = connection.execute(with_epoch).one_or_none()
    return (_series(found[:-1]), int(found[-1])) if found else None


def swap(connection: Connection, row: Series, gen: int) -> bool:
    return _change(connection, (_key == row.key) & (_gen == gen), _values(row)) > 0


def revoke(connection: Connection, key: str, why: str, now: int) -> bool:
    return _change(connection, _key == key, {"revoked_why": why, "revoked_at": now}) > 0


def revoke_device(connection: Connection, user: str, device: str, why: str, now: int) -> bool:
    which = (table.c.user == user) & (table.c.device == device)
    return _change(connection, which, {"revoked_why": why, "revoked_at": now}) > 0


def of_user(connection: Connection, user: str) -> list[Series]:
    last_used_first = (table.c.used_at.desc(), _key)
    rows = select(*_COLUMNS).where(table.c.user == user).order_by(*last_used_first)
    return [_series(row) for row in connection.execute(rows)]


def purge(connection: Connection, now: int) -> int:
    ended = func.coalesce(_revoked_at, table.c.idle_until)
    return statements.remove(connection, table, ended <= now - TOMBSTONE)


def epoch(connection: Connection, user: str) -> int:
    return connection.scalar(select(epochs.c.epoch).where(epochs.c.user == user)) or 0


def advance_epoch(connection: Connection, user: str) -> int:
    if connection.dialect.name in ("mysql", "mariadb"):
        # The function keeps what it is given, for this connection to ask for.
        first = mysql.insert(epochs).values(user=user, epoch=func.last_insert_id(1))
        more = {"epoch": func.last_insert_id(epochs.c.epoch + 1)}
        connection.execute(first.on_duplicate_key_update(more).inline())
        return int(connection.scalar(select(func.last_insert_id())) or 0)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    advanced = (
        insert(epochs)
        .values(user=user, epoch=1)
        .on_conflict_do_update(index_elements=["user"], set_={"epoch": epochs.c.epoch + 1})
        .returning(epochs.c.epoch)
    )
    return int(connection.scalar(advanced) or 0)


def _change(connection: Connection, which: ColumnElement[bool], values: dict[str, Any]) -> int:
    """How many were changed: none that is revoked is."""
    living = table.update().where(which, _revoked_at.is_(None))
    return connection.execute(living.values(values)).rowcount


def _values(row: Series) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}


def _series(values: Sequence[Any]) -> Series:
    return Series(**dict(zip(_FIELDS, values, strict=True)))
