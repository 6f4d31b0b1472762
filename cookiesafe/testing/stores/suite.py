"""What all tests of a store have in common: how one is made, threads, and other processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

PATIENCE = 60
"""Seconds after which a test gives up on others."""
_SPAWN = multiprocessing.get_context("spawn")


class Suite:
    """``make_store`` is yours to write.

    ``outlives`` says whether another store at the same place has what one kept, in this process and in others;
    ``goes_by_itself``, that what is over goes by the store's own clock, so that ``purge`` has nothing to do.
    """

    outlives = True
    goes_by_itself = False

    def make_store(self, place: Any) -> Any:
        """The store at a place. Nothing is there when a test begins."""
        raise NotImplementedError("make_store(self, place) returns your store")

    @pytest.fixture
    def place(self, tmp_path: Path) -> Any:
        """Where a test's store is: an empty directory, unless you say otherwise. Other processes are given it too."""
        return tmp_path

    @pytest.fixture
    def store(self, place: Any) -> Iterator[Any]:
        with closing(self.make_store(place)) as store:
            yield store

    def expect_purge(self, removed: int, expected: int) -> None:
        assert removed == (0 if self.goes_by_itself else expected)

    def in_processes(
        self, place: Any, work: Callable[[Any, int], object], count: int = 2
    ) -> list[Any]:
        """What ``work``, a function of a module, returns in so many processes at once, each with its own store."""
        if not self.outlives:
            pytest.skip("what this store keeps is in one process alone")
        returns = _SPAWN.Queue()
        processes = [
            _SPAWN.Process(target=_work, args=(type(self), place, work, number, returns))
            for number in range(count)
        ]
        for process in processes:
            process.start()
        returned = [returns.get(timeout=PATIENCE) for _ in processes]
        for process in processes:
            process.join(PATIENCE)
        assert [process.exitcode for process in processes] == [0] * count, returned
        return returned


def _work(
    suite: type[Suite], place: Any, work: Callable[[Any, int], object], number: int, returns: Any
) -> None:
    try:
        with closing(suite().make_store(place)) as store:
            returns.put(work(store, number))
    except BaseException as error:
        returns.put(repr(error))
        raise


def at_once(count: int, act: Callable[[int], object]) -> list[Any]:
    """What it returns in so many threads at once."""
    barrier = Barrier(count)

    def one(number: int) -> object:
        barrier.wait(PATIENCE)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
