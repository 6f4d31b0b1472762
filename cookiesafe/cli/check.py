"""``cookiesafe check``: what is wrong with an app and its policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cookiesafe.cli import options
from cookiesafe.cli.named import AppArgument, quiet
from cookiesafe.cli.output import FOUND, Format, FormatOption, progress, say_under, write_rows

if TYPE_CHECKING:
    from cookiesafe.inspection import Finding, Report

COLUMNS = ("code", "file", "line", "about", "what", "fix")


def command(
    app: AppArgument,
    path: options.AskedPath = None,
    skip: options.Skip = None,
    ignore: options.Ignore = None,
    base: options.Base = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Check an app and its policy before visitors do.

    The app is loaded, and asked in this process for all of its pages that need nothing filled in, and for those they link
    to: as somebody who has chosen nothing, and as somebody who agrees to all. Nothing of that is kept in its store. Exits
    with 1 if something was found.
    """
    # Imported where it is needed: it takes longer than all other subcommands do.
    from cookiesafe.inspection import Asking, check

    asking = Asking(base.rstrip("/"), tuple(path or ()), frozenset(skip or ()))
    with progress(f"Asking {app}") as step, quiet():
        report = check(app, Path.cwd(), asking, step)
    ignored = frozenset(ignore or ())
    findings = [each for each in report.findings if not each.is_one_of(ignored)]
    _write(app, report, findings, form)
    if findings:
        raise typer.Exit(FOUND)


def _write(app: str, report: Report, findings: list[Finding], form: Format) -> None:
    if form is not Format.TABLE:
        write_rows([_row(each) for each in findings], COLUMNS, form)
        return
    for each in findings:
        place = f"{each.place}: " if each.place is not None else ""
        say_under(f"{place}{each.what}. [{each.code}]", style="bold")
        say_under(f"    {each.fix}")
    found = {0: "nothing found", 1: "1 finding"}.get(len(findings), f"{len(findings)} findings")
    pages = "1 page" if report.pages == 1 else f"{report.pages} pages"
    ignored = len(report.findings) - len(findings)
    say_under(f"{app}: {found} in {pages}" + (f", {ignored} ignored" if ignored else ""))


def _row(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "code": finding.code,
        "file": place and place.file,
        "line": place and (place.line or None),
        "about": finding.about,
        "what": finding.what,
        "fix": finding.fix,
    }
