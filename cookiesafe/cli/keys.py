"""``cookiesafe keys``: files of keys, as ``keys_from_file`` reads them."""

from __future__ import annotations

import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cookiesafe.adapters._files import OWN, replacing, write_whole
from cookiesafe.adapters.key_sources import keys_from_file
from cookiesafe.errors import SettingError
from cookiesafe.keys import MOST_KEYS, key_bytes

app = typer.Typer(help="Files of keys, for keys_from_file.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of keys.")]
Show = Annotated[bool, typer.Option("--show", help="Print the new key, too.")]


@app.command()
def new(
    file: File,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there: its keys are gone.")
    ] = False,
    show: Show = False,
) -> None:
    """Make a file with a new key, for cookies (secret_key) or for the ledger (ledger_key). Only its owner may read it."""
    key = _made()
    write_whole(file, _lines([key]), anew=not force, mode=OWN)
    _tell(file, "1 key", key if show else "")


@app.command()
def rotate(
    file: File,
    keep: Annotated[
        int,
        typer.Option(
            min=1, max=MOST_KEYS - 1, help="How many earlier keys stay; those beyond are removed."
        ),
    ] = MOST_KEYS - 1,
    show: Show = False,
) -> None:
    """Put a new key in front of those in a file, which go on to verify. Who may read the file stays so.

    Sites that have keys_from_file take it over at the next request. Keep an earlier key for as long as a remembered login
    lasts.
    """
    if not file.is_file():
        raise SettingError(f"there is no file {str(file)!r}", fix="Make one: cookiesafe keys new.")
    with replacing(file, mode=OWN) as opened:
        before = [str(each) for each in keys_from_file(file)()]
        for each in before:
            key_bytes(each)
        key = _made()
        opened.writelines(_lines([key, *before[:keep]]))
    _tell(file, f"{1 + len(before[:keep])} keys, a new one first", key if show else "")


def _made() -> str:
    return secrets.token_urlsafe(32)


def _lines(keys: list[str]) -> list[str]:
    day = datetime.now(UTC).date().isoformat()
    return [
        f"# The newest first, made {day}. Whoever reads this can sign.\n",
        *(f"{k}\n" for k in keys),
    ]


def _tell(file: Path, what: str, key: str) -> None:
    typer.echo(f"{file}: {what}")
    if file.stat().st_mode & (stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
        typer.echo(f"Others than its owner may read or write {file}: chmod 600 {file}", err=True)
    if key:
        typer.echo(key)
