"""What a process does in a burst: its threads come back with one remember cookie, all at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

from cookiesafe.adapters.stores import open_store
from tests.support.logins import DAY, NOW, come_back

PATIENCE = 60
"""Seconds after which a process gives up on the others."""


class Return(NamedTuple):
    """How one of them fared: which rule it met, and the cookie it was sent."""

    rule: str
    outcome: str
    payload: str


def burst(
    url: str,
    payload: str,
    threads: int,
    bursts: int,
    start: Barrier,
    returns: Queue[Sequence[Return]],
) -> None:
    """Put what each thread met into ``returns``, burst by burst: one a day, each with the cookie of the one before."""
    with closing(open_store(url)) as store, ThreadPoolExecutor(threads) as pool:

        def browse(_: int) -> list[Return]:
            has, met = payload, []
            for day in range(1, bursts + 1):
                start.wait(PATIENCE)
                verdict = come_back(store, has, NOW + day * DAY)
                has = verdict.payload or ""
                met.append(Return(verdict.rule.name, verdict.outcome, has))
            return met

        try:
            for met in pool.map(browse, range(threads)):
                returns.put(met)
        except BaseException:
            start.abort()
            raise
