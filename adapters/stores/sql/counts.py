"""What was counted: rows that are added to, so that any number of processes may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from sqlalchemy import Connection, delete, select

from cookiesafe.adapters.stores.sql import statements
from cookiesafe.adapters.stores.sql.tables import counts as table
from cookiesafe.count import Cell, Count

_AT_ONCE = 100
_COLUMNS = ("day", "figure", "cut", "value", "n")
_KEY = table.primary_key.columns


def add(connection: Connection, counts: Sequence[Count]) -> None:
    with statements.whole(connection):
        _add(connection, counts)


def load(connection: Connection, since: int, until: int) -> list[Count]:
    those = select(table).where(table.c.day.between(since, until))
    # All at once, and each made a tuple at once: what does so one by one takes twice as long.
    return list(map(_as_count, connection.execute(those).all()))


_as_count: Callable[[Sequence[Any]], Count] = partial(tuple.__new__, Count)


def swap(connection: Connection, gone: Sequence[Count], more: Sequence[Count]) -> bool:
    try:
        with statements.whole(connection):
            for each in _added_up(gone):
                there = (column == part for column, part in zip(table.c, each, strict=True))
                if not connection.execute(delete(table).where(*there)).rowcount:
                    raise statements.Overtaken
            _add(connection, more)
    except statements.Overtaken:
        return False
    return True


def remove(connection: Connection, before: int) -> int:
    """A day at a time: no lock is held for long."""
    removed = 0
    days = select(table.c.day).where(table.c.day < before).distinct()
    for day in connection.scalars(days).all():
        removed += connection.execute(delete(table).where(table.c.day == day)).rowcount
    return removed


def _add(connection: Connection, counts: Sequence[Count]) -> None:
    rows = _added_up(counts)
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        text = _adding(connection.dialect.name, connection.dialect.paramstyle, len(some))
        connection.exec_driver_sql(text, tuple(chain.from_iterable(some)))


def _added_up(counts: Sequence[Count]) -> list[Count]:
    """Each cell once, as PostgreSQL wants it, in one order everywhere, so that no two wait for each other."""
    cells: dict[Cell, int] = {}
    for each in counts:
        cells[each.cell] = cells.get(each.cell, 0) + each.n
    return sorted(Count(*cell, n) for cell, n in cells.items())


@lru_cache(256)
def _adding(dialect: str, style: str, rows: int) -> str:
    row = ", ".join(["?" if style == "qmark" else "%s"] * len(_COLUMNS))
    values = ", ".join([f"({row})"] * rows)
    key = ", ".join(column.name for column in _KEY)
    there = f"CONFLICT ({key}) DO UPDATE SET n = {table.name}.n + excluded.n"
    if dialect in ("mysql", "mariadb"):
        there = "DUPLICATE KEY UPDATE n = n + VALUES(n)"
    return f"INSERT INTO {table.name} ({', '.join(_COLUMNS)}) VALUES {values} ON {there}"  # noqa: S608
