"""Performs what an exchange asks of the store: directly, or for ASGI in a bounded pool with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from cookiesafe.errors import StoreError
from cookiesafe.exchange import Exchange
from cookiesafe.login import Flow
from cookiesafe.ports import Answer, Append, Ask, Need, ReadBody, Store

T = TypeVar("T")
DEADLINE = 1.0
"""How long a request waits for the store, in seconds."""
WORKERS = 8
MOST_WAITING = 256


def perform(need: Append | Ask, store: Store) -> Answer:
    """Do it; what the store raises is the answer."""
    try:
        if isinstance(need, Append):
            return store.append(need.records)
        return getattr(store, need.method)(*need.args)
    except StoreError as error:
        return error
    except Exception as error:
        failure = StoreError(f"the store raised {type(error).__name__}: {error}")
        failure.__cause__ = error
        return failure


def converse(exchange: Exchange, store: Store, read_body: Callable[[int], bytes | None]) -> None:
    """Give an exchange all it needs."""
    while exchange.needs:
        exchange.supply([_answer(need, store, read_body) for need in exchange.needs])


def follow(flow: Flow[T], store: Store) -> T:
    """What a flow comes to, whose needs are the store's alone."""
    answers: Any = None
    while True:
        try:
            needs = flow.send(answers)
        except StopIteration as done:
            result: T = done.value
            return result
        answers = [perform(need, store) for need in needs if not isinstance(need, ReadBody)]


def _answer(need: Need, store: Store, read_body: Callable[[int], bytes | None]) -> Answer:
    return read_body(need.limit) if isinstance(need, ReadBody) else perform(need, store)


class Pool:
    """Performs what a store is asked off the event loop, as much at a time as there are workers.

    A request that has found no worker within the deadline leaves nothing behind. What has begun goes on after its
    deadline, since nobody can take it back.
    """

    def __init__(self, store: Store, *, deadline: float = DEADLINE) -> None:
        self._store = store
        self._deadline = deadline
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="cookiesafe")
        self._free: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )
        self._waiting = 0

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
        loop = asyncio.get_running_loop()
        free = self._free.setdefault(loop, asyncio.Semaphore(WORKERS))
        self._waiting += 1
        try:
            async with asyncio.timeout(self._deadline):
                await free.acquire()
                try:
                    work = loop.run_in_executor(self._threads, perform, need, self._store)
                except RuntimeError:
                    free.release()
                    raise
                work.add_done_callback(lambda _: free.release())
                return await asyncio.shield(work)
        except TimeoutError:
            return StoreError(f"the store did not answer within {self._deadline} s")
        except RuntimeError as error:
            return StoreError(f"no thread could be had for the store: {error}")
        finally:
            self._waiting -= 1
