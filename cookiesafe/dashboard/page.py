"""The dashboard's page, and its tables as CSV and JSON. In English: it is for who runs the site."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

import jinja2

from ..ledger.tables import csv_table
from ..templates import templates_of
from ..traffic import LEAST, Traffic
from . import chart
from .chart import Mark
from .fairness import State, light, signs
from .figures import metrics
from .period import LENGTHS
from .proof import Proof
from .table import Cell, Column, Table
from .tables import tables

MOST_ROWS: Final = 12
"""How many rows of a table stand in the page; all are in what is exported."""
FEW: Final = f"<{LEAST}"
_WORDS: Final[dict[State, str]] = {
    "ok": "all as it should be",
    "look": "to be looked at",
    "act": "to be put right",
    "few": "too few to tell",
}
"""What each state is, in words; the style sheet has a shape before them. A colour alone would not be seen by all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that the page tells.

    ``site`` is the site's name, ``policy`` the fingerprint of the policy in force, ``announced`` the day on which another
    one is, if one was announced. ``proof`` is ``None`` where nothing is sealed.
    """

    site: str
    traffic: Traffic
    policy: str
    enforce: bool
    announced: date | None = None
    proof: Proof | None = None
    now: float = 0


def page(told: Told, root: str, own_paths: str) -> bytes:
    """The whole of it. ``own_paths`` is where our pages live, below ``root``."""
    traffic = told.traffic
    shown = signs(traffic, told.policy, enforce=told.enforce)
    base = f"{quote(root)}{own_paths}"
    return (
        _templates()
        .get_template("dashboard.html")
        .render(
            told=told,
            traffic=traffic,
            days=len(traffic.days),
            lengths=LENGTHS,
            metrics=metrics(traffic),
            tables=tables(traffic, told.policy).values(),
            light=light(shown),
            signs=shown,
            marks=_marks(told),
            words=_WORDS,
            most_rows=MOST_ROWS,
            address=f"{base}dashboard",
            style=f"{base}dashboard.css?v={style_version()}",
            home=f"{quote(root)}/",
        )
        .encode()
    )


def as_csv(table: Table) -> Iterator[str]:
    """Lines of one table. ``<10`` stands for fewer than ten, an empty field for a share that cannot be told."""
    names = [each.title for each in table.columns]
    rows = (
        {
            name: _plain(cell, column)
            for name, cell, column in zip(names, row, table.columns, strict=True)
        }
        for row in table.rows
    )
    return csv_table(rows, names)


def as_shown(table: Table) -> list[dict[str, str]]:
    """Rows by the titles of columns, as people read them."""
    return [
        {each.title: _shown(cell, each) for each, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def as_json(table: Table, traffic: Traffic) -> str:
    """One object: ``table``, ``title``, ``text``, ``since``, ``until``, ``least``, ``columns`` and ``rows``.

    ``null`` stands for fewer than ``least``, and for a share that cannot be told; shares are from 0 to 1.
    """
    said: dict[str, Any] = {
        "table": table.name,
        "title": table.title,
        "text": table.text,
        "since": traffic.since.isoformat(),
        "until": traffic.until.isoformat(),
        "least": LEAST,
        "columns": [each.title for each in table.columns],
        "rows": table.rows,
    }
    return json.dumps(said, indent=1)


@cache
def style() -> bytes:
    """Its style sheet."""
    return files(__package__).joinpath("dashboard.css").read_bytes()


@cache
def style_version() -> str:
    """What its address ends with, so that a browser asks for it once."""
    return hashlib.sha256(style()).hexdigest()[:12]


def _marks(told: Told) -> Sequence[Mark]:
    """The days on which another policy began, as far as ten were asked under it, or it was announced."""
    traffic = told.traffic
    found: list[Mark] = []
    known: set[str] = set()
    for day in traffic.days:
        here = {each for each in traffic.by("shown", "policy", day) if each != "other"}
        new = here - known
        if known:
            found += [Mark(day, f"policy {each[:8]}") for each in sorted(new)]
        known |= new
    if told.announced and told.announced not in {mark.day for mark in found}:
        found.append(Mark(told.announced, "the announced policy"))
    return [mark for mark in found if traffic.since <= mark.day <= traffic.until]


def _plain(cell: Cell, column: Column) -> Cell:
    return FEW if cell is None and column.kind == "count" else cell


def _shown(cell: Cell, column: Column) -> str:
    if cell is None:
        return f"fewer than {LEAST}" if column.kind == "count" else "–"
    if column.kind == "share":
        return f"{cell:.1%}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


@cache
def _templates() -> jinja2.Environment:
    # Its page is one as the inspector's is.
    templates = templates_of("cookiesafe.dashboard", "cookiesafe.inspector", lstrip_blocks=True)
    templates.globals |= {
        "chart": chart,
        "shown": _shown,
        "share": Column("", "share"),
        "count": Column(""),
    }
    templates.filters |= {"moment": _moment, "ago": _ago}
    return templates


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _ago(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0, seconds):.0f} seconds"
