"""Performs what an exchange or a flow asks of the store, then and there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

from cookiesafe.adapters._commits import commits_of, failure_of
from cookiesafe.adapters._line import Item
from cookiesafe.adapters._patience import DEADLINE, Until, left
from cookiesafe.errors import StoreError
from cookiesafe.exchange import Exchange
from cookiesafe.ports import Answer, Append, Ask, Call, Flow, Need, ReadBody, Store

T = TypeVar("T")
Hear = Callable[[Sequence[Need], Sequence[Answer]], None]


def perform(need: Append | Ask, store: Store) -> Answer:
    """Do it; what the store raises is the answer. Records are committed with those of other threads."""
    if isinstance(need, Append):
        commits, item = commits_of(store), Item(need.records)
        commits.line.put(item)
        return commits.commit(store, item)
    if left() <= 0:
        return too_late()
    try:
        answer = getattr(store, need.method)(*need.args)
        return answer if need.then is None else need.then(answer)
    except Exception as error:
        return failure_of(error)


def call(need: Call) -> Answer:
    """What it returns, or raises. It is not the store that is waited for, so there is no deadline."""
    try:
        return need.function()
    except Exception as error:
        return error


def converse(exchange: Exchange, store: Store, read_body: Callable[[int], bytes | None]) -> None:
    """Give an exchange all it needs, within the deadline."""
    while exchange.needs:
        exchange.supply([_answer(need, exchange, store, read_body) for need in exchange.needs])


def follow(flow: Flow[T], store: Store, hear: Hear | None = None) -> T:
    """What a flow comes to, whose needs are the store's alone; ``hear`` is told of each, with its answer."""
    answers: Any = None
    while True:
        try:
            needs = flow.send(answers)
        except StopIteration as done:
            result: T = done.value
            return result
        answers = [perform(need, store) for need in needs if isinstance(need, (Append, Ask))]
        if hear is not None:
            hear(needs, answers)


def no_body(limit: int) -> None:
    """For who reads no body any more: the request's is the app's to read."""


def perform_until(moment: float, need: Append | Ask, store: Store) -> Answer:
    """Do it for whoever waits until that moment of the monotonic clock."""
    with Until(moment):
        return perform(need, store)


def too_late(seconds: float = DEADLINE) -> StoreError:
    return StoreError(f"the store did not answer within {seconds} s")


def _answer(
    need: Need, exchange: Exchange, store: Store, read_body: Callable[[int], bytes | None]
) -> Answer:
    if isinstance(need, ReadBody):
        return read_body(need.limit)
    if isinstance(need, Call):
        return call(need)
    began = monotonic()
    try:
        return perform_until(began + DEADLINE - exchange.waited, need, store)
    finally:
        exchange.waited += monotonic() - began
