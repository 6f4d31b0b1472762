"""What was counted, as it is given away: rare things under ``other``, and no number from 1 to 9."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from ..count import OTHER, Count
from ..ledger.tables import csv_table
from .figures import FIGURES, LEAST

EPOCH: Final = date(1970, 1, 1)
COLUMNS: Final = ("day", "figure", "cut", "value", "count")
Cells = Mapping[str, int | None]
"""By value; ``None`` stands for fewer than ten."""


def day_of(day: date) -> int:
    """In days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True)
class Notices:
    """How visitors answered. A number is ``None`` where it is fewer than ten, a rate where it cannot be told.

    ``shown`` are banners shown, ``choices`` all answers: each rate says of which of these it is one. A visitor who is shown
    the banner on five pages and then answers counts as five and one.
    """

    shown: int | None
    choices: int | None
    accepted: int | None
    rejected: int | None
    saved: int | None
    withdrawn: int | None
    from_banner: int | None
    """Choices made on the banner itself."""

    @property
    def choice_rate(self) -> float | None:
        """Choices made on the banner, of banners shown."""
        return rate(self.from_banner, self.shown)

    @property
    def no_choice_rate(self) -> float | None:
        """The rest of them."""
        answered = self.choice_rate
        return None if answered is None else 1 - answered

    def of_choices(self, outcome: str) -> float | None:
        """``accepted``, ``rejected``, ``saved`` or ``withdrawn``, of choices."""
        return rate(getattr(self, outcome), self.choices)

    def of_shown(self, outcome: str) -> float | None:
        """The same, of banners shown."""
        return rate(getattr(self, outcome), self.shown)


def rate(part: int | None, whole: int | None) -> float | None:
    """``None`` where one of them is fewer than ten; but of ten or more, none is 0.

    Nor is it told where the part is more than the whole, as of choices on banners out of a cache, which nobody counted.
    """
    return None if part is None or not whole or part > whole else part / whole


@dataclass(frozen=True)
class Traffic:
    """What was counted from the day ``since`` to the day ``until`` (UTC), both included; ``FIGURES`` says what each figure is.

    ``_counts`` are folded by day. What is rare in them is told only where it adds up to more.
    """

    since: date
    until: date
    _counts: tuple[Count, ...] = field(repr=False)

    def total(self, figure: str) -> int | None:
        """How often in all; ``None`` for fewer than ten. Raises ``KeyError`` for what is no figure."""
        return _told(self._sums[figure, ""].get("", 0))

    def by_day(self, figure: str) -> Mapping[date, int | None]:
        """How often on each day."""
        days = self._days[figure, ""]
        return {day: _told(days.get(day_of(day), {}).get("", 0)) for day in self.days}

    def by(self, figure: str, cut: str, day: date | None = None) -> Cells:
        """How often, by each value of a cut, the most frequent first and ``other`` last; on one day, or on all.

        Raises ``KeyError`` where the figure is not cut so.
        """
        if cut not in FIGURES[figure].cuts:
            raise KeyError(cut)
        if day is None:
            return _folded(self._sums[figure, cut])
        return _folded(self._days[figure, cut].get(day_of(day), {}))

    def by_weekday(self, figure: str, cut: str) -> tuple[Cells, ...]:
        """The same of all Mondays, and so on to all Sundays."""
        sums: tuple[Counter[str], ...] = tuple(Counter() for _ in range(7))
        for day, cells in self._days[figure, cut].items():
            sums[(EPOCH + timedelta(day)).weekday()].update(cells)
        return tuple(map(_folded, sums))

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(n) for n in range((self.until - self.since).days + 1)]

    @cached_property
    def notices(self) -> Notices:
        """How visitors answered."""
        names = ("shown", "choices", "accepted", "rejected", "saved", "withdrawn")
        where = self._sums["choices", "where"]
        return Notices(
            **{name: self.total(name) for name in names}, from_banner=_told(where.get("banner", 0))
        )

    @cached_property
    def _days(self) -> Mapping[tuple[str, str], Mapping[int, dict[str, int]]]:
        """By figure and cut, what was counted of each value, by day."""
        days: dict[tuple[str, str], defaultdict[int, dict[str, int]]] = {
            (name, cut): defaultdict(dict)
            for name, figure in FIGURES.items()
            for cut in ("", *figure.cuts)
        }
        for day, figure, cut, value, n in self._counts:
            # One of a figure of another version has no place here.
            cells = days.get((figure, cut))
            if cells is not None:
                cells[day][value] = n
        return MappingProxyType(days)

    @cached_property
    def _sums(self) -> Mapping[tuple[str, str], dict[str, int]]:
        """The same, of all days together."""
        sums: dict[tuple[str, str], dict[str, int]] = {}
        for key, days in self._days.items():
            values = sums[key] = {}
            for cells in days.values():
                for value, n in cells.items():
                    if value in values:
                        values[value] += n
                    else:
                        values[value] = n
        return MappingProxyType(sums)

    # --- exports ----------------------------------------------------------------------------------

    def to_json(self) -> str:
        """One object: ``since``, ``until``, ``least``, and ``figures`` by name, each with its ``title``, ``text``, ``total``,
        ``days`` and ``cuts``. ``null`` stands for fewer than ``least``.
        """
        figures: dict[str, Any] = {
            name: {
                "title": figure.title,
                "text": figure.text,
                "total": self.total(name),
                "days": {day.isoformat(): n for day, n in self.by_day(name).items()},
                "cuts": {cut: self.by(name, cut) for cut in figure.cuts},
            }
            for name, figure in FIGURES.items()
        }
        said = {"since": self.since.isoformat(), "until": self.until.isoformat(), "least": LEAST}
        return json.dumps({**said, "figures": figures}, indent=1)

    def to_csv(self) -> Iterator[str]:
        """Lines with ``day``, ``figure``, ``cut``, ``value`` and ``count``, of each day what was counted on it.

        ``<10`` stands for fewer than ten. Write them as UTF-8, and with ``newline=""``.
        """
        rows = (dict(zip(COLUMNS, row, strict=True)) for row in self._rows())
        return csv_table(rows, COLUMNS)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        days: dict[int, dict[tuple[str, str], dict[str, int]]] = {}
        for each in self._counts:
            cells = days.setdefault(each.day, {})
            cells.setdefault((each.figure, each.cut), {})[each.value] = each.n
        for day in self.days:
            for (figure, cut), values in sorted(days.get(day_of(day), {}).items()):
                for value, n in _folded(values).items():
                    yield day.isoformat(), figure, cut, value, f"<{LEAST}" if n is None else str(n)


def _told(n: int) -> int | None:
    return n if n == 0 or n >= LEAST else None


def _folded(values: Mapping[str, int]) -> Cells:
    """The most frequent first; what is rare is under ``other``. A whole, which has no value, is one of a kind."""
    if list(values) == [""]:
        return {"": _told(values[""])}
    rare = sum(n for value, n in values.items() if n < LEAST or value == OTHER)
    often = {value: n for value, n in values.items() if n >= LEAST and value != OTHER}
    order = sorted(often, key=lambda value: (-often[value], value))
    told: dict[str, int | None] = {value: often[value] for value in order}
    if rare:
        told[OTHER] = _told(rare)
    return told


def report(since: date, until: date, counts: Iterable[Count]) -> Traffic:
    """Of counts that were folded by day."""
    return Traffic(since, until, tuple(counts))
