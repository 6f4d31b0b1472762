"""Performs what an exchange or a flow asks of the store, then and there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cookiesafe.adapters._commits import commits_of, failure_of
from cookiesafe.adapters._line import Item
from cookiesafe.exchange import Exchange
from cookiesafe.ports import Answer, Append, Ask, Flow, Need, ReadBody, Store

T = TypeVar("T")


def perform(need: Append | Ask, store: Store) -> Answer:
    """Do it; what the store raises is the answer. Records are committed with those of other threads."""
    if isinstance(need, Append):
        commits, item = commits_of(store), Item(need.records)
        commits.line.put(item)
        return commits.commit(store, item)
    try:
        answer = getattr(store, need.method)(*need.args)
        return answer if need.then is None else need.then(answer)
    except Exception as error:
        return failure_of(error)


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
