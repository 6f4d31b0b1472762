"""Records, by order of arrival."""

from __future__ import annotations

from sqlalchemy import Column, Connection, select

from cookiesafe.adapters.stores.sql.statements import keep
from cookiesafe.adapters.stores.sql.tables import records as table
from cookiesafe.ledger import Record

PAGE = 500
"""Records that are read at once."""


def append(connection: Connection, record: Record) -> None:
    row = {
        "id": record.id,
        "time": record.time,
        "event": record.event,
        "receipt": record.receipt,
        "body": record.to_json(),
    }
    keep(connection, table, "id", row)


def page(connection: Connection, after: int) -> list[tuple[int, str]]:
    """Pages instead of a cursor: whoever stops reading half-way leaves no connection behind."""
    seq: Column[int] = table.c.seq
    body: Column[str] = table.c.body
    rows = connection.execute(select(seq, body).where(seq > after).order_by(seq).limit(PAGE))
    return [(row[0], row[1]) for row in rows]
