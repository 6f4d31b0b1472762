"""The choices: shown, taken and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..consent import DAY, Consent, choose, to_ask
from ..cookies import find_cookie
from ..errors import StoreError, UnknownName
from ..events import log
from ..gate import sweep
from ..gate.findings import AnyHeld
from ..ledger import Record
from ..ports import Append, Reply
from .asked import (
    Asked,
    Flow,
    as_json,
    html,
    incomplete,
    local_path,
    one,
    problem,
    query_of,
    random_id,
    read_form,
    see_other,
)

_NOTICES = frozenset({"banner", "choices", "embed"})


def show_choices(asked: Asked) -> Reply:
    page = asked.settings.notice.choices(
        asked.request.root,
        local_path(one(query_of(asked), "next"), asked.home),
        asked.standing.consent,
        asked.standing.gpc,
        _still_sent(asked),
        _kept_from(asked),
        observing=not asked.settings.enforce,
        signed_in=asked.identity is not None,
        remembered=asked.remembered,
    )
    return html(200, page)


def _still_sent(asked: Asked) -> tuple[str, ...]:
    """The cookies the browser still sends although the visitor, who has chosen, does not agree to them."""
    if not asked.settings.enforce or not asked.standing.consent.decided:
        return ()
    return asked.standing.gate.held_in(asked.request.cookie)


def _kept_from(asked: Asked) -> list[AnyHeld]:
    """What was held of what the policy declares. What nobody declared may be from a page that is not public."""
    if not asked.settings.enforce:
        return []
    met = asked.settings.findings.met.values()
    return [each for each in met if each.rule == "not granted"]


def take_choice(asked: Asked) -> Flow:
    """Read, decide and prepare the answer; it leaves only when the record is kept."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    consent = _chosen(asked, fields)
    if consent is None:
        return incomplete(asked)
    then = local_path(one(fields, "next"), asked.home)
    return (yield from keep(asked, consent, one(fields, "notice"), then))


def keep(asked: Asked, consent: Consent, notice: str | None, then: str) -> Flow:
    """Record a choice, and answer with it; the way leads on to ``then``. One that adds to an earlier keeps its day."""
    receipt = (asked.standing.consent.receipt or random_id(asked)) if consent.grants else None
    today = int(asked.now) // DAY
    consent = replace(consent, day=consent.day or today, receipt=receipt)
    record = _record(asked, consent, notice)
    taken = _taken(asked, consent, record, then)
    (failure,) = yield (Append((record,)),)
    if isinstance(failure, StoreError):
        log.error("a choice could not be recorded, and was not taken: %s", failure)
        return problem(
            asked,
            503,
            "Not saved",
            "We could not save your choice. Nothing optional is used. Please try again.",
        )
    return taken


def _chosen(asked: Asked, fields: Mapping[str, list[str]]) -> Consent | None:
    """The consent a form stands for, or ``None`` if it stands for none."""
    policy = asked.settings.policy
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
        return choose(policy, purposes, vendors)
    except UnknownName:
        return None


def _record(asked: Asked, consent: Consent, notice: str | None) -> Record:
    old = asked.standing.consent
    if consent.grants:
        event = "change" if old.receipt else "grant"
    else:
        event = "withdrawal" if old.receipt else "refusal"
    return Record(
        id=random_id(asked),
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
        reply = as_json(
            200,
            {"choices": dict(consent.choices), "event": record.event, "receipt": record.receipt},
        )
    else:
        reply = see_other(then)
    names: tuple[str, ...] = ()
    if asked.settings.enforce and not to_ask(asked.settings.policy, consent):
        names = asked.jar.withdrawn(asked.request.cookie, consent, asked.standing.gpc)
    age = int(asked.now) // DAY - (consent.day or 0)
    reply.cookies.append(asked.jar.write_consent(consent, age))
    if names:
        reply.cookies += sweep(names, asked.settings.place_of(asked.request))
    if names or find_cookie(asked.request.cookie, asked.jar.swept_name):
        reply.cookies.append(asked.jar.write_swept(consent, 1 if names else 0))
    if asked.settings.enforce and asked.standing.consent.grants - consent.grants:
        reply.headers.append(("Clear-Site-Data", '"cache"'))
    return reply
