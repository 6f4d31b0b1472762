"""What a form does is done once, in the app's own transaction, on each database: with SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from cookiesafe.adapters.sqlalchemy import insert_once
from tests.support.stores import DATABASES, SERVERS, fresh_database

FLOW, OTHER = "a" * 22, "b" * 22
THREADS = 16
PATIENCE = 20.0

META = MetaData()
ORDERS = Table(
    "orders",
    META,
    Column("id", Integer, primary_key=True),
    Column("flow", String(22), unique=True, nullable=False),
    Column("name", String(40), nullable=False),
    Column("number", Integer, unique=True),
)
BILLS = Table("bills", META, Column("key", String(22), primary_key=True), Column("sum", Integer))


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Engine]:
    """One for all tests: to make it takes longer than they do."""
    with fresh_database(request.param, tmp_path_factory.mktemp("orders")) as url:
        engine = create_engine(url, pool_size=THREADS)
        META.create_all(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def engine(database: Engine) -> Engine:
    with database.begin() as connection:
        for table in META.sorted_tables:
            connection.execute(table.delete())
    return database


def order(engine: Engine, name: str = "Ada", flow: str = FLOW, **more: Any) -> tuple[str, bool]:
    """Whose order it is, and whether it is new, in a transaction of its own."""
    with engine.begin() as connection:
        row, created = insert_once(connection, ORDERS, flow, {"name": name, **more})
        return row.name, created


def names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(ORDERS.c.name).order_by(ORDERS.c.id)))


def test_the_second_time_finds_what_the_first_has_made(engine: Engine) -> None:
    assert order(engine) == ("Ada", True)
    assert order(engine, "Grace") == ("Ada", False)
    assert order(engine, "Grace", OTHER) == ("Grace", True)
    assert names(engine) == ["Ada", "Grace"]


def test_of_many_at_once_one_does_it_and_all_get_the_same(engine: Engine) -> None:
    ready = Barrier(THREADS, timeout=PATIENCE)

    def click(number: int) -> tuple[int, str, bool]:
        with engine.connect() as connection:
            # A connection of its own for each, before the first begins.
            connection.scalar(select(1))
            connection.rollback()
            ready.wait()
            with connection.begin():
                row, created = insert_once(connection, ORDERS, FLOW, {"name": f"click {number}"})
                return row.id, row.name, created

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(click, range(THREADS)))

    assert len({(id, name) for id, name, _ in done}) == 1
    assert sum(created for *_, created in done) == 1
    assert len(names(engine)) == 1


def test_it_is_undone_with_the_transaction(engine: Engine) -> None:
    with engine.connect() as connection:
        insert_once(connection, ORDERS, FLOW, {"name": "Ada"})
        connection.execute(BILLS.insert(), {"key": "a", "sum": 1})
        connection.rollback()
    assert names(engine) == []

    assert order(engine) == ("Ada", True)


def test_the_transaction_goes_on_after_a_row_was_found(engine: Engine) -> None:
    order(engine)
    with engine.begin() as connection:
        connection.execute(BILLS.insert(), {"key": "before", "sum": 1})
        _, created = insert_once(connection, ORDERS, FLOW, {"name": "Grace"})
        connection.execute(BILLS.insert(), {"key": "after", "sum": 2})
    with engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(BILLS))

    assert (created, kept) == (False, 2)


def test_any_other_conflict_raises_and_the_transaction_goes_on(engine: Engine) -> None:
    order(engine, number=7)
    with engine.begin() as connection:
        with pytest.raises(IntegrityError):
            insert_once(connection, ORDERS, OTHER, {"name": "Grace", "number": 7})
        with pytest.raises(IntegrityError):
            insert_once(connection, ORDERS, OTHER, {"name": None})
        insert_once(connection, ORDERS, OTHER, {"name": "Grace", "number": 8})

    assert names(engine) == ["Ada", "Grace"]


def test_the_column_may_have_another_name(engine: Engine) -> None:
    with engine.begin() as connection:
        found = [
            insert_once(connection, BILLS, FLOW, {"sum": each}, column="key") for each in (1, 2)
        ]

    assert [(row.sum, created) for row, created in found] == [(1, True), (1, False)]


def test_a_column_that_is_not_unique_is_noticed(engine: Engine) -> None:
    with engine.connect() as connection:
        insert_once(connection, ORDERS, "Ada", {"flow": FLOW}, column="name")
        with pytest.raises(Exception, match="Multiple rows"):
            insert_once(connection, ORDERS, "Ada", {"flow": OTHER}, column="name")


SESSIONS: dict[str, Callable[[Engine], Any]] = {
    "a session": Session,
    "a scoped session": lambda engine: scoped_session(sessionmaker(engine)),
}


@pytest.mark.parametrize("kind", SESSIONS)
def test_a_session_of_the_orm_does_as_well(engine: Engine, kind: str) -> None:
    session = SESSIONS[kind](engine)
    insert_once(session, ORDERS, FLOW, {"name": "Ada"})
    session.rollback()
    found = [insert_once(session, ORDERS, FLOW, {"name": name}) for name in ("Grace", "Eve")]
    session.commit()
    session.close()

    assert [(row.name, created) for row, created in found] == [("Grace", True), ("Grace", False)]
    assert names(engine) == ["Grace"]


# --- two at once, one step after another ---------------------------------------------------------


ON_SERVERS = pytest.mark.parametrize("database", list(SERVERS), indirect=True)


@ON_SERVERS
@pytest.mark.parametrize("commits", [True, False])
def test_the_second_waits_for_what_becomes_of_the_first(engine: Engine, commits: bool) -> None:
    waiting = Event()

    def second() -> tuple[str, bool]:
        with engine.begin() as connection:
            connection.scalar(select(1))
            waiting.set()
            row, created = insert_once(connection, ORDERS, FLOW, {"name": "second"})
            return row.name, created

    with ThreadPoolExecutor(1) as pool, engine.connect() as connection:
        insert_once(connection, ORDERS, FLOW, {"name": "first"})
        later = pool.submit(second)
        assert waiting.wait(PATIENCE)
        wait_for_a_lock(engine, later)
        assert not later.done()
        if commits:
            connection.commit()
        else:
            connection.rollback()
        found = later.result(PATIENCE)

    assert found == (("first", False) if commits else ("second", True))
    assert names(engine) == [found[0]]


@ON_SERVERS
def test_what_was_committed_since_the_transaction_began_to_read_is_found(engine: Engine) -> None:
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(ORDERS)) == 0
        order(engine, "first")

        row, created = insert_once(connection, ORDERS, FLOW, {"name": "second"})

    assert (row.name, created) == ("first", False)


_WAITING = {
    "postgresql": "SELECT 1 FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'",
    "mariadb": "SELECT 1 FROM information_schema.processlist"
    " WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE 'INSERT %%'",
}


def wait_for_a_lock(engine: Engine, later: Future[Any]) -> None:
    """Until somebody in this database waits for another; MariaDB says no more than that an insert has not ended."""
    waiting = _WAITING[engine.url.get_backend_name()]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not later.done() and connection.exec_driver_sql(waiting).first() is None:
            pass
