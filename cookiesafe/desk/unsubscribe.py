"""The link in a mail: one click stops what it is about, signed in or not (RFC 8058), and the page undoes that.

Whoever has the link may stop what it is about: neither a cookie nor where it comes from is asked for. Looking at the page
changes nothing, since mail servers follow links. What was stopped is turned on again by who pressed the button for it, and
by nobody else who has the link: each page that is looked at has a press of its own, and the store knows which one it was.
"""

from __future__ import annotations

import re
from typing import Literal

from ..contact import Contact
from ..contacting import Said, agreed, choose, load, may_take_back
from ..errors import BadToken, StoreError
from ..ids import new_id
from ..links import Link
from ..policy import Purpose
from ..ports import Flow as Steps
from ..ports import Reply
from ..sayings import say
from .asked import PLAIN, Asked, Flow, as_json, html, incomplete, one, problem
from .forms import FORM, from_elsewhere, read_fields
from .multipart import TYPE as MULTIPART

ONE_CLICK = ("List-Unsubscribe", "One-Click")
_PRESS = re.compile(r"[A-Za-z0-9_-]{22}")
State = Literal["on", "off", "unknown", "stopped", "restored"]


def show_unsubscribe(asked: Asked) -> Flow:
    """What the link is about, and the button."""
    link = _link(asked)
    if isinstance(link, Reply):
        return link
    try:
        contact = yield from load(asked.settings, link.user)
    except StoreError as failure:
        asked.settings.telling.report_store("how somebody may be contacted was not told", failure)
        return _page(asked, link, "unknown")
    return _page(asked, link, "on" if contact.choices.get(link.purpose) else "off")


def take_unsubscribe(asked: Asked) -> Flow:
    """Stop it, or have it as it was before that."""
    link = _link(asked)
    if isinstance(link, Reply):
        return link
    fields = yield from read_fields(asked, (FORM, MULTIPART))
    if isinstance(fields, Reply):
        return fields
    clicked, choice = one(fields, ONE_CLICK[0]), one(fields, "choice")
    press = one(fields, "press") or ""
    press = press if _PRESS.fullmatch(press) else ""
    try:
        match clicked, choice:
            case "One-Click", None:
                yield from _stop(asked, link)
                return Reply(200, [("Cache-Control", "no-store"), PLAIN], b"Stopped.\n")
            case None, "stop":
                return (yield from _stop_by_page(asked, link, press))
            case None, "undo":
                foreign = from_elsewhere(asked, fields)
                return foreign or (yield from _restore(asked, link, press))
    except StoreError as failure:
        asked.settings.telling.report_store("a choice about being contacted was not taken", failure)
        why = say("We could not save this now, so nothing was changed. Please try again.")
        return problem(asked, 503, say("Not now"), why)
    return incomplete(asked)


def _stop(asked: Asked, link: Link, press: str = "") -> Steps[Contact]:
    """Of who was never written to nothing is kept: the account may be closed by now."""
    contact = yield from load(asked.settings, link.user)
    if link.purpose not in contact.answers:
        return contact
    return (yield from choose(asked.settings, contact, _said(asked, link, press))).contact


def _stop_by_page(asked: Asked, link: Link, press: str) -> Flow:
    press = press or new_id(asked.settings.entropy)
    contact = yield from _stop(asked, link, press)
    undone = yield from may_take_back(asked.settings, contact, link.purpose, press, asked.now)
    return _page(asked, link, "stopped", press if undone else "")


def _restore(asked: Asked, link: Link, press: str) -> Flow:
    settings = asked.settings
    contact = yield from load(settings, link.user)
    if not contact.choices.get(link.purpose):
        if not (yield from may_take_back(settings, contact, link.purpose, press, asked.now)):
            why = say(
                "It is too late to undo this here, or something else was said since. Nothing was changed. Sign in, and choose anew under Cookie choices."
            )
            return problem(asked, 409, say("Not undone"), why)
        contact = (yield from choose(settings, contact, _said(asked, link, yes=True))).contact
    on = link.purpose in (yield from agreed(settings, contact))
    return _page(asked, link, "restored" if on else "off")


def _said(asked: Asked, link: Link, press: str = "", *, yes: bool = False) -> Said:
    return Said(choices={link.purpose: yes}, now=asked.now, layer="unsubscribe", press=press)


def _link(asked: Asked) -> Link | Reply:
    """What the link is about; or, where it is none of ours or about nothing we have, a page that says so."""
    token = _token(asked)
    try:
        link = asked.settings.links.read(token)
    except BadToken:
        why = say(
            "This link is not one of ours, or not all of it has arrived. Nothing was changed. Try the whole link from the mail, or sign in and see Cookie choices, or write to us."
        )
        return problem(asked, 404, say("This link does not work"), why)
    if _purpose(asked, link) is None:
        why = say(
            "This link is about something that this site does not do any more under that name. Nothing was changed. Sign in and see Cookie choices, or write to us."
        )
        return problem(asked, 404, say("This link is out of date"), why)
    if not asked.settings.revocable:
        why = say("This site keeps no such choices, so nothing was changed. Please write to us.")
        return problem(asked, 409, say("Not possible here"), why)
    return link


def _token(asked: Asked) -> str:
    """The query, without what others have put behind it."""
    return asked.request.query.partition("&")[0].rstrip("=")


def _purpose(asked: Asked, link: Link) -> Purpose | None:
    contacts = asked.settings.policy.contacts
    return next((each for each in contacts if each.id == link.purpose and not each.always), None)


def _page(asked: Asked, link: Link, state: State, press: str = "") -> Reply:
    """Each page has a ``press`` of its own to stop by; one that has stopped it has that press, if it can be taken back."""
    if state in ("on", "unknown", "restored"):
        press = new_id(asked.settings.entropy)
    if asked.wants_json:
        return as_json(200, {"state": state, "press": press})
    contact = asked.notice.contact
    purpose = asked.settings.policy.purposes[link.purpose]
    page = contact.unsubscribe(asked.request.root, _token(asked), purpose, state, press)
    reply = html(200, page)
    # The address is a key: no other site is to see it.
    reply.headers.append(("Referrer-Policy", "same-origin"))
    return reply
