"""What was counted, in a store."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from cookiesafe.count import LONGEST_VALUE, Count
from cookiesafe.errors import StoreError
from cookiesafe.ports import Counts
from cookiesafe.testing.stores.suite import Suite, at_once

DAY = 20_000
TURNS = 20
VALUES = [
    "a",
    "A",
    "ä",
    "a%",
    "ünïcode ✓",
    "x" * LONGEST_VALUE,
    "=1+1",
    "'\\\"; --",
    "日" * LONGEST_VALUE,
    "a b",
]


def a_count(n: int = 1, **changed: Any) -> Count:
    return Count(DAY, "pages", "page", "/bills", n)._replace(**changed)


class CountsSuite(Suite):
    """What keeps counts: ``Counts``."""

    def test_what_is_added_adds_up(self, store: Counts) -> None:
        store.add_counts([a_count(3), a_count(4, cut="", value="")])
        store.add_counts([a_count(2), a_count(5, day=DAY + 1)])
        store.add_counts([])

        assert sorted(store.counts(DAY, DAY)) == [a_count(4, cut="", value=""), a_count(5)]
        assert list(store.counts(DAY + 1, DAY + 9)) == [a_count(5, day=DAY + 1)]
        assert len(store.counts(DAY, DAY + 1)) == 3

    def test_one_thing_may_come_twice_in_one_go(self, store: Counts) -> None:
        for _ in range(2):
            store.add_counts([a_count(1), a_count(2), a_count(3)])

        assert list(store.counts(DAY, DAY)) == [a_count(12)]

    def test_values_are_told_apart_exactly(self, store: Counts) -> None:
        store.add_counts([a_count(1, value=value) for value in VALUES])
        store.add_counts([a_count(1, value=value) for value in VALUES])

        assert sorted(store.counts(DAY, DAY)) == sorted(a_count(2, value=each) for each in VALUES)

    def test_many_are_added_in_one_go(self, store: Counts) -> None:
        many = [a_count(n + 1, value=f"/{n}") for n in range(2_000)]
        store.add_counts(many)

        assert sorted(store.counts(DAY, DAY)) == sorted(many)

    def test_what_is_as_it_was_read_is_swapped(self, store: Counts) -> None:
        gone = [a_count(3, value="/rare"), a_count(2, value="/rarer")]
        store.add_counts([*gone, a_count(40), a_count(7, value="other")])

        assert store.swap_counts(gone, [a_count(5, value="other")])
        assert sorted(store.counts(DAY, DAY)) == [a_count(40), a_count(12, value="other")]
        assert store.swap_counts([], [])

    def test_what_has_changed_meanwhile_is_not_swapped(self, store: Counts) -> None:
        store.add_counts([a_count(3), a_count(2, value="/rare")])
        kept = sorted(store.counts(DAY, DAY))
        more = [a_count(5, value="other")]

        assert not store.swap_counts([a_count(2, value="/rare"), a_count(4)], more)
        assert not store.swap_counts([a_count(3), a_count(1, value="/not there")], more)
        assert not store.swap_counts([a_count(3, day=DAY + 1)], more)
        assert sorted(store.counts(DAY, DAY)) == kept

    def test_earlier_days_are_removed(self, store: Counts) -> None:
        store.add_counts([a_count(1, day=DAY + n, value=v) for n in range(4) for v in ("a", "b")])

        assert store.remove_counts(DAY + 2) == 4
        assert store.remove_counts(DAY + 2) == 0
        assert {each.day for each in store.counts(0, DAY + 9)} == {DAY + 2, DAY + 3}

    def test_threads_that_add_at_once_lose_nothing(self, store: Counts) -> None:
        def add(number: int) -> None:
            for turn in range(20):
                some = [a_count(1, value=f"/{each}") for each in range(30)]
                store.add_counts(some if (number + turn) % 2 else some[::-1])

        at_once(4, add)

        assert sorted(store.counts(DAY, DAY)) == sorted(
            a_count(80, value=f"/{each}") for each in range(30)
        )

    def test_of_two_that_swap_the_same_one_does(self, store: Counts) -> None:
        for turn in range(5):
            store.add_counts([a_count(3, day=DAY + turn)])

            def swap(number: int, turn: int = turn) -> bool:
                gone, more = a_count(3, day=DAY + turn), a_count(3, day=DAY + turn, value="other")
                return store.swap_counts([gone], [more])

            assert sorted(at_once(4, swap)) == [False, False, False, True]
            assert list(store.counts(DAY + turn, DAY + turn)) == [
                a_count(3, day=DAY + turn, value="other")
            ]

    def test_processes_that_add_at_once_lose_nothing(self, place: Any, store: Counts) -> None:
        self.in_processes(place, _add)

        assert list(store.counts(DAY, DAY)) == [a_count(2 * TURNS)]


def _add(store: Any, number: int) -> None:
    kept = 0
    while kept < TURNS:
        # A file that others write to makes one wait, and may say that it was for too long.
        with suppress(StoreError):
            store.add_counts([a_count()])
            kept += 1
