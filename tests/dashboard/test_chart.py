"""Charts: where a line goes, what a bar is of its whole, and that fewer than ten is never drawn as none."""

from __future__ import annotations

import re
from datetime import date

import pytest

from cookiesafe.dashboard import Column, Table
from cookiesafe.dashboard.chart import HEIGHT, STRIP, WIDTH, Mark, hours, lines, stack, week, width
from cookiesafe.dashboard.table import Cell


def by_day(*rows: tuple[Cell, ...]) -> Table:
    titles = ("Accepted", "Rejected")[: len(rows[0])]
    named = tuple((f"2026-11-{day:02}", *row) for day, row in enumerate(rows, 1))
    return Table("days", "Days", "", (Column("Day", "text"), *map(Column, titles)), named, "lines")


def counted(*rows: tuple[str, int | None]) -> Table:
    return Table("t", "T", "", (Column("Which", "text"), Column("Times")), rows)


def points(path: str) -> list[tuple[str, int, int]]:
    return [(p, int(x), int(y)) for p, x, y in re.findall(r"([ML])(\d+) (-?\d+)", path)]


def test_a_line_goes_from_edge_to_edge_and_by_its_numbers() -> None:
    drawn = lines(by_day((0, 10), (50, 10), (100, 10)))

    assert drawn.top == 100
    assert points(drawn.paths[0]) == [
        ("M", 0, HEIGHT),
        ("L", WIDTH // 2, HEIGHT // 2),
        ("L", WIDTH, 0),
    ]
    assert {y for _, _, y in points(drawn.paths[1])} == {135}


def test_fewer_than_ten_is_a_gap_and_a_day_alone_a_dot() -> None:
    path = lines(by_day((20,), (None,), (30,), (None,), (40,), (50,))).paths[0]

    assert [p for p, _, _ in points(path)] == ["M", "M", "M", "L"]
    assert path.count("h0") == 2
    assert len(points(path)) == 4


def test_what_is_drawn_is_said() -> None:
    said = lines(by_day((20, 0), (None, 0), (1200, 0))).text

    assert (
        said == "Accepted: at most 1,200, at 2026-11-03; fewer than 10 at 1 of 3. Rejected: none."
    )
    assert lines(by_day((None,), (None,))).text == "Accepted: fewer than 10 each."


def test_a_single_day_and_none_are_drawn_too() -> None:
    assert lines(by_day((20,))).paths == ("M0 0h0",)
    assert lines(by_day((None,))).paths == ("",)
    assert lines(by_day((0,))).top == 1


def test_marks_are_at_their_days() -> None:
    marks = [Mark(date(2026, 11, 2), "a"), Mark(date(2026, 12, 1), "elsewhere")]

    assert lines(by_day((1000,), (1000,), (1000,)), marks).marks == (WIDTH // 2,)


@pytest.mark.parametrize(
    ("most", "top"), [(10, 10), (11, 20), (499, 500), (501, 1000), (10**9, 10**9)]
)
def test_an_axis_ends_with_a_plain_number(most: int, top: int) -> None:
    assert lines(by_day((most,))).top == top


def test_the_parts_of_a_bar_fill_it() -> None:
    drawn = stack(counted(("yes", 300), ("no", 100), ("few", None), ("some", 0)))

    assert [box.size for box in drawn.boxes] == [450, 150, 0, 0]
    assert sum(box.size for box in drawn.boxes) == WIDTH
    assert drawn.text == "yes: 300. no: 100. few: fewer than 10. some: 0."
    assert {box.size for box in stack(counted(("few", None))).boxes} == {0}


def test_columns_are_as_high_as_their_numbers() -> None:
    drawn = hours(counted(("00", 50), ("01", None), ("02", 100)))

    assert [box.size for box in drawn.boxes] == [75, 0, 150]
    assert drawn.text == "Times: at most 100, at 02; fewer than 10 at 1 of 3."


def test_a_column_that_is_low_is_one_all_the_same() -> None:
    drawn = hours(counted(("00", 10), ("01", None), ("02", 100_000)))

    assert [box.size for box in drawn.boxes] == [1, 0, HEIGHT]


def test_strips_show_what_one_such_day_had() -> None:
    """From a Monday to the next: there are two of these."""
    names = ("Monday (2)", "Tuesday (1)", "Wed", "Thu", "Fri", "Sat", "Sun")
    rows = (("00", 100, 100, 0, 0, 0, 0, None), ("01", 12, 200, 0, 0, 0, 0, 0))
    table = Table("week", "W", "", (Column("Hour", "text"), *map(Column, names)), rows, "week")
    drawn = week(table, [date(2026, 11, 16 + at) for at in range(8)])

    sizes = [[box.size for box in strip] for strip in drawn.strips]
    assert sizes[:2] == [[STRIP // 4 + 1, 1], [STRIP // 2, STRIP]]
    assert sizes[2:] == [[0, 0]] * 5
    assert "Monday (2): at most 100, at 00." in drawn.text
    assert "Sun: fewer than 10 each." in drawn.text


def test_the_smallest_bar_is_seen_and_fewer_than_ten_has_none() -> None:
    table = counted(("often", 100_000), ("rare", 10), ("few", None), ("never", 0))

    assert [width(row[1], table) for row in table.rows] == [100, 1, 0, 0]
