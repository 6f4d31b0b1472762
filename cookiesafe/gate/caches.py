"""Caches must not reopen the gate: what depends on the visitor says so (RFC 9110, 12.5.5; RFC 9111, 5.2.2)."""

from __future__ import annotations

from collections.abc import Sequence

Header = tuple[str, str]
_CACHE_FIELDS = ("cache-control", "surrogate-control")


def vary(headers: list[Header], names: Sequence[str]) -> None:
    """Add field ``names`` to ``Vary``, keeping what the app named there in one field."""
    said = _take(headers, "vary")
    if said:
        known = {name.lower() for name in said}
        names = said if "*" in known else [*said, *(n for n in names if n.lower() not in known)]
    headers.append(("Vary", ", ".join(names)))


def make_private(headers: list[Header]) -> None:
    """Keep a response out of shared caches; ``no-store`` and ``private`` stay as the app said them.

    Fields that speak to some caches alone would override that (RFC 9213, section 2.2): they go.
    """
    if not any(name.lower().endswith(_CACHE_FIELDS) for name, _ in headers):
        headers.append(("Cache-Control", "private"))
        return
    said = [d for d in _take(headers, "cache-control") if _name(d) not in ("public", "s-maxage")]
    if not any(_name(d) == "no-store" or d.lower() == "private" for d in said):
        said.append("private")
    headers[:] = [field for field in headers if not field[0].lower().endswith(_CACHE_FIELDS)]
    headers.append(("Cache-Control", ", ".join(said)))


def _take(headers: list[Header], name: str) -> list[str]:
    """Remove all fields of a name, and give the members of their lists."""
    taken = [value for key, value in headers if key.lower() == name]
    if not taken:
        return taken
    headers[:] = [field for field in headers if field[0].lower() != name]
    return [part for value in taken for each in value.split(",") if (part := each.strip(" \t"))]


def _name(directive: str) -> str:
    return directive.partition("=")[0].strip(" \t").lower()
