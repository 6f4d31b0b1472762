"""A SQL store whose server is lost half way, only reads by now, or is slow for all: nothing is answered that is not kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from cookiesafe.adapters._patience import Until
from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql import records as sql_records
from cookiesafe.adapters.stores.sql import schema
from cookiesafe.errors import StoreError
from cookiesafe.testing.stores.samples import a_record, append, ids, numbers, seal, there
from tests.faults.proxy import line_to
from tests.support.stores import (  # noqa: F401
    from_outside,
    kill_connections,
    new_url_fixture,
    server_url_fixture,
    url_fixture,
)

MANY = range(150)
PORTS = {"postgresql": 5432, "mariadb": 3306}
"""More than one statement takes: they are committed together."""


def kill_at_commit(store: Any, url: str, times: int) -> list[int]:
    """Let the connection be lost, so often, when it is about to commit."""
    killed: list[int] = []

    def before(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement == "COMMIT" and len(killed) < times:
            killed.append(kill_connections(url))

    event.listen(store._engine, "before_cursor_execute", before)
    return killed


def test_what_was_lost_as_it_was_committed_is_kept_once_when_done_again(server_url: str) -> None:
    with closing(open_store(server_url)) as store:
        append(store, 999)
        killed = kill_at_commit(store, server_url, times=1)

        append(store, *MANY)

        assert killed == [1]
        assert numbers(store.pending(999)) == [999, *MANY]


def test_what_was_lost_twice_is_told_and_nothing_of_it_is_kept(server_url: str) -> None:
    with closing(open_store(server_url)) as store:
        append(store, 999)
        kill_at_commit(store, server_url, times=2)

        with pytest.raises(StoreError, match="was not kept"):
            append(store, *MANY)

        assert numbers(store.pending(999)) == [999]
        append(store, 1)
        assert numbers(store.pending(999)) == [999, 1]


def test_a_sealing_that_was_lost_leaves_the_log_as_it_was_or_whole(server_url: str) -> None:
    with closing(open_store(server_url)) as store:
        append(store, 1, 2)
        kill_at_commit(store, server_url, times=2)
        with pytest.raises(StoreError, match="was not sealed"):
            seal(store)
        assert store.checkpoint() is None

        assert seal(store)
        kill_at_commit(store, server_url, times=2)
        with pytest.raises(StoreError, match="were not erased"):
            store.erase(there(store, [a_record(1)]), a_record(9))
        assert numbers(store.entries(0, 9)) == [1, 2]


@pytest.mark.parametrize("lost", [1, 2])
def test_what_was_committed_though_the_answer_was_lost_is_not_kept_twice(
    url: str, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows then: it is done again, and where that is lost too, not answered."""
    do, tried = sql_records.append, list[int]()

    def append_and_lose(connection: Any, records: Any) -> None:
        do(connection, records)
        tried.append(1)
        if len(tried) <= lost:
            raise DBAPIError("INSERT", {}, OSError("gone"), connection_invalidated=True)

    monkeypatch.setattr(sql_records, "append", append_and_lose)
    with closing(open_store(url)) as store:
        if lost == 1:
            store.append([a_record(1)])
        else:
            with pytest.raises(StoreError, match="was not kept"):
                store.append([a_record(1)])
            store.append([a_record(1)])

        assert ids(store) == [a_record(1).id]


# --- a server that only reads -----------------------------------------------------------------------

ONLY_READS = {
    "postgresql": "SET default_transaction_read_only = on",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
WRITES: dict[str, Callable[[Any], object]] = {
    "one statement": lambda store: append(store, 1),
    "a transaction": lambda store: append(store, *MANY),
    "a login": lambda store: store.advance_epoch("ann"),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_connection_to_what_only_reads_is_left_for_a_new_one(server_url: str, write: str) -> None:
    with closing(open_store(server_url)) as store:
        append(store, 999)
        (connection,) = store._idle  # type: ignore[attr-defined]
        connection.exec_driver_sql(ONLY_READS[connection.dialect.name])
        before = connection.connection.dbapi_connection

        WRITES[write](store)

        (connection,) = store._idle  # type: ignore[attr-defined]
        assert connection.connection.dbapi_connection is not before
        assert kill_connections(server_url) == 1, "the other is not kept in a pool"


@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
def test_a_server_that_only_reads_is_told_and_found_again_once_it_writes(new_url: str) -> None:
    name = new_url.rpartition("/")[2]
    with closing(open_store(new_url)) as store, from_outside(new_url) as other:
        append(store, 1)
        other.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        kill_connections(new_url)
        with pytest.raises(StoreError, match="was not kept"):
            append(store, 2)
        assert numbers(store.pending(9)) == [1]
        with pytest.raises(StoreError, match="was not advanced"):
            store.advance_epoch("ann")

    with closing(open_store(new_url)) as store, from_outside(new_url) as other:
        other.exec_driver_sql("SET default_transaction_read_only = off")
        assert numbers(store.pending(9)) == [1]
        with pytest.raises(StoreError, match="was not kept"):
            append(store, 2)
        other.exec_driver_sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")

        append(store, 3)
        assert numbers(store.pending(9)) == [1, 3]


# --- a server that hangs ----------------------------------------------------------------------------


def test_a_server_that_hangs_is_given_up_and_found_again(server_url: str) -> None:
    """Its own time-outs end nothing, since it does nothing; and who waits is a request."""
    server = make_url(server_url)
    with line_to(server.port or PORTS[server.get_backend_name()]) as line:
        url = server.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
        with closing(open_store(url)) as store:
            append(store, 999)
            line.is_now("silent")
            began = monotonic()
            with Until(began + 1), pytest.raises(StoreError, match="was not kept"):
                append(store, *MANY)
            assert monotonic() - began < 2
            line.is_now("whole")

            append(store, 500)
            assert {500, 999} <= set(numbers(store.pending(999)))


@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
def test_who_makes_the_tables_waits_for_as_long_as_it_takes(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(connection: Any) -> None:
        connection.exec_driver_sql("SELECT pg_sleep(1.5)")

    monkeypatch.setattr(schema, "_complete_records", slowly)
    with closing(open_store(new_url)) as store:
        with Until(monotonic() + 1):
            append(store, 1)
        assert numbers(store.pending(9)) == [1]


# --- all connections in use ------------------------------------------------------------------------

LOCKS = {
    "postgresql": ["BEGIN", "LOCK TABLE cookiesafe_records"],
    "mysql": ["LOCK TABLES cookiesafe_records WRITE"],
    "mariadb": ["LOCK TABLES cookiesafe_records WRITE"],
}


def test_while_all_connections_wait_the_others_are_told_and_then_all_goes_on(
    server_url: str,
) -> None:
    """All that was answered is kept. MariaDB may go on with what its driver has given up, so more than that may be."""

    def failure(number: int) -> BaseException | None:
        try:
            append(store, number)
        except StoreError as error:
            return error.__cause__
        return None

    with closing(open_store(server_url)) as store, ThreadPoolExecutor(24) as pool:
        append(store, 999)
        with from_outside(server_url) as other:
            for statement in LOCKS[other.dialect.name]:
                other.exec_driver_sql(statement)
            causes = {type(each) for each in pool.map(failure, range(24))}
        assert causes == {OperationalError, TimeoutError}

        while failure(99) is not None:
            pass  # It is left alone for a moment.
        assert set(pool.map(failure, range(100, 124))) == {None}
        assert {*range(100, 124), 999} <= set(numbers(store.pending(99)))
