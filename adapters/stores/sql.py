"""Records in a SQL database: SQLite, PostgreSQL, MariaDB or MySQL, through SQLAlchemy Core.

Every statement is a transaction of its own, and an append that is repeated changes nothing. That
makes it safe to repeat one when the connection broke, and no lock is held between two statements.

No single wait is longer than a second or two (psycopg waits two for a connection): a database that
is down must not hold up a request. A server keeps a record as durably as it is set to; SQLite syncs
to the disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import Pool, QueuePool

from cookiesafe.adapters.stores._turns import Turns
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.ledger import Record

T = TypeVar("T")

SCHEMA = 1
"""The version of the tables below."""
PAGE = 500
"""Records that are read at once."""

_tables = MetaData()
_schema = Table(
    "cookiesafe_schema",
    _tables,
    Column("version", Integer, primary_key=True, autoincrement=False),
)
_records = Table(
    "cookiesafe_records",
    _tables,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("time", BigInteger, nullable=False),
    Column("event", String(32), nullable=False),
    Column("receipt", String(64), index=True),
    Column("body", Text().with_variant(mysql.MEDIUMTEXT, "mysql", "mariadb"), nullable=False),
    sqlite_autoincrement=True,
    # By itself MariaDB takes "a" and "A" for the same id.
    mysql_collate="utf8mb4_bin",
    mariadb_collate="utf8mb4_bin",
)
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}


class SQLStore:
    """The store at a SQLAlchemy URL. Its tables are made at its first use, by whoever comes first.

    A database with tables of a later version raises ``SettingError`` at the first use. Threads may
    share it; after a fork a process has its own connections, and of an in-memory SQLite its own.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._insert = _insert_once(self._engine.dialect.name)
        self._closed = False
        self._start()
        _stores.add(self)

    def _start(self) -> None:
        self._turns = Turns(_places(self._engine.url))
        self._set_up = Lock()
        self._ready = False

    def __repr__(self) -> str:
        return f"SQLStore({_shown(self._engine.url)!r})"

    def append(self, record: Record) -> None:
        row = {
            "id": record.id,
            "time": record.time,
            "event": record.event,
            "receipt": record.receipt,
            "body": record.to_json(),
        }
        self._do("the record was not kept", partial(_execute, statement=self._insert, row=row))

    def records(self) -> Iterator[Record]:
        last = 0
        while rows := self._do("the records were not read", partial(_page, after=last)):
            for seq, body in rows:
                yield self._parsed(seq, body)
            last = rows[-1][0]

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()

    def _parsed(self, seq: int, body: str) -> Record:
        try:
            return Record.from_json(body)
        except (ValueError, TypeError) as error:
            where = _shown(self._engine.url)
            raise StoreError(f"record {seq} is damaged", where=where) from error

    def _do(self, failure: str, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns. It is done again, once, if its connection turns out to be lost."""
        if self._closed:
            raise StoreError("the store is closed")
        try:
            try:
                return self._connected(work)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                return self._connected(work)
        except SettingError:
            raise
        # Drivers raise more than their own errors, such as OverflowError.
        except Exception as error:
            url = self._engine.url
            raise StoreError(failure, where=_shown(url), fix=_remedy(url)) from error

    def _connected(self, work: Callable[[Connection], T]) -> T:
        with self._turns, self._engine.connect() as connection:
            if not self._ready:
                with self._set_up:
                    _ensure_tables(connection)
                    self._ready = True
            return work(connection)

    def _forked(self) -> None:
        # To close these connections would be to speak on the parent's sockets.
        _inherited.append(self._engine.pool)
        self._engine.dispose(close=False)
        self._start()


_stores: WeakSet[SQLStore] = WeakSet()
_inherited: list[Pool] = []


def _after_fork() -> None:
    for store in list(_stores):
        store._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _execute(connection: Connection, statement: Insert, row: dict[str, Any]) -> None:
    connection.execute(statement, row)


def _page(connection: Connection, after: int) -> list[tuple[int, str]]:
    """Pages instead of a cursor: whoever stops reading half-way leaves no connection behind."""
    seq: Column[int] = _records.c.seq
    body: Column[str] = _records.c.body
    rows = connection.execute(select(seq, body).where(seq > after).order_by(seq).limit(PAGE))
    return [(row[0], row[1]) for row in rows]


def _insert_once(dialect: str) -> Insert:
    """An INSERT that does nothing for an ``id`` that is there."""
    if dialect in ("mysql", "mariadb"):
        return mysql.insert(_records).on_duplicate_key_update(id=_records.c.id).inline()
    if dialect == "postgresql":
        return postgresql.insert(_records).on_conflict_do_nothing(index_elements=["id"]).inline()
    return sqlite.insert(_records).on_conflict_do_nothing(index_elements=["id"]).inline()


# --- tables --------------------------------------------------------------------------------------


def _ensure_tables(connection: Connection) -> None:
    version = _version(connection)
    if version is None:
        with _alone(connection):
            version = _version(connection) or _create(connection)
    if version > SCHEMA:
        raise SettingError(
            f"the tables of the store are of version {version}, this CookieSafe knows {SCHEMA}",
            where=_shown(connection.engine.url),
            fix="Upgrade cookiesafe, or give it another database.",
        )


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(_schema.name):
        return None
    version: int | None = connection.scalar(select(func.max(_schema.c.version)))
    return version


def _create(connection: Connection) -> int:
    _tables.create_all(connection)
    connection.execute(_schema.insert(), {"version": SCHEMA})
    return SCHEMA


_LOCKS = {
    "sqlite": ("BEGIN IMMEDIATE", "COMMIT"),
    "postgresql": (
        "SELECT pg_advisory_lock(hashtext('cookiesafe_schema'))",
        "SELECT pg_advisory_unlock(hashtext('cookiesafe_schema'))",
    ),
    "mysql": (
        "SELECT GET_LOCK(CONCAT('cookiesafe_schema.', DATABASE()), 1)",
        "SELECT RELEASE_LOCK(CONCAT('cookiesafe_schema.', DATABASE()))",
    ),
}
_LOCKS["mariadb"] = _LOCKS["mysql"]


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """No other process makes tables meanwhile. What stays half made is finished at the next use."""
    lock, unlock = _LOCKS[connection.dialect.name]
    connection.exec_driver_sql(lock)
    try:
        yield
    finally:
        connection.exec_driver_sql(unlock)


# --- connections ---------------------------------------------------------------------------------


def _engine(text: str) -> Engine:
    """Raises ``SettingError`` for a URL that cannot be read, ``ImportError`` without a driver."""
    try:
        url = make_url(text)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=_places(url),
            max_overflow=0,
            connect_args=_driver_options(url),
        )
    except (ArgumentError, ValueError):
        # Their messages may repeat what they did not understand, a password with it.
        raise SettingError(
            "the store's URL cannot be read",
            fix="Percent-encode what is special in the password, and check driver and port.",
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
    return engine


def _places(url: URL) -> int:
    """Connections at most. SQLite has one writer at a time, so a process's threads share one."""
    return 1 if url.get_backend_name() == "sqlite" else 8


def _driver_options(url: URL) -> dict[str, object]:
    """What the URL's own query does not say, its PostgreSQL ``options`` with ours before them."""
    dialect = url.get_backend_name()
    if dialect == "sqlite":
        return _unsaid(url, timeout=1.0, check_same_thread=False)
    if dialect == "postgresql":
        options = f"-c statement_timeout=1000 -c lock_timeout=1000 {url.query.get('options', '')}"
        return {**_unsaid(url, connect_timeout=1, tcp_user_timeout=1000), "options": options}
    return _unsaid(
        url,
        connect_timeout=1,
        read_timeout=1,
        write_timeout=1,
        # Strict, since MariaDB may be set up to shorten what does not fit instead of refusing it.
        init_command="SET innodb_lock_wait_timeout=1, lock_wait_timeout=1,"
        " sql_mode=CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
    )


def _unsaid(url: URL, **options: object) -> dict[str, object]:
    return {key: value for key, value in options.items() if key not in url.query}


def _open_sqlite(connection: sqlite3.Connection, _: object) -> None:
    try:
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
    except BaseException:
        connection.close()
        raise


def _use_wal(connection: sqlite3.Connection) -> None:
    """One process changes the mode, once in a file's life; others then may find it locked.

    That error comes at once, whatever the busy time-out. To begin a transaction does wait.
    """
    for _ in range(5):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    connection.execute("PRAGMA journal_mode=WAL")


def _shown(url: URL) -> str:
    """Without the password, and without a query that may hold another."""
    return url.set(query={}).render_as_string(hide_password=True)


def _remedy(url: URL) -> str:
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return ""
    directory = os.path.dirname(os.path.abspath(url.database))
    return "" if os.path.isdir(directory) else f'Create the directory "{directory}".'
