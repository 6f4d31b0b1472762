"""The desk: answers what is asked under our own path, and takes the visitor's choice."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from .consent import DAY, Consent, choose
from .errors import StoreError, UnknownName
from .events import log
from .gate import sweep
from .gate.reports import TYPES as REPORT_TYPES
from .gate.reports import refused
from .jar import Jar, Standing
from .ledger import Record
from .origin import is_cross_site
from .ports import Answer, Append, Need, ReadBody, Reply, Request
from .settings import Settings

MAX_BODY = 64 * 1024
MAX_FIELDS = 1000
MAX_NEXT = 2048

_FORM = "application/x-www-form-urlencoded"
_PLAIN = ("Content-Type", "text/plain; charset=utf-8")
_NOTICES = frozenset({"banner", "choices"})
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
_ELSEWHERE = re.compile(r"/[/\\]|.*[\\\x00-\x1f\x7f]", re.DOTALL)
_OWN_PAGES = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

Flow = Generator[tuple[Need, ...], list[Answer], Reply]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page of ours, and what is known of who asks."""

    settings: Settings
    request: Request
    jar: Jar
    standing: Standing
    now: float

    @property
    def wants_json(self) -> bool:
        accept = self.request.header("accept") or ""
        return "application/json" in accept and "text/html" not in accept


def answer(asked: Asked) -> Reply | Flow:
    """The reply, or, where something is needed first, what leads to it."""
    method = "GET" if asked.request.method == "HEAD" else asked.request.method
    methods = _PAGES.get(asked.request.path.removeprefix(asked.settings.own_paths))
    if methods is None:
        return _problem(asked, 404, "No such page", "There is nothing at this address.")
    if method not in methods:
        reply = _problem(asked, 405, "Not this way", "This address does not take such a request.")
        reply.headers.append(("Allow", ", ".join(methods)))
        return reply
    return methods[method](asked)


def local_path(path: str | None, default: str) -> str:
    """``path`` if a browser that goes there stays on this site, else ``default``.

    It is a path and perhaps a query, without what browsers read as another host: ``//``, a backslash, a control
    character, each also behind a percent sign.
    """
    if path is None or len(path) > MAX_NEXT or not _LOCAL.fullmatch(path):
        return default
    if _ELSEWHERE.match(unquote(path.partition("?")[0], "latin-1")):
        return default
    return quote(path, safe="%/?&=+:@!$'()*,;~#[]", errors="replace")


def _show_choices(asked: Asked) -> Reply:
    request = asked.request
    fields = _fields(request.query.encode("latin-1", "replace")[:MAX_BODY]) or {}
    home = f"{request.root}/"
    page = asked.settings.notice.choices(
        request.root,
        local_path(_one(fields, "next"), home),
        asked.standing.consent,
        asked.standing.gpc,
        _still_sent(asked),
    )
    return _html(200, page)


def _still_sent(asked: Asked) -> tuple[str, ...]:
    """The cookies the browser still sends although the visitor, who has chosen, does not agree to them."""
    if not asked.settings.enforce or not asked.standing.consent.decided:
        return ()
    return asked.standing.gate.held_in(asked.request.cookie)


def _show_cookies(asked: Asked) -> Reply:
    return _html(200, asked.settings.notice.cookies(asked.request.root))


def _show_style(asked: Asked) -> Reply:
    headers = [
        ("Content-Type", "text/css; charset=utf-8"),
        ("Cache-Control", "public, max-age=31536000, immutable"),
    ]
    return Reply(200, headers, asked.settings.notice.style)


def _take_choice(asked: Asked) -> Flow:
    """Check, read, decide and prepare the answer; it leaves only when the record is kept."""
    if _is_foreign(asked):
        return _problem(
            asked,
            403,
            "Not taken",
            "This choice was sent from another site, so nothing was changed. Choose here:",
        )
    if (asked.request.header("content-type") or "").partition(";")[0].strip().lower() != _FORM:
        return _problem(
            asked, 415, "Not taken", "The choice did not come as a form, so nothing was changed."
        )
    (body,) = yield (ReadBody(MAX_BODY),)
    if body is None:
        return _problem(asked, 413, "Not taken", "The form was too large, so nothing was changed.")
    fields = _fields(body)
    consent = None if fields is None else _chosen(asked, fields)
    if fields is None or consent is None:
        return _problem(
            asked, 400, "Not taken", "The form was not complete, so nothing was changed."
        )
    record = _record(asked, consent, _one(fields, "notice"))
    then = local_path(_one(fields, "next"), f"{asked.request.root}/")
    taken = _taken(asked, consent, record, then)
    (failure,) = yield (Append(record),)
    if isinstance(failure, StoreError):
        log.error("a choice could not be recorded, and was not taken: %s", failure)
        return _problem(
            asked,
            503,
            "Not saved",
            "We could not save your choice. Nothing optional is used. Please try again.",
        )
    return taken


