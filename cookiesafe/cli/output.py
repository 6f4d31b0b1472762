"""How subcommands say what they have found: tables in three forms, text that fits the terminal, progress."""

from __future__ import annotations

import codecs
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from cookiesafe.ledger.tables import csv_table

FOUND: Final = 1
STOPPED: Final = 130
_NARROW: Final = 60
_PLAIN: Final = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "✓": "+"}
)
_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Row = Mapping[str, Any]


class Format(StrEnum):
    """A table for people, or one for programs."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", help="A table to read, or one for programs.")
]


def settle_streams() -> None:
    """A terminal that has no such character gets one that is like it, and no error; a stream that is closed, nothing."""
    codecs.register_error("cookiesafe", _plain)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the end
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="cookiesafe")


def printable(text: str) -> str:
    """What came from elsewhere, as far as it may be shown: nothing in it steers a terminal."""
    return _STEERING.sub("\ufffd", text)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode("ascii", "replace").decode("ascii"), error.end


def write_rows(rows: Sequence[Row], columns: Sequence[str], form: Format) -> None:
    """Rows by their columns. In a narrow terminal each is a paragraph."""
    if form is Format.JSON:
        typer.echo(json.dumps([dict(each) for each in rows], indent=2))
    elif form is Format.CSV:
        for line in csv_table(rows, columns):
            sys.stdout.write(line)
    elif rows and is_narrow():
        for row in rows:
            for name in columns:
                say_under(f"{name}: {_cell(row.get(name))}", "  ")
            typer.echo()
    elif rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(row.get(name))) for name in columns))
        Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return printable(", ".join(map(str, value)))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else printable(str(value))


def is_narrow() -> bool:
    return sys.stdout.isatty() and shutil.get_terminal_size().columns < _NARROW


def say_under(text: str, indent: str = "    ", *, style: str = "") -> None:
    """A paragraph whose lines after the first are indented, as wide as the terminal; elsewhere it stays one line."""
    text = printable(text)
    lines = [text]
    if sys.stdout.isatty():
        width = max(20, shutil.get_terminal_size().columns)
        lines = textwrap.wrap(
            text,
            width,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    console = Console(highlight=False, soft_wrap=True)
    for line in lines or [""]:
        console.print(Text(line, style=style))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], object]]:
    """What to call with how far something has come, of how much. A bar shows it, on a terminal alone."""
    # Named, since an app that is asked meanwhile is kept from writing there.
    console = Console(file=sys.stderr)
    bar = Progress(
        TextColumn(what),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
