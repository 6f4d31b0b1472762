"""How long a store is waited for, and what becomes of its connections when it has failed."""

from __future__ import annotations

import sqlite3
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import pytest
from sqlalchemy.engine import make_url

from cookiesafe import StoreError
from cookiesafe.adapters._commits import commits_of
from cookiesafe.adapters._patience import OF_JOBS, Until, for_good, left
from cookiesafe.adapters._perform import perform, perform_until
from cookiesafe.adapters.stores import MemoryStore, _rest, open_store
from cookiesafe.adapters.stores._rest import Rest
from cookiesafe.adapters.stores._turns import Turns
from cookiesafe.ports import Append, Store, ask
from cookiesafe.testing.stores.samples import a_record
from tests.faults.proxy import Line, line_to
from tests.faults.servers import free_port
from tests.support.stores import server_url_fixture  # noqa: F401

HASTE = 0.2
"""Seconds that somebody waits here; a busy machine may need more for it, but not the second of others."""


@pytest.fixture(name="line")
def line_fixture(server_url: str) -> Iterator[Line]:
    with line_to(make_url(server_url).port or 0) as line:
        yield line


@pytest.fixture(name="store")
def store_fixture(server_url: str, line: Line) -> Iterator[Store]:
    """One that has 8 connections, all of them idle."""
    url = make_url(server_url).set(port=line.port).render_as_string(hide_password=False)
    with closing(open_store(url)) as store:
        use_all(store)
        yield store


def use_all(store: Store) -> None:
    """Use 8 connections at once."""
    anybody = Barrier(8)

    def work(_: object) -> None:
        anybody.wait(10)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(cast("Any", store)._do, "failed", work) for _ in range(8)]:
            done.result()


def ask_hastily(store: Store) -> float:
    """The seconds until it failed."""
    began = time.monotonic()
    with Until(began + HASTE), pytest.raises(StoreError):
        store.epoch("ann")
    return time.monotonic() - began


# --- servers -------------------------------------------------------------------------------------


def test_a_server_that_falls_silent_is_waited_for_no_longer_than_who_asks_waits(
    store: Store, line: Line
) -> None:
    line.is_now("silent")

    assert ask_hastily(store) < 0.9


def test_nor_is_one_that_takes_a_connection_and_says_nothing(store: Store, line: Line) -> None:
    line.is_now("refused")
    ask_hastily(store)
    line.is_now("silent")

    assert ask_hastily(store) < 0.9


def test_after_all_connections_were_lost_there_is_room_for_as_many_at_once(
    store: Store, line: Line
) -> None:
    line.is_now("refused")
    ask_hastily(store)
    line.is_now("whole")

    began = time.monotonic()
    use_all(store)

    assert time.monotonic() - began < 5


def test_a_server_that_is_not_reached_twice_is_left_alone_for_a_moment(
    store: Store, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rest, "MOMENT", 60)
    line.is_now("refused")
    ask_hastily(store)
    ask_hastily(store)
    line.is_now("whole")

    with pytest.raises(StoreError) as caught:
        store.epoch("ann")

    assert isinstance(caught.value.__cause__, TimeoutError)


def test_to_find_that_no_mariadb_is_there_takes_no_certificates_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_rest, "_ENOUGH", 9)
    made: list[ssl.SSLContext] = []
    make = ssl.create_default_context

    def count(**named: Any) -> ssl.SSLContext:
        made.append(make(**named))
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", count)
    with closing(open_store(f"mariadb://root@127.0.0.1:{free_port()}/none")) as store:
        for _ in range(3):
            with pytest.raises(StoreError):
                store.epoch("ann")

    assert len(made) == 1


def test_who_has_given_up_does_not_wait_for_a_turn() -> None:
    turns = Turns(1)

    with turns, Until(time.monotonic()), pytest.raises(TimeoutError), turns:
        pass


def test_a_locked_file_is_waited_for_no_longer_than_who_asks_waits(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with closing(open_store(f"sqlite:///{file}")) as store, closing(sqlite3.connect(file)) as other:
        store.advance_epoch("ann")
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with Until(began + HASTE), pytest.raises(StoreError):
            store.advance_epoch("ann")
        took = time.monotonic() - began
        other.rollback()

        assert took < 0.9
        assert store.advance_epoch("ann") == 2
        (idle,) = cast("Any", store)._idle
        assert idle.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 1000


# --- whoever waits -------------------------------------------------------------------------------


def test_jobs_wait_for_longer_and_what_must_be_done_for_as_long_as_it_takes() -> None:
    assert left() == OF_JOBS
    with Until(time.monotonic()):
        assert left() <= 0
        with for_good():
            assert left() == float("inf")
        assert left() <= 0
    assert left() == OF_JOBS


def test_for_who_has_given_up_nothing_is_asked() -> None:
    store = MemoryStore()

    asked = perform_until(time.monotonic(), ask(Store.advance_epoch, "ann"), store)
    appended = perform_until(time.monotonic(), Append((a_record(1),)), store)

    assert isinstance(asked, StoreError)
    assert isinstance(appended, StoreError)
    assert store.epoch("ann") == 0
    assert list(store.records()) == []


def test_who_gives_up_while_others_commit_takes_the_records_back() -> None:
    store = MemoryStore()
    commits = commits_of(store)

    with commits._committing, Until(time.monotonic()):
        answer = perform(Append((a_record(1),)), store)
    assert perform(Append((a_record(2),)), store) is None

    assert isinstance(answer, StoreError)
    assert [record.id for record in store.records()] == [a_record(2).id]


# --- a store that is left alone ------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_rest, "monotonic", clock)
    return clock


def fail(rest: Rest, clock: Clock, seconds: float) -> None:
    with suppress(OSError), rest.asking():
        clock.now += seconds
        raise OSError("down")


def is_left_alone(rest: Rest) -> bool:
    try:
        rest.check()
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize(
    ("failures", "alone"), [((1,), False), ((1, 1), True), ((0.1,) * 9, False)]
)
def test_a_store_is_left_alone_that_has_kept_two_waiting_in_vain(
    clock: Clock, failures: tuple[float, ...], alone: bool
) -> None:
    rest = Rest()
    for seconds in failures:
        fail(rest, clock, seconds)

    assert is_left_alone(rest) is alone


def test_not_if_another_was_answered_in_between(clock: Clock) -> None:
    rest = Rest()
    fail(rest, clock, 1)
    with rest.asking():
        pass
    fail(rest, clock, 1)

    assert not is_left_alone(rest)


@pytest.mark.parametrize("answers", [True, False])
def test_after_a_moment_one_asks_it_and_the_others_know_from_that(
    clock: Clock, answers: bool
) -> None:
    rest = Rest()
    fail(rest, clock, 1)
    fail(rest, clock, 1)
    clock.now += 2

    assert not is_left_alone(rest)
    with suppress(OSError), rest.asking():
        assert is_left_alone(rest), "while one asks"
        clock.now += 1
        if not answers:
            raise OSError

    assert is_left_alone(rest) is not answers
