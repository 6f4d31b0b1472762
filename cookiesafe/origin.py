"""Whether a request that changes something came from the site itself: five rules, of which the first that fits decides.

Browsers say where a request was made (Fetch Metadata, section 2.3; RFC 6454, section 7). What says nothing of it is no
browser of today: it is let through as long as it brings no cookies that it could have been made to send.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from .addresses import read_origin

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HANDSHAKE: Final = "(WebSocket)"
"""Stands for the method of a WebSocket. Nobody can send it: it is no token (RFC 9110, section 5.6.2)."""

Rule = Literal["method", "fields", "Sec-Fetch-Site", "Origin", "cookies"]


class Ruling(NamedTuple):
    """What comes of a request: it is ``allowed`` or ``refused``, or ``untold``, if only a form token can tell."""

    verdict: Literal["allowed", "refused", "untold"]
    rule: Rule


def judge(
    method: str,
    own: str,
    trusted: Collection[str],
    *,
    fetch_site: str | None,
    origin: str | None,
    has_cookies: bool,
) -> Ruling:
    """What is to come of a request, and by which rule.

    ``own`` and ``trusted`` are origins as browsers write them, ``fetch_site`` and ``origin`` what the fields say,
    several of one name joined with commas. ``has_cookies`` is whether it brings any that count.
    """
    if method in SAFE_METHODS:
        return Ruling("allowed", "method")
    said = None if origin is None else read_origin(origin)
    if (origin is not None and said is None) or "," in (fetch_site or ""):
        return Ruling("refused", "fields")
    if fetch_site is not None:
        known = fetch_site in ("same-origin", "none") or said in trusted
        return Ruling("allowed" if known else "refused", "Sec-Fetch-Site")
    if origin is not None:
        known = said == own or said in trusted
        return Ruling("allowed" if known else "refused", "Origin")
    # A WebSocket has no form, and browsers always say where it was opened (RFC 6455, section 10.2).
    may_be_ridden = has_cookies and method != HANDSHAKE
    return Ruling("untold" if may_be_ridden else "allowed", "cookies")
