"""Rules of a purpose that is no cookie but a way to be contacted: by e-mail, post, phone or sms."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from .checks import one_of, says_why
from .declared import CHANNELS, Declaration, Purpose, Vendor
from .words import quoted


def contact_breaches(declaration: Declaration) -> Iterator[Problem]:
    """What does not go together with a channel, or without one."""
    for purpose in declaration.purposes:
        yield from _always(purpose)
        if purpose.channel:
            yield from _channel(purpose)
    contacts = {purpose.id for purpose in declaration.purposes if purpose.channel}
    for vendor in declaration.vendors:
        yield from _vendor(vendor, contacts)
    for cookie in declaration.cookies:
        if cookie.purpose in contacts:
            yield _of_browsers(("cookies", cookie.name, "purpose"), cookie.purpose)
    for feature in declaration.features:
        if feature.purpose in contacts:
            yield _of_browsers(("features", feature.id, "purpose"), feature.purpose)


def _always(purpose: Purpose) -> Iterator[Problem]:
    path = ("purposes", purpose.id)
    named = f"purpose {quoted(purpose.id)} is always on"
    if purpose.always and not purpose.channel:
        fix = "Remove always: what browsers store without asking has the purpose necessary."
        yield Problem("CS114", (*path, "always"), f"{named} and has no channel", fix)
    elif purpose.always:
        fix = 'Add why = "…" with what it is needed for, or remove always.'
        yield from says_why(path, named, purpose.why, fix)
    elif purpose.why:
        what = f"purpose {quoted(purpose.id)} says why it is always on, and is not"
        yield Problem(
            "CS114", (*path, "why"), what, "Write it into its text, or add always = true."
        )


def _channel(purpose: Purpose) -> Iterator[Problem]:
    path = ("purposes", purpose.id)
    yield from one_of((*path, "channel"), purpose.channel, CHANNELS)
    if purpose.signal is not None:
        what = f"purpose {quoted(purpose.id)} has a channel, which no signal of a browser turns off"
        yield Problem("CS114", (*path, "signal"), what, "Remove signal, or channel.")
    if purpose.google_consent:
        what = f"purpose {quoted(purpose.id)} has a channel, and Google's tags are about browsers"
        fix = "Remove google_consent, or channel."
        yield Problem("CS114", (*path, "google_consent"), what, fix)


def _vendor(vendor: Vendor, contacts: set[str]) -> Iterator[Problem]:
    served = [each for each in vendor.purposes if each in contacts]
    if served and vendor.hosts:
        what = f"vendor {quoted(vendor.id)} has hosts, and {quoted(served[0])} is about no browser"
        fix = "Declare two vendors, and the one for it with hosts = []."
        yield Problem("CS114", ("vendors", vendor.id, "hosts"), what, fix)


def _of_browsers(path: tuple[str, ...], purpose: str) -> Problem:
    what = f"purpose {quoted(purpose)} has a channel and is about no browser"
    return Problem("CS114", path, what, "Name a purpose without a channel.")
