"""Whether the app lets its page show another page of the site in a frame, as a placeholder is (CSP3, section 6.1)."""

from __future__ import annotations

from collections.abc import Iterable

from ..policy import parse_host
from .urls import Address

_DIRECTIVES = ("frame-src", "child-src", "default-src")


def frames_itself(headers: Iterable[tuple[str, str]], page: Address) -> bool:
    """Whether every ``Content-Security-Policy`` among the fields of a page at ``page`` lets it."""
    return all(
        _lets_in(policy, page)
        for name, value in headers
        if name.lower() == "content-security-policy"
        for policy in value.split(",")
    )


def _lets_in(policy: str, page: Address) -> bool:
    """Of directives with the same name the first counts; the most specific one decides."""
    directives: dict[str, list[str]] = {}
    for text in policy.lower().split(";"):
        name, *sources = text.split() or [""]
        directives.setdefault(name, sources)
    deciding = next((directives[name] for name in _DIRECTIVES if name in directives), None)
    return deciding is None or any(_covers(source, page) for source in deciding)


def _covers(source: str, page: Address) -> bool:
    if source in ("'self'", "*", f"{page.scheme}:", "http:"):
        return True
    try:
        host = parse_host(source.removesuffix("/"))
    except ValueError:
        return False
    return host.covers(page.scheme, page.host, page.port)
