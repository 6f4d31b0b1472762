"""The report as one HTML file, which asks nobody for anything."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from ..templates import templates_of
from .evidence import Kind, Moment, Sighting, Thing
from .findings import short
from .judging import Judge
from .report import Report, counted, labels

_SHOWN: Final = 60
"""Pages that are listed by their names."""


def html(report: Report, judge: Judge) -> str:
    """The text of a file. Whatever came from the site is escaped, and a Content-Security-Policy lets nothing be loaded."""
    templates = templates_of("cookiesafe.audit")
    return templates.get_template("report.html").render(
        report=report,
        verdict=verdict(report),
        walks=labels(report.walks),
        seen=_rows(report, judge),
        pages=report.pages[:_SHOWN],
        pictures=[(each, b64encode(each.jpeg).decode()) for each in report.pictures],
    )


def verdict(report: Report) -> str:
    """How many findings, in how many pages."""
    count = len(report.findings)
    found = counted(count, "finding") if count else "nothing found"
    ignored = f", {report.ignored} ignored" if report.ignored else ""
    return f"{found} in {counted(len(report.pages), 'page')}{ignored}"


def _rows(report: Report, judge: Judge) -> list[dict[str, Any]]:
    """Each thing with when it was first met, calls last."""
    rows = []
    things = sorted(
        report.evidence.things.items(), key=lambda each: (each[0].is_call, each[0].kind)
    )
    for thing, sightings in things:
        judged = judge.judge(thing, sightings)
        rows.append(
            {
                "kind": str(thing.kind),
                "name": thing.name,
                "whose": _whose(thing, judged.known),
                "declared": _declared(judged.standing, judged.purpose, judge),
                "moments": _moments(sightings),
                "by": sorted({short(each.by) for each in sightings if each.by})[:3],
                "pages": counted(len({each.page for each in sightings}), "page"),
            }
        )
    return rows


def _whose(thing: Thing, known: str) -> str:
    host = "" if thing.kind is Kind.CALL else thing.host
    return ", ".join(filter(None, (host, known)))


def _declared(standing: str, purpose: str, judge: Judge) -> str:
    title = judge.policy.purposes[purpose].title if purpose in judge.policy.purposes else ""
    return f"{title}" if title else {"unknown": "no policy"}.get(standing, standing)


def _moments(sightings: Sequence[Sighting]) -> list[str]:
    met = {each.moment for each in sightings}
    return [str(each) for each in Moment if each in met]
