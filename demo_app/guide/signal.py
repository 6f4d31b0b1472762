"""Sends Global Privacy Control for browsers that cannot: no page can have one send a header.

Who asks for it gets a cookie of the guide's. The guide takes it off each request again, and puts ``Sec-GPC: 1`` there.
"""

from __future__ import annotations

COOKIE = "demo-gpc"


def taken_off(cookies: str) -> tuple[str, bool]:
    """A ``Cookie`` header without the guide's cookie, and whether that was there."""
    parts = [part.strip() for part in cookies.split(";")]
    rest = [part for part in parts if part and part.partition("=")[0] != COOKIE]
    return "; ".join(rest), f"{COOKIE}=1" in parts
