"""What every store does, over every kind of store, on real servers."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count, islice
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import psycopg
import pymysql
import pytest
from hypothesis import strategies as st
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, OperationalError

from cookiesafe.adapters.stores import MemoryStore, _turns, open_store
from cookiesafe.adapters.stores.sql import records as sql_records
from cookiesafe.adapters.stores.sql import schema
from cookiesafe.adapters.stores.sql.tables import SCHEMA
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.ports import Store
from cookiesafe.testing.stores.samples import a_record, seal
from tests.support.forks import fork, forking
from tests.support.stores import (  # noqa: F401
    SERVERS,
    append_all,
    append_and_die,
    append_first,
    fresh_database,
    from_outside,
    kill_connections,
    make_old_database,
    new_store_fixture,
    new_url_fixture,
    old_body,
    server_url_fixture,
    store_fixture,
    url_fixture,
    use_all,
)

SPAWN = multiprocessing.get_context("spawn")
PASSWORD = "not-to-be-seen"
OURS = {
    "sqlalchemy": "cookiesafe.adapters.stores.sql",
    "redis": "cookiesafe.adapters.stores.redis",
}


def ids(store: Store) -> list[str]:
    return [record.id for record in store.records()]


# --- what it keeps -------------------------------------------------------------------------------

TEXT = st.text(max_size=20)
RECORDS = st.fixed_dictionaries(
    {
        "time": st.integers(0, 2**62),
        "event": st.sampled_from(["grant", "refusal", "withdrawal", "change"]),
        "policy": TEXT,
        "notice": TEXT | st.just("long" * 30_000),
        "language": TEXT,
        "choices": st.dictionaries(TEXT, st.booleans()),
        "grounds": st.dictionaries(TEXT, TEXT),
        "receipt": st.none() | st.text("aAbB09-_", min_size=1, max_size=64),
    }
)
NUMBERS = count(1)


@pytest.mark.parametrize("size", [9, 10, 25])
def test_more_than_one_page_is_read_in_order(
    store: Store, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_records, "PAGE", 10)
    expected = [a_record(number) for number in range(size)]
    for record in expected:
        store.append([record])

    assert list(store.records()) == expected


@pytest.mark.parametrize("size", [2, 11, 101, 250])
def test_of_many_that_are_appended_at_once_all_are_kept_or_none(url: str, size: int) -> None:
    with closing(open_store(url)) as store:
        with pytest.raises(StoreError):
            store.append([*map(a_record, range(size - 1)), a_record(size, time=2**64)])

        assert ids(store) == []
        store.append([a_record(1)])
        assert ids(store) == [a_record(1).id]


# --- many at once --------------------------------------------------------------------------------


def test_the_first_use_may_be_by_many_threads_at_once(new_store: Store) -> None:
    barrier = Barrier(8)

    def first_use(number: int) -> None:
        barrier.wait()
        new_store.append([a_record(number)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first_use, range(8)))

    assert len(ids(new_store)) == 8


def test_the_first_use_may_be_by_many_stores_at_once(new_url: str) -> None:
    barrier = Barrier(8)

    def first_use(number: int) -> None:
        with closing(open_store(new_url)) as store:
            barrier.wait()
            append_first(store, a_record(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first_use, range(8)))

    with closing(open_store(new_url)) as store:
        assert len(ids(store)) == 8


def test_a_record_survives_its_writer(url: str) -> None:
    writer = SPAWN.Process(target=append_and_die, args=(url,))
    writer.start()
    writer.join(60)

    assert writer.exitcode == -9
    with closing(open_store(url)) as store:
        assert list(store.records()) == [a_record(7)]


def test_sqlite_syncs_every_record(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as url, closing(open_store(url)) as store:
        store.append([a_record()])
        with closing(sqlite3.connect(tmp_path / "store.db")) as other:
            assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma(store, "synchronous") == 2


def test_sqlite_overwrites_what_is_removed(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as url, closing(open_store(url)) as store:
        store.append([a_record()])
        assert pragma(store, "secure_delete") == 1


def pragma(store: Store, name: str) -> object:
    """As the store's own connection has it."""
    (connection,) = cast("Any", store)._idle
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@forking
def test_parent_and_child_go_on_after_a_fork(url: str) -> None:
    with closing(open_store(url)) as store:
        store.append([a_record(0)])

        def child() -> bool:
            for number in range(100, 150):
                store.append([a_record(number)])
            store.close()
            return True

        ended = fork(child)
        for number in range(1, 50):
            store.append([a_record(number)])

        assert ended()
        expected = [a_record(number).id for number in (*range(50), *range(100, 150))]
        assert sorted(ids(store)) == expected


