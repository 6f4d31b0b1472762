"""Caches must not reopen the gate: what depends on the visitor says so (RFC 9110, 12.5.5; RFC 9111, 5.2.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..fields import Header, fixed

_CACHE_FIELDS = ("cache-control", "surrogate-control", "edge-control", "x-accel-expires")
_NOT_PRIVATE = frozenset({"public", "s-maxage"})
_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z))++', re.DOTALL)
_DIRECTIVE = re.compile(
    r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+) (?:[ \t]*=[ \t]* (?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\]|\\.)*") )?""",
    re.VERBOSE,
)


PRIVATE: Final = fixed("Cache-Control", "private")
NO_STORE: Final = fixed("Cache-Control", "no-store")
CLEAR_CACHE: Final[Header] = ("Clear-Site-Data", '"cache"')
"""Has a browser drop what it keeps of pages with more allowed in them (W3C Clear Site Data)."""
CLEAR_SITE: Final[Header] = ("Clear-Site-Data", '"cache", "storage"')
"""Has a browser drop all that it keeps of an origin but cookies: among those would be the mark of a child."""


def vary(headers: list[Header], names: Sequence[str]) -> None:
    """Add field ``names`` to ``Vary``, keeping what the app named there in one field."""
    for name, _ in headers:
        if name.lower() == "vary":
            said = _take(headers, "vary")
            break
    else:
        headers.append(("Vary", ", ".join(names)))
        return
    known = {name.lower() for name in said}
    if "*" not in known:
        said += [name for name in names if name.lower() not in known]
    headers.append(("Vary", ", ".join(said)))


def make_private(headers: list[Header]) -> None:
    """Keep a response out of shared caches; ``no-store`` and ``private`` stay as the app said them.

    Fields that speak to some caches alone would override that (RFC 9213, section 2.2; nginx's ``X-Accel-Expires``):
    they say so too, since a 304 that left them out would leave them as they are stored. What is no directive goes,
    for a cache may read anything into it, and so does ``private="field"``, which keeps back no more than the field.
    """
    for name, _ in headers:
        if speaks_to_caches(name):
            break
    else:
        headers.append(PRIVATE[0])
        return
    said = [each for each in _take(headers, "cache-control") if _stays(each)]
    if not any(each.lower() in ("no-store", "private") for each in said):
        said.append("private")
    for at, (name, _) in enumerate(headers):
        if speaks_to_caches(name):
            headers[at] = (name, "0" if name.lower().endswith("expires") else "no-store")
    headers.append(("Cache-Control", ", ".join(said)))


def speaks_to_caches(name: str) -> bool:
    """Whether a field of this name tells some cache how long to keep the response."""
    return name.lower().endswith(_CACHE_FIELDS)


def _take(headers: list[Header], name: str) -> list[str]:
    """Remove all fields of a name, and give the members of their lists; quoted strings stay whole."""
    taken = [value for key, value in headers if key.lower() == name]
    headers[:] = [field for field in headers if field[0].lower() != name]
    return [
        part for value in taken for each in _MEMBER.findall(value) if (part := each.strip(" \t"))
    ]


def _stays(member: str) -> bool:
    directive = _DIRECTIVE.fullmatch(member)
    if directive is None:
        return False
    name = directive[1].lower()
    return name not in _NOT_PRIVATE and (name != "private" or directive[1] == member)
