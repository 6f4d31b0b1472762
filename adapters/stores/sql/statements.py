"""Statements that more than one table needs, each with the same effect when it is done twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Table,
    delete,
    func,
    select,
    true,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

Ts = TypeVarTuple("Ts")


class Overtaken(Exception):
    """Somebody else has changed what was to be changed."""


_BATCH = 500
"""Rows that are deleted at once."""


@contextmanager
def whole(connection: Connection) -> Iterator[None]:
    """One transaction: all that is done in it, or nothing of it."""
    begin = "BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "START TRANSACTION"
    connection.exec_driver_sql(begin)
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        _undo(connection)
        raise


def _undo(connection: Connection) -> None:
    try:
        connection.exec_driver_sql("ROLLBACK")
    except DBAPIError:
        # Nobody else may go on with what was begun here.
        connection.invalidate()


def read(connection: Connection, statement: Select[*Ts]) -> Sequence[Row[*Ts]]:
    """All rows. What is no UTF-8 in an SQLite file, which somebody else has put there, is read as ``\\xff`` and its like."""
    try:
        return connection.execute(statement).all()
    except OperationalError as error:
        if "UTF-8" not in str(error.orig):
            raise
    driver: Any = connection.connection.dbapi_connection
    driver.text_factory = _as_text
    try:
        return connection.execute(statement).all()
    finally:
        driver.text_factory = str


def _as_text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def whole_numbers(connection: Connection, column: ColumnElement[int]) -> ColumnElement[bool]:
    """That a column has what it should: SQLite keeps text and fractions in one of numbers, too."""
    return func.typeof(column) == "integer" if connection.dialect.name == "sqlite" else true()


def keep(connection: Connection, table: Table, column: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those whose value of that unique column no row has yet, all in one go."""
    statement = _insert_once(connection.dialect.name, table, column)
    if len(rows) == 1:
        connection.execute(statement, rows[0])
    elif rows:
        with whole(connection):
            connection.execute(statement, rows)


@cache
def _insert_once(dialect: str, table: Table, column: str) -> Insert:
    if dialect in ("mysql", "mariadb"):
        same = {column: table.c[column]}
        return mysql.insert(table).on_duplicate_key_update(same).inline()
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=[column]).inline()


def add(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert it; ``False`` where a row with the same key is there."""
    (key,) = table.primary_key
    try:
        connection.execute(table.insert(), row)
    except IntegrityError:
        if connection.execute(select(key).where(key == row[key.name])).first():
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
