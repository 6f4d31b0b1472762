"""Performs what an exchange asks of the store off the event loop, in a bounded pool with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
from typing import TypeVar
from weakref import WeakKeyDictionary

from cookiesafe.adapters._commits import commits_of
from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.adapters._line import Group, Item
from cookiesafe.adapters._patience import DEADLINE
from cookiesafe.adapters._perform import call, perform_until, too_late
from cookiesafe.errors import StoreError
from cookiesafe.exchange import Exchange
from cookiesafe.ports import Answer, Append, Ask, Call, ReadBody, Store

T = TypeVar("T")
WORKERS = 8
MOST_WAITING = 256


class Pool:
    """Performs what a store is asked off the event loop, as much at a time as there are workers.

    One worker more commits records, all that have come until then. A request that has found no worker within the
    deadline leaves nothing behind, nor do records whose commit has not begun. What has begun goes on after its
    deadline, since nobody can take it back.
    """

    def __init__(self, store: Store, *, deadline: float = DEADLINE) -> None:
        self._store = store
        self._deadline = deadline
        self._start()
        call_after_fork(self._start)

    def _start(self) -> None:
        self._threads = ThreadPoolExecutor(WORKERS + 1, thread_name_prefix="cookiesafe")
        self._free: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )
        self._waiting = 0
        self._commits = commits_of(self._store)
        self._commit_lock = Lock()
        self._commits_on = False
        self._group: Group | None = None

    async def converse(
        self, exchange: Exchange, read_body: Callable[[int], Awaitable[bytes | None]]
    ) -> None:
        """Give an exchange all it needs, within the deadline."""
        while exchange.needs:
            exchange.supply(
                [
                    await (
                        read_body(need.limit)
                        if isinstance(need, ReadBody)
                        else self._answer(need, exchange)
                    )
                    for need in exchange.needs
                ]
            )

    async def _answer(self, need: Append | Ask | Call, exchange: Exchange) -> Answer:
        if isinstance(need, Call):
            # Apart from those that wait for the store.
            return await asyncio.to_thread(call, need)
        began = monotonic()
        try:
            return await self._perform(need, self._deadline - exchange.waited)
        finally:
            exchange.waited += monotonic() - began

    async def _perform(self, need: Append | Ask, patience: float) -> Answer:
        if patience <= 0:
            return too_late(self._deadline)
        if self._waiting >= MOST_WAITING:
            return StoreError(f"{MOST_WAITING} requests are waiting for the store already")
        self._waiting += 1
        try:
            if isinstance(need, Append):
                return await self._append(need, patience)
            async with asyncio.timeout(patience):
                return await self._ask_store(need, monotonic() + patience)
        except TimeoutError:
            return too_late(self._deadline)
        except RuntimeError as error:
            return _no_thread(error)
        finally:
            self._waiting -= 1

    async def _ask_store(self, need: Ask, until: float) -> Answer:
        loop = asyncio.get_running_loop()
        free = self._free.setdefault(loop, asyncio.Semaphore(WORKERS))
        await free.acquire()
        try:
            work = loop.run_in_executor(self._threads, perform_until, until, need, self._store)
        except RuntimeError:
            free.release()
            raise
        work.add_done_callback(lambda _: free.release())
        return await asyncio.shield(work)

    async def _append(self, need: Append, patience: float) -> Answer:
        loop = asyncio.get_running_loop()
        group = self._group
        if group is None or group.loop is not loop or not group.waits_for(patience):
            # Those that the loop is about to let run may bring something too.
            group = self._group = Group(loop, patience)
            loop.call_soon(self._send, group)
        hearer = loop.create_future()
        item = Item(need.records, hearer)
        group.add(item)
        try:
            answer: Answer = await hearer
            return answer
        finally:
            group.leave()
            if not item.done:
                self._commits.line.withdraw(item)

    def _send(self, group: Group) -> None:
        if self._group is group:
            self._group = None
        group.deadline = group.loop.call_later(group.patience, self._give_up, group)
        group.stand_in(self._commits.line)
        try:
            self._see_to_commits()
        except RuntimeError as error:
            group.tell(_no_thread(error))

    def _give_up(self, group: Group) -> None:
        group.tell(too_late(self._deadline))

    def _see_to_commits(self) -> None:
        with self._commit_lock:
            if self._commits_on:
                return
            self._commits_on = True
        try:
            self._threads.submit(self._commit_until_none_waits)
        except RuntimeError:
            self._commits_on = False
            raise

    def _commit_until_none_waits(self) -> None:
        try:
            while self._have_commits():
                self._commits.commit_waiting(self._store)
        except BaseException:
            self._commits_on = False
            raise

    def _have_commits(self) -> bool:
        with self._commit_lock:
            self._commits_on = len(self._commits.line) > 0
            return self._commits_on


def _no_thread(error: RuntimeError) -> StoreError:
    return StoreError(f"no thread could be had for the store: {error}")
