"""What pages of ours list: cookies and vendors, made from the policy, and the browsers of a user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..age import KEPT_DAYS
from ..consent import DAY, SWEPT_DAYS
from ..cookies import LONGEST_LIFE
from ..policy import NECESSARY as NECESSARY_COOKIES
from ..policy import STAYING_ID, Cookie, Policy, Purpose, Vendor, duration
from ..sayings import say, say_in

MOST_LISTED = 50
"""Of cookies, hosts or browsers, on one page."""
_LONGEST_SHOWN = 80

SAID: Mapping[str, str] = {
    # L10n: what may differ between two policies, behind what it is of and a colon: Purpose “Advertising”: text
    "title": say_in("what differs", "title"),
    "text": say_in("what differs", "text"),
    "channel": say_in("what differs", "way to reach you"),
    "always": say_in("what differs", "always on"),
    "why": say_in("what differs", "reason"),
    "signal": say_in("what differs", "signal that turns it off"),
    "category": say_in("what differs", "kind"),
    "name": say_in("what differs", "name"),
    "hosts": say_in("what differs", "addresses"),
    "purposes": say_in("what differs", "purposes"),
    "privacy": say_in("what differs", "privacy policy"),
    "purpose": say_in("what differs", "purpose"),
    "vendor": say_in("what differs", "company"),
    "lifetime": say_in("what differs", "kept for"),
    "without": say_in("what differs", "without it"),
}
"""What may differ between two policies, in words."""


class KeptFrom(Protocol):
    """A cookie or an address that the site was kept from."""

    @property
    def name(self) -> str: ...

    @property
    def rule(self) -> str: ...

    @property
    def purpose(self) -> str | None: ...


STAYING = Purpose(
    id=STAYING_ID,
    title=say("Staying signed in"),
    text=say(
        "Only if you ticked the box for it where you signed in. Accept all and Reject all do not change it; a button "
        "under Cookie choices ends it."
    ),
)
"""What is agreed to at login, and nowhere else, and so is no purpose of the policy's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """For how many seconds cookies of ours are kept where the site says so: a remembered login without a return, and
    in all; and the mark of a logout."""

    idle: int
    absolute: int
    marker: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser in which a user asked to stay signed in. Times are in unix seconds.

    ``here`` is whether it is the one that is shown this. ``ended`` is why it is no longer signed in, if it is not:
    ``logout``, ``theft``, ``device``, ``withdrawal``, ``outdated`` or ``expired``; of the last two, ``ended_at`` is not
    known.
    """

    id: str
    label: str
    first: int
    last: int
    until: int
    here: bool = False
    ended: str = ""
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A policy that was shown, by its fingerprint; ``since`` when, in unix seconds."""

    fingerprint: str
    since: int


@dataclass(frozen=True, slots=True)
class Row:
    """One cookie as the visitor reads of it."""

    name: str
    by: str
    why: str
    how_long: str


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one purpose."""

    purpose: Purpose
    cookies: list[Row]
    vendors: list[Vendor]


@dataclass(frozen=True, slots=True)
class Left:
    """A cookie that is in the browser all the same: whose it is and what for, both empty if nobody declared it.

    The ``name`` may be empty, too."""

    name: str
    by: str = ""
    purpose: str = ""


def groups(policy: Policy, lasting: Lasting) -> list[Group]:
    """A group for each purpose, in the policy's order; our own cookies stand first."""
    necessary, *optional = (
        Group(
            purpose,
            _declared(policy, purpose),
            [v for v in policy.vendors.values() if purpose.id in v.purposes],
        )
        for purpose in policy.purposes.values()
    )
    necessary.cookies[:0] = _own(policy, lasting)
    return [necessary, Group(STAYING, [_staying(policy.site.name, lasting)], []), *optional]


def well_known(policy: Policy) -> list[str]:
    """Names of frameworks' session and security cookies that pass as necessary unless the policy says otherwise."""
    return [cookie.name for cookie in NECESSARY_COOKIES if policy.cookie_for(cookie.name) is cookie]


def left_over(policy: Policy, names: Iterable[str]) -> list[Left]:
    """What is known of cookies by their names, which are latin-1 as they came."""
    return [_left(policy, name) for name in names]


def _left(policy: Policy, name: str) -> Left:
    text = name.encode("latin-1").decode("utf-8", "replace")
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    cookie = policy.cookie_for(name)
    if cookie is None:
        return Left(shown)
    return Left(shown, _by(policy, cookie), policy.purposes[cookie.purpose].title)


def _by(policy: Policy, cookie: Cookie) -> str:
    return policy.site.name if cookie.vendor is None else policy.vendors[cookie.vendor].name


def _own(policy: Policy, lasting: Lasting) -> list[Row]:
    site, usual = policy.site.name, policy.regime("")
    return [
        Row(
            "cookiesafe",
            site,
            say("remembers your choices about cookies"),
            duration(LONGEST_LIFE if usual.defaults else max(usual.lifetime, usual.ask_again)),
        ),
        Row(
            "cookiesafe-session",
            site,
            say("keeps your visit together from page to page, and you signed in meanwhile"),
            duration(0),
        ),
        Row(
            "cookiesafe-out",
            site,
            say("keeps you signed out once you have signed out"),
            duration(lasting.marker),
        ),
        Row(
            "cookiesafe-swept",
            site,
            say("counts how often cookies were deleted after your choice"),
            duration(SWEPT_DAYS * DAY),
        ),
        Row(
            "cookiesafe-age",
            site,
            say("keeps an answer about age, where you were asked: child or not, no date"),
            duration(KEPT_DAYS * DAY),
        ),
    ]


def _staying(site: str, lasting: Lasting) -> Row:
    how_long = say(
        "%(idle)s after you were last here, %(most)s in all",
        idle=duration(lasting.idle),
        most=duration(lasting.absolute),
    )
    return Row("cookiesafe-remember", site, say("keeps you signed in on this browser"), how_long)


def _declared(policy: Policy, purpose: Purpose) -> list[Row]:
    return [
        Row(
            cookie.name,
            _by(policy, cookie),
            cookie.why or purpose.text,
            duration(cookie.lifetime),
        )
        for cookie in policy.cookies
        if cookie.purpose == purpose.id
    ]
