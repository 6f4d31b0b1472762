"""``cookiesafe ledger``: verify, seal, export and prove what was recorded."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cookiesafe.adapters._files import OWN, write_whole
from cookiesafe.adapters.key_sources import keys_from_file
from cookiesafe.cli.named import AppArgument, AppOrNone, Kept, StoreOption, kept
from cookiesafe.cli.output import FOUND, Format, FormatOption, progress, say_under, write_rows
from cookiesafe.desk.recorded import evidence_of
from cookiesafe.errors import SettingError, UsageError
from cookiesafe.ledger import LedgerKey, make_receipt
from cookiesafe.upkeep import Verdict, seal, verify
from cookiesafe.upkeep.erasing import forget
from cookiesafe.upkeep.forms import FORMS, Form, exported
from cookiesafe.upkeep.progress import counted

app = typer.Typer(help="The sealed ledger: what visitors have chosen.", no_args_is_help=True)
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to; else to the standard output."),
]
COLUMNS = ("kind", "index", "id", "text")


@app.command(name="verify")
def verify_command(
    app: AppOrNone = None,
    store: StoreOption = None,
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="VKEY", help="A public key to trust, as it was published."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Verify the whole ledger: every record, every place, every checkpoint. Exits with 1 if it was tampered with.

    Without --key, the first key in the ledger is trusted: then the log is consistent, but may be another one.
    """
    with kept(app, store) as ledger, progress("Verifying") as step:
        newest = ledger.store.checkpoint()
        size = None if newest is None else newest.size
        verdict = ledger.follow(counted(verify(key), lambda done: step(done, size)))
    _write(verdict, form)
    if not verdict.holds:
        raise typer.Exit(FOUND)


def _write(verdict: Verdict, form: Format) -> None:
    if form is not Format.TABLE:
        rows = [
            {"kind": each.kind, "index": each.index, "id": each.id, "text": each.text}
            for each in verdict.findings
        ]
        write_rows(rows, COLUMNS, form)
        return
    say_under(verdict.summary)
    for vkey in verdict.keys:
        say_under(f"key: {vkey}")
    for finding in verdict.findings:
        say_under(str(finding))
    if not verdict.holds:
        say_under(f"not as it was sealed: {verdict.count} findings", style="bold")


@app.command(name="seal")
def seal_command(
    app: AppOrNone = None,
    store: StoreOption = None,
    key_file: Annotated[
        Path | None,
        typer.Option(help="With --store: the file that has the ledger key, the newest first."),
    ] = None,
    name: Annotated[
        str,
        typer.Option(help="With --store: the name of a log that has none yet.", show_default=False),
    ] = "",
) -> None:
    """Seal what was recorded since the last time. An app does that by itself, unless it was told not to."""
    with kept(app, store) as ledger:
        sealed = ledger.safe.seal() if ledger.safe is not None else _seal(ledger, key_file, name)
    typer.echo(f"{sealed} sealed")


def _seal(ledger: Kept, key_file: Path | None, name: str) -> int:
    if key_file is None:
        raise SettingError("no key to seal with", fix="Name the app, or give --key-file FILE.")
    if not name and ledger.store.checkpoint() is None:
        raise SettingError(
            "a log that is begun needs a name", fix="Give one: --name shop.example/consents."
        )
    keys = [LedgerKey(each) for each in keys_from_file(key_file)()]
    if not keys:
        raise SettingError(f"no key is in {str(key_file)!r}", fix="Make one: cookiesafe keys new.")
    return ledger.follow(seal(keys, name or "unnamed", int(time.time() * 1000)))


@app.command()
def export(
    app: AppOrNone = None,
    store: StoreOption = None,
    form: Annotated[
        str,
        typer.Option(metavar="|".join(FORMS), help="JSON Lines, CSV, or ISO/IEC TS 27560."),
    ] = FORMS[0],
    receipt: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this receipt alone.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this user alone, by the id at login.")
    ] = None,
    output: Output = None,
) -> None:
    """Write what was recorded: all of it, or what is held of one visitor or user."""
    if form not in FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMS)}", param_hint="--form")
    known: Form = form  # type: ignore[assignment]
    with kept(app, store) as ledger:
        if ledger.safe is not None:
            lines: Iterable[str] = ledger.safe.export(known, receipt=receipt, user_id=user)
        else:
            lines = exported(ledger.follow, known, receipt=receipt, user=user, now=int(time.time()))
        _put(lines, output)


@app.command()
def prove(
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="The number on the receipt.")],
    app: AppOrNone = None,
    store: StoreOption = None,
    output: Output = None,
) -> None:
    """Write the receipt of a number, with its proof as it is by now; "receipts verify" checks it."""
    with kept(app, store) as ledger:
        evidence = ledger.follow(evidence_of(receipt))
        if not evidence.records:
            raise _unknown(receipt)
        site = "" if ledger.safe is None else ledger.safe.policy.site.name
        document = make_receipt(site, receipt, *evidence)
    _put([json.dumps(document, indent=2), "\n"], output)


@app.command(name="forget")
def forget_command(
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="The number on the receipt.")],
    app: AppOrNone = None,
    store: StoreOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase what is recorded under a number, for good, for a visitor who asks for it and has the browser no more.

    The log stays provable, and says that so many records were erased.
    """
    with kept(app, store) as ledger:
        found = len(ledger.store.entries_of(receipt))
        if not found:
            raise _unknown(receipt)
        if not yes:
            typer.confirm(f"Records to erase for good: {found}. Erase them?", abort=True)
        now = int(time.time() * 1000)
        erased = ledger.follow(forget(receipt, now, os.urandom))
    typer.echo(f"{erased} erased")


def _unknown(receipt: str) -> UsageError:
    return UsageError(
        f"nothing is recorded under the number {ascii(receipt)[:80]}",
        fix="Check the number, and that it is this site's.",
    )


@app.command()
def purge(app: AppArgument) -> None:
    """Remove what is over and was kept for long enough, as the app's terms say. Call it once a day."""
    with kept(app, None) as ledger:
        removed = 0 if ledger.safe is None else ledger.safe.purge()
    typer.echo(f"{removed} removed")


def _put(lines: Iterable[str], output: Path | None) -> None:
    if output is None or str(output) == "-":
        sys.stdout.writelines(lines)
    else:
        write_whole(output, lines, mode=OWN)
