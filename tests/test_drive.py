"""How the edges perform what an exchange needs: directly, or in a bounded pool with a deadline."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from cookiesafe.adapters import _drive, _patience
from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters._perform import converse, perform
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.errors import StoreError
from cookiesafe.exchange import Exchange
from cookiesafe.ledger import Record
from cookiesafe.ports import Answer, Append, Ask, Need, ReadBody, Store, ask
from tests.support.forks import fork, forking

LONG = 30  # seconds after which a test fails instead of hanging


def a_record(number: int = 0) -> Record:
    return Record(
        id=f"{number}", time=number, event="refusal", policy="p", notice="banner", language="en"
    )


class AStore(MemoryStore):
    """Does what it was given to do whenever something is appended."""

    def __init__(self, act: Callable[[Record], object] = lambda record: None) -> None:
        super().__init__()
        self._act = act
        self.kept: list[str] = []
        self.threads: set[int] = set()

    def append(self, records: Sequence[Record]) -> None:
        self.threads.add(threading.get_ident())
        for record in records:
            self._act(record)
        self.kept += [record.id for record in records]


class Talk:
    """An exchange that needs what it was given, one step after another, and keeps the answers."""

    def __init__(self, *steps: tuple[Need, ...], then: Callable[[], object] = lambda: None) -> None:
        self._steps = list(steps)
        self._then = then
        self.waited = 0.0
        self.answers: list[list[Answer]] = []
        self._go_on()

    def supply(self, answers: list[Answer]) -> None:
        self.answers.append(answers)
        self._go_on()
        self._then()

    def _go_on(self) -> None:
        self.needs: tuple[Need, ...] = self._steps.pop(0) if self._steps else ()

    @property
    def exchange(self) -> Exchange:
        return cast("Exchange", self)


def appends(*numbers: int) -> tuple[Need, ...]:
    return tuple(Append((a_record(number),)) for number in numbers)


def no_body(limit: int) -> bytes | None:
    raise AssertionError("nobody asked for a body")


async def no_body_either(limit: int) -> bytes | None:
    raise AssertionError("nobody asked for a body")


def raising(error: BaseException) -> Callable[[Record], None]:
    def act(record: Record) -> None:
        raise error

    return act


def in_a_pool(store: AStore, *talks: Talk, deadline: float = LONG) -> list[Any]:
    """The first answer of each talk, all of them held at once."""

    async def hold() -> None:
        pool = Pool(store, deadline=deadline)
        await asyncio.gather(*(pool.converse(talk.exchange, no_body_either) for talk in talks))

    asyncio.run(hold())
    return [talk.answers[0][0] for talk in talks]


def directly(store: AStore, *talks: Talk) -> list[Any]:
    for talk in talks:
        converse(talk.exchange, store, no_body)
    return [talk.answers[0][0] for talk in talks]


WAYS = pytest.mark.parametrize("way", [directly, in_a_pool], ids=["directly", "in a pool"])
Way = Callable[..., list[Any]]


# --- both ways ---------------------------------------------------------------------------------


@WAYS
def test_what_is_needed_is_performed_and_answered_in_its_order(way: Way) -> None:
    store = AStore()
    talk = Talk(appends(1, 2), appends(3))

    way(store, talk)

    assert talk.answers == [[None, None], [None]]
    assert store.kept == ["1", "2", "3"]


@WAYS
def test_for_an_exchange_that_has_waited_long_enough_nothing_is_asked(way: Way) -> None:
    store = AStore()
    talk, fresh = Talk(appends(1), (ask(Store.advance_epoch, "ann"),)), Talk(appends(2))
    talk.waited = LONG

    way(store, talk, fresh)

    assert [type(answer) for (answer,) in talk.answers] == [StoreError, StoreError]
    assert (store.kept, store.epoch("ann")) == (["2"], 0)
    assert 0 < fresh.waited < LONG


@WAYS
def test_a_method_of_the_store_is_called_and_what_it_returns_is_the_answer(way: Way) -> None:
    store = AStore()
    needs = (
        ask(Store.create_session, "key", "ann", b"data", 200),
        ask(Store.load_session, "key", 100),
        ask(Store.load_session, "another", 100),
        ask(Store.advance_epoch, "ann"),
    )
    talk = Talk(needs)

    way(store, talk)

    assert talk.answers == [[True, (b"data", 1), None, 1]]


@WAYS
def test_an_error_of_a_method_is_the_answer(way: Way) -> None:
    store = AStore()
    store.close()

    (answer,) = way(store, Talk((ask(Store.epoch, "ann"),)))

    assert isinstance(answer, StoreError)


def test_a_need_does_not_show_what_it_carries() -> None:
    need = ask(Store.create_session, "key", "ann", b"secret", 200)

    assert need.args == ("key", "ann", b"secret", 200)
    assert "secret" not in repr(need)


@WAYS
def test_an_exchange_that_needs_nothing_is_left_alone(way: Way) -> None:
    talk = Talk()
    store = AStore()

    if way is directly:
        converse(talk.exchange, store, no_body)
    else:
        asyncio.run(Pool(store).converse(talk.exchange, no_body_either))

    assert (talk.answers, store.threads) == ([], set())


@WAYS
def test_a_store_error_is_the_answer(way: Way) -> None:
    error = StoreError("the disk is full")

    (answer,) = way(AStore(raising(error)), Talk(appends(1)))

    assert answer is error


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("boom"),
        OSError(28, "no space"),
        KeyError("x"),
        TimeoutError("driver"),
        Exception(),
    ],
    ids=lambda error: type(error).__name__,
)
@WAYS
def test_whatever_else_a_store_raises_is_answered_as_a_store_error(
    way: Way, error: Exception
) -> None:
    (answer,) = way(AStore(raising(error)), Talk(appends(1)))

    assert isinstance(answer, StoreError)
    assert answer.__cause__ is error
    assert type(error).__name__ in str(answer)


@WAYS
def test_a_store_that_failed_is_asked_again_the_next_time(way: Way) -> None:
    def fail_at_one(record: Record) -> None:
        if record.id == "1":
            raise RuntimeError("boom")

    talk = Talk(appends(1, 2))
    way(AStore(fail_at_one), talk)

    failure, success = talk.answers[0]
    assert isinstance(failure, StoreError)
    assert success is None


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_wish_to_end_the_process_is_no_answer(kind: type[BaseException]) -> None:
    with pytest.raises(kind):
        perform(Append((a_record(),)), AStore(raising(kind())))


@pytest.mark.parametrize(
    "body", [b"choice=accept", b"", None], ids=["a body", "empty", "too large"]
)
def test_a_body_is_read_with_the_limit_that_was_asked_for(body: bytes | None) -> None:
    limits: list[int] = []

    def read(limit: int) -> bytes | None:
        limits.append(limit)
        return body

    async def read_too(limit: int) -> bytes | None:
        return read(limit)

    talks = [Talk((ReadBody(99),), appends(1)) for _ in range(2)]
    converse(talks[0].exchange, AStore(), read)
    asyncio.run(Pool(AStore()).converse(talks[1].exchange, read_too))

    assert limits == [99, 99]
    assert [talk.answers for talk in talks] == [[[body], [None]]] * 2


# --- in the pool -------------------------------------------------------------------------------


def test_the_store_is_asked_off_the_event_loop() -> None:
    store = AStore()

    in_a_pool(store, Talk(appends(1, 2)))

    assert store.threads
    assert threading.get_ident() not in store.threads


def test_the_loop_goes_on_while_the_store_works() -> None:
    gone_on = threading.Event()
    store = AStore(
        lambda record: None if gone_on.wait(LONG) else pytest.fail("the loop stood still")
    )

    async def both() -> Talk:
        talk = Talk(appends(1))
        asyncio.get_running_loop().call_soon(gone_on.set)
        await Pool(store, deadline=LONG).converse(talk.exchange, no_body_either)
        return talk

    assert asyncio.run(both()).answers == [[None]]


def test_requests_do_not_wait_for_one_another() -> None:
    together = threading.Barrier(_drive.WORKERS)

    class Together(AStore):
        def epoch(self, user: str) -> int:
            together.wait(LONG)
            return super().epoch(user)

    talks = [Talk((ask(Store.epoch, "ann"),)) for _ in range(_drive.WORKERS)]

    assert in_a_pool(Together(), *talks) == [0] * _drive.WORKERS


def test_a_store_that_does_not_answer_in_time_is_answered_for() -> None:
    released = threading.Event()
    store = AStore(lambda record: released.wait(LONG))
    talk = Talk(appends(1), then=released.set)

    (answer,) = in_a_pool(store, talk, deadline=0)

    assert isinstance(answer, StoreError)
    assert "within 0 s" in str(answer)


def test_a_request_too_many_is_turned_away_at_once_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_drive, "MOST_WAITING", 3)
    released = threading.Event()
    store = AStore(lambda record: released.wait(LONG))
    waiting = [Talk(appends(number)) for number in range(3)]
    one_too_many = Talk(appends(3), appends(4), then=released.set)

    answers = in_a_pool(store, *waiting, one_too_many)

    assert answers[:3] == [None] * 3
    assert isinstance(answers[3], StoreError)
    assert "3 requests are waiting" in str(answers[3])
    assert "3" not in store.kept


def test_there_is_room_again_when_the_others_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_drive, "MOST_WAITING", 1)
    talk = Talk(appends(1), appends(2), appends(3))

    in_a_pool(AStore(), talk)

    assert talk.answers == [[None]] * 3


@pytest.mark.parametrize("fault", ["an error", "a deadline", "a visitor who leaves"])
def test_a_request_that_failed_makes_room_too(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_drive, "MOST_WAITING", 1)
    released = threading.Event()

    def act(record: Record) -> None:
        if record.id == "1":
            if fault == "an error":
                raise RuntimeError("boom")
            released.wait(LONG)

    async def one_after_the_other() -> Talk:
        pool = Pool(AStore(act), deadline=LONG if fault != "a deadline" else 0)
        first = asyncio.create_task(pool.converse(Talk(appends(1)).exchange, no_body_either))
        if fault == "a visitor who leaves":
            asyncio.get_running_loop().call_soon(first.cancel)
        await asyncio.wait([first])
        released.set()
        second = Talk(appends(2))
        await pool.converse(second.exchange, no_body_either)
        return second

    (answer,) = asyncio.run(one_after_the_other()).answers[0]

    assert "waiting" not in str(answer)


def test_a_pool_makes_no_thread_before_it_is_asked() -> None:
    before = threading.active_count()
    pool = Pool(AStore())

    asyncio.run(pool.converse(Talk().exchange, no_body_either))
    assert threading.active_count() <= before


@pytest.mark.parametrize("need", [*appends(1), ask(Store.epoch, "ann")], ids=["append", "ask"])
def test_where_no_thread_can_be_had_the_answer_says_so(need: Append | Ask) -> None:
    pool = Pool(AStore(), deadline=LONG)
    pool._threads.shutdown()

    assert "no thread could be had" in str(asyncio.run(pool._perform(need, LONG)))


def test_a_request_waits_a_second_at_most_unless_told_otherwise() -> None:
    assert _patience.DEADLINE == 1.0
    assert _drive.WORKERS < _drive.MOST_WAITING


@forking
def test_after_a_fork_a_pool_that_was_used_has_threads_of_its_own(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    pool = Pool(store)
    ask = Ask("checkpoint", ())
    assert asyncio.run(pool._perform(ask, LONG)) is None
    assert asyncio.run(pool._perform(Append((a_record(1),)), LONG)) is None

    def child() -> bool:
        answers = [asyncio.run(pool._perform(need, LONG)) for need in (ask, Append((a_record(2),)))]
        return answers == [None, None]

    assert fork(child)()
    assert [record.id for record in store.records()] == [a_record(1).id, a_record(2).id]
    store.close()
