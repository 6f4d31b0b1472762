"""The cookie and vendor tables, made from the policy."""

from __future__ import annotations

from dataclasses import dataclass

from ..consent import DAY, LIFETIME_DAYS, NECESSARY
from ..policy import NECESSARY as NECESSARY_COOKIES
from ..policy import Policy, Purpose, Vendor


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


def groups(policy: Policy) -> list[Group]:
    """A group for each purpose, in the policy's order; our own cookies stand first."""
    return [
        Group(
            purpose,
            [*(_own(policy) if purpose.id == NECESSARY else ()), *_declared(policy, purpose)],
            [v for v in policy.vendors.values() if purpose.id in v.purposes],
        )
        for purpose in policy.purposes.values()
    ]


def well_known(policy: Policy) -> list[str]:
    """Names of frameworks' session and security cookies that pass as necessary unless the policy says otherwise."""
    return [cookie.name for cookie in NECESSARY_COOKIES if policy.cookie_for(cookie.name) is cookie]


def duration(seconds: int | None) -> str:
    """A lifetime in words: the largest unit that divides it."""
    if seconds is None:
        return "not stated"
    if seconds == 0:
        return "until the browser is closed"
    for size, unit in (
        (365 * DAY, "year"),
        (DAY, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError(seconds)


def _own(policy: Policy) -> list[Row]:
    site = policy.site.name
    return [
        Row(
            "cookiesafe",
            site,
            "remembers your choices about cookies",
            duration(LIFETIME_DAYS * DAY),
        ),
        Row("cookiesafe-session", site, "keeps your visit together from page to page", duration(0)),
    ]


def _declared(policy: Policy, purpose: Purpose) -> list[Row]:
    return [
        Row(
            cookie.name,
            policy.site.name if cookie.vendor is None else policy.vendors[cookie.vendor].name,
            cookie.why or purpose.text,
            duration(cookie.lifetime),
        )
        for cookie in policy.cookies
        if cookie.purpose == purpose.id
    ]
