"""Forms as ``multipart/form-data``, as far as they hold short texts (RFC 7578; RFC 2046, section 5.1.1)."""

from __future__ import annotations

import re

TYPE = "multipart/form-data"

_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(
    rb'(?:^|\r\n)content-disposition:\s*form-data[^\r\n]*?;\s*name=(?:"([^"\r\n]*)"|([^\s;"]+))',
    re.IGNORECASE,
)


def parts_of(content_type: str, body: bytes, most: int) -> dict[str, list[str]] | None:
    """The fields of a form with this ``Content-Type``; ``None`` if it is no whole one, or has over ``most``."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return None
    delimiter = b"\r\n--" + (boundary[1] or boundary[2]).encode("latin-1", "replace")
    _, *parts = (b"\r\n" + body).split(delimiter, most + 2)
    if not parts or not parts.pop().startswith(b"--"):
        return None
    fields: dict[str, list[str]] = {}
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            return None
        known = (name[1] or name[2] or b"").decode("utf-8", "replace")
        fields.setdefault(known, []).append(value.decode("utf-8", "replace"))
    return fields
