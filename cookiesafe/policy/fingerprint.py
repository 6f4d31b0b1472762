"""Fingerprints: consent is given to a text, and this is the text's name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from .declared import Declaration, Purpose, Vendor

# A policy that uses none of the keys that came later keeps the fingerprint it had before them.
_LATER: Final[Mapping[str, Mapping[str, object]]] = {
    "site": {"dnt": False, "gpc": "", "adult_from": 13},
    "purposes": {"category": None, "channel": "", "always": False, "why": "", "editorial": ()},
}


def grounds_of(declaration: Declaration, purpose: Purpose) -> str:
    """The fingerprint of what a visitor agrees to with ``purpose``.

    That is its title and text, its vendors with their hosts, its cookies with their lifetimes, and
    the channel of a way to be contacted.
    """
    vendors = [
        {"id": vendor.id, "name": vendor.name, "hosts": _set(vendor.hosts)}
        for vendor in declaration.vendors
        if purpose.id in vendor.purposes
    ]
    cookies = [
        {"name": cookie.name, "vendor": cookie.vendor, "lifetime": cookie.lifetime}
        for cookie in declaration.cookies
        if cookie.purpose == purpose.id
    ]
    return _digest(
        {
            "title": _words(purpose.title),
            "text": _words(purpose.text),
            "vendors": sorted(vendors, key=_canonical),
            "cookies": sorted(cookies, key=_canonical),
            **({"channel": purpose.channel} if purpose.channel else {}),
        }
    )


def vendor_grounds_of(vendor: Vendor) -> str:
    """The fingerprint of what a visitor agrees to with ``vendor`` by name: its hosts and purposes."""
    return _digest(
        {"name": vendor.name, "hosts": _set(vendor.hosts), "purposes": _set(vendor.purposes)}
    )


def fingerprint_of(declaration: Declaration) -> str:
    """The fingerprint of everything that is declared, whatever the order it is declared in."""
    return _digest(_unordered(_written(declaration)))


def _written(declaration: Declaration) -> dict[str, Any]:
    entries = asdict(declaration)
    for name, later in _LATER.items():
        found = entries[name]
        for entry in (found,) if isinstance(found, dict) else found:
            for key, unused in later.items():
                if entry[key] == unused:
                    del entry[key]
    if not entries["regimes"]:
        del entries["regimes"]
    return entries


def _unordered(value: object) -> object:
    match value:
        case dict():
            return {key: _unordered(item) for key, item in value.items()}
        case list() | tuple():
            return sorted((_unordered(item) for item in value), key=_canonical)
        case str():
            return _words(value)
        case _:
            return value


def _set(texts: tuple[str, ...]) -> list[str]:
    return sorted(set(texts))


def _words(text: str) -> str:
    # Another line break in the file is not another text, and must not ask every visitor again.
    return " ".join(text.split())


def _digest(value: object) -> str:
    return sha256(_canonical(value).encode("ascii")).hexdigest()[:12]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
