"""For apps that keep their data by SQLAlchemy: ``insert_once`` does what a carried form is for, once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session


def insert_once(
    connection: Connection | Session | scoped_session[Any],
    table: Table,
    flow: str,
    values: Mapping[str, Any],
    column: str = "flow",
) -> tuple[Row[Any], bool]:
    """Insert a row with this ``flow``, or find the one that is there: the row, and whether it is new.

    It is done in the transaction of ``connection``, so that it holds once that is committed; of two at once, the second
    waits for the first. ``column`` is to be UNIQUE. Any other conflict raises ``IntegrityError``, as it does where the row
    was committed since this transaction has begun and PostgreSQL hides that from it (REPEATABLE READ): begin a new one.
    """
    if not isinstance(connection, Connection):
        connection = connection.connection({"clause": table})
    there = select(table).where(table.c[column] == flow)
    # PostgreSQL alone gives a transaction up for one statement that failed. To SQLite's driver, a savepoint that
    # comes first is the transaction, which ends with it.
    alone = connection.dialect.name == "postgresql"
    try:
        with connection.begin_nested() if alone else nullcontext():
            connection.execute(table.insert(), {**values, column: flow})
    except IntegrityError:
        # A locking read, since MariaDB's others see what was there when the transaction began to read.
        found = connection.execute(there.with_for_update(read=True)).one_or_none()
        if found is None:
            raise
        return found, False
    return connection.execute(there).one(), True
