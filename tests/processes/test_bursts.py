"""A browser that opens many pages at once comes back with one cookie many times, and to several processes."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from contextlib import closing

from cookiesafe.adapters.stores import open_store
from tests.processes.bursting import PATIENCE, burst
from tests.support.logins import a_login, kept_in, shown
from tests.support.stores import url_fixture  # noqa: F401

SPAWN = multiprocessing.get_context("spawn")
BURSTS, PROCESSES, THREADS = 60, 2, 8


def test_all_of_a_burst_are_let_in_and_get_one_successor(url: str) -> None:
    row, payload = a_login()
    with closing(open_store(url)) as store:
        store.add_series(row)
        start, returns = SPAWN.Barrier(PROCESSES * THREADS), SPAWN.Queue()
        processes = [
            SPAWN.Process(target=burst, args=(url, payload, THREADS, BURSTS, start, returns))
            for _ in range(PROCESSES)
        ]
        for process in processes:
            process.start()
        met = [returns.get(timeout=PATIENCE) for _ in range(PROCESSES * THREADS)]
        for process in processes:
            process.join(PATIENCE)
        ended = kept_in(store, row.key)

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    assert ended is not None
    assert (ended.gen, ended.seen_gen, ended.revoked_at) == (BURSTS, BURSTS - 1, None)
    for number, of_one_burst in enumerate(zip(*met, strict=True), 1):
        rules = Counter(each.rule for each in of_one_burst)
        assert {each.outcome for each in of_one_burst} == {"accepted"}
        assert rules == {"rotate": 1, "parallel": PROCESSES * THREADS - 1}
        (successor,) = {each.payload for each in of_one_burst}
        assert shown(successor).gen == number