def test_connections_are_given_in_the_order_they_were_asked_for() -> None:
    turns = _turns.Turns(1)
    served: list[int] = []

    def ask(number: int) -> None:
        with turns:
            served.append(number)

    with ThreadPoolExecutor(5) as pool, turns:
        for number in range(5):
            pool.submit(ask, number)
            while len(turns._line) <= number:
                pass

    assert served == [0, 1, 2, 3, 4]


def test_who_waits_too_long_for_a_connection_goes() -> None:
    turns = _turns.Turns(1, patience=0.01)

    with turns, pytest.raises(TimeoutError), turns:
        pass
    with turns:
        pass


@pytest.mark.parametrize("scheme", ["mysql", "postgresql"])
def test_who_waits_while_others_are_not_answered_does_not_begin_to_wait_anew(scheme: str) -> None:
    barrier = Barrier(24)

    def ask(store: Store) -> object:
        barrier.wait()
        with pytest.raises(StoreError) as caught:
            store.checkpoint()
        return type(caught.value.__cause__)

    with (
        a_port(silent=True) as port,
        closing(open_store(f"{scheme}://reader@127.0.0.1:{port}/db")) as store,
        ThreadPoolExecutor(24) as pool,
    ):
        causes = list(pool.map(ask, [store] * 24))

    assert set(causes) == {OperationalError, TimeoutError}
    assert causes.count(TimeoutError) >= 12


# --- what can go wrong ---------------------------------------------------------------------------


def test_a_killed_connection_is_replaced(server_url: str) -> None:
    with closing(open_store(server_url)) as store:
        store.append([a_record(1)])

        assert kill_connections(server_url) == 1
        store.append([a_record(2)])
        assert kill_connections(server_url) == 1
        assert len(list(store.records())) == 2


def test_a_connection_that_was_in_use_when_another_failed_is_not_kept(server_url: str) -> None:
    """It may have been lost as well, and whoever tries again is to find one that was not."""
    with closing(open_store(server_url)) as opened:
        store = cast("Any", opened)

        def fail(_: object) -> None:
            raise ValueError

        def go_on_when_another_fails(_: object) -> None:
            with pytest.raises(StoreError):
                store._do("failed", fail)

        store._do("failed", go_on_when_another_fails)
        assert store._idle == []
        store.append([a_record(1)])
        assert len(store._idle) == 1


UNDONE = [
    pymysql.err.OperationalError(1213, "Deadlock found when trying to get lock"),
    psycopg.errors.DeadlockDetected("deadlock detected"),
    psycopg.errors.SerializationFailure("could not serialize access"),
]


@pytest.mark.parametrize("cause", UNDONE, ids=lambda cause: type(cause).__name__)
@pytest.mark.parametrize("times", [1, 2])
def test_what_a_server_undid_for_another_is_done_again_once(
    times: int, cause: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def append(connection: object, records: object) -> None:
        tried.append(1)
        if len(tried) <= times:
            raise DBAPIError("INSERT", {}, cause)

    monkeypatch.setattr(sql_records, "append", append)
    with closing(open_store("sqlite://")) as store:
        if times == 1:
            store.append([a_record()])
        else:
            with pytest.raises(StoreError, match="was not kept"):
                store.append([a_record()])

    assert len(tried) == 2


def test_all_threads_find_new_connections(server_url: str) -> None:
    barrier = Barrier(4)

    def append(number: int) -> None:
        barrier.wait()
        store.append([a_record(number)])

    with closing(open_store(server_url)) as store, ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(4)))
        kill_connections(server_url)
        list(pool.map(append, range(4, 8)))

        assert len(ids(store)) == 8


