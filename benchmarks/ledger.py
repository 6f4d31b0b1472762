"""What it costs to keep a record for good, over what the disk takes for it: reported, never a gate.

``python -m benchmarks.ledger [POSTGRESQL_URL]``. The floor is 4 KB written into a file that is there already, and
``fdatasync``. Cases and floor take turns, A B C … C B A, and the median of the paired ratios is printed: disks change
their speed from second to second. Records go the way that those of requests go, through the group commit; where many
wait, each of them appends one record after the other, on one event loop.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter_ns, sleep
from typing import NamedTuple

from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters._perform import perform
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.ids import new_receipt_id, new_record_id
from cookiesafe.ledger import Record
from cookiesafe.ports import Append, Store

ROUNDS, WRITES = 15, 50
BLOCK, PREALLOCATED = 4096, 64 * 1024 * 1024
TICK = 0.001
PATIENCE = 60.0
TIMES = count(1_800_000_000_000)


class Goal(NamedTuple):
    """A case's microseconds a record, over the floor's a write, are to be at most ``goal``."""

    title: str
    case: str
    goal: float


GOALS = (
    Goal("SQLite, one record", "sqlite:1", 2.2),
    Goal("SQLite, 10 waiting, a record", "sqlite:10", 0.35),
    Goal("SQLite, 100 waiting, a record", "sqlite:100", 0.12),
    Goal("PostgreSQL, one record", "postgresql:1", 2.2),
    Goal("PostgreSQL, 100 waiting, a record", "postgresql:100", 0.3),
)
STALL = 2.0
"""Milliseconds that an event loop is late at most, in 99 of 100 looks, while ten append."""


def a_record() -> Record:
    time = next(TIMES)
    return Record(
        id=new_record_id(time, os.urandom),
        time=time,
        event="grant",
        policy="0123456789ab",
        notice="banner",
        language="en",
        choices={"statistics": True, "advertising": True, "@gullwing": True},
        grounds={"statistics": "3f9a1c22b0de", "advertising": "5b21c3d9e8aa"},
        receipt=new_receipt_id(time / 1000, os.urandom),
    )


def write_blocks(file: int, places: Iterator[int]) -> float:
    """Microseconds a block."""
    block = os.urandom(BLOCK)
    begun = perf_counter_ns()
    for _ in range(WRITES):
        os.pwrite(file, block, next(places) * BLOCK % PREALLOCATED)
        os.fdatasync(file)
    return (perf_counter_ns() - begun) / 1000 / WRITES


def append_alone(store: Store) -> float:
    """Microseconds a record."""
    needs = [Append((a_record(),)) for _ in range(WRITES)]
    begun = perf_counter_ns()
    for need in needs:
        assert perform(need, store) is None
    return (perf_counter_ns() - begun) / 1000 / WRITES


def append_at_once(store: Store, appenders: int) -> float:
    """Microseconds a record."""
    each = max(10, 5 * WRITES // appenders)
    needs = [[Append((a_record(),)) for _ in range(each)] for _ in range(appenders)]
    begun = perf_counter_ns()
    asyncio.run(_append_all(Pool(store, deadline=PATIENCE), needs))
    return (perf_counter_ns() - begun) / 1000 / (appenders * each)


async def _append_all(pool: Pool, needs: list[list[Append]]) -> None:
    async def one_after_the_other(own: list[Append]) -> None:
        for need in own:
            assert await pool._perform(need, PATIENCE) is None

    await asyncio.gather(*map(one_after_the_other, needs))


class WaitingStore(MemoryStore):
    """Waits as long as a disk may, and keeps nothing: the same requests on the loop, and no commit."""

    def append(self, records: Sequence[Record]) -> None:
        sleep(0.002)


def stalls(store: Store, appenders: int = 10) -> list[float]:
    """By how many milliseconds an event loop is late, at each look, while so many append."""
    late: list[float] = []

    async def look_on() -> None:
        needs = [[Append((a_record(),)) for _ in range(50)] for _ in range(appenders)]
        work = asyncio.create_task(_append_all(Pool(store, deadline=PATIENCE), needs))
        await asyncio.sleep(0)
        while not work.done():
            due = perf_counter_ns() + TICK * 1e9
            await asyncio.sleep(TICK)
            late.append((perf_counter_ns() - due) / 1e6)
        await work

    asyncio.run(look_on())
    return late


def report_stalls(stores: dict[str, Store]) -> None:
    late: dict[str, list[float]] = {kind: [] for kind in stores}
    for _ in range(ROUNDS):
        for kind, store in stores.items():
            late[kind] += stalls(store)
    for kind, found in late.items():
        p99 = quantiles(found, n=100)[-1]
        said = f"median {median(found):.2f} ms, p99 {p99:.2f} ms"
        print(f"event loop late, {kind:14} {said}   goal {STALL:.2f} ms")


def measure(runs: dict[str, Callable[[], float]]) -> list[dict[str, float]]:
    """Of each round what each run took, forth and back."""
    rounds = []
    for _ in range(ROUNDS):
        spent = dict.fromkeys(runs, 0.0)
        for case in (*runs, *reversed(runs)):
            spent[case] += runs[case]() / 2
        rounds.append(spent)
    return rounds


def report(rounds: list[dict[str, float]]) -> None:
    for case in rounds[0]:
        print(f"{case:34} {median(spent[case] for spent in rounds):8.1f} µs")
    for goal in GOALS:
        if goal.case in rounds[0]:
            ratio = median(spent[goal.case] / spent["floor"] for spent in rounds)
            print(f"{goal.title:34} {ratio:6.3f} x   goal {goal.goal:.2f} x")


def main(server: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder, open(Path(folder, "floor"), "w+b") as file:
        os.posix_fallocate(file.fileno(), 0, PREALLOCATED)
        urls = {"sqlite": f"sqlite:///{folder}/store.db", "postgresql": server}
        stores = {kind: open_store(url) for kind, url in urls.items() if url}
        runs: dict[str, Callable[[], float]] = {
            "floor": partial(write_blocks, file.fileno(), count())
        }
        for kind, store in stores.items():
            runs[f"{kind}:1"] = partial(append_alone, store)
            for many in (10, 100):
                runs[f"{kind}:{many}"] = partial(append_at_once, store, many)
        for run in runs.values():
            run()
        report(measure(runs))
        report_stalls({"no commits": WaitingStore(), **stores})
        for store in stores.values():
            store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
