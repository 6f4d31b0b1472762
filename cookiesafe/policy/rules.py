"""What a declaration must keep to. Each rule yields its problems, so that all are told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from ..errors import Problem, did_you_mean
from .declared import NECESSARY_ID, Cookie, Declaration, Feature, Purpose, Site, Vendor
from .hosts import Host, parse_host
from .known import TRACKER_HOSTS, TRACKERS
from .lifetimes import checked_lifetime
from .names import check_name, contains
from .words import MiswrittenError, quoted

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>]+")
_SIGNALS: Final = ("gpc",)
_REFUSABLE: Final = "Give it a purpose that the visitor can refuse."

Path = tuple[str, ...]
T = TypeVar("T")


def breaches(declaration: Declaration) -> Iterator[Problem]:
    """Every rule that ``declaration`` breaks, in the order things are declared."""
    purposes = {NECESSARY_ID, *(purpose.id for purpose in declaration.purposes)}
    vendors = {vendor.id: vendor for vendor in declaration.vendors}
    yield from _site(declaration.site)
    yield from _repeated("purposes", (purpose.id for purpose in declaration.purposes))
    for purpose in declaration.purposes:
        yield from _purpose(purpose)
    yield from _repeated("vendors", (vendor.id for vendor in declaration.vendors))
    for vendor in declaration.vendors:
        yield from _vendor(vendor, purposes)
    yield from _repeated("cookies", (cookie.name for cookie in declaration.cookies))
    for cookie in declaration.cookies:
        yield from _cookie(cookie, purposes, vendors)
    yield from _repeated("features", (feature.id for feature in declaration.features))
    for feature in declaration.features:
        yield from _feature(feature, purposes)


def _site(site: Site) -> Iterator[Problem]:
    yield from _filled(("site", "name"), site.name)
    if not _LANGUAGE.fullmatch(site.language):
        what = f"language {quoted(site.language)} is no language tag"
        yield Problem("CS113", ("site", "language"), what, 'Write one such as "en" or "pt-BR".')
    yield from _hosts(("site", "hosts"), site.hosts, necessary=True)


def _purpose(purpose: Purpose) -> Iterator[Problem]:
    path = ("purposes", purpose.id)
    if purpose.id == NECESSARY_ID:
        what = f"purpose {NECESSARY_ID} is built in and cannot be declared"
        yield Problem("CS113", path, what, "Remove it, or give yours another id.")
    yield from _id(path, purpose.id)
    yield from _filled((*path, "title"), purpose.title)
    if purpose.signal is not None and purpose.signal not in _SIGNALS:
        what = f"no signal {quoted(purpose.signal)} is known"
        yield Problem("CS113", (*path, "signal"), what, did_you_mean(purpose.signal, _SIGNALS))


def _vendor(vendor: Vendor, purposes: set[str]) -> Iterator[Problem]:
    path = ("vendors", vendor.id)
    necessary = NECESSARY_ID in vendor.purposes
    yield from _id(path, vendor.id)
    yield from _filled((*path, "name"), vendor.name)
    yield from _hosts((*path, "hosts"), vendor.hosts, necessary=necessary)
    if not vendor.purposes:
        what = f"vendor {quoted(vendor.id)} has no purpose"
        yield Problem("CS113", (*path, "purposes"), what, 'Name one, such as ["advertising"].')
    for position, purpose in enumerate(vendor.purposes):
        yield from _declared_purpose((*path, "purposes", str(position)), purpose, purposes)
    if necessary and set(vendor.purposes) != {NECESSARY_ID}:
        what = f"vendor {quoted(vendor.id)} is necessary, so its other purposes hold nothing back"
        fix = "Declare two vendors, each with the hosts it needs."
        yield Problem("CS113", (*path, "purposes"), what, fix)
    if necessary:
        yield from _why(path, f"vendor {quoted(vendor.id)}", vendor.why)
    if vendor.privacy and not _ADDRESS.fullmatch(vendor.privacy):
        what = f"privacy {quoted(vendor.privacy)} is no web address"
        yield Problem("CS113", (*path, "privacy"), what, "Write it with https:// in front.")


def _cookie(cookie: Cookie, purposes: set[str], vendors: dict[str, Vendor]) -> Iterator[Problem]:
    path = ("cookies", cookie.name)
    yield from _written("CS107", path, check_name, cookie.name)
    yield from _declared_purpose((*path, "purpose"), cookie.purpose, purposes)
    if cookie.purpose == NECESSARY_ID:
        yield from _why(path, f"cookie {quoted(cookie.name)}", cookie.why)
        owner = _tracker_named(cookie.name)
        if owner:
            what = (
                f"cookie {quoted(cookie.name)} is called necessary and follows visitors for {owner}"
            )
            yield Problem("CS110", (*path, "purpose"), what, _REFUSABLE)
    if cookie.lifetime is not None:
        yield from _written("CS111", (*path, "lifetime"), checked_lifetime, cookie.lifetime)
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
    yield from _id(path, feature.id)
    yield from _filled((*path, "without"), feature.without)
    if feature.purpose == NECESSARY_ID:
        what = f"feature {quoted(feature.id)} hangs on {NECESSARY_ID}, which nobody can refuse"
        yield Problem("CS113", (*path, "purpose"), what, "Remove it, or name another purpose.")
    else:
        optional = purposes - {NECESSARY_ID}
        yield from _declared_purpose((*path, "purpose"), feature.purpose, optional)


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


def _declared_purpose(path: Path, purpose: str, known: set[str]) -> Iterator[Problem]:
    if purpose not in known:
        what = f"no purpose {quoted(purpose)} is declared"
        yield Problem("CS104", path, what, did_you_mean(purpose, known))


def _id(path: Path, text: str) -> Iterator[Problem]:
    if not _ID.fullmatch(text):
        better = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
        fix = f"Write {quoted(better)}." if _ID.fullmatch(better) else "Write one such as ads."
        what = f"id {quoted(text)} is not 1 to 64 of a-z, 0-9 and _, with a letter first"
        yield Problem("CS108", path, what, fix)


def _filled(path: Path, text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(
            "CS103", path, f"{path[-1]} is empty", "Visitors are shown it: write some words."
        )


def _why(path: Path, named: str, why: str) -> Iterator[Problem]:
    if not why.strip():
        what = f"{named} is called necessary and does not say why"
        fix = 'Add why = "…" with what breaks without it, or a purpose that can be refused.'
        yield Problem("CS109", (*path, "why"), what, fix)


def _written(code: str, path: Path, check: Callable[[T], object], value: T) -> Iterator[Problem]:
    try:
        check(value)
    except MiswrittenError as flaw:
        yield Problem(code, path, flaw.what, flaw.fix)


def _repeated(section: str, names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            what = f"{quoted(name)} is declared twice"
            yield Problem("CS113", (section, name), what, "Keep one of the two.")
        seen.add(name)