def test_a_later_schema_is_refused(new_url: str) -> None:
    append_all(new_url, range(1))
    with from_outside(new_url) as other:
        other.exec_driver_sql("UPDATE cookiesafe_schema SET version = version + 1")

    with closing(open_store(new_url)) as store:
        with pytest.raises(SettingError, match=rf"version {SCHEMA + 1}.*Upgrade cookiesafe"):
            store.append([a_record(1)])
        with pytest.raises(SettingError, match=f"version {SCHEMA + 1}"):
            list(store.records())


OLD = pytest.mark.parametrize("version", [1, 2])


@OLD
def test_a_database_of_an_older_version_is_upgraded_at_its_first_use(
    new_url: str, version: int
) -> None:
    make_old_database(new_url, version, records=3)

    use_all(new_url, 3)
    use_all(new_url, 4)

    with closing(open_store(new_url)) as store:
        assert ids(store) == [a_record(number).id for number in range(5)]
        assert len(store.list_series("ann")) == store.epoch("ann") == 2
    with from_outside(new_url) as other:
        newest = other.exec_driver_sql("SELECT max(version) FROM cookiesafe_schema").scalar()
    assert newest == SCHEMA == 4


@OLD
def test_old_records_keep_their_bytes_and_can_be_sealed(new_url: str, version: int) -> None:
    make_old_database(new_url, version, records=3)

    with closing(open_store(new_url)) as store:
        assert [entry.body for entry in store.pending(10)] == [old_body(n) for n in range(3)]
        assert [entry.record for entry in store.entries_of("r1")] == [a_record(1)]
        assert seal(store)
        assert [entry.body for entry in store.entries(0, 10)] == [old_body(n) for n in range(3)]


def test_an_upgraded_database_has_the_indexes_of_a_new_one(tmp_path: Path, new_url: str) -> None:
    make_old_database(new_url, 1, records=1)
    use_all(new_url, 1)
    kind = new_url.partition("+")[0].partition(":")[0]

    (tmp_path / "new").mkdir()
    with fresh_database(kind, tmp_path / "new") as new:
        use_all(new, 1)
        assert indexes(new_url) == indexes(new)


def indexes(url: str) -> set[tuple[str | None, tuple[str | None, ...], bool]]:
    with from_outside(url) as other:
        found = inspect(other).get_indexes("cookiesafe_records")
    return {(each["name"], tuple(each["column_names"]), bool(each["unique"])) for each in found}


