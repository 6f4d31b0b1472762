"""Hosts as a Content-Security-Policy writes them: host-sources without a path.

    [ scheme "://" ] [ "*." ] label *( "." label ) [ ":" ( port / "*" ) ]

CSP3, section 2.3.1, has the grammar. What could end a source, a directive or a header is refused,
so a host that was parsed can be written into a policy as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from .words import MiswrittenError, quoted

_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# CSP3, section 6.7.2.9: a safer scheme than the one named matches, and "ws" also http.
_SCHEMES_COVERED: Final = {
    "": frozenset(_DEFAULT_PORTS),
    "http": frozenset({"http", "https"}),
    "https": frozenset({"https"}),
    "ws": frozenset({"ws", "wss", "http", "https"}),
    "wss": frozenset({"wss", "https"}),
}
_PARTS: Final = re.compile(r"(?:([a-z][a-z0-9+.-]*)://)?(\*\.)?([a-z0-9.-]+)(?::([0-9]{1,5}|\*))?")
_LABEL: Final = re.compile(r"[a-z0-9-]{1,63}")
_LAST_LABEL_OF_AN_ADDRESS: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_FIX: Final = "Write a host such as ads.example, *.ads.example or ads.example:8443."


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host-source, in lower case.

    An empty ``scheme`` or ``port`` was not written; ``port`` may be ``*``. ``wildcard`` stands for
    the leading ``*.``: every host below ``name``, and not ``name`` itself.
    """

    name: str
    scheme: str = ""
    wildcard: bool = False
    port: str = ""

    def __str__(self) -> str:
        scheme = f"{self.scheme}://" if self.scheme else ""
        port = f":{self.port}" if self.port else ""
        return f"{scheme}{'*.' if self.wildcard else ''}{self.name}{port}"

    def covers(self, scheme: str, hostname: str, port: int | None = None) -> bool:
        """Whether a URL of these parts matches, after CSP3, section 6.7.2.8.

        ``port`` None is the scheme's own. Two differences: a host without a scheme matches http,
        https, ws and wss, whichever the page has; an IPv4 address matches itself, as in browsers.
        """
        scheme = scheme.lower()
        if scheme not in _SCHEMES_COVERED[self.scheme]:
            return False
        hostname = hostname.lower()
        if self.wildcard:
            if not hostname.endswith(f".{self.name}"):
                return False
        elif hostname != self.name:
            return False
        if self.port == "*":
            return True
        default = _DEFAULT_PORTS[scheme]
        return (default if port is None else port) == (int(self.port) if self.port else default)

    def contains(self, other: Host) -> bool:
        """Whether every URL that ``other`` covers is covered here too."""
        if self.wildcard:
            if not f".{other.name}".endswith(f".{self.name}"):
                return False
            if other.name == self.name and not other.wildcard:
                return False
        elif other.wildcard or other.name != self.name:
            return False
        schemes = _SCHEMES_COVERED[other.scheme]
        return schemes <= _SCHEMES_COVERED[self.scheme] and all(
            self.port == "*" or self._port(scheme) == other._port(scheme) for scheme in schemes
        )

    def _port(self, scheme: str) -> str:
        return self.port or str(_DEFAULT_PORTS[scheme])


def parse_host(text: str) -> Host:
    """The host-source in ``text``, lower-cased. Raises ValueError that says what to write."""
    found = _PARTS.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        raise MiswrittenError(f"host {quoted(text)} {_flaw(text)}", _mend(text))
    scheme, wildcard, name, port = (part or "" for part in found.groups())
    if scheme not in _SCHEMES_COVERED:
        raise MiswrittenError(
            f"host {quoted(text)} has the scheme {quoted(scheme)}",
            "Leave it out, or use http, https, ws or wss.",
        )
    if port not in ("", "*") and not 0 < int(port) < 65_536:
        raise MiswrittenError(
            f"host {quoted(text)} has no valid port", "Ports are 1 to 65535, or *."
        )
    _check_name(text, name, wildcard=bool(wildcard))
    return Host(
        name=name,
        scheme=scheme,
        wildcard=bool(wildcard),
        port=str(int(port)) if port not in ("", "*") else port,
    )


def _check_name(text: str, name: str, *, wildcard: bool) -> None:
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise MiswrittenError(
            f"host {quoted(text)} has an empty or too long part between its dots", _FIX
        )
    if _LAST_LABEL_OF_AN_ADDRESS.fullmatch(labels[-1]):
        _check_address(text, name, wildcard=wildcard)
    # *.localhost stays: it is this machine (RFC 6761, section 6.3), not everybody's.
    if wildcard and len(labels) == 1 and name != "localhost":
        raise MiswrittenError(
            f"host {quoted(text)} is a whole top-level domain",
            f"Name the vendor's own domain, such as *.ads.{name}.",
        )


def _check_address(text: str, name: str, *, wildcard: bool) -> None:
    try:
        IPv4Address(name)
    except AddressValueError:
        fix = "An IPv4 address has four numbers from 0 to 255, such as 192.0.2.1."
        raise MiswrittenError(
            f"host {quoted(text)} ends in a number and is no IPv4 address", fix
        ) from None
    if wildcard:
        raise MiswrittenError(
            f"host {quoted(text)} has a * before an IP address", f'Write "{name}" alone.'
        )


def _flaw(text: str) -> str:
    """Why ``text`` does not look like a host-source at all."""
    flaws = (
        (not text, "is empty"),
        (not text.isascii(), "has letters beyond ASCII"),
        (text == "*", "is every host there is"),
        (re.search(r"[\s'\";,\x00-\x1f\x7f]", text), "has a character that no host has"),
        ("[" in text or text.count(":") > 2, "is an IPv6 address, which a CSP cannot name (CSP3)"),
        ("@" in text, "has a user name in it"),
        (re.search(r"[^/]/(?!/)[^/]*|[?#\\]", text), "has a path"),
        ("*" in text, "has a * in another place than before the first dot"),
        ("_" in text, "has an underscore, which a CSP does not allow in a host"),
    )
    return next((flaw for found, flaw in flaws if found), "is no host")


def _mend(text: str) -> str:
    if not text.isascii():
        return "Write its A-label, such as xn--bcher-kva.example for bücher.example."
    if text.count(":") > 2:
        return "Give the machine a name and write that."
    bare = re.sub(r"[/?#].*", "", re.sub(r"^[a-z]+://", "", text.lower()))
    if bare != text.lower() and _PARTS.fullmatch(bare):
        return f"Write {quoted(bare)}."
    return _FIX
