"""What the app's own Content-Security-Policy lets a page do (CSP3), as far as that decides what we put into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..policy import parse_host
from .urls import Address

Directives = Mapping[str, Sequence[str]]


def own_policies(headers: Iterable[tuple[str, str]]) -> Iterator[Directives]:
    """Every policy among the fields of a page. Of directives with the same name the first counts (section 2.2.1)."""
    for name, value in headers:
        if name.lower() == "content-security-policy":
            yield from map(_directives, value.split(","))


def _directives(policy: str) -> Directives:
    directives: dict[str, list[str]] = {}
    for text in policy.split(";"):
        name, *sources = text.split() or [""]
        directives.setdefault(name.lower(), sources)
    return directives


def deciding(policy: Directives, *names: str) -> Sequence[str] | None:
    """The sources of the first of these directives that a policy has."""
    return next((policy[name] for name in names if name in policy), None)


def cover(sources: Sequence[str], page: Address) -> bool:
    """Whether sources let in what lies where the page does."""
    return any(_covers(source.lower(), page) for source in sources)


def _covers(source: str, page: Address) -> bool:
    if source in ("'self'", "*", f"{page.scheme}:", "http:"):
        return True
    try:
        host = parse_host(source.removesuffix("/"))
    except ValueError:
        return False
    return host.covers(page.scheme, page.host, page.port)
