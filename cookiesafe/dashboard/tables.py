"""The tables that the dashboard shows of what was counted, each with what it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..count import OTHER
from ..traffic import CUTS, FIGURES, NOTICES, Cells, Traffic
from ..traffic.report import rate
from .figures import OF_CHOICES, OF_SHOWN, OUTCOMES, SHOWN, plain, said
from .table import Cell, Column, Table

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_VIEWS: Final = {"pages": "Page views", "shown": "Banners shown"}


def tables(traffic: Traffic, policy: str) -> dict[str, Table]:
    """All tables by name, in the order in which they are shown. ``policy`` is the fingerprint of the one in force."""
    return {
        each.name: each
        for each in (
            _by_day(traffic, "days", "Answers, day by day", OUTCOMES),
            _outcomes(traffic),
            _by_day(traffic, "views", "Pages and banners, day by day", _VIEWS),
            _layers(traffic),
            _purposes(traffic),
            _notices(traffic),
            _policies(traffic, policy),
            _visitors(traffic, "device", "devices", "Devices"),
            _visitors(traffic, "language", "languages", "Languages"),
            _week(traffic),
            _hours(traffic),
            _cut(traffic, "signals", "Signals of browsers", "pages", "signal"),
            _cut(traffic, "ways", "With and without JavaScript", "choices", "way"),
            _cut(traffic, "embeds", "Embeds loaded", "embeds", "how"),
            _cut(traffic, "receipts", "Receipts used", "receipts", "how"),
            _cut(traffic, "pages", "Pages", "pages", "page"),
            _cut(traffic, "entries", "Entry pages", "entries", "page"),
            _cut(traffic, "sites", "Referring sites", "entries", "site"),
            _cut(traffic, "countries", "Countries", "pages", "country"),
            _cut(traffic, "moves", "From page to page", "moves", "move"),
            _cut(traffic, "returns", "Returning visitors", "returns", "since"),
            _held_cookies(traffic),
            _cut(traffic, "held-for", "Held, by purpose", "held", "for"),
            _cut(traffic, "held-why", "Held, by rule", "held", "rule"),
            _cut(traffic, "undeclared", "Undeclared cookies and hosts", "undeclared", "name"),
            _cut(traffic, "blocked", "Refused by browsers, by host", "blocked", "host"),
            _cut(traffic, "blocked-for", "Refused by browsers, by vendor", "blocked", "vendor"),
            _cut(traffic, "unrecorded", "Choices that were not recorded", "unrecorded", "event"),
        )
    }


def _by_day(traffic: Traffic, name: str, title: str, series: Mapping[str, str]) -> Table:
    by_day = {name: traffic.by_day(name) for name in series}
    return Table(
        name,
        title,
        " ".join(f"{FIGURES[name].title}: {said(name)}" for name in series),
        (Column("Day", "text"), *map(Column, series.values())),
        tuple((day.isoformat(), *(by_day[name][day] for name in series)) for day in traffic.days),
        "lines",
    )


def _outcomes(traffic: Traffic) -> Table:
    notices = traffic.notices
    rows: list[tuple[Cell, ...]] = [
        (title, traffic.total(name), notices.of_choices(name), notices.of_shown(name))
        for name, title in OUTCOMES.items()
    ]
    return Table(
        "answers",
        "Answers",
        "What visitors chose, as a share of all choices, and of all banners shown. A banner may be shown to somebody many "
        "times before it is answered, so the second is smaller as a rule.",
        (
            Column("Answer", "text"),
            Column("Choices"),
            Column(OF_CHOICES, "share"),
            Column(OF_SHOWN, "share"),
        ),
        tuple(rows),
        "stack",
    )


def _layers(traffic: Traffic) -> Table:
    return Table(
        "layers",
        "Where it was chosen",
        "Choices by where they were made: on the banner, on the page of choices, in the place of an embed, in the note "
        "above a limited form (feature), or on a receipt.",
        (Column("Where", "text"), *_OUTCOME_COLUMNS),
        tuple(_with_shares(traffic, "where", "choices")),
    )


def _purposes(traffic: Traffic) -> Table:
    cells = traffic.by("answered", "purpose")
    rows: list[tuple[Cell, ...]] = []
    for name in dict.fromkeys(value.rpartition(" ")[0] for value in cells):
        yes, no = _cell(cells, f"{name} yes"), _cell(cells, f"{name} no")
        both = None if yes is None or no is None else yes + no
        if name:
            rows.append((name, yes, no, rate(yes, both)))
    return Table(
        "purposes",
        "Purposes and vendors",
        "Yes and no to each that a choice was about. A vendor has an @ before it.",
        (Column("Purpose", "text"), Column("Yes"), Column("No"), Column("yes, of both", "share")),
        tuple(rows),
    )


def _notices(traffic: Traffic) -> Table:
    cells = traffic.by("pages", "notice")
    return Table(
        "notices",
        "What stood in pages",
        "Page views by what of ours stood in them.",
        (Column("Notice", "text"), Column("Page views"), Column("That is", "text")),
        tuple((value, n, NOTICES.get(value, "")) for value, n in cells.items()),
    )


def _policies(traffic: Traffic, policy: str) -> Table:
    rows = [
        (f"{value}{' (in force)' if value == policy else ''}", *cells)
        for value, *cells in _with_shares(traffic, "policy", "shown", "choices")
    ]
    return Table(
        "policies",
        "Policies",
        "By the fingerprint of the policy that visitors were asked under: how many have answered again since it changed.",
        (Column("Policy", "text"), Column("Banners shown"), *_OUTCOME_COLUMNS),
        tuple(rows),
    )


def _visitors(traffic: Traffic, cut: str, name: str, title: str) -> Table:
    figures = ("pages", "shown", "choices")
    cells = [traffic.by(each, cut) for each in figures]
    return Table(
        name,
        title,
        f"Page views, banners and choices by {cut}, as the browser says. What was fewer than 10 on a day is under other.",
        (Column(title[:-1], "text"), *(Column(FIGURES[each].title) for each in figures)),
        tuple((value, *(_cell(each, value) for each in cells)) for value in _values(cells)),
    )


def _hours(traffic: Traffic) -> Table:
    cells = traffic.by("pages", "hour")
    return Table(
        "hours",
        "Hours",
        "Page views by the hour of the day (UTC).",
        (Column("Hour", "text"), Column("Page views")),
        tuple((f"{hour:02}", _cell(cells, f"{hour:02}")) for hour in range(24)),
        "hours",
    )


def _week(traffic: Traffic) -> Table:
    days = Counter(day.weekday() for day in traffic.days)
    cells = traffic.by_weekday("pages", "hour")
    titles = (f"{name} ({days[at]})" for at, name in enumerate(WEEKDAYS))
    return Table(
        "week",
        "Hours of the week",
        "Page views by weekday and hour (UTC). In brackets stands how many such days there were; a column is as high as what "
        "they had on average.",
        (Column("Hour", "text"), *map(Column, titles)),
        tuple((f"{hour:02}", *(_cell(each, f"{hour:02}") for each in cells)) for hour in range(24)),
        "week",
    )


def _held_cookies(traffic: Traffic) -> Table:
    rows = []
    for value, n in traffic.by("held", "cookie").items():
        page, found, cookie = value.rpartition(" > ")
        rows.append((page, cookie, n) if found else (value, "", n))
    return Table(
        "held",
        "Cookies held back",
        "Cookies that the app set and that did not leave, by the page that set them; in observe, those that would not have.",
        (Column("Page", "text"), Column("Cookie", "text"), Column("Times")),
        tuple(rows),
    )


def _cut(traffic: Traffic, name: str, title: str, figure: str, cut: str) -> Table:
    """One figure by one of its cuts. What it counts is said of those that are none of the single figures."""
    lead = "" if figure in SHOWN else f"{said(figure)} "
    of, by = FIGURES[figure].title, CUTS[cut].title
    return Table(
        name,
        title,
        f"{lead}{of} by {by.lower()}: {plain(CUTS[cut].text)}.",
        (Column(by, "text"), Column(of)),
        tuple(traffic.by(figure, cut).items()),
    )


_OUTCOME_COLUMNS: Final = (
    Column("Choices"),
    *map(Column, OUTCOMES.values()),
    Column("accepted, of choices", "share"),
    Column("rejected, of choices", "share"),
)


def _with_shares(traffic: Traffic, cut: str, *figures: str) -> Iterator[tuple[Cell, ...]]:
    """By each value how often each figure and each outcome, and the shares of choices, which are the last of ``figures``."""
    cells = {name: traffic.by(name, cut) for name in (*figures, *OUTCOMES)}
    for value in _values(cells.values()):
        counts = {name: _cell(each, value) for name, each in cells.items()}
        choices = counts["choices"]
        shares = (rate(counts[name], choices) for name in ("accepted", "rejected"))
        yield value, *counts.values(), *shares


def _values(cells: Iterable[Cells]) -> list[str]:
    """Each once, those of the first first, and ``other`` last."""
    values = dict.fromkeys(value for each in cells for value in each)
    return sorted(values, key=OTHER.__eq__)


def _cell(cells: Cells, value: str) -> int | None:
    """What is not there is none, or so little that it is under ``other``."""
    return cells[value] if value in cells else None if OTHER in cells else 0
