"""What is rare is folded, when it is read and for good, whoever else does so; and what is old goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import pytest

from cookiesafe import SettingError, StoreError, TrafficTerms
from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.count import OTHER, Count
from cookiesafe.ports import Flow
from cookiesafe.traffic import LEAST, fold_days, keep, read, remove_old, report
from cookiesafe.traffic.keeping import to_fold

T = TypeVar("T")
DAY = 20_000


def page(value: str, n: int, day: int = DAY) -> Count:
    return Count(day, "pages", "page", value, n)


def drive(store: MemoryStore, flow: Flow[T]) -> T:
    return follow(flow, store)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.add_counts(
        [
            Count(DAY, "pages", "", "", 61),
            page("/bills", 40),
            page("/ten", LEAST),
            page("/nine", LEAST - 1),
            page("/two", 2),
            Count(DAY, "pages", "notice", "shown", 3),
        ]
    )
    return store


def test_what_is_read_is_folded_and_the_store_is_as_it_was(store: MemoryStore) -> None:
    before = sorted(store.counts(DAY, DAY))

    assert sorted(drive(store, read(DAY, DAY))) == [
        Count(DAY, "pages", "", "", 61),
        Count(DAY, "pages", "notice", "shown", 3),
        page("/bills", 40),
        page("/ten", LEAST),
        page(OTHER, 11),
    ]
    assert sorted(store.counts(DAY, DAY)) == before


def test_a_day_that_is_over_is_folded_for_good_and_again_when_somebody_is_late(
    store: MemoryStore,
) -> None:
    assert drive(store, fold_days(DAY, DAY)) == 2
    assert drive(store, fold_days(DAY, DAY)) == 0
    store.add_counts([page("/two", 3), page("/bills", 1)])
    assert drive(store, fold_days(DAY - 3, DAY)) == 1

    values = {each.value: each.n for each in store.counts(DAY, DAY) if each.cut == "page"}
    assert values == {"/bills": 41, "/ten": LEAST, OTHER: 14}


def test_words_of_ours_stay_since_they_are_nobodys(store: MemoryStore) -> None:
    drive(store, fold_days(DAY, DAY))

    assert Count(DAY, "pages", "notice", "shown", 3) in store.counts(DAY, DAY)


def test_a_cut_of_another_version_is_folded_too() -> None:
    rare = Count(DAY, "pages", "shoe-size", "44", 1)

    assert to_fold([rare]) == ([rare], [rare._replace(value=OTHER)])


class Meddling(MemoryStore):
    """Somebody else counts between two steps, as often as ``times`` says."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def swap_counts(self, gone: Sequence[Count], more: Sequence[Count]) -> bool:
        if self.times:
            self.times -= 1
            self.add_counts([page("/two", 1)])
        return super().swap_counts(gone, more)


def test_what_was_counted_meanwhile_is_not_lost() -> None:
    store = Meddling(3)
    store.add_counts([page("/two", 2)])

    drive(store, fold_days(DAY, DAY))

    assert list(store.counts(DAY, DAY)) == [page(OTHER, 5)]


def test_who_is_overtaken_without_end_gives_up_until_later() -> None:
    store = Meddling(1_000)
    store.add_counts([page("/two", 2)])

    assert drive(store, fold_days(DAY, DAY)) == 0


def test_what_is_older_than_it_may_be_is_removed(store: MemoryStore) -> None:
    store.add_counts([page("/bills", 40, DAY - 760), page("/bills", 40, DAY - 761)])

    assert drive(store, remove_old(DAY, TrafficTerms().kept_days)) == 1
    assert {each.day for each in store.counts(0, DAY)} == {DAY - 760, DAY}


def test_a_store_that_fails_says_so(store: MemoryStore) -> None:
    store.close()
    for flow in (keep([page("/", 1)]), read(DAY, DAY), fold_days(DAY, DAY), remove_old(DAY, 9)):
        with pytest.raises(StoreError):
            drive(store, flow)


@pytest.mark.parametrize(
    "wrong", [{"flush_after": 0}, {"flush_after": 3601}, {"kept_days": 761}, {"kept_days": 0}]
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingError, match="Give"):
        TrafficTerms(**wrong)  # type: ignore[arg-type]


def test_no_differencing_of_periods_tells_what_was_folded(store: MemoryStore) -> None:
    drive(store, fold_days(DAY, DAY))
    store.add_counts([page("/bills", 30, DAY + 1), page("/two", 4, DAY + 1)])
    told = [
        report(date(2024, 10, 4), date(2024, 10, 4), drive(store, read(DAY, DAY + days)))
        for days in (0, 1)
    ]

    assert all("/two" not in each.by("pages", "page") for each in told)
