"""Whether a request that changes something came from the site itself.

No token and no cookie is needed: browsers say where a request was made (Fetch Metadata; RFC 6454, section 7).
"""

from __future__ import annotations

from collections.abc import Collection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def is_cross_site(
    method: str,
    own: str,
    trusted: Collection[str],
    *,
    fetch_site: str | None,
    origin: str | None,
    has_cookies: bool,
) -> bool:
    """Whether to refuse a request as made by another site.

    ``own`` and ``trusted`` are origins such as ``https://www.example``. The browser's own word (``Sec-Fetch-Site``)
    counts first, then ``Origin``. What sends neither is no browser of today: it is let through as long as it
    brings no cookies that it could have been made to send.
    """
    if method in SAFE_METHODS:
        return False
    if origin is not None and origin in trusted:
        return False
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    if origin is not None:
        return origin != own
    return has_cookies
