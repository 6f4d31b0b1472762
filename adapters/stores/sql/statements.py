"""Statements that more than one table needs, each with the same effect when it is done twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, delete, func, select, true
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

Ts = TypeVarTuple("Ts")


class Overtaken(Exception):
    """Somebody else has changed what was to be changed."""


_BATCH = 500
"""Rows that are deleted at once."""
_AT_ONCE = 100
"""Rows that one statement inserts."""
_BY_ROWS = 10
"""Rows that psycopg hands over one by one. It reads a statement of more than 50 parameters anew each time, which takes
longer than to make arrays."""


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
    if connection.invalidated:
        # It was lost, and all that was begun on it is undone.
        return
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


def keep(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, values of the columns ``names``, all or none: but not whose first value a row has already.

    That column is unique. As one statement, which is all or nothing by itself: what it costs to begin and to commit,
    and to hand over row by row, is more than what most rows cost.
    """
    if len(rows) <= _AT_ONCE:
        _keep(connection, table, tuple(names), rows)
        return
    with whole(connection):
        for start in range(0, len(rows), _AT_ONCE):
            _keep(connection, table, tuple(names), rows[start : start + _AT_ONCE])


def _keep(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    if not rows:
        return
    dialect = connection.dialect
    values: tuple[Any, ...]
    if dialect.driver == "psycopg" and len(rows) > _BY_ROWS:
        source = _from_columns(table, names)
        values = tuple(map(list, zip(*rows, strict=True)))
    else:
        source = _from_rows(dialect.paramstyle, len(names), len(rows))
        values = tuple(chain.from_iterable(rows))
    connection.exec_driver_sql(_insert_once(dialect.name, table, names, source), values)


@lru_cache(256)
def _from_rows(style: str, columns: int, rows: int) -> str:
    row = ", ".join(["?" if style == "qmark" else "%s"] * columns)
    return f"VALUES {', '.join([f'({row})'] * rows)}"


@lru_cache
def _from_columns(table: Table, names: tuple[str, ...]) -> str:
    """Arrays, in psycopg's binary form. Not of the columns' own types: a cast to these would shorten what is too long."""
    types = ["bigint" if table.c[name].type.python_type is int else "text" for name in names]
    return f"SELECT * FROM unnest({', '.join(f'%b::{type}[]' for type in types)})"  # noqa: S608 - types of ours


@lru_cache(256)
def _insert_once(dialect: str, table: Table, names: tuple[str, ...], source: str) -> str:
    unique = names[0]
    there = f"CONFLICT ({unique}) DO NOTHING"
    if dialect in ("mysql", "mariadb"):
        there = f"DUPLICATE KEY UPDATE {unique} = {unique}"
    return f"INSERT INTO {table.name} ({', '.join(names)}) {source} ON {there}"


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