@pytest.mark.parametrize("version", [None, 1, 2])
def test_two_processes_may_be_the_first_at_once(new_url: str, version: int | None) -> None:
    if version is not None:
        make_old_database(new_url, version, records=1)
    processes = [SPAWN.Process(target=use_all, args=(new_url, number)) for number in range(2)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    with closing(open_store(new_url)) as store:
        assert len(store.list_series("ann")) == store.epoch("ann") == 2


@pytest.mark.parametrize("new_url", list(SERVERS), indirect=True)
def test_while_another_makes_the_tables_nobody_else_does(new_url: str) -> None:
    with closing(open_store(new_url)) as store:
        with from_outside(new_url) as other:
            lock, _ = schema._LOCKS[other.dialect.name]
            other.exec_driver_sql(lock)
            with at_most(seconds=4), pytest.raises(StoreError, match="was not kept"):
                store.append([a_record(1)])
            assert inspect(other).get_table_names() == []

        store.append([a_record(2)])
        assert ids(store) == [a_record(2).id]


def test_a_lock_that_was_not_got_is_told_as_that(tmp_path: Path) -> None:
    with fresh_database("mariadb", tmp_path) as url, from_outside(url) as other:
        lock, _ = schema._LOCKS["mariadb"]
        other.exec_driver_sql(lock)
        with from_outside(url) as second:
            second.exec_driver_sql("SET lock_wait_timeout = 1")
            with pytest.raises(StoreError, match="is making the tables"):
                schema.ensure_tables(second)


def test_an_upgrade_that_was_left_half_done_is_finished(new_url: str) -> None:
    make_old_database(new_url, 1, records=1)
    with from_outside(new_url) as other:
        other.exec_driver_sql("ALTER TABLE cookiesafe_records ADD COLUMN place BIGINT")

    use_all(new_url, 2)

    with closing(open_store(new_url)) as store:
        assert len(ids(store)) == 2
        assert seal(store)


def test_tables_that_were_left_half_made_are_finished(new_url: str) -> None:
    append_all(new_url, range(1))
    with from_outside(new_url) as other:
        other.exec_driver_sql("DELETE FROM cookiesafe_schema")
        other.exec_driver_sql("DROP TABLE cookiesafe_records")

    append_all(new_url, range(1))

    with closing(open_store(new_url)) as store:
        assert len(ids(store)) == 1


def test_a_damaged_record_is_named(url: str) -> None:
    append_all(url, range(3))
    with from_outside(url) as other:
        other.exec_driver_sql("UPDATE cookiesafe_records SET body = '{\"id\":1}' WHERE seq = 2")

    with closing(open_store(url)) as store:
        records = store.records()
        assert next(records) == a_record(0)
        with pytest.raises(StoreError, match="record 2 is damaged") as caught:
            next(records)
        assert isinstance(caught.value.__cause__, TypeError)


def test_a_record_that_does_not_fit_is_an_error_of_the_store(url: str) -> None:
    with closing(open_store(url)) as store:
        with pytest.raises(StoreError) as caught:
            store.append([a_record(time=2**64)])
        assert caught.value.__cause__ is not None
        store.append([a_record(1)])
        assert len(ids(store)) == 1


LOCKS = {
    "sqlite": ["BEGIN EXCLUSIVE"],
    "postgresql": ["BEGIN", "LOCK TABLE cookiesafe_records"],
    "mariadb": ["LOCK TABLES cookiesafe_records WRITE"],
}


@pytest.mark.parametrize("others", [0, 20])
def test_an_id_is_never_shortened(server_url: str, others: int) -> None:
    lenient = "?sql_mode=NO_ENGINE_SUBSTITUTION" if "pymysql" in server_url else ""

    with closing(open_store(server_url + lenient)) as store:
        with pytest.raises(StoreError, match="was not kept"):
            store.append([*map(a_record, range(others)), a_record(id="x" * 65)])
        assert ids(store) == []


def test_a_lock_is_waited_for_a_second_only(url: str) -> None:
    with closing(open_store(url)) as store:
        store.append([a_record(1)])
        with from_outside(url) as other:
            for statement in LOCKS[other.dialect.name]:
                other.exec_driver_sql(statement)
            with at_most(seconds=3), pytest.raises(StoreError, match="was not kept"):
                store.append([a_record(2)])

        store.append([a_record(3)])
        assert a_record(3).id in ids(store)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


@contextmanager
def a_port(*, silent: bool) -> Iterator[int]:
    """One where nobody listens, or where somebody does who never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        yield listener.getsockname()[1]


SCHEMES = pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mariadb"])


@SCHEMES
@pytest.mark.parametrize(
    ("silent", "seconds"),
    [pytest.param(False, 2, id="refuses"), pytest.param(True, 2.9, id="says nothing")],
)
def test_a_server_that_is_down_fails_soon(scheme: str, silent: bool, seconds: float) -> None:
    with a_port(silent=silent) as port:
        url = f"{scheme}://reader:{PASSWORD}@127.0.0.1:{port}/db"
        with (
            closing(open_store(url)) as store,
            at_most(seconds),
            pytest.raises(StoreError, match="was not kept") as caught,
        ):
            store.append([a_record()])

    assert caught.value.__cause__ is not None
    assert f"127.0.0.1:{port}/db" in str(caught.value)


@pytest.mark.parametrize(
    ("place", "what"),
    [
        pytest.param("missing/store.db", "Create the directory", id="its directory is missing"),
        pytest.param("file/store.db", "Create the directory", id="its directory is a file"),
        pytest.param(".", "was not kept", id="it is a directory"),
        pytest.param("file", "was not kept", id="it is no database"),
        pytest.param("/dev/null", "was not kept", id="it is a device"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, place: str, what: str) -> None:
    (tmp_path / "file").write_text("This is no database. " * 100)

    with closing(open_store(f"sqlite:///{tmp_path / place}")) as store:
        with pytest.raises(StoreError, match=what) as caught:
            store.append([a_record()])
        with pytest.raises(StoreError):
            list(store.records())

    assert caught.value.__cause__ is not None


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    append_all(f"sqlite:///{path}", range(2))

    with closing(open_store(f"sqlite:///file:{path}?mode=ro&uri=true")) as store:
        assert len(ids(store)) == 2
        with pytest.raises(StoreError, match="was not kept"):
            store.append([a_record(2)])


def test_opening_touches_nothing(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'store.db'}").close()
    open_store("postgresql://nobody@192.0.2.1/db").close()

    assert list(tmp_path.iterdir()) == []


def test_a_store_that_failed_works_when_its_place_is_there(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'later' / 'store.db'}")) as store:
        with pytest.raises(StoreError):
            store.append([a_record(1)])
        (tmp_path / "later").mkdir()
        store.append([a_record(1)])

        assert len(ids(store)) == 1


# --- what it tells -------------------------------------------------------------------------------


@SCHEMES
def test_no_password_is_told(scheme: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with a_port(silent=False) as port:
        url = f"{scheme}://reader:{PASSWORD}@127.0.0.1:{port}/db"
        with closing(open_store(url)) as store:
            with pytest.raises(StoreError) as caught:
                store.append([a_record()])
            told = [repr(store), str(store), *told_by(caught.value), caplog.text]

    assert PASSWORD not in "\n".join(told)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://reader:{PASSWORD}@host:port/db",
        f"postgresql+nothing://reader:{PASSWORD}@host/db",
        f"mysql://reader:{PASSWORD}@host:99999999/db?{PASSWORD}",
        f"redis://:{PASSWORD}@host:port/0",
        f"redis://host/0?{PASSWORD}={PASSWORD}",
        f"reader:{PASSWORD}@host",
        f"{PASSWORD}://host",
        "",
    ],
)
def test_a_url_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises((SettingError, StoreError)) as caught, closing(open_store(url)) as store:
        store.append([a_record()])

    assert PASSWORD not in "\n".join(told_by(caught.value))
    assert isinstance(caught.value, StoreError) or caught.value.fix


def told_by(error: BaseException | None) -> list[str]:
    """What a log has of an error and of all that it came from."""
    told = []
    while error is not None:
        told += [str(error), repr(error)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


@pytest.mark.parametrize("others", [0, 20])
def test_an_error_does_not_repeat_the_record(url: str, others: int) -> None:
    bad = a_record(time=2**64, receipt="the-visitors-own")
    with closing(open_store(url)) as store, pytest.raises(StoreError) as caught:
        store.append([*map(a_record, range(1, others)), bad])

    assert "the-visitors-own" not in "\n".join(told_by(caught.value))


def test_an_unknown_scheme_is_told_with_those_that_are_known() -> None:
    with pytest.raises(SettingError, match=r'"postgre".*Did you mean "postgres'):
        open_store("postgre://host/db")


@pytest.mark.parametrize(
    ("url", "missing", "extra"),
    [
        ("postgresql://host/db", "psycopg", "postgres"),
        ("postgres://host/db", "psycopg", "postgres"),
        ("mysql://host/db", "pymysql", "mariadb"),
        ("mariadb://host/db", "pymysql", "mariadb"),
        ("sqlite:///x.db", "sqlalchemy", "sql"),
        ("redis://host/0", "redis", "redis"),
        ("rediss://host/0", "redis", "redis"),
        ("unix:///redis.sock", "redis", "redis"),
    ],
)
def test_a_missing_package_is_told_with_its_extra(
    url: str, missing: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    if missing in OURS:
        for module in [each for each in sys.modules if each.startswith(OURS[missing])]:
            monkeypatch.delitem(sys.modules, module)

    with pytest.raises(SettingError, match=rf'pip install "cookiesafe\[{extra}\]"'):
        open_store(url)


def test_a_missing_driver_of_ones_own_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "MySQLdb", None)

    with pytest.raises(SettingError, match=r"MySQLdb.*leave the driver out"):
        open_store("mysql+mysqldb://host/db")


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, cookiesafe.adapters.stores; print({'sqlalchemy', 'redis'} & set(sys.modules))"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"


def test_the_memory_store_needs_no_closing() -> None:
    store = MemoryStore()
    store.append([a_record()])

    assert list(islice(store.records(), 5)) == [a_record()]
