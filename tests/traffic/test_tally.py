"""Counts are exact where there is room, and bounded whatever comes."""

from __future__ import annotations

from collections import Counter

from cookiesafe.count import OTHER, Count
from cookiesafe.traffic import tally as tally_module
from cookiesafe.traffic.tally import ROOM, Tally

DAY = 20_000


def by_value(counts: list[Count], cut: str = "page") -> dict[str, int]:
    return {each.value: each.n for each in counts if each.cut == cut}


def test_what_has_room_is_counted_exactly() -> None:
    tally = Tally()
    expected: Counter[str] = Counter()
    for number in range(5_000):
        value = f"/{number % ROOM}"
        tally.add(DAY, "pages", "page", value)
        expected[value] += 1

    assert by_value(tally.take()) == expected
    assert tally.take() == []


def test_what_scanners_make_up_grows_nothing_and_the_sum_stays_true() -> None:
    tally = Tally()
    for number in range(50_000):
        tally.add(DAY, "pages")
        tally.add(DAY, "pages", "page", f"/junk-{number}")

    counts = by_value(tally.take())
    assert len(counts) <= 2 * ROOM + 1
    assert sum(counts.values()) == 50_000
    assert counts[OTHER] >= 50_000 - ROOM


def test_what_began_before_midnight_makes_no_more_room() -> None:
    """Requests that are sent slowly leave on the day after."""
    tally = Tally()
    for number in range(5_000):
        tally.add(DAY + number % 2, "pages", "page", f"/junk-{number}")

    assert len(tally) <= 2 * ROOM + 2
    assert sum(by_value(tally.take()).values()) > 0


def test_a_page_that_is_read_finds_room_though_junk_came_first() -> None:
    tally = Tally()
    for number in range(10_000):
        tally.add(DAY, "pages", "page", f"/junk-{number}")
    for number in range(10_000):
        tally.add(DAY, "pages", "page", f"/more-junk-{number}")
        if number % 20 == 0:
            tally.add(DAY, "pages", "page", "/bills")

    counts = by_value(tally.take())
    assert counts["/bills"] >= 400
    assert sum(counts.values()) == 20_500


def test_the_room_is_for_a_day_though_counts_are_taken_in_between() -> None:
    tally = Tally()
    seen: set[str] = set()
    for number in range(3_000):
        tally.add(DAY, "pages", "page", f"/junk-{number}")
        if number % 100 == 0:
            seen |= by_value(tally.take()).keys()
    assert len(seen) <= 2 * ROOM + 1

    tally.add(DAY + 1, "pages", "page", "/bills")
    assert [each for each in tally.take() if each.day == DAY + 1] == [
        Count(DAY + 1, "pages", "page", "/bills", 1)
    ]


def test_words_of_ours_need_no_room() -> None:
    tally = Tally()
    for number in range(2 * ROOM):
        tally.add(DAY, "pages", "hour", f"{number}")

    assert len(by_value(tally.take(), "hour")) == 2 * ROOM


def test_what_was_not_kept_is_given_back() -> None:
    tally = Tally()
    tally.add(DAY, "pages", "page", "/bills", 3)
    taken = tally.take()
    tally.add(DAY, "pages", "page", "/bills")

    tally.give_back(taken)

    assert tally.take() == [Count(DAY, "pages", "page", "/bills", 4)]


def test_while_no_store_takes_it_memory_is_bounded() -> None:
    tally = Tally()
    most = tally_module.MOST_CELLS
    for day in range(most // ROOM + 50):
        for number in range(ROOM):
            tally.add(DAY + day, "pages", "page", f"/{number}")

    counts = tally.take()
    assert len(counts) <= most + 100
    assert sum(each.n for each in counts) == (most // ROOM + 50) * ROOM
