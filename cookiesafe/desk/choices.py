"""The choices: shown, taken and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import choosing
from ..choosing import Choice, recorded
from ..consent import UNDECIDED, Allowed, Consent, choose, with_vendor
from ..cookies import find_cookie
from ..errors import UnknownName
from ..gate import sweep
from ..gate.caches import CLEAR_CACHE
from ..gate.findings import AnyHeld
from ..jar import Standing
from ..policy import Policy
from ..ports import Reply
from ..state import state_of
from ..traffic import Press
from .asked import (
    Asked,
    Flow,
    as_json,
    html,
    incomplete,
    is_outdated,
    local_path,
    not_saved,
    of_a_child,
    one,
    outdated,
    query_of,
    see_other,
)
from .check import kept, onward
from .contact import reached
from .evidence import layer_of, shown_on
from .forms import read_form


def show_choices(asked: Asked) -> Flow:
    if asked.wants_json:
        return _told(asked, asked.standing)
    how = yield from reached(asked)
    page = asked.notice.choices.page(
        asked.request.root,
        local_path(one(query_of(asked), "next"), asked.home),
        asked.standing.consent,
        asked.standing.circumstances,
        _still_sent(asked),
        _kept_from(asked),
        observing=not asked.settings.enforce,
        signed_in=asked.identity is not None,
        remembered=asked.remembered,
        reached=how,
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
    if asked.child:
        return of_a_child(asked)
    consent, said = (_chosen(asked, fields, each) for each in (asked.standing.consent, UNDECIDED))
    if consent is None or said is None:
        return incomplete(asked)
    if said.grants and is_outdated(asked, fields):
        return outdated(asked)
    then = local_path(one(fields, "next"), asked.home)
    if asked.wants_json and one(fields, "check") == "1":
        asked = replace(asked, checks=True)
    layer, text = one(fields, "notice"), one(fields, "text")
    choice = choice_of(asked, consent, said.choices, layer, text)
    taken = _taken(asked, choice, then)
    return (yield from record(asked, choice, taken, one(fields, "choice") or "save"))


def keep(asked: Asked, vendor: str, then: str) -> Flow:
    """Record a yes to one vendor, and answer with it; the way leads on to ``then``."""
    consent = with_vendor(asked.settings.policy, asked.standing.consent, vendor, asked.today)
    choice = choice_of(asked, consent, {f"@{vendor}": True}, "embed")
    return (yield from record(asked, choice, _taken(asked, choice, then), "save"))


def choice_of(
    asked: Asked,
    consent: Consent,
    said: Mapping[str, bool],
    layer: str | None,
    text: str | None = None,
) -> Choice:
    """The choice that a consent is, made on what a form says was shown."""
    return choosing.choice_of(
        asked.settings,
        asked.standing,
        consent,
        asked.now,
        said=said,
        layer=layer_of(layer),
        shown=shown_on(asked, layer, text),
        language=asked.notice.language.tag,
    )


def record(asked: Asked, choice: Choice, taken: Reply, button: str) -> Flow:
    """Answer with ``taken`` once the choice is recorded. It is ready before that, so that nothing fails after it.

    ``button`` is by which it was made: ``accept``, ``reject`` or ``save``.
    """
    by = Press(button, asked.request.agent, script=asked.wants_json)
    return taken if (yield from recorded(asked.settings, choice, by)) else not_saved(asked)


def _chosen(asked: Asked, fields: Mapping[str, list[str]], before: Consent) -> Consent | None:
    """The consent a form stands for, or ``None`` if it stands for none.

    If it says what it is ``about``, everything else stays as it was ``before``.
    """
    policy, about = asked.settings.policy, fields.get("about")
    purposes: list[str] = []
    vendors: list[str] = []
    match fields.get("choice"):
        case ["accept"]:
            purposes = [each.id for each in policy.optional] if about is None else about
        case ["reject"]:
            pass
        case ["save"]:
            purposes, vendors = fields.get("purpose", []), fields.get("vendor", [])
        case _:
            return None
    try:
        if about is not None and not vendors and _nothing_in(policy, about):
            return None
        return choose(
            policy,
            purposes,
            vendors,
            day=asked.today,
            about=about,
            before=before,
        )
    except UnknownName:
        return None


def _nothing_in(policy: Policy, about: Sequence[str]) -> bool:
    """Whether none of these can be asked about: what is necessary cannot, nor ways to be contacted here."""
    return not any(each.id in about for each in policy.optional)


def _taken(asked: Asked, choice: Choice, then: str) -> Reply:
    if asked.wants_json and asked.checks and not asked.request.cookie:
        reply = see_other(kept(asked))
    elif asked.wants_json:
        recorded = choice.records[-1]
        standing = asked.jar.stand(choice.consent, asked.standing.circumstances)
        reply = _told(asked, standing, event=recorded.event, receipt=recorded.receipt)
    else:
        reply = see_other(onward(asked, then))
    put_in_force(asked, choice.consent, reply)
    return reply


def _told(asked: Asked, standing: Standing, **more: Any) -> Reply:
    """Where a visitor stands, for a script."""
    consent = standing.consent
    told = {
        "choices": dict(consent.choices),
        "state": state_of(asked.settings.policy, standing),
        "said": asked.notice.choices.status(asked.request.root, consent, standing.circumstances),
    }
    return as_json(200, {**told, **more})


def put_in_force(asked: Asked, consent: Consent, reply: Reply) -> None:
    """Have the browser keep the choice, and delete what it no longer agrees to."""
    circumstances = asked.standing.circumstances
    standing = asked.jar.stand(consent, circumstances)
    names: tuple[str, ...] = ()
    if asked.settings.enforce and standing.question is None:
        names = standing.gate.withdrawn(asked.request.cookie)
    age = asked.today - (consent.changed or 0)
    reply.cookies.append(asked.jar.write_consent(consent, circumstances.regime, age))
    if names or find_cookie(asked.request.cookie, asked.jar.swept_name):
        reply.cookies.append(asked.jar.write_swept(consent, 1 if names else 0))
    _end(asked, names, standing.allowed, reply)


def put_out_of_force(asked: Asked, reply: Reply) -> None:
    """Have the browser keep no choice, and delete what is optional, as after a no."""
    no = choose(asked.settings.policy, (), day=asked.today)
    standing = asked.jar.stand(no, asked.standing.circumstances)
    names: tuple[str, ...] = ()
    if asked.settings.enforce:
        names = standing.gate.withdrawn(asked.request.cookie)
    reply.cookies.append(asked.jar.expire_consent())
    if find_cookie(asked.request.cookie, asked.jar.swept_name):
        reply.cookies.append(asked.jar.write_swept(no, 0))
    _end(asked, names, standing.allowed, reply)


def _end(asked: Asked, names: Sequence[str], now: Allowed, reply: Reply) -> None:
    """Have the browser delete these cookies, and what it has of pages with more allowed in them."""
    if names:
        reply.cookies += sweep(names, asked.settings.place_of(asked.request))
    if asked.settings.enforce and asked.standing.allowed.exceeds(now):
        reply.headers.append(CLEAR_CACHE)
