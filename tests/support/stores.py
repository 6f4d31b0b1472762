"""An empty store for each test, of every kind, and what a test does to a database from outside.

To make a database takes a server most of a second. So on each server a process has one for all its tests, which is
emptied before each; a test of how tables are made and upgraded asks for one that nobody has used.

The servers are those of COOKIESAFE_TEST_POSTGRES and COOKIESAFE_TEST_MARIADB, which must answer;
without these variables those on this machine, and tests are skipped where there are none.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    func,
    select,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.adapters.stores.sql.tables import epochs, records, schema, series, sessions, tables
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record
from cookiesafe.ports import Store
from cookiesafe.testing.stores.samples import a_record
from tests.support.logins import a_login

SERVERS = {
    "postgresql": ("COOKIESAFE_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres"),
    "mariadb": ("COOKIESAFE_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1:3306/mysql"),
}
DATABASES = ("sqlite", *SERVERS)
KINDS = ("memory", "sqlite in memory", *DATABASES)
MOST_TRIES = 20
WAITED_IN_VAIN = ("is making the tables", "pg_advisory_lock(", "database is locked")
"""What a store says of the lock under which tables are made, where it is not got in time: MariaDB, PostgreSQL, SQLite."""
EMPTYING = {"postgresql": "TRUNCATE {} RESTART IDENTITY", "mariadb": "TRUNCATE {}"}

Databases = Callable[[str], str]


@contextmanager
def from_outside(url: str) -> Iterator[Connection]:
    """A connection to the same database that is none of the store's."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def fresh_database(kind: str, directory: Path) -> Iterator[str]:
    """The URL of a database of this kind that nobody has used."""
    if kind == "sqlite":
        yield f"sqlite:///{directory / 'store.db'}"
        return
    server = _server(kind)
    name = f"cookiesafe_{secrets.token_hex(8)}"
    with from_outside(server) as admin:
        admin.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with from_outside(server) as admin:
            force = " WITH (FORCE)" if kind == "postgresql" else ""
            admin.exec_driver_sql(f"DROP DATABASE {name}{force}")


@contextmanager
def databases(directory: Path) -> Iterator[Databases]:
    """Gives the URL of this process's database on a server, its tables made and empty, until the end."""
    with ExitStack() as stack:

        @cache
        def made(kind: str) -> str:
            url = stack.enter_context(fresh_database(kind, directory))
            with closing(open_store(url)) as store:
                store.checkpoint()
            return url

        def emptied(kind: str) -> str:
            url = made(kind)
            with from_outside(url) as admin:
                _kill_others(admin)
                for table in tables.sorted_tables:
                    if table is not schema and (table is records or _has_rows(admin, table)):
                        admin.exec_driver_sql(EMPTYING[kind].format(table.name))
            return url

        yield emptied


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.scalar(select(func.count()).select_from(table)) != 0


def _server(kind: str) -> str:
    variable, usual = SERVERS[kind]
    if variable in os.environ:
        return os.environ[variable]
    try:
        with from_outside(usual):
            return usual
    except OperationalError as error:
        pytest.skip(f"{variable} is not set and there is no {kind} here: {error.orig}")


@pytest.fixture(name="store", params=KINDS)
def store_fixture(
    request: pytest.FixtureRequest, tmp_path: Path, databases: Databases
) -> Iterator[Store]:
    with _opened(request.param, lambda kind: empty_database(kind, tmp_path, databases)) as store:
        yield store


@pytest.fixture(name="new_store", params=KINDS)
def new_store_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """One whose tables are not made yet."""
    with ExitStack() as stack:
        yield stack.enter_context(
            _opened(request.param, lambda kind: stack.enter_context(fresh_database(kind, tmp_path)))
        )


