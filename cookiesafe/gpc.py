"""What a site states about Global Privacy Control (W3C GPC, section 4)."""

from __future__ import annotations

STATEMENT = "/.well-known/gpc.json"


def statement(since: str) -> dict[str, object]:
    """The object at ``STATEMENT`` of a site that honours it; ``since`` is the date of that (RFC 3339)."""
    return {"gpc": True, "lastUpdate": since}
