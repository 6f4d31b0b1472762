"""The link in a mail: one click stops what it is about, signed in or not (RFC 8058), and the page undoes that.

Whoever has the link may stop what it is about: neither a cookie nor where it comes from is asked for. Looking at the page
changes nothing, since mail servers follow links. Only what the page itself sends turns anything on again.
"""

from __future__ import annotations

from typing import Literal

from ..contact import Contact
from ..contacting import Chosen, Said, choose, load
from ..errors import BadToken, StoreError
from ..links import UNDO_SECONDS, Link, Undo
from ..policy import Purpose
from ..ports import Flow as Steps
from ..ports import Reply
from .asked import (
    FORM,
    PLAIN,
    Asked,
    Flow,
    as_json,
    from_elsewhere,
    html,
    incomplete,
    one,
    problem,
    read_fields,
)
from .multipart import TYPE as MULTIPART

ONE_CLICK = ("List-Unsubscribe", "One-Click")
State = Literal["on", "off", "unknown", "stopped", "restored"]


def show_unsubscribe(asked: Asked) -> Flow:
    """What the link is about, and the button."""
    link = _link(asked)
    if isinstance(link, Reply):
        return link
    try:
        contact = yield from load(asked.settings, link.user)
    except StoreError as failure:
        asked.settings.report_store("how somebody may be contacted was not told", failure)
        return _page(asked, link, "unknown")
    if not contact.choices.get(link.purpose):
        return _page(asked, link, "off")
    # For who presses the button twice: the second time, nobody knows any more how it was before.
    return _page(asked, link, "on", _undo(asked, link, contact.receipt, contact.version + 1))


def take_unsubscribe(asked: Asked) -> Flow:
    """Stop it, or have it as it was before that."""
    link = _link(asked)
    if isinstance(link, Reply):
        return link
    fields = yield from read_fields(asked, (FORM, MULTIPART))
    if isinstance(fields, Reply):
        return fields
    clicked, choice = one(fields, ONE_CLICK[0]), one(fields, "choice")
    undo = one(fields, "undo") or ""
    try:
        match clicked, choice:
            case "One-Click", None:
                yield from _stop(asked, link)
                return Reply(200, [("Cache-Control", "no-store"), PLAIN], b"Stopped.\n")
            case None, "stop":
                return (yield from _stop_by_page(asked, link, undo))
            case None, "undo":
                return from_elsewhere(asked) or (yield from _restore(asked, link, undo))
    except StoreError as failure:
        asked.settings.report_store("a choice about being contacted was not taken", failure)
        why = "We could not save this now, so nothing was changed. Please try again."
        return problem(asked, 503, "Not now", why)
    return incomplete(asked)


def _stop(asked: Asked, link: Link) -> Steps[Chosen]:
    """Of who is not written to anyway nothing is kept: the account may be closed by now."""
    contact = yield from load(asked.settings, link.user)
    if not contact.choices.get(link.purpose):
        return Chosen(contact, None)
    return (yield from choose(asked.settings, contact, _said(asked, link, yes=False)))


def _stop_by_page(asked: Asked, link: Link, undo: str) -> Flow:
    stopped = yield from _stop(asked, link)
    contact = stopped.contact
    if stopped.event is not None:
        undo = _undo(asked, link, contact.receipt, contact.version)
    elif not _undoes(asked, link, undo, contact):
        undo = ""
    return _page(asked, link, "stopped", undo)


def _restore(asked: Asked, link: Link, undo: str) -> Flow:
    contact = yield from load(asked.settings, link.user)
    if not contact.choices.get(link.purpose):
        if not _undoes(asked, link, undo, contact):
            why = "It is too late to undo this here, or something else was changed since. Nothing was changed. Sign in, and choose anew under Cookie choices."
            return problem(asked, 409, "Not undone", why)
        yes = yield from choose(asked.settings, contact, _said(asked, link, yes=True))
        contact = yes.contact
    state: State = "restored" if contact.choices.get(link.purpose) else "off"
    return _page(asked, link, state)


def _undoes(asked: Asked, link: Link, undo: str, contact: Contact) -> bool:
    """Whether this was stopped by the page that ``undo`` is of, and nothing was chosen since."""
    try:
        before = asked.settings.links.read_undo(undo, link, asked.now)
    except BadToken:
        return False
    return (before.receipt, before.version) == (contact.receipt, contact.version)


def _undo(asked: Asked, link: Link, receipt: str, version: int) -> str:
    until = int(asked.now) + UNDO_SECONDS
    return asked.settings.links.write_undo(Undo(link.user, link.purpose, receipt, version, until))


def _said(asked: Asked, link: Link, *, yes: bool) -> Said:
    return Said(choices={link.purpose: yes}, now=asked.now, layer="unsubscribe")


def _link(asked: Asked) -> Link | Reply:
    """What the link is about; or, where it is none of ours or about nothing we have, a page that says so."""
    token = _token(asked)
    try:
        link = asked.settings.links.read(token)
    except BadToken:
        why = "This link is not one of ours, or not all of it has arrived. Nothing was changed. Try the whole link from the mail, or sign in and see Cookie choices, or write to us."
        return problem(asked, 404, "This link does not work", why)
    if _purpose(asked, link) is None:
        why = "This link is about something that this site does not do any more under that name. Nothing was changed. Sign in and see Cookie choices, or write to us."
        return problem(asked, 404, "This link is out of date", why)
    if not asked.settings.revocable:
        why = "This site keeps no such choices, so nothing was changed. Please write to us."
        return problem(asked, 409, "Not possible here", why)
    return link


def _token(asked: Asked) -> str:
    """The query, without what others have put behind it."""
    return asked.request.query.partition("&")[0].rstrip("=")


def _purpose(asked: Asked, link: Link) -> Purpose | None:
    contacts = asked.settings.policy.contacts
    return next((each for each in contacts if each.id == link.purpose and not each.always), None)


def _page(asked: Asked, link: Link, state: State, undo: str = "") -> Reply:
    if asked.wants_json:
        return as_json(200, {"state": state, "undo": undo})
    contact = asked.settings.notice.contact
    purpose = asked.settings.policy.purposes[link.purpose]
    page = contact.unsubscribe(asked.request.root, _token(asked), purpose, state, undo)
    reply = html(200, page)
    # The address is a key: no other site is to see it.
    reply.headers.append(("Referrer-Policy", "same-origin"))
    return reply
