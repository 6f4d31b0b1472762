"""``cookiesafe policy``: what differs between two, and announcing one."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cookiesafe.cli.named import AppArgument, kept
from cookiesafe.cli.output import FOUND, Format, FormatOption, say_under, write_rows
from cookiesafe.policy import Difference, History, Policy, differences

app = typer.Typer(help="The policy file.", no_args_is_help=True)
COLUMNS = ("kind", "noun", "id", "key", "before", "after")
OldFile = Annotated[Path, typer.Argument(metavar="A", help="The policy file as it was.")]
NewFile = Annotated[Path, typer.Argument(metavar="B", help="The policy file as it is to be.")]


@app.command()
def diff(old: OldFile, new: NewFile, form: FormatOption = Format.TABLE) -> None:
    """Say what visitors can tell one policy from another by, and who is asked again. Exits with 1 if they differ."""
    before, after = Policy.from_file(old), Policy.from_file(new)
    found = differences(before, after)
    write_rows([_row(each) for each in found], COLUMNS, form)
    if form is Format.TABLE:
        _write_asked(before, after)
    if before.fingerprint != after.fingerprint:
        raise typer.Exit(FOUND)


def _row(difference: Difference) -> dict[str, str]:
    return {name: str(getattr(difference, name)) for name in COLUMNS}


def _write_asked(before: Policy, after: Policy) -> None:
    if before.fingerprint == after.fingerprint:
        say_under("No difference.")
        return
    history = History(after, [before])
    wider = [
        each.id
        for each in after.optional
        if each.id in before.grounds and not history.holds(each.id, before.grounds[each.id])
    ]
    new = [each.id for each in after.optional if each.id not in before.grounds]
    if wider:
        say_under(f"Who had agreed to these is asked again: {', '.join(wider)}.")
    if new:
        say_under(f"Everybody is asked about these: {', '.join(new)}.")
    if not wider and not new:
        say_under("Nobody is asked again.")


@app.command()
def publish(
    app: AppArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy file as it is to be.")],
    in_force: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The day (UTC) from which on it is in force.",
            show_default=False,
        ),
    ],
    summary: Annotated[
        list[str], typer.Option(help="What is new, in a sentence; may be given several times.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Record in the ledger that a policy is announced, with both versions, and say what the app has to call."""
    policy = Policy.from_file(file)
    with kept(app, None) as ledger:
        assert ledger.safe is not None  # noqa: S101
        write_rows(
            [_row(each) for each in differences(ledger.safe.policy, policy)], COLUMNS, Format.TABLE
        )
        day = in_force.date()
        if not yes:
            typer.confirm(f"Announce this, in force from {day}?", abort=True)
        announced = ledger.safe.publish(policy, summary=summary, in_force=day)
    say_under(
        f"Recorded: {announced.id}, in force from {day}. Each process tells visitors once it calls:"
    )
    typer.echo(_call(file, summary, day))


def _call(file: Path, summary: list[str], day: date) -> str:
    return (
        f"safe.publish(Policy.from_file({str(file)!r}), summary={summary!r}, "
        f"in_force=date({day.year}, {day.month}, {day.day}))"
    )
