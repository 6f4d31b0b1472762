"""What a declaration must keep to. Each rule yields its problems, so that all are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ..errors import Problem, did_you_mean
from ..languages import TAG as LANGUAGE_TAG
from .checks import (
    Path,
    check_id,
    declared_purpose,
    filled,
    one_of,
    repeated,
    says_why,
    well_written,
)
from .contacts import contact_breaches
from .declared import (
    CATEGORIES,
    GOOGLE_CONSENT,
    NECESSARY_ID,
    STAYING_ID,
    Cookie,
    Declaration,
    Feature,
    Purpose,
    Site,
    Vendor,
)
from .hosts import Host, parse_host
from .known import TRACKER_HOSTS, TRACKERS
from .lifetimes import checked_lifetime
from .names import check_name, contains
from .regime_rules import regime_breaches
from .translations import translation_breaches
from .words import MiswrittenError, quoted

_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>]+")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{12}")
_ADULT_FROM: Final = range(13, 22)
_SIGNALS: Final = ("gpc",)
_REFUSABLE: Final = "Give it a purpose that the visitor can refuse."
_NECESSARY: Final = 'Add why = "…" with what breaks without it, or a purpose that can be refused.'


def breaches(declaration: Declaration) -> Iterator[Problem]:
    """Every rule that ``declaration`` breaks, in the order things are declared."""
    purposes = {NECESSARY_ID, *(purpose.id for purpose in declaration.purposes)}
    vendors = {vendor.id: vendor for vendor in declaration.vendors}
    yield from _site(declaration.site)
    yield from repeated("purposes", (purpose.id for purpose in declaration.purposes))
    for purpose in declaration.purposes:
        yield from _purpose(purpose)
    yield from _google_consent(declaration.purposes)
    yield from repeated("vendors", (vendor.id for vendor in declaration.vendors))
    for vendor in declaration.vendors:
        yield from _vendor(vendor, purposes)
    yield from repeated("cookies", (cookie.name for cookie in declaration.cookies))
    for cookie in declaration.cookies:
        yield from _cookie(cookie, purposes, vendors)
    yield from repeated("features", (feature.id for feature in declaration.features))
    for feature in declaration.features:
        yield from _feature(feature, purposes)
    yield from contact_breaches(declaration)
    yield from regime_breaches(declaration)
    yield from translation_breaches(declaration)


def _site(site: Site) -> Iterator[Problem]:
    yield from filled(("site", "name"), site.name)
    if not LANGUAGE_TAG.fullmatch(site.language):
        what = f"language {quoted(site.language)} is no language tag"
        yield Problem("CS113", ("site", "language"), what, 'Write one such as "en" or "pt-BR".')
    yield from _hosts(("site", "hosts"), site.hosts, necessary=True)
    if site.gpc and not _is_day(site.gpc):
        what = f"gpc {quoted(site.gpc)} is no day"
        yield Problem("CS113", ("site", "gpc"), what, 'Write it such as "2026-01-31".')
    if site.adult_from not in _ADULT_FROM:
        what = f"adult_from is {site.adult_from}"
        fix = f"Write an age from {_ADULT_FROM[0]} to {_ADULT_FROM[-1]}."
        yield Problem("CS113", ("site", "adult_from"), what, fix)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _purpose(purpose: Purpose) -> Iterator[Problem]:
    path = ("purposes", purpose.id)
    if purpose.id in (NECESSARY_ID, STAYING_ID):
        what = f"purpose {purpose.id} is built in and cannot be declared"
        yield Problem("CS113", path, what, "Remove it, or give yours another id.")
    yield from check_id(path, purpose.id)
    yield from filled((*path, "title"), purpose.title)
    if purpose.signal is not None:
        yield from one_of((*path, "signal"), purpose.signal, _SIGNALS)
    if purpose.category is not None:
        yield from one_of((*path, "category"), purpose.category, CATEGORIES)
    for position, text in enumerate(purpose.editorial):
        if not _FINGERPRINT.fullmatch(text):
            what = f"editorial {quoted(text)} is no fingerprint of 12 digits, 0-9 and a-f"
            fix = "Copy what policy.grounds has for the earlier wording."
            yield Problem("CS116", (*path, "editorial", str(position)), what, fix)


def _google_consent(purposes: Iterable[Purpose]) -> Iterator[Problem]:
    """A consent type is granted with one purpose, or is denied."""
    taken: dict[str, str] = {}
    for purpose in purposes:
        for position, name in enumerate(purpose.google_consent):
            path = ("purposes", purpose.id, "google_consent", str(position))
            if name not in GOOGLE_CONSENT:
                what = f"Google's tags know no consent type {quoted(name)}"
                yield Problem("CS113", path, what, did_you_mean(name, GOOGLE_CONSENT))
            elif name in taken:
                what = f"consent type {quoted(name)} is granted with {quoted(taken[name])} already"
                yield Problem("CS113", path, what, "Keep one of the two.")
            taken.setdefault(name, purpose.id)


def _vendor(vendor: Vendor, purposes: set[str]) -> Iterator[Problem]:
    path = ("vendors", vendor.id)
    necessary = NECESSARY_ID in vendor.purposes
    yield from check_id(path, vendor.id)
    yield from filled((*path, "name"), vendor.name)
    yield from _hosts((*path, "hosts"), vendor.hosts, necessary=necessary)
    if not vendor.purposes:
        what = f"vendor {quoted(vendor.id)} has no purpose"
        yield Problem("CS113", (*path, "purposes"), what, 'Name one, such as ["advertising"].')
    for position, purpose in enumerate(vendor.purposes):
        yield from declared_purpose((*path, "purposes", str(position)), purpose, purposes)
    if necessary and set(vendor.purposes) != {NECESSARY_ID}:
        what = f"vendor {quoted(vendor.id)} is necessary, so its other purposes hold nothing back"
        fix = "Declare two vendors, each with the hosts it needs."
        yield Problem("CS113", (*path, "purposes"), what, fix)
    if necessary:
        yield from says_why(
            path, f"vendor {quoted(vendor.id)} is called necessary", vendor.why, _NECESSARY
        )
    if vendor.privacy and not _ADDRESS.fullmatch(vendor.privacy):
        what = f"privacy {quoted(vendor.privacy)} is no web address"
        yield Problem("CS113", (*path, "privacy"), what, "Write it with https:// in front.")


def _cookie(cookie: Cookie, purposes: set[str], vendors: dict[str, Vendor]) -> Iterator[Problem]:
    path = ("cookies", cookie.name)
    yield from well_written("CS107", path, check_name, cookie.name)
    yield from declared_purpose((*path, "purpose"), cookie.purpose, purposes)
    if cookie.purpose == NECESSARY_ID:
        yield from says_why(
            path, f"cookie {quoted(cookie.name)} is called necessary", cookie.why, _NECESSARY
        )
        owner = _tracker_named(cookie.name)
        if owner:
            what = (
                f"cookie {quoted(cookie.name)} is called necessary and follows visitors for {owner}"
            )
            yield Problem("CS110", (*path, "purpose"), what, _REFUSABLE)
    if cookie.lifetime is not None:
        yield from well_written("CS111", (*path, "lifetime"), checked_lifetime, cookie.lifetime)
    if cookie.vendor is not None:
        yield from _cookie_vendor((*path, "vendor"), cookie, vendors)


def _cookie_vendor(path: Path, cookie: Cookie, vendors: dict[str, Vendor]) -> Iterator[Problem]:
    vendor = vendors.get(cookie.vendor or "")
    if vendor is None:
        what = f"no vendor {quoted(cookie.vendor or '')} is declared"
        yield Problem("CS105", path, what, did_you_mean(cookie.vendor or "", vendors))
    elif vendor.purposes and cookie.purpose not in vendor.purposes:
        what = (
            f"cookie {quoted(cookie.name)} is for {quoted(cookie.purpose)}, "
            f"its vendor {quoted(vendor.id)} is not"
        )
        fix = (
            f"Add it to the vendor's purposes, or choose one of them: {', '.join(vendor.purposes)}."
        )
        yield Problem("CS113", path, what, fix)


def _feature(feature: Feature, purposes: set[str]) -> Iterator[Problem]:
    path = ("features", feature.id)
    yield from check_id(path, feature.id)
    yield from filled((*path, "without"), feature.without)
    if feature.purpose == NECESSARY_ID:
        what = f"feature {quoted(feature.id)} hangs on {NECESSARY_ID}, which nobody can refuse"
        yield Problem("CS113", (*path, "purpose"), what, "Remove it, or name another purpose.")
    else:
        optional = purposes - {NECESSARY_ID}
        yield from declared_purpose((*path, "purpose"), feature.purpose, optional)


def _hosts(path: Path, hosts: Iterable[str], *, necessary: bool) -> Iterator[Problem]:
    for position, text in enumerate(hosts):
        here = (*path, str(position))
        try:
            host = parse_host(text)
        except MiswrittenError as flaw:
            yield Problem("CS106", here, flaw.what, flaw.fix)
            continue
        domain = _tracker_at(host) if necessary else None
        if domain:
            what = f"host {quoted(text)} would always pass and belongs to {TRACKER_HOSTS[domain]}"
            fix = (
                _REFUSABLE if host.name.endswith(domain) else "Name the hosts you need one by one."
            )
            yield Problem("CS110", here, what, fix)


def _tracker_at(host: Host) -> str | None:
    """The tracker's domain that ``host`` lies in or, by its wildcard, reaches."""
    for domain in TRACKER_HOSTS:
        if f".{host.name}".endswith(f".{domain}"):
            return domain
        if host.wildcard and domain.endswith(f".{host.name}"):
            return domain
    return None


def _tracker_named(name: str) -> str | None:
    """Whose tracking cookie falls under ``name``, or has a pattern that ``name`` falls under."""
    for tracker, owner in TRACKERS.items():
        if contains(name, tracker) or contains(tracker, name):
            return owner
    return None
