"""What was counted, for who runs the site, as its own check says. For everybody else, no such page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..asking import called
from ..dashboard import (
    Period,
    Proof,
    Told,
    as_csv,
    as_json,
    look_at_proof,
    page,
    style,
    style_version,
    tables,
)
from ..errors import StoreError
from ..ports import Flow as Steps
from ..ports import Reply
from ..traffic import Traffic
from .asked import PLAIN, Asked, Flow, html, one, query_of, versioned
from .dead_end import missing

CSV, JSON = "text/csv; charset=utf-8", "application/json"


def show_dashboard(asked: Asked) -> Flow:
    """A page, or one of its tables; 404 for who is not let in, as where there is none."""
    counting = asked.settings.counting
    if counting is None or not (yield from _lets_in(asked)):
        return missing(asked)
    query = query_of(asked)
    period = Period.asked_for(one(query, "days"), asked.today)
    form = "json" if asked.wants_json else one(query, "as") or ""
    try:
        traffic = yield from called(partial(counting.read, *period))
        if form in ("csv", "json"):
            return (yield from called(partial(_file, asked, traffic, query.get("table"), form)))
        proof = (yield from _proof(asked)) if asked.settings.sealed else None
        return (yield from called(partial(_page, asked, traffic, proof)))
    except StoreError as error:
        asked.settings.telling.report_store("the dashboard was not shown", error)
        fields = [PLAIN, ("Cache-Control", "no-store")]
        return Reply(503, fields, b"The store does not answer now.\n")


def show_dashboard_style(asked: Asked) -> Reply:
    """For everybody, so that it does not say whether there is a dashboard."""
    return versioned(asked, "text/css", style(), style_version())


def _lets_in(asked: Asked) -> Steps[bool]:
    """Whether the site's own check says ``True``, and nothing that only looks like it."""
    check = asked.settings.dashboard
    if check is None:
        return False
    try:
        return (yield from called(partial(check, asked.request))) is True
    except Exception:
        asked.settings.telling.report_fault("dashboard")
        return False


def _proof(asked: Asked) -> Steps[Proof]:
    """Figures are shown without it, too."""
    try:
        return (yield from look_at_proof())
    except StoreError as error:
        asked.settings.telling.report_store("the proof of the ledger was not looked at", error)
        return Proof(answers=False)


def _page(asked: Asked, traffic: Traffic, proof: Proof | None) -> Reply:
    settings = asked.settings
    announcement = settings.versions.announcement
    told = Told(
        site=settings.policy.site.name,
        traffic=traffic,
        policy=settings.policy.fingerprint,
        enforce=settings.enforce,
        announced=None if announcement is None else announcement.in_force,
        proof=proof,
        now=asked.now,
    )
    return html(200, page(told, asked.request.root, settings.own_paths))


def _file(asked: Asked, traffic: Traffic, names: Sequence[str] | None, form: str) -> Reply:
    """One of the tables, or where none is named, all that was counted; 404 for one that there is not."""
    known = tables(traffic, asked.settings.policy.fingerprint)
    table = None
    if names is not None:
        table = known.get(names[0]) if len(names) == 1 else None
        if table is None:
            text = f"There is no such table. There are: {', '.join(known)}.\n"
            return Reply(404, [PLAIN, ("Cache-Control", "no-store")], text.encode())
    if form == "csv":
        text = "".join(traffic.to_csv() if table is None else as_csv(table))
    else:
        text = traffic.to_json() if table is None else as_json(table, traffic)
    name = "traffic" if table is None else table.name
    file = f"{name}-{traffic.since}-{traffic.until}.{form}"
    headers = [
        ("Content-Type", CSV if form == "csv" else JSON),
        ("Cache-Control", "no-store"),
        ("Content-Disposition", f'attachment; filename="{file}"'),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Reply(200, headers, text.encode())
