"""Statements that more than one table needs, each with the same effect when it is done twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import IntegrityError

_BATCH = 500
"""Rows that are deleted at once."""


def keep(connection: Connection, table: Table, column: str, row: dict[str, Any]) -> None:
    """Insert it, or do nothing where a row with the same value of that unique column is there."""
    dialect = connection.dialect.name
    if dialect in ("mysql", "mariadb"):
        same = {column: table.c[column]}
        connection.execute(mysql.insert(table).on_duplicate_key_update(same).inline(), row)
        return
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    once = insert(table).on_conflict_do_nothing(index_elements=[column]).inline()
    connection.execute(once, row)


def add(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert it; ``False`` where a row with the same ``key`` is there."""
    try:
        connection.execute(table.insert(), row)
    except IntegrityError:
        if connection.execute(select(table.c.key).where(table.c.key == row["key"])).first():
            return False
        raise
    return True


def remove(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete by ``key``, a batch at a time: no lock is held for long, nor on rows that stay. How many they were."""
    found = select(table.c.key).where(which).limit(_BATCH)
    removed = 0
    while keys := connection.scalars(found).all():
        gone = connection.execute(delete(table).where(table.c.key.in_(keys), which))
        removed += gone.rowcount
    return removed
