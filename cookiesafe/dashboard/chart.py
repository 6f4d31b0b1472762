"""Charts, as what an SVG draws: paths and boxes in whole numbers. What is fewer than ten is a gap, and no 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from math import ceil
from typing import Final, NamedTuple

from .table import Cell, Table

WIDTH: Final = 600
HEIGHT: Final = 150
STRIP: Final = 18
_STEPS: Final = (1, 2, 5)
Numbers = Sequence[int | None]


class Mark(NamedTuple):
    """A day on which another policy began."""

    day: date
    text: str


class Lines(NamedTuple):
    """``paths`` are those of the counts in their order, ``top`` is what the highest place stands for, ``marks`` are where."""

    paths: tuple[str, ...]
    top: int
    marks: tuple[int, ...]
    text: str


class Box(NamedTuple):
    """``place`` and ``size`` of what is ``WIDTH`` or ``HEIGHT`` long in all."""

    place: int
    size: int


class Strips(NamedTuple):
    """Boxes whose size is ``STRIP`` at most."""

    strips: tuple[tuple[Box, ...], ...]
    text: str


class Boxes(NamedTuple):
    boxes: tuple[Box, ...]
    top: int
    text: str


def lines(table: Table, marks: Iterable[Mark] = ()) -> Lines:
    """The counts of a table, whose rows are days."""
    columns = [_numbers(table, at) for at in range(1, len(table.columns))]
    top = _round_up(table.most)
    last = max(len(table.rows) - 1, 1)
    days = {row[0]: place for place, row in enumerate(table.rows)}
    marked = tuple(
        round(days[day] * WIDTH / last) for mark in marks if (day := mark.day.isoformat()) in days
    )
    return Lines(
        tuple(_path(each, top, last) for each in columns),
        top,
        marked,
        _told_each(table, columns),
    )


def hours(table: Table) -> Boxes:
    """A column for each row of a table, from its first count."""
    numbers = _numbers(table, table.drawn)
    top = _round_up(table.most)
    boxes = (Box(at, ceil((n or 0) * HEIGHT / top)) for at, n in enumerate(numbers))
    return Boxes(tuple(boxes), top, _told(table.columns[table.drawn].title, table, numbers))


def week(table: Table, days: Iterable[date]) -> Strips:
    """A strip of columns for each weekday, from a table of hours: what one such day had on average, on one scale."""
    times = Counter(day.weekday() for day in days)
    columns = [_numbers(table, at) for at in range(1, len(table.columns))]
    means = [[(n or 0) / (times[at] or 1) for n in column] for at, column in enumerate(columns)]
    top = max(map(max, means)) or 1
    return Strips(
        tuple(
            tuple(Box(at, ceil(mean * STRIP / top)) for at, mean in enumerate(each))
            for each in means
        ),
        _told_each(table, columns),
    )


def stack(table: Table) -> Boxes:
    """One bar, made up of a table's rows by their first count; what is fewer than ten has no part of it."""
    numbers = [n or 0 for n in _numbers(table, table.drawn)]
    whole = sum(numbers) or 1
    edges = [round(sum(numbers[:at]) * WIDTH / whole) for at in range(len(numbers) + 1)]
    boxes = (Box(here, there - here) for here, there in pairwise(edges))
    said = (f"{row[0]}: {_count(row[table.drawn])}." for row in table.rows)
    return Boxes(tuple(boxes), whole, " ".join(said))


def width(n: Cell, table: Table) -> int:
    """How long the bar of a row is, of 100."""
    return -(-n * 100 // table.most) if isinstance(n, int) else 0


def _numbers(table: Table, at: int) -> list[int | None]:
    cells = (row[at] for row in table.rows)
    return [cell if isinstance(cell, int) else None for cell in cells]


def _path(numbers: Numbers, top: int, last: int) -> str:
    """Broken where a number is missing. A day alone is a dot, by the round ends of lines."""
    said, pen = [], "M"
    for place, n in enumerate(numbers):
        if n is None:
            pen = "M"
            continue
        said.append(f"{pen}{round(place * WIDTH / last)} {HEIGHT - round(n * HEIGHT / top)}")
        alone = pen == "M" and (place + 1 == len(numbers) or numbers[place + 1] is None)
        if alone:
            said.append("h0")
        pen = "L"
    return "".join(said)


def _round_up(most: int) -> int:
    """To a number that an axis can end with."""
    size = int(f"1{'0' * (len(str(most)) - 1)}")
    return next(step * size for step in (*_STEPS, 10) if step * size >= most)


def _told_each(table: Table, columns: Iterable[Numbers]) -> str:
    named = zip(table.columns[1:], columns, strict=True)
    return " ".join(_told(column.title, table, numbers) for column, numbers in named)


def _told(title: str, table: Table, numbers: Numbers) -> str:
    """The same in a sentence, for who does not see it."""
    known = [n for n in numbers if n is not None]
    few = len(numbers) - len(known)
    if not any(known):
        return f"{title}: {'fewer than 10 each' if few else 'none'}."
    most = max(known)
    where = table.rows[numbers.index(most)][0]
    gaps = f"; fewer than 10 at {few} of {len(numbers)}" if few else ""
    return f"{title}: at most {most:,}, at {where}{gaps}."


def _count(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else "fewer than 10"