def _take_reports(asked: Asked) -> Flow:
    """What browsers refused to call for our policy. Whatever was sent, no more follows than a count of hosts."""
    settings = asked.settings
    kind = (asked.request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in REPORT_TYPES:
        return Reply(415, [_PLAIN])
    if not settings.report_allowance.take(asked.now):
        return Reply(429, [_PLAIN])
    (body,) = yield (ReadBody(MAX_BODY),)
    if body is None:
        return Reply(413, [_PLAIN])
    page = asked.jar.undecided[False].passage.hosts.page(settings.origin_of(asked.request))
    for url in refused(body, settings.reports, enforce=settings.enforce):
        held = page.held(url)
        if held is not None and held.vendor is None:
            settings.sightings.saw_host(held.host)
    return Reply(204)


def _is_foreign(asked: Asked) -> bool:
    header = asked.request.header
    return is_cross_site(
        asked.request.method,
        asked.settings.origin_of(asked.request),
        asked.settings.trusted_origins,
        fetch_site=header("sec-fetch-site"),
        origin=header("origin"),
        has_cookies=bool(header("cookie")),
    )


def _chosen(asked: Asked, fields: Mapping[str, list[str]]) -> Consent | None:
    """The consent a form stands for, or ``None`` if it stands for none."""
    policy, old = asked.settings.policy, asked.standing.consent
    purposes: list[str] = []
    vendors: list[str] = []
    match fields.get("choice"):
        case ["accept"]:
            purposes = list(policy.purposes)
        case ["reject"]:
            pass
        case ["save"]:
            purposes, vendors = fields.get("purpose", []), fields.get("vendor", [])
        case _:
            return None
    try:
        consent = choose(policy, purposes, vendors)
    except UnknownName:
        return None
    receipt = (old.receipt or _random_id(asked)) if consent.grants else None
    return replace(consent, day=int(asked.now) // DAY, receipt=receipt)


def _record(asked: Asked, consent: Consent, notice: str | None) -> Record:
    old = asked.standing.consent
    if consent.grants:
        event = "change" if old.receipt else "grant"
    else:
        event = "withdrawal" if old.receipt else "refusal"
    return Record(
        id=_random_id(asked),
        time=int(asked.now * 1000),
        event=event,
        policy=asked.settings.policy.fingerprint,
        notice=notice if notice in _NOTICES else "other",
        language="en",
        choices=dict(consent.choices),
        grounds=dict(consent.grounds),
        receipt=consent.receipt or old.receipt,
    )


def _taken(asked: Asked, consent: Consent, record: Record, then: str) -> Reply:
    if asked.wants_json:
        reply = _json(
            200,
            {"choices": dict(consent.choices), "event": record.event, "receipt": record.receipt},
        )
    else:
        reply = Reply(303, [("Location", then), ("Cache-Control", "no-store"), _PLAIN])
    names: tuple[str, ...] = ()
    if asked.settings.enforce:
        names = asked.jar.withdrawn(asked.request.cookie, consent, asked.standing.gpc)
    reply.cookies.append(asked.jar.write_consent(replace(consent, sweeps=1) if names else consent))
    reply.cookies += sweep(names, asked.settings.place_of(asked.request)) if names else []
    if asked.settings.enforce and asked.standing.consent.grants - consent.grants:
        reply.headers.append(("Clear-Site-Data", '"cache"'))
    return reply


def _problem(asked: Asked, status: int, title: str, text: str) -> Reply:
    if asked.wants_json:
        return _json(status, {"error": title, "detail": text})
    return _html(status, asked.settings.notice.problem(asked.request.root, title, text))


def _html(status: int, page: bytes) -> Reply:
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", _OWN_PAGES),
    ]
    return Reply(status, headers, page)


def _json(status: int, value: Any) -> Reply:
    body = json.dumps(value).encode()
    return Reply(
        status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body
    )


def _fields(body: bytes) -> dict[str, list[str]] | None:
    """The fields of a form, or ``None`` when there are too many of them."""
    try:
        return parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return None


def _one(fields: Mapping[str, list[str]], name: str) -> str | None:
    values = fields.get(name, [])
    return values[0] if len(values) == 1 else None


def _random_id(asked: Asked) -> str:
    return urlsafe_b64encode(asked.settings.entropy(16)).decode().rstrip("=")


_PAGES: dict[str, dict[str, Callable[[Asked], Reply | Flow]]] = {
    "choices": {"GET": _show_choices, "POST": _take_choice},
    "cookies": {"GET": _show_cookies},
    "notice.css": {"GET": _show_style},
    "reports": {"POST": _take_reports},
}
