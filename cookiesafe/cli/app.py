"""What all subcommands have in common: where they are, what they exit with, and how errors are told."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cookiesafe.cli import (
    audit,
    check,
    db,
    demo,
    init,
    keys,
    ledger,
    logs,
    policy,
    receipts,
    stats,
    translations,
)
from cookiesafe.cli.named import debugging
from cookiesafe.cli.output import FOUND, STOPPED, printable, settle_streams
from cookiesafe.errors import CookieSafeError, NewerTables, NoApp, SettingError, UsageError

MISUSED, NOBODY_READS = 2, 141

app = typer.Typer(
    help="Sets up, checks and looks after CookieSafe on a site.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, one in {
    "demo": demo,
    "init": init,
    "check": check,
    "audit": audit,
    "stats": stats,
    "translations": translations,
}.items():
    app.command(name)(one.command)
for name, several in {
    "policy": policy,
    "ledger": ledger,
    "receipts": receipts,
    "keys": keys,
    "db": db,
    "logs": logs,
}.items():
    app.add_typer(several.app, name=name)


@app.callback()
def options(
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show where an error comes from, and what an app prints."),
    ] = False,
) -> None:
    """What may stand before any subcommand."""
    debugging.set(debug)


def run(arguments: Sequence[str]) -> None:
    """Do what the arguments say, and exit."""
    settle_streams()
    try:
        app(list(arguments), prog_name="cookiesafe")
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
    except BrokenPipeError:
        _let_go()
    except SystemExit as ended:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _let_go()
        raise ended from None
    except Exception as error:
        if "--debug" in arguments:
            raise
        raise SystemExit(_told(error)) from None


def _let_go() -> None:
    """Whoever read has had enough, as ``head`` does: that is no error, and nothing more is written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(NOBODY_READS)


def _told(error: Exception) -> int:
    """What to exit with, once the error is told in a line."""
    if not isinstance(error, CookieSafeError):
        _say(f"error: {type(error).__name__}: {error}. --debug shows where. [CS900]")
        return FOUND
    _say(f"error: {error}")
    if error.__cause__ is not None and not isinstance(error, NoApp):
        said = str(error.__cause__).partition("\n")[0]
        _say(f"       {type(error.__cause__).__name__}: {said}")
    misused = isinstance(error, (SettingError, UsageError)) and not isinstance(error, NewerTables)
    return MISUSED if misused else FOUND


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr)
