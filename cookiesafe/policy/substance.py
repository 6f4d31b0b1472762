"""What a visitor agrees to, as something to compare: which of two is wider, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from ..sayings import Saying, say
from .declared import Cookie, Declaration, Purpose, Vendor
from .hosts import Host, parse_host
from .lifetimes import duration
from .names import contains, overlap, rank
from .words import one_line

# What is new is one clause of several, behind the title of what it is new in, and a colon.
_REACHED: Final = {
    # L10n: this and the next are what is new in something; each stands behind a colon, in small letters
    "": say("it is about this browser"),
    "email": say("you are written to by e-mail"),
    "post": say("you are written to by post"),
    "phone": say("you are called by telephone"),
    "sms": say("you are sent text messages"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A vendor as visitors know it, with its ``hosts`` as CSP host-sources."""

    name: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A cookie, the name of the company it belongs to ("" is the site), and its lifetime in seconds."""

    name: str
    vendor: str = ""
    lifetime: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """What a purpose, or a vendor by name, asks consent for.

    Only a vendor has ``purposes``, (id, title) of each, and only a way to be contacted a ``channel``.
    """

    title: str
    text: str = ""
    vendors: tuple[Company, ...] = ()
    cookies: tuple[Kept, ...] = ()
    purposes: tuple[tuple[str, str], ...] = ()
    channel: str = ""

    def news(self, older: Substance) -> tuple[Saying, ...]:
        """What is wider here than in ``older``, each as a few plain words; empty if nothing is.

        Other words are wider, since nobody can tell what they add. So is a lifetime that is not
        stated than one that is, and a cookie that belongs to somebody else.
        """
        if self == older:
            # As most are, each of which would be looked at beside each of the others.
            return ()
        return (
            *self._new_words(older),
            *_new_companies(self.vendors, older.vendors),
            *_new_cookies(self.cookies, older.cookies),
            *self._new_purposes(older),
        )

    def _new_words(self, older: Substance) -> Iterator[Saying]:
        # A vendor's title is its company's name, and is compared as that.
        if self.title != older.title and not self.purposes:
            yield say("it is called something else: %(title)s", title=self.title)
        if self.text != older.text:
            yield say("the text says something else")
        if self.channel != older.channel:
            yield _REACHED[self.channel]

    def _new_purposes(self, older: Substance) -> Iterator[Saying]:
        known = {id for id, _ in older.purposes}
        for id, title in self.purposes:
            if id not in known:
                yield say(
                    "%(company)s for one more purpose: %(purpose)s",
                    company=self.title,
                    purpose=title,
                )


def _new_companies(now: Iterable[Company], older: Iterable[Company]) -> Iterator[Saying]:
    # One company may be two vendors, each with its own hosts.
    known: dict[str, list[Host]] = {}
    for company in older:
        known.setdefault(company.name, []).extend(map(parse_host, company.hosts))
    for name in dict.fromkeys(company.name for company in now if company.name not in known):
        yield say("a new company: %(company)s", company=name)
    for company in now:
        before = known.get(company.name)
        for text in company.hosts if before is not None else ():
            host = parse_host(text)
            if not any(each.contains(host) for each in before or ()):
                yield say(
                    "%(company)s at one more address: %(address)s",
                    company=company.name,
                    address=text,
                )


def _new_cookies(now: Sequence[Kept], older: Sequence[Kept]) -> Iterator[Saying]:
    names = {cookie.name for cookie in now}
    for cookie in now:
        within = [each for each in older if contains(each.name, cookie.name)]
        if not within:
            yield say("a new cookie: %(cookie)s", cookie=cookie.name)
            continue
        closest = max(within, key=lambda each: rank(each.name))
        yield from _wider(cookie.name, cookie, closest)
        for each in older:
            if _came_first(each.name, closest.name, cookie.name, names):
                yield from _wider(each.name, cookie, each)


def _came_first(other: str, closest: str, name: str, names: set[str]) -> bool:
    """Whether some cookies that were under ``other``, and not ``closest``, are under ``name`` now."""
    if not overlap(other, name) or rank(other) <= rank(closest):
        return False
    return other not in names or rank(other) < rank(name)


def _wider(name: str, now: Kept, older: Kept) -> Iterator[Saying]:
    if now.vendor != older.vendor and now.vendor:
        yield say("%(cookie)s belongs to %(company)s now", cookie=name, company=now.vendor)
    elif now.vendor != older.vendor:
        yield say("%(cookie)s belongs to the site itself now", cookie=name)
    if _longest(now.lifetime) > _longest(older.lifetime):
        yield _longer(name, now.lifetime, older.lifetime)


def _longest(lifetime: int | None) -> float:
    return inf if lifetime is None else lifetime


def _longer(name: str, now: int | None, older: int | None) -> Saying:
    """That a cookie is kept for longer. Nothing is longer than what is not stated."""
    if now is None:
        return say(
            "%(cookie)s is kept for as long as the browser allows instead of %(before)s",
            cookie=name,
            before=duration(older),
        )
    # L10n: "time" and "before" are such as "90 days"; "before" may be "until the browser is closed"
    return say(
        "%(cookie)s is kept for %(time)s instead of %(before)s",
        cookie=name,
        time=duration(now),
        before=duration(older),
    )


def substances_of(purposes: Iterable[Purpose], declaration: Declaration) -> dict[str, Substance]:
    """The substance of each of ``purposes`` by id and, behind an ``@``, of each vendor."""
    vendors = {vendor.id: vendor for vendor in declaration.vendors}
    titles = {purpose.id: one_line(purpose.title) for purpose in purposes}
    found = {purpose.id: _of_purpose(purpose, declaration, vendors) for purpose in purposes}
    return found | {f"@{id}": _of_vendor(vendor, titles) for id, vendor in vendors.items()}


def _of_purpose(
    purpose: Purpose, declaration: Declaration, vendors: Mapping[str, Vendor]
) -> Substance:
    cookies = [cookie for cookie in declaration.cookies if cookie.purpose == purpose.id]
    return Substance(
        title=one_line(purpose.title),
        text=one_line(purpose.text),
        vendors=tuple(_company(each) for each in vendors.values() if purpose.id in each.purposes),
        cookies=tuple(
            Kept(name=each.name, vendor=_owner(each, vendors), lifetime=each.lifetime)
            for each in cookies
        ),
        channel=purpose.channel,
    )


def _of_vendor(vendor: Vendor, titles: Mapping[str, str]) -> Substance:
    return Substance(
        title=one_line(vendor.name),
        vendors=(_company(vendor),),
        purposes=tuple((id, titles.get(id, id)) for id in vendor.purposes),
    )


def _company(vendor: Vendor) -> Company:
    return Company(name=one_line(vendor.name), hosts=vendor.hosts)


def _owner(cookie: Cookie, vendors: Mapping[str, Vendor]) -> str:
    if cookie.vendor is None:
        return ""
    vendor = vendors.get(cookie.vendor)
    return one_line(vendor.name) if vendor else cookie.vendor