@pytest.fixture(name="url", params=DATABASES)
def url_fixture(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> str:
    return empty_database(request.param, tmp_path, databases)


@pytest.fixture(name="server_url", params=list(SERVERS))
def server_url_fixture(request: pytest.FixtureRequest, databases: Databases) -> str:
    return databases(request.param)


@pytest.fixture(name="new_url", params=DATABASES)
def new_url_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a database that nobody has used."""
    with fresh_database(request.param, tmp_path) as url:
        yield url


def empty_database(kind: str, directory: Path, databases: Databases) -> str:
    return f"sqlite:///{directory / 'store.db'}" if kind == "sqlite" else databases(kind)


@contextmanager
def _opened(kind: str, url_of: Databases) -> Iterator[Store]:
    if kind == "memory":
        store: Store = MemoryStore()
    else:
        store = open_store("sqlite://" if kind == "sqlite in memory" else url_of(kind))
    with closing(store):
        yield store


OLD_RECORDS = Table(
    "cookiesafe_records",
    MetaData(),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("time", BigInteger, nullable=False),
    Column("event", String(32), nullable=False),
    Column("receipt", String(64), index=True),
    Column("body", Text().with_variant(mysql.MEDIUMTEXT, "mysql", "mariadb"), nullable=False),
    sqlite_autoincrement=True,
    mysql_collate="utf8mb4_bin",
    mariadb_collate="utf8mb4_bin",
)
"""As versions 1 and 2 had them."""


def old_body(number: int) -> str:
    """As they wrote ``a_record(number)``."""
    return (
        '{"choices":{"@gullwing":false,"advertising":true},"event":"grant","grounds":{"advertising":"f00d"},'
        f'"id":"{number:032x}","language":"en","notice":"banner","policy":"p1","receipt":"r{number}",'
        f'"time":{1_800_000_000_000 + number}}}'
    )


def make_old_database(url: str, version: int, records: int) -> None:
    """A database as the first version left it, or the second."""
    with from_outside(url) as connection:
        OLD_RECORDS.create(connection)
        schema.create(connection)
        connection.execute(schema.insert(), {"version": version})
        for table in (series, epochs, sessions) if version == 2 else ():
            table.create(connection)
        for number in range(records):
            row = {"id": f"{number:032x}", "time": 1_800_000_000_000 + number, "event": "grant"}
            row |= {"receipt": f"r{number}", "body": old_body(number)}
            connection.execute(OLD_RECORDS.insert(), row)


def kill_connections(url: str) -> int:
    """How many others were connected to the database; they are no longer when this returns."""
    with from_outside(url) as admin:
        return _kill_others(admin)


def _kill_others(admin: Connection) -> int:
    if admin.dialect.name == "postgresql":
        return len(
            admin.exec_driver_sql(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).all()
        )
    others = (
        "SELECT id FROM information_schema.processlist"
        " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
    )
    victims = admin.exec_driver_sql(others).scalars().all()
    for victim in victims:
        with suppress(OperationalError):  # It may just have left by itself.
            admin.exec_driver_sql(f"KILL {victim:d}")
    while admin.exec_driver_sql(others).all():
        pass
    return len(victims)


# --- what other processes do; they find these by name --------------------------------------------


def append_all(url: str, numbers: range) -> None:
    with closing(open_store(url)) as store:
        for number in numbers:
            store.append([a_record(number)])


def append_and_die(url: str) -> None:
    open_store(url).append([a_record(7)])
    os.kill(os.getpid(), 9)


def append_first(store: Store, record: Record) -> None:
    """To a database whose tables somebody else may be making, for longer than anybody waits: the next use tries again."""
    for _ in range(MOST_TRIES):
        try:
            store.append([record])
        except StoreError as error:
            if not any(said in str(error.__cause__) for said in WAITED_IN_VAIN):
                raise
        else:
            return
    raise AssertionError(f"{MOST_TRIES} times somebody else was making the tables")


def use_all(url: str, number: int) -> None:
    """One row of each kind."""
    with closing(open_store(url)) as store:
        append_first(store, a_record(number))
        assert store.add_series(a_login(f"{number}")[0])
        assert store.create_session(f"{number}", "ann", b"data", 2**40)
        store.advance_epoch("ann")
