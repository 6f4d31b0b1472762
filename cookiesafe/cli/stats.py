"""``cookiesafe stats``: what was counted, and whether no is as easy as yes."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated, Any, Final

import typer

from cookiesafe.cli.named import AppArgument, loaded
from cookiesafe.cli.output import FOUND, Format, FormatOption, say_under, write_rows
from cookiesafe.consent import DAY
from cookiesafe.dashboard import (
    Metric,
    Period,
    Sign,
    Table,
    as_csv,
    as_json,
    as_shown,
    metrics,
    signs,
    tables,
)
from cookiesafe.errors import SettingError, did_you_mean
from cookiesafe.safe import CookieSafe
from cookiesafe.traffic import LEAST, Traffic

FOUND_IN: Final = ("look", "act")
COLUMNS: Final = ("figure", "count", "share", "of", "text")
_WORDS: Final = {"ok": "ok", "look": "look at", "act": "put right", "few": "too few to tell"}


def command(
    app: AppArgument,
    days: Annotated[int, typer.Option(min=1, max=760, help="The last so many, with today.")] = 30,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DAY", help="Instead of --days: the first day (UTC)."
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DAY", help="The last day (UTC); today unless said."
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help='One table of the dashboard, such as "held"; "all" is everything that was counted.',
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """What was counted, of everybody together. Exits with 1 if a sign of fairness is to be looked at or to be put right.

    No number from 1 to 9 is given.
    """
    safe = loaded(app)
    try:
        traffic = safe.traffic(*_period(safe, days, since, until))
        policy, enforce = safe.policy.fingerprint, safe.settings.enforce
    finally:
        safe.close()
    if table is not None:
        _write_table(traffic, tables(traffic, policy), table, form)
        return
    found = signs(traffic, policy, enforce=enforce)
    _write(traffic, found, form)
    if any(each.state in FOUND_IN for each in found):
        raise typer.Exit(FOUND)


def _period(
    safe: CookieSafe, days: int, since: datetime | None, until: datetime | None
) -> tuple[date, date]:
    period = Period.up_to(int(safe.settings.clock()) // DAY, days)
    last = period.until if until is None else until.date()
    first = last - (period.until - period.since) if since is None else since.date()
    return first, last


def _write(traffic: Traffic, found: tuple[Sign, ...], form: Format) -> None:
    rows = [row for each in metrics(traffic) for row in _rows(each)]
    rows += [
        {
            "figure": f"fairness: {each.name}",
            "count": _WORDS[each.state],
            "text": f"{each.seen} {each.do}".strip(),
        }
        for each in found
        if form is not Format.TABLE
    ]
    if form is Format.JSON:
        write_rows(rows, COLUMNS, form)
        return
    write_rows(
        [_told(each) for each in rows], COLUMNS if form is Format.CSV else COLUMNS[:-1], form
    )
    if form is Format.CSV:
        return
    typer.echo()
    for each in found:
        say_under(
            f"{_WORDS[each.state]}: {each.title}", style="bold" if each.state in FOUND_IN else ""
        )
        say_under(f"    {each.seen}")
        if each.do:
            say_under(f"    {each.do}")


def _rows(metric: Metric) -> list[dict[str, Any]]:
    """A line for each share, or one without."""
    named = {"figure": metric.title, "count": metric.n, "text": metric.text}
    shares = [
        {
            **named,
            "share": None if share is None else round(share, 4),
            "of": whole.removeprefix("of "),
        }
        for whole, share in metric.shares.items()
    ]
    return shares or [{**named, "share": None, "of": ""}]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """For who reads it, and for spreadsheets."""
    few = f"<{LEAST}" if row["count"] is None else row["count"]
    return {**row, "count": few}


def _write_table(traffic: Traffic, known: dict[str, Table], name: str, form: Format) -> None:
    if name == "all":
        if form is Format.JSON:
            typer.echo(traffic.to_json())
        else:
            sys.stdout.writelines(traffic.to_csv())
        return
    if name not in known:
        raise SettingError(f'there is no table "{name}"', fix=did_you_mean(name, [*known, "all"]))
    table = known[name]
    if form is Format.JSON:
        typer.echo(as_json(table, traffic))
    elif form is Format.CSV:
        sys.stdout.writelines(as_csv(table))
    else:
        write_rows(as_shown(table), [each.title for each in table.columns], form)
