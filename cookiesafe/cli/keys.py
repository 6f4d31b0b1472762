"""``cookiesafe keys``: files of keys, as ``keys_from_file`` reads them."""

from __future__ import annotations

import hashlib
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer

from cookiesafe.adapters._files import OWN, replacing, write_whole
from cookiesafe.adapters.key_sources import keys_from_file
from cookiesafe.errors import SettingError
from cookiesafe.keys import MOST_KEYS, key_bytes

app = typer.Typer(help="Files of keys, for keys_from_file.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of keys.")]
Keep = Annotated[
    int,
    typer.Option(
        min=1, max=MOST_KEYS - 1, help="How many earlier keys stay; those beyond are removed."
    ),
]
Show = Annotated[bool, typer.Option("--show", help="Print the new key, too.")]
_PREPARED = "# prepared: "


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
def prepare(file: File, keep: Keep = MOST_KEYS - 1, show: Show = False) -> None:
    """Put a new key behind the first of a file for cookies: it verifies, and signs nothing before it is rotated.

    For copies of a file on several servers, which do not all change at once: prepare, bring the file to all of them, rotate,
    and bring it to all of them again. A file for the ledger needs only the latter: all its keys sign.
    """
    with _replacing(file) as (opened, before):
        if _prepared(file, before):
            raise SettingError(
                f"{str(file)!r} has a key that was prepared", fix="Go on: cookiesafe keys rotate."
            )
        key = _made()
        first, *others = before[:keep]
        opened.writelines(_lines([first, key, *others], prepared=key))
    _tell(file, f"{2 + len(others)} keys, a new one second", key if show else "")


@app.command()
def rotate(file: File, keep: Keep = MOST_KEYS - 1, show: Show = False) -> None:
    """Put a new key in front of those in a file, or the one that was prepared. The others go on to verify.

    Who may read the file stays so. Sites that have keys_from_file take it over at the next request. Keep an earlier key for
    as long as a remembered login lasts.
    """
    with _replacing(file) as (opened, before):
        key = _prepared(file, before) or _made()
        others = [each for each in before if each != key][:keep]
        opened.writelines(_lines([key, *others]))
    _tell(file, f"{1 + len(others)} keys, a new one first", key if show else "")


@contextmanager
def _replacing(file: Path) -> Iterator[tuple[IO[str], list[str]]]:
    """The file that is to take its place, and the keys that are in it."""
    if not file.is_file():
        raise SettingError(f"there is no file {str(file)!r}", fix="Make one: cookiesafe keys new.")
    with replacing(file, mode=OWN) as opened:
        before = [str(each) for each in keys_from_file(file)()]
        if not before:
            raise SettingError(
                f"{str(file)!r} has no keys", fix="Make one: cookiesafe keys new --force."
            )
        for each in before:
            key_bytes(each)
        yield opened, before


def _prepared(file: Path, keys: list[str]) -> str:
    """The one of its keys that the file says is prepared; empty where there is none."""
    lines = file.read_text(encoding="utf-8").splitlines()
    marks = {
        mark
        for line in lines
        if line.startswith(_PREPARED)
        for mark in line.removeprefix(_PREPARED).split()[:1]
    }
    return next((each for each in keys if _mark_of(each) in marks), "")


def _mark_of(key: str) -> str:
    """What tells a key from others, and nobody what it is."""
    return hashlib.sha256(f"prepared {key}".encode()).hexdigest()[:16]


def _made() -> str:
    return secrets.token_urlsafe(32)


def _lines(keys: list[str], prepared: str = "") -> list[str]:
    day = datetime.now(UTC).date().isoformat()
    marks = [f"{_PREPARED}{_mark_of(prepared)} signs once it is rotated\n"] if prepared else []
    return [
        f"# The newest first, made {day}. Whoever reads this can sign.\n",
        *marks,
        *(f"{key}\n" for key in keys),
    ]


def _tell(file: Path, what: str, key: str) -> None:
    typer.echo(f"{file}: {what}")
    if file.stat().st_mode & (stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
        typer.echo(f"Others than its owner may read or write {file}: chmod 600 {file}", err=True)
    if key:
        typer.echo(key)
