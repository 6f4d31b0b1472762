"""Performs what an exchange asks of the store off the event loop, in a bounded pool with a deadline."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary, WeakSet

from cookiesafe.adapters._commits import commits_of
from cookiesafe.adapters._line import Group, Item
from cookiesafe.adapters._perform import perform
from cookiesafe.errors import StoreError
from cookiesafe.exchange import Exchange
from cookiesafe.ports import Answer, Append, Ask, ReadBody, Store

T = TypeVar("T")
DEADLINE = 1.0
"""How long a request waits for the store, in seconds."""
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
        _pools.add(self)

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
        """Give an exchange all it needs, each within the deadline."""
        while exchange.needs:
            exchange.supply(
                [
                    await (
                        read_body(need.limit) if isinstance(need, ReadBody) else self._perform(need)
                    )
                    for need in exchange.needs
                ]
            )

    async def _perform(self, need: Append | Ask) -> Answer:
        if self._waiting >= MOST_WAITING:
            return StoreError(f"{MOST_WAITING} requests are waiting for the store already")
        self._waiting += 1
        try:
            if isinstance(need, Append):
                return await self._append(need)
            async with asyncio.timeout(self._deadline):
                return await self._ask_store(need)
        except TimeoutError:
            return self._too_late()
        except RuntimeError as error:
            return _no_thread(error)
        finally:
            self._waiting -= 1

    def _too_late(self) -> StoreError:
        return StoreError(f"the store did not answer within {self._deadline} s")

    async def _ask_store(self, need: Ask) -> Answer:
        loop = asyncio.get_running_loop()
        free = self._free.setdefault(loop, asyncio.Semaphore(WORKERS))
        await free.acquire()
        try:
            work = loop.run_in_executor(self._threads, perform, need, self._store)
        except RuntimeError:
            free.release()
            raise
        work.add_done_callback(lambda _: free.release())
        return await asyncio.shield(work)

    async def _append(self, need: Append) -> Answer:
        loop = asyncio.get_running_loop()
        group = self._group
        if group is None or group.loop is not loop:
            # Those that the loop is about to let run may bring something too.
            group = self._group = Group(loop)
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
        group.deadline = group.loop.call_later(self._deadline, self._give_up, group)
        group.stand_in(self._commits.line)
        try:
            self._see_to_commits()
        except RuntimeError as error:
            group.tell(_no_thread(error))

    def _give_up(self, group: Group) -> None:
        group.tell(self._too_late())

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


_pools: WeakSet[Pool] = WeakSet()


def _after_fork() -> None:
    # The threads that were at work are not there in the child.
    for pool in list(_pools):
        pool._start()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
