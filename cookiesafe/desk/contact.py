"""The ways to be contacted: what the page of choices shows of them, and what its form changes."""

from __future__ import annotations

from collections.abc import Mapping

from ..contacting import Said, agreed, choose, load
from ..errors import StoreError
from ..notice import Reached
from ..ports import Flow as Steps
from ..ports import Reply
from ..sayings import say
from .asked import (
    Asked,
    Flow,
    as_json,
    incomplete,
    is_outdated,
    local_path,
    one,
    problem,
    see_other,
)
from .forms import read_form


def reached(asked: Asked) -> Steps[Reached]:
    """How who is signed in may be reached, as far as that can be told."""
    identity = asked.identity
    if not asked.settings.policy.contacts or (identity is None and not asked.unknown):
        return Reached("nobody")
    if not asked.settings.revocable:
        return Reached("unkept")
    if identity is None:
        return Reached("untold")
    try:
        contact = yield from load(asked.settings, identity.user)
        held = yield from agreed(asked.settings, contact)
    except StoreError as failure:
        asked.settings.telling.report_store("how somebody may be contacted was not told", failure)
        return Reached("untold")
    changed = {
        id: asked.settings.history.news(id, each.ground)
        for id, each in contact.answers.items()
        if each.yes and id not in held
    }
    return Reached("known", held, changed)


def take_contact(asked: Asked) -> Flow:
    """Take what the boxes say, of all purposes that have one."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    identity = asked.identity
    if asked.unknown:
        return _not_now(asked)
    if identity is None:
        why = say("Nobody is signed in in this browser, so nothing was changed.")
        return problem(asked, 403, say("Not signed in"), why)
    if not asked.settings.revocable:
        why = say("This site keeps no such choices, so nothing was changed.")
        return problem(asked, 409, say("Not possible here"), why)
    wanted = _wanted(asked, fields)
    if wanted is None:
        return incomplete(asked)
    if asked.standing.circumstances.child and any(wanted.values()):
        why = say(
            "This is being used by a child, who cannot agree to this, so nothing was changed."
        )
        return problem(asked, 403, say("Not taken"), why)
    try:
        return (yield from _take(asked, fields, identity.user, wanted))
    except StoreError as failure:
        asked.settings.telling.report_store("a choice about being contacted was not taken", failure)
        return _not_now(asked)


def _take(
    asked: Asked, fields: Mapping[str, list[str]], user: str, wanted: dict[str, bool]
) -> Flow:
    contact = yield from load(asked.settings, user)
    choices, refused = wanted, False
    if is_outdated(asked, fields):
        held = yield from agreed(asked.settings, contact)
        refused = any(yes and id not in held for id, yes in wanted.items())
        # What had no box there was not refused by leaving it out.
        choices = {id: yes for id, yes in wanted.items() if not yes and id in contact.answers}
    shown = asked.notice.contact.shown(asked.request.root)
    seen = shown if one(fields, "text") == shown.text else None
    said = Said(choices=choices, now=asked.now, layer="choices", shown=seen)
    chosen = yield from choose(asked.settings, contact, said)
    if refused:
        why = say(
            "Our policy has changed since this was shown, so nothing new was agreed to. What you had turned off is off. Please look at it again."
        )
        return problem(asked, 409, say("Not taken"), why)
    if asked.wants_json:
        now = {id: chosen.contact.choices.get(id, False) for id in wanted}
        return as_json(
            200, {"choices": now, "event": chosen.event, "receipt": chosen.contact.receipt}
        )
    return see_other(local_path(one(fields, "next"), asked.home))


def _wanted(asked: Asked, fields: Mapping[str, list[str]]) -> dict[str, bool] | None:
    """A yes or no to each purpose with a box, or ``None`` if the form names one without."""
    known = [each.id for each in asked.settings.policy.contacts if not each.always]
    ticked = fields.get("purpose", [])
    return {id: id in ticked for id in known} if set(ticked) <= set(known) else None


def _not_now(asked: Asked) -> Reply:
    why = say(
        "We could not save this now. A yes does not count before it is saved. Please try again."
    )
    return problem(asked, 503, say("Not now"), why)
