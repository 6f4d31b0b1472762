"""The sweep: ``Set-Cookie`` lines that end the cookies a visitor does not agree to, and the browser still sends.

A browser keeps cookies apart by name, domain, path and partition (RFC 6265bis, section 5.7; CHIPS), and tells a server
the names alone. So there is a line for each place a cookie that was sent here may be kept in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..cookies import LONGEST_ATTRIBUTE

MOST_BYTES: Final = 4096
"""What one response may hold of a sweep, as HTTP/1.1 writes it: proxies have room for 4 to 8 KB of headers."""

_FIELD = len("Set-Cookie: \r\n")
_MOST_SLASHES = 16
# At least two labels, and the last is no number: browsers take no other host as a Domain.
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)+(?![0-9]+$)[a-z0-9_-]+")
_LONGEST_HOST = 253
_PATH = re.compile(r"/[\x21-\x3A\x3C-\x7E]*")
_MOST_NAMES = 64
_LONGEST_NAME = MOST_BYTES - LONGEST_ATTRIBUTE - 512
"""A line with it fits whatever its place: beside the path there is the host, and 70 bytes of the rest."""
_HOST_PREFIX = "__host-"
_SECURE_PREFIXES = ("__secure-", _HOST_PREFIX, "__http-")
_HTTP_PREFIXES = ("__http-", "__host-http-")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request was made, as the browser sees it.

    ``host`` is lower-case and without its port, ``path`` percent-encoded and without the query. ``trustworthy`` is
    whether browsers keep ``Secure`` cookies there: over https, and on this very machine.
    """

    host: str
    path: str
    trustworthy: bool


def sweep(names: Sequence[str], place: Place, before: int = 0) -> list[str]:
    """The lines that leave with one response, ``MOST_BYTES`` at most; ``before`` is how many sweeps there were.

    What does not fit leaves with the next sweep, and after the last batch comes the first again. ``names`` are those
    that ``parse_cookie`` returns; the first 64 that a line has room for count.
    """
    batches: list[list[str]] = [[]]
    size = 0
    fitting = [name for name in names if len(name) <= _LONGEST_NAME][:_MOST_NAMES]
    for line in _lines(fitting, place):
        needs = len(line) + _FIELD
        if size + needs > MOST_BYTES:
            if len(batches) > before:
                break
            batches.append([])
            size = 0
        batches[-1].append(line)
        size += needs
    return batches[before % len(batches)]


def _lines(names: Sequence[str], place: Place) -> Iterator[str]:
    """All of them, the likeliest places first: the whole site before a part of it, this host before those above it."""
    anywhere = [name for name in names if not name.lower().startswith(_HOST_PREFIX)]
    scopes = ("", ";Secure;Partitioned") if place.trustworthy else ("",)
    domains = _domains(place.host)
    for paths in ([";Path=/"], _deeper(place.path)):
        for scope in scopes:
            for path in paths:
                for domain in domains:
                    whole = path == ";Path=/" and not domain
                    for name in names if whole else anywhere:
                        yield _line(name, f"{domain}{path}", scope)


def _line(name: str, where: str, scope: str) -> str:
    """As short as browsers take it: space between attributes, Expires and flags are not needed to delete.

    A prefix asks for the flags that it promises, of a deletion too (section 5.7).
    """
    lower = name.lower()
    secure = ";Secure" if not scope and lower.startswith(_SECURE_PREFIXES) else ""
    http_only = ";HttpOnly" if lower.startswith(_HTTP_PREFIXES) else ""
    return f"{name}={where};Max-Age=0{secure}{http_only}{scope}"


def _domains(host: str) -> list[str]:
    """The host alone, then with what is below it, then each host above. A public suffix is refused by the browser."""
    domains = [""]
    if len(host) <= _LONGEST_HOST and _HOST.fullmatch(host):
        while "." in host:
            domains.append(f";Domain={host}")
            host = host.partition(".")[2]
    return domains


def _deeper(path: str) -> list[str]:
    """Below the whole site: the page's directory, which needs no attribute (5.1.4), and every path that leads here."""
    directory = path[: path.rfind("/")]
    ends = [at for at, each in enumerate(path[:LONGEST_ATTRIBUTE]) if each == "/" and at]
    ends = ends[:_MOST_SLASHES]
    found = [path[:end] for end in ends] + [path] + [path[: end + 1] for end in ends]
    attributes = [
        f";Path={each}"
        for each in dict.fromkeys(found)
        if each not in ("/", directory) and len(each) <= LONGEST_ATTRIBUTE and _PATH.fullmatch(each)
    ]
    return ["", *attributes] if directory else attributes
