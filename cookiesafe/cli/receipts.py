"""``cookiesafe receipts``: what visitors' receipts prove."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cookiesafe.cli.output import FOUND, Format, FormatOption, write_rows
from cookiesafe.ledger.receipt import MOST_BYTES, ReceiptVerdict, check_receipt

app = typer.Typer(help="Receipts: what visitors keep of their choices.", no_args_is_help=True)
COLUMNS = ("file", "holds", "trusted", "sealed", "pending", "log", "size", "said")


@app.callback()
def together() -> None:
    """What is done with receipts."""


@app.command()
def verify(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Receipts as they were given; - is the standard input."
        ),
    ],
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="VKEY", help="A public key to trust, as the site has published it."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check receipts without asking anybody. Exits with 1 if one of them does not hold.

    Without --key, the key in the receipt is believed: then it is consistent, but anybody may have made it.
    """
    rows = [_row(each, _verdict(each, key)) for each in files]
    write_rows(rows, COLUMNS, form)
    if not all(each["holds"] for each in rows):
        raise typer.Exit(FOUND)


def _verdict(file: Path, keys: list[str] | None) -> ReceiptVerdict:
    try:
        # One byte more than a receipt has, so that what is too long shows.
        if str(file) == "-":
            text = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with file.open("rb") as opened:
                text = opened.read(MOST_BYTES + 1)
    except OSError as error:
        return ReceiptVerdict(problems=(f"it cannot be read: {error.strerror}",))
    return check_receipt(text, keys)


def _row(file: Path, verdict: ReceiptVerdict) -> dict[str, object]:
    return {
        "file": str(file),
        "holds": verdict.holds,
        "trusted": verdict.trusted,
        "sealed": verdict.sealed,
        "pending": verdict.pending,
        "log": verdict.origin,
        "size": verdict.size,
        "said": str(verdict),
    }
