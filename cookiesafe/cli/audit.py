"""``cookiesafe audit``: what a site does in a browser, before a choice and after each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cookiesafe.adapters._files import write_whole
from cookiesafe.cli import options
from cookiesafe.cli.output import FOUND, Format, FormatOption, progress, say_under, write_rows
from cookiesafe.errors import NoBrowser, SettingError
from cookiesafe.policy import Policy

if TYPE_CHECKING:
    from cookiesafe.audit import Plan, Report
    from cookiesafe.audit.judging import Judge
    from cookiesafe.browsing import Manner, Seen

COLUMNS = ("code", "rule", "about", "kind", "what", "moments", "pages", "by", "fix")


def command(
    url: options.Url,
    site: options.Site = None,
    policy: options.PolicyFile = None,
    html: options.Html = None,
    as_json: options.Json = None,
    junit: options.JUnit = None,
    write_policy: options.WritePolicy = None,
    ignore: options.Ignore = None,
    reject_selector: options.RejectSelector = "",
    accept_selector: options.AcceptSelector = "",
    pages: options.Pages = 10,
    page_time: options.PageTime = 15,
    total_time: options.TotalTime = 300,
    delay: options.Delay = None,
    still: options.Still = 1,
    language: options.Language = "en",
    user_agent: options.UserAgent = "",
    browser: options.Browser = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Go through a site as a visitor who chooses nothing, as one who rejects, and as one who accepts.

    Every cookie, every entry in storage and every call to another host is listed with the moment it came, and held to the
    policy if there is one. Exits with 1 if something was found. Audit your own sites, or those you may audit.
    """
    # Imported where they are needed: other subcommands do without.
    from cookiesafe.audit import Limits, Plan

    limits = Limits(pages, page_time, total_time, 1 if delay is None else delay, still)
    plan = Plan.of(url, site or (), limits)
    if plan.local and delay is None:
        plan = replace(plan, limits=replace(limits, delay=0))
    declared = None if policy is None else Policy.from_file(policy)
    _writable((html, as_json, junit, write_policy), anew=write_policy)
    browsing = _browsing()
    selectors = {"reject": reject_selector, "accept": accept_selector}
    manner = browsing(browser, user_agent, language, selectors)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    seen = _seen(plan, manner)
    report, judge = _held(plan, began, seen, declared, frozenset(ignore or ()))
    _write(report, judge, {"html": html, "json": as_json, "junit": junit})
    if write_policy is not None:
        _draft(write_policy, policy, report, plan, judge)
    _tell(report, form)
    if report.findings:
        raise typer.Exit(FOUND)


def _browsing() -> type[Manner]:
    try:
        from cookiesafe.browsing import Manner
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "playwright":
            raise
        raise NoBrowser(
            "this needs Playwright", fix='Run: pip install "cookiesafe[audit]".'
        ) from None
    return Manner


def _seen(plan: Plan, manner: Manner) -> Seen:
    from cookiesafe.browsing import look_through

    with progress(f"Auditing {plan.start}") as step:
        return asyncio.run(look_through(plan, manner, step))


def _held(
    plan: Plan, began: str, seen: Seen, declared: Policy | None, ignored: frozenset[str]
) -> tuple[Report, Judge]:
    from cookiesafe.audit import Report, find
    from cookiesafe.audit.judging import Judge

    source = declared.source if declared is not None else ""
    if declared is None and seen.published is not None:
        declared, source = seen.published.policy, seen.published.address
    judge = Judge(plan, declared)
    found = find(seen.evidence, judge, seen.walks, seen.troubles)
    kept = tuple(each for each in found if not each.is_one_of(ignored))
    report = Report(
        plan.start,
        began,
        source,
        seen.walks,
        seen.evidence,
        kept,
        seen.troubles,
        seen.pictures,
        len(found) - len(kept),
    )
    return report, judge


def _write(report: Report, judge: Judge, files: dict[str, Path | None]) -> None:
    from cookiesafe.audit.html import html
    from cookiesafe.audit.junit import junit

    writers: dict[str, Callable[[], str]] = {
        "html": lambda: html(report, judge),
        "json": lambda: json.dumps(report.as_json(judge), indent=2) + "\n",
        "junit": lambda: junit(report),
    }
    # All are made before the first is written.
    texts = [(path, writers[name]()) for name, path in files.items() if path is not None]
    for path, text in texts:
        write_whole(path, [text])


def _draft(file: Path, policy: Path | None, report: Report, plan: Plan, judge: Judge) -> None:
    from cookiesafe.audit.drafting import drafted

    text = policy.read_text(encoding="utf-8-sig") if policy is not None else ""
    write_whole(file, [drafted(report.evidence, plan, judge, text)], anew=True)
    say_under(f"{file}: written. Give what stands under [purposes.unsorted] its purpose.")


def _writable(files: Iterable[Path | None], anew: Path | None) -> None:
    """Before the browser has worked for minutes."""
    for file in files:
        if file is None:
            continue
        if not file.parent.is_dir() or file.is_dir():
            raise SettingError(
                f"{str(file)!r} cannot be written", fix="Give another place, or make its folder."
            )
        if file == anew and file.exists():
            raise SettingError(f"{str(file)!r} is there already", fix="Give another name.")


def _tell(report: Report, form: Format) -> None:
    from cookiesafe.audit.html import verdict
    from cookiesafe.audit.report import labels

    if form is not Format.TABLE:
        rows = [{name: getattr(each, name) for name in COLUMNS} for each in report.findings]
        write_rows(rows, COLUMNS, form)
        return
    for each in report.findings:
        say_under(f"{each.what[:1].upper()}{each.what[1:]}. [{each.code}]", style="bold")
        if each.pages:
            say_under(f"    on {', '.join(each.pages)}")
        say_under(f"    {each.fix}")
    for walk, said in labels(report.walks):
        say_under(f"{walk}: {said}")
    say_under(f"{report.url}: {verdict(report)}")
