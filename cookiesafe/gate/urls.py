"""Whom a URL calls, as browsers read it (WHATWG URL Standard): scheme, host and port. The rest of it calls nobody.

A browser reads more as a URL than RFC 3986 does: ``https:\\ads.example``, ``//0x7f.1``, a tab within the scheme. What
is read here differently from there would be a hole, so what is not sure to be read alike raises ``Unreadable``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from encodings.idna import nameprep
from ipaddress import IPv4Address, IPv6Address
from stringprep import in_table_a1
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
"""The schemes that lead over a network, with their own ports (section 3.1, less ``file``)."""

_LONGEST_HOST = 1024
_LONGEST_LABEL = 63
_CONTROL_OR_SPACE = "".join(map(chr, range(0x21)))
_TAB_OR_NEWLINE = re.compile(r"[\t\n\r]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY_END = re.compile(r"[/\\?#]")
_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]+)(?::([0-9]*))?")
_FORBIDDEN = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Unreadable(ValueError):
    """The URL may call somebody, and whom could not be read; ``str`` is where its host would be."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a URL calls: ``host`` in lower case and A-labels, or in brackets, and its ``port``, stated or the scheme's."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


def resolve(url: str, base: Address) -> Address | None:
    """Whom ``url`` calls from ``base``; ``None`` if it calls nobody, as ``data:`` does.

    Section 4.4 of the standard, as far as the port. Raises ``Unreadable``.
    """
    text = _TAB_OR_NEWLINE.sub("", url.strip(_CONTROL_OR_SPACE))
    stated = _SCHEME.match(text)
    scheme, begin = (base.scheme, 0) if stated is None else (stated[1].lower(), stated.end())
    if scheme not in PORTS:
        return None
    rest = text[begin:].lstrip("/\\")
    slashes = len(text) - begin - len(rest)
    if slashes < 2 and scheme == base.scheme:
        return base
    return _address(scheme, _AUTHORITY_END.split(rest, maxsplit=1)[0])


def _address(scheme: str, authority: str) -> Address:
    """Section 4.4, from the authority state on."""
    authority = authority.rpartition("@")[2]
    parts = _HOST_AND_PORT.fullmatch(authority)
    if parts is None or len(parts[1]) > _LONGEST_HOST:
        raise Unreadable(authority)
    digits = parts[2] and (parts[2].lstrip("0") or "0")
    if digits and (len(digits) > 5 or int(digits) > 0xFFFF):
        raise Unreadable(authority)
    try:
        return Address(scheme, _host(parts[1]), int(digits) if digits else PORTS[scheme])
    except ValueError:
        raise Unreadable(authority) from None


def _host(text: str) -> str:
    """Section 3.5, the host parser. Raises ValueError."""
    if text[0] == "[":
        if "%" in text:
            raise ValueError
        return f"[{IPv6Address(text[1:-1]).compressed}]"
    name = unquote(text)
    name = name.lower() if name.isascii() else _a_labels(name)
    if not name or _FORBIDDEN.search(name):
        raise ValueError
    labels = name.removesuffix(".").split(".")
    return _ipv4(labels) if _NUMBER.fullmatch(labels[-1]) else name


def _a_labels(name: str) -> str:
    """Section 3.3, for names that all versions of IDNA agree on. Raises ValueError for others, such as ``faß.example``."""
    return ".".join(map(_a_label, _DOTS.split(name)))


def _a_label(text: str) -> str:
    """One label, if no version maps its letters to other ones, and Unicode 3.2 has them all (RFC 3454, A.1)."""
    label = normalize("NFC", text.lower())
    if label.isascii():
        return label
    if len(label) > _LONGEST_LABEL or nameprep(label) != label or any(map(in_table_a1, label)):
        raise ValueError
    return f"xn--{label.encode('punycode').decode()}"


def _ipv4(parts: list[str]) -> str:
    """Section 3.5, the IPv4 parser: one to four numbers, each decimal, octal or hexadecimal. Raises ValueError."""
    numbers = [_number(part) for part in parts]
    *first, last = numbers
    if len(numbers) > 4 or any(each > 255 for each in first) or last >= 256 ** (5 - len(numbers)):
        raise ValueError
    return str(IPv4Address(last + sum(each << 24 - 8 * at for at, each in enumerate(first))))


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if not text.isdecimal() or not text.isascii():
        raise ValueError
    return int(text, 8) if text[0] == "0" else int(text)
