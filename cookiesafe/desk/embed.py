"""The frame around a held embed: says whose it is, and loads it once or from now on.

*Load once* leads to an address that is signed, and holds for as long as a browser takes to go there. An answer to the
form itself would be an error, or a question, when the browser comes back to the page or loads it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..consent import Allowed, with_vendor
from ..errors import BadToken
from ..gate import MAX_QUERY, content_security_policy, embed_query
from ..policy import Vendor
from ..ports import Reply
from ..sayings import say
from ..traffic import Done
from .asked import (
    Asked,
    Flow,
    html,
    incomplete,
    is_outdated,
    of_a_child,
    one,
    outdated,
    problem,
    query_of,
    see_other,
)
from .choices import keep
from .forms import read_form

EMBED = "embed"
"""Where these pages are, below the others of ours."""

ONCE_SECONDS = 30
_MAX_SIGNED = MAX_QUERY + 100


@dataclass(frozen=True, slots=True)
class _Embed:
    """What a page wants to show: ``url`` as it stands there, of ``vendor`` if one declared it."""

    url: str
    sandbox: str | None
    vendor: Vendor | None


def show_embed(asked: Asked) -> Reply:
    """The embed itself where the visitor has agreed to its vendor, else who it comes from, and what can be done."""
    embed = _embed_of(asked)
    if embed is None:
        return _nothing_there(asked)
    vendor = embed.vendor
    if asked.child:
        return of_a_child(asked, say("Not loaded"))
    if vendor is not None and (vendor.id in asked.standing.allowed.vendors or _is_due(asked)):
        return _load(asked, embed, vendor)
    page = asked.notice.placeholder(
        asked.request.root, embed.url, vendor, silenced=_is_silenced(asked, vendor)
    )
    return html(200, page, framed=True)


def _is_silenced(asked: Asked, vendor: Vendor | None) -> bool:
    """Whether a yes to a vendor would not count now, because of what the browser signals."""
    if vendor is None:
        return False
    standing = asked.standing
    consent = with_vendor(asked.settings.policy, standing.consent, vendor.id)
    return vendor.id not in asked.jar.stand(consent, standing.circumstances).allowed.vendors


def take_embed(asked: Asked) -> Flow:
    """*Load once* leads to the embed, and nothing is kept; *always* is a choice for its vendor alone."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    embed = _embed_of(asked)
    if embed is None or embed.vendor is None:
        return _nothing_there(asked)
    if asked.child:
        return of_a_child(asked)
    match fields.get("choice"):
        case ["once"]:
            return _once(asked, embed)
        case ["always"]:
            if is_outdated(asked, fields):
                return outdated(asked)
            return (yield from keep(asked, embed.vendor.id, asked.request.address()))
        case _:
            return incomplete(asked)


def _embed_of(asked: Asked) -> _Embed | None:
    """What the query names, unless it calls nobody from whom something is held."""
    if len(asked.request.query) > _MAX_SIGNED:
        return None
    fields = query_of(asked)
    url, sandbox = one(fields, "url"), fields.get("sandbox", [])
    if url is None or len(sandbox) > 1:
        return None
    origin = asked.settings.origin_of(asked.request)
    held = asked.jar.nobody.passage.hosts.page(f"{origin}/").held(url)
    if held is None:
        return None
    vendor = None if held.vendor is None else asked.settings.policy.vendor(held.vendor)
    return _Embed(url, sandbox[0] if sandbox else None, vendor)


def _once(asked: Asked, embed: _Embed) -> Reply:
    asked.settings.count(Done(asked.now, "embeds", "once"))
    until = int(asked.now) + ONCE_SECONDS
    query = embed_query(embed.url, embed.sandbox)
    signed = asked.settings.load_signer.sign(f"{query}&until={until}")
    return see_other(f"{asked.request.address().partition('?')[0]}?{signed}")


def _is_due(asked: Asked) -> bool:
    """Whether the visitor has just asked here to have this loaded once; a link from elsewhere does not say so."""
    request = asked.request
    try:
        query = asked.settings.load_signer.verify(request.query)
    except BadToken:
        return False
    until = int(query.rpartition("=")[2])
    return asked.now <= until and request.header("sec-fetch-site") in (None, "same-origin")


def _load(asked: Asked, embed: _Embed, vendor: Vendor) -> Reply:
    """The embed in a frame of its own. This page may call its vendor and no other, whatever the one around it may."""
    policy = content_security_policy(asked.settings.policy, Allowed(vendors=frozenset({vendor.id})))
    page = asked.notice.embed(asked.request.root, embed.url, vendor, embed.sandbox)
    reply = html(200, page, framed=True, frames=vendor.hosts)
    reply.policy = policy
    return reply


def _nothing_there(asked: Asked) -> Reply:
    return problem(asked, 404, say("Not loaded"), say("What belongs here cannot be loaded."))
