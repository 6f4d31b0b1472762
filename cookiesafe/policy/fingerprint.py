"""Fingerprints: consent is given to a text, and this is the text's name."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from hashlib import sha256
from typing import Any, Final

from .declared import Declaration, Purpose, Site, Vendor
from .translations import tables_of
from .words import one_line

# A policy that uses none of the keys that came later keeps the fingerprint it had before them.
_FIRST: Final = ("site", "purposes", "vendors", "cookies", "features")
_LATER: Final = {
    Site: ("dnt", "gpc", "adult_from", "languages"),
    Purpose: ("category", "channel", "always", "why", "editorial", "google_consent"),
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
            "title": one_line(purpose.title),
            "text": one_line(purpose.text),
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


def _written(declaration: Declaration) -> dict[str, object]:
    tables = {name: getattr(declaration, name) for name in _FIRST}
    if declaration.regimes:
        tables["regimes"] = declaration.regimes
    written: dict[str, object] = {
        name: _entry(table) if isinstance(table, Site) else [_entry(each) for each in table]
        for name, table in tables.items()
    }
    if declaration.translations:
        written["translations"] = tables_of(declaration.translations)
    return written


def _entry(entry: Any) -> dict[str, object]:
    later = _LATER.get(type(entry), ())
    unused = {field.name: field.default for field in fields(entry) if field.name in later}
    return {
        key: value
        for key, value in asdict(entry).items()
        if key not in unused or value != unused[key]
    }


def _unordered(value: object) -> object:
    match value:
        case dict():
            return {key: _unordered(item) for key, item in value.items()}
        case list() | tuple():
            return sorted((_unordered(item) for item in value), key=_canonical)
        case str():
            return one_line(value)
        case _:
            return value


def _set(texts: tuple[str, ...]) -> list[str]:
    return sorted(set(texts))


def _digest(value: object) -> str:
    return sha256(_canonical(value).encode("ascii")).hexdigest()[:12]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
