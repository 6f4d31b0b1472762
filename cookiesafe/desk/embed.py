"""The frame around a held embed: says whose it is, and loads it once or from now on."""

from __future__ import annotations

from dataclasses import dataclass

from ..consent import Allowed, with_vendor
from ..gate import MAX_QUERY, content_security_policy
from ..policy import Vendor
from ..ports import Reply
from .asked import Asked, Flow, html, incomplete, one, problem, query_of, read_form
from .choices import keep

EMBED = "embed"
"""Where these pages are, below the others of ours."""


@dataclass(frozen=True, slots=True)
class _Embed:
    """What a page wants to show: ``url`` as it stands there, at ``host``, of ``vendor`` if one declared it."""

    url: str
    sandbox: str | None
    host: str
    vendor: Vendor | None


def show_embed(asked: Asked) -> Reply:
    """The embed itself where the visitor has agreed to its vendor, else who it comes from, and what can be done."""
    embed = _embed_of(asked)
    if embed is None:
        return _nothing_there(asked)
    vendor = embed.vendor
    if vendor is not None and vendor.id in asked.standing.allowed.vendors:
        return _load(asked, embed, vendor)
    page = asked.settings.notice.placeholder(
        asked.request.root, embed.url, embed.host, vendor, silenced=_is_silenced(asked, vendor)
    )
    return html(200, page, framed=True)


def _is_silenced(asked: Asked, vendor: Vendor | None) -> bool:
    """Whether a yes to a vendor would not count now, because of what the browser signals."""
    if vendor is None:
        return False
    standing = asked.standing
    consent = with_vendor(asked.settings.policy, standing.consent, vendor.id)
    return vendor.id not in asked.jar.stand(consent, standing.gpc).allowed.vendors


def take_embed(asked: Asked) -> Flow:
    """*Load once* is answered with the embed, and nothing is kept; *always* is a choice for its vendor alone."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    embed = _embed_of(asked)
    if embed is None or embed.vendor is None:
        return _nothing_there(asked)
    match fields.get("choice"):
        case ["once"]:
            return _load(asked, embed, embed.vendor)
        case ["always"]:
            consent = with_vendor(asked.settings.policy, asked.standing.consent, embed.vendor.id)
            return (yield from keep(asked, consent, "embed", asked.request.address()))
        case _:
            return incomplete(asked)


def _embed_of(asked: Asked) -> _Embed | None:
    """What the query names, unless it calls nobody from whom something is held."""
    if len(asked.request.query) > MAX_QUERY:
        return None
    fields = query_of(asked)
    url, sandbox = one(fields, "url"), fields.get("sandbox", [])
    if url is None or len(sandbox) > 1:
        return None
    origin = asked.settings.origin_of(asked.request)
    held = asked.jar.undecided[False].passage.hosts.page(f"{origin}/").held(url)
    if held is None:
        return None
    vendor = None if held.vendor is None else asked.settings.policy.vendor(held.vendor)
    return _Embed(url, sandbox[0] if sandbox else None, held.host, vendor)


def _load(asked: Asked, embed: _Embed, vendor: Vendor) -> Reply:
    """The embed in a frame of its own. This page may call its vendor and no other, whatever the one around it may."""
    policy = content_security_policy(asked.settings.policy, Allowed(vendors=frozenset({vendor.id})))
    page = asked.settings.notice.embed(asked.request.root, embed.url, vendor, embed.sandbox)
    reply = html(200, page, framed=True, frames=vendor.hosts)
    reply.policy = policy
    return reply


def _nothing_there(asked: Asked) -> Reply:
    return problem(asked, 404, "Not loaded", "What belongs here cannot be loaded.")
