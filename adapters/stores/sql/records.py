"""Records, by order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, delete, func, select

from cookiesafe.adapters.stores.sql.statements import Overtaken, keep, read, whole
from cookiesafe.adapters.stores.sql.tables import records as table
from cookiesafe.ledger import Entry, Record
from cookiesafe.ledger.record import NOWHERE

PAGE = 500
"""Records that are read, or removed, at once."""
_seq: Column[int] = table.c.seq
_body: Column[str] = table.c.body
_place = table.c.place
_PENDING, _SEALED = _place.is_(None), _place.is_not(None)
_KEPT = ("id", "time", "event", "receipt", "body")
_kept = attrgetter("id", "time", "event", "receipt")
_ENTRY = select(table.c.id, table.c.time, table.c.event, table.c.receipt, _body, _place)


def append(connection: Connection, records: Sequence[Record]) -> None:
    keep(connection, table, _KEPT, [(*_kept(record), record.to_json()) for record in records])


def page(connection: Connection, after: int) -> list[tuple[int, str]]:
    """Pages instead of a cursor: whoever stops reading half-way leaves no connection behind."""
    some = select(_seq, _body).where(_seq > after).order_by(_seq).limit(PAGE)
    return [(row[0], row[1]) for row in read(connection, some)]


def sealed(connection: Connection, start: int, limit: int) -> list[Entry]:
    """Without what has a fraction for its place: it would stand between two others."""
    if start > NOWHERE:
        return []
    which = _place >= start
    if connection.dialect.name == "sqlite":
        which &= func.typeof(_place) != "real"
    return _entries(connection, which, _place, limit)


def pending(connection: Connection, limit: int) -> list[Entry]:
    return _entries(connection, _PENDING, _seq, limit)


def of_receipt(connection: Connection, receipt: str) -> list[Entry]:
    return _entries(connection, table.c.receipt == receipt, _seq)


def of_event(connection: Connection, event: str, before: int | None, limit: int) -> list[Entry]:
    which = table.c.event == event
    if before is not None:
        which &= table.c.time < before
    return _entries(connection, which, _seq, limit)


def erase(connection: Connection, entries: Sequence[Entry], record: Record) -> bool:
    if not entries:
        return False
    try:
        with whole(connection):
            _remove(connection, [each.id for each in entries if each.index is None], _PENDING)
            _remove(connection, [each.id for each in entries if each.index is not None], _SEALED)
            append(connection, [record])
    except Overtaken:
        return False
    return True


def _remove(connection: Connection, ids: Sequence[str], which: ColumnElement[bool]) -> None:
    for start in range(0, len(ids), PAGE):
        some = ids[start : start + PAGE]
        gone = connection.execute(delete(table).where(table.c.id.in_(some), which))
        if gone.rowcount != len(some):
            raise Overtaken


def _entries(
    connection: Connection,
    which: ColumnElement[bool],
    order: Column[int] | ColumnElement[int],
    limit: int | None = None,
) -> list[Entry]:
    return [
        _entry(row) for row in read(connection, _ENTRY.where(which).order_by(order).limit(limit))
    ]


def _entry(row: Sequence[Any]) -> Entry:
    """A row as an entry. SQLite keeps values of any type: one of another says nothing that could be right, and text
    is behind all numbers there."""
    id, time, event, receipt, body, place = row
    if type(place) is not int and place is not None:
        place = NOWHERE
    if type(time) is not int:
        time = -1
    if receipt is not None:
        receipt = _text(receipt)
    return Entry(_text(id), time, _text(event), receipt, _text(body), place)


def _text(value: Any) -> str:
    return value if type(value) is str else repr(value)
