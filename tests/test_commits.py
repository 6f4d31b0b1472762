"""How records of one process are committed together, by threads and by event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

import pytest

from cookiesafe.adapters._commits import Commits, commits_of
from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters._line import Answer, Item, answer
from cookiesafe.adapters._perform import perform
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import StoreError
from cookiesafe.exchange import Exchange
from cookiesafe.ledger import Record
from cookiesafe.ports import Append, Need, Store, ask
from tests.support.forks import fork, forking

LONG = 30  # seconds after which a test fails instead of hanging


def a_record(number: int) -> Record:
    return Record(id=f"{number}", time=number, event="refusal")


class CountingStore(MemoryStore):
    """Tells how many records came at once; holds the first of them until it is let go."""

    def __init__(self, refused: Callable[[Record], bool] = lambda record: False) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.entered, self.let_go = threading.Event(), threading.Event()
        self._refused = refused

    def append(self, records: Sequence[Record]) -> None:
        self.batches.append(len(records))
        self.entered.set()
        assert self.let_go.wait(LONG)
        for record in records:
            if self._refused(record):
                raise StoreError(f"{record.id} is refused")
        super().append(records)

    @property
    def kept(self) -> list[str]:
        return [record.id for record in self.records()]


@contextmanager
def one_being_committed(store: CountingStore) -> Iterator[ThreadPoolExecutor]:
    """What is brought meanwhile waits until the end of the block."""
    with ThreadPoolExecutor(65) as threads:
        first = threads.submit(perform, Append((a_record(0),)), store)
        assert store.entered.wait(LONG)
        try:
            yield threads
        finally:
            store.let_go.set()
        assert first.result(LONG) is None


def waiting(store: Store) -> int:
    return len(commits_of(store).line)


def bring(store: CountingStore, numbers: Sequence[int]) -> list[object]:
    """The answers to records that came while one was being committed, in their order."""
    with one_being_committed(store) as threads:
        brought = []
        for n, number in enumerate(numbers):
            brought.append(threads.submit(perform, Append((a_record(number),)), store))
            while waiting(store) <= n:
                pass
    return [each.result(LONG) for each in brought]


def test_what_comes_during_a_commit_is_committed_together_and_in_its_order() -> None:
    store = CountingStore()

    assert bring(store, range(1, 65)) == [None] * 64
    assert store.batches == [1, 64]
    assert store.kept == [f"{number}" for number in range(65)]


def test_who_is_alone_commits_without_another_thread() -> None:
    store = CountingStore()
    store.let_go.set()
    before = threading.active_count()

    assert perform(Append((a_record(1), a_record(2))), store) is None
    assert (store.batches, threading.active_count()) == ([2], before)


def test_one_that_is_refused_is_told_so_and_the_others_are_kept() -> None:
    store = CountingStore(lambda record: record.id == "2")

    answers = bring(store, range(1, 6))

    assert [isinstance(answer, StoreError) for answer in answers] == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert store.kept == ["0", "1", "3", "4", "5"]


def test_a_store_that_is_down_is_not_asked_for_each() -> None:
    store = CountingStore(lambda record: record.id != "0")

    answers = bring(store, range(1, 33))

    assert all(isinstance(answer, StoreError) for answer in answers)
    assert store.batches == [1, 32, 1, 1]


def test_records_that_came_together_are_kept_together_or_not_at_all() -> None:
    store = CountingStore(lambda record: record.id == "2")
    store.let_go.set()

    assert isinstance(perform(Append((a_record(1), a_record(2))), store), StoreError)
    assert store.kept == []


def test_a_commit_that_was_ended_leaves_nobody_waiting() -> None:
    class Ended(MemoryStore):
        def append(self, records: Sequence[Record]) -> None:
            raise SystemExit

    commits, store = Commits(), Ended()
    items = [Item([a_record(number)]) for number in range(3)]
    for item in items:
        commits.line.put(item)

    with pytest.raises(SystemExit):
        commits.commit(store, items[0])
    assert all(item.done and isinstance(item.answer, StoreError) for item in items)


def test_a_process_has_one_line_for_a_store_and_forgets_it_with_the_store() -> None:
    store, other = MemoryStore(), MemoryStore()

    assert commits_of(store) is commits_of(store) is not commits_of(other)


def test_a_store_that_cannot_be_referred_to_weakly_is_one_too() -> None:
    class Slotted:
        __slots__ = ()

        def append(self, records: Sequence[Record]) -> None:
            pass

    assert perform(Append((a_record(1),)), cast("Store", Slotted())) is None


# --- on an event loop --------------------------------------------------------------------------


class Talk:
    """An exchange that needs one thing, and keeps the answer."""

    def __init__(self, need: Need) -> None:
        self.needs: tuple[Need, ...] = (need,)
        self.waited = 0.0
        self.answer: Any = None

    def supply(self, answers: list[Any]) -> None:
        self.needs = ()
        (self.answer,) = answers

    async def held(self, pool: Pool) -> object:
        await pool.converse(cast("Exchange", self), _no_body)
        return self.answer


async def _no_body(limit: int) -> bytes | None:
    raise AssertionError("nobody asked for a body")


def an_append(number: int) -> Talk:
    return Talk(Append((a_record(number),)))


def test_requests_of_a_loop_are_committed_together() -> None:
    store = CountingStore()

    async def hold() -> list[object]:
        pool = Pool(store, deadline=LONG)
        first = asyncio.create_task(an_append(0).held(pool))
        await asyncio.to_thread(store.entered.wait, LONG)
        others = [asyncio.create_task(an_append(number).held(pool)) for number in range(1, 100)]
        while waiting(store) < 99:
            await asyncio.sleep(0)
        store.let_go.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(hold()) == [None] * 100
    assert store.batches == [1, 99]


def test_requests_that_the_loop_lets_run_in_one_go_are_one_commit() -> None:
    store = CountingStore()
    store.let_go.set()

    async def hold() -> list[object]:
        pool = Pool(store, deadline=LONG)
        return await asyncio.gather(*(an_append(number).held(pool) for number in range(10)))

    assert asyncio.run(hold()) == [None] * 10
    assert store.batches == [10]


def test_requests_that_come_in_one_go_have_one_deadline_and_no_one_waits_longer() -> None:
    store = CountingStore()

    async def hold() -> tuple[int, list[object]]:
        loop = asyncio.get_running_loop()
        late = asyncio.create_task(an_append(0).held(Pool(store, deadline=LONG)))
        await asyncio.to_thread(store.entered.wait, LONG)
        pool = Pool(store, deadline=0.01)
        with patch.object(loop, "call_later", side_effect=loop.call_later) as deadlines:
            answers = await asyncio.gather(*(an_append(n).held(pool) for n in range(1, 10)))
        store.let_go.set()
        await late
        return deadlines.call_count, answers

    deadlines, answers = asyncio.run(hold())

    assert deadlines == 1
    assert all(isinstance(answer, StoreError) for answer in answers)
    assert (store.kept, waiting(store)) == (["0"], 0)


def test_a_loop_that_ended_before_it_could_send_records_is_no_hindrance_to_another() -> None:
    store = CountingStore()
    store.let_go.set()
    pool = Pool(store, deadline=LONG)
    left, loop = an_append(1).held(pool), asyncio.new_event_loop()
    loop.call_soon(left.send, None)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert asyncio.run(an_append(2).held(pool)) is None
    left.close()
    assert (store.kept, waiting(store)) == (["2"], 0)


def test_a_loop_is_woken_once_for_those_that_were_committed_together() -> None:
    async def woken() -> tuple[int, list[Answer]]:
        loop = asyncio.get_running_loop()
        items = [Item([a_record(number)], loop.create_future()) for number in range(100)]
        with patch.object(
            loop, "call_soon_threadsafe", side_effect=loop.call_soon_threadsafe
        ) as wake:
            answer(items, None)
        return wake.call_count, [await item.hearer for item in items if item.hearer]

    assert asyncio.run(woken()) == (1, [None] * 100)


def test_who_waits_on_a_loop_that_is_closed_is_no_hindrance_to_others() -> None:
    closed = asyncio.new_event_loop()
    gone = Item([a_record(1)], closed.create_future())
    closed.close()

    async def heard() -> Answer:
        hearer = asyncio.get_running_loop().create_future()
        answer([gone, Item([a_record(2)], hearer)], None)
        return cast("Answer", await hearer)

    assert asyncio.run(heard()) is None


def test_what_nobody_answered_is_not_taken_for_kept() -> None:
    """Whoever took it out of the line was ended before it could say anything."""
    commits, item = Commits(), Item([a_record(1)])

    assert isinstance(commits.commit(CountingStore(), item), StoreError)


def test_what_was_not_begun_within_the_deadline_is_withdrawn_and_what_was_goes_on() -> None:
    store = CountingStore()

    async def hold() -> list[object]:
        late = asyncio.create_task(an_append(1).held(Pool(store, deadline=LONG)))
        await asyncio.to_thread(store.entered.wait, LONG)
        answer = await an_append(2).held(Pool(store, deadline=0.01))
        store.let_go.set()
        return [await late, answer]

    first, second = asyncio.run(hold())

    assert first is None
    assert isinstance(second, StoreError)
    assert store.kept == ["1"]


def test_a_visitor_who_leaves_takes_along_what_was_not_begun() -> None:
    store = CountingStore()

    async def hold() -> None:
        pool = Pool(store, deadline=LONG)
        first = asyncio.create_task(an_append(1).held(pool))
        await asyncio.to_thread(store.entered.wait, LONG)
        leaving = asyncio.create_task(an_append(2).held(pool))
        while not waiting(store):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        store.let_go.set()
        await first
        await an_append(3).held(pool)

    asyncio.run(hold())

    assert store.kept == ["1", "3"]


def test_a_commit_keeps_no_worker_from_what_is_asked() -> None:
    store = CountingStore()

    async def hold() -> object:
        pool = Pool(store, deadline=LONG)
        appended = [asyncio.create_task(an_append(number).held(pool)) for number in range(20)]
        await asyncio.to_thread(store.entered.wait, LONG)
        answer = await Talk(ask(Store.load_session, "key", 1)).held(pool)
        store.let_go.set()
        await asyncio.gather(*appended)
        return answer

    assert asyncio.run(hold()) is None
    assert len(store.kept) == 20


def test_nothing_that_was_put_in_the_line_is_left_there() -> None:
    """The worker goes when none waits; whoever comes at that moment needs another one."""
    store = CountingStore()
    store.let_go.set()

    async def hold() -> None:
        pool = Pool(store, deadline=LONG)
        for number in range(500):
            assert await an_append(number).held(pool) is None

    asyncio.run(hold())

    assert len(store.kept) == 500


@forking
def test_a_child_does_not_wait_for_who_commits_in_its_parent() -> None:
    store = CountingStore()
    pool = Pool(store)

    def child() -> bool:
        store.let_go = threading.Event()
        store.let_go.set()
        failure = asyncio.run(pool._perform(Append((a_record(1),)), LONG / 3))
        return failure is None and store.kept == ["1"]

    with one_being_committed(store):
        assert fork(child)()
