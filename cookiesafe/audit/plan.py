"""Where a visit goes: which pages, how many, for how long, and of whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from ..errors import SettingError
from ..gate.urls import Address, Unreadable, resolve
from .robots import Robots

AGENT: Final = "cookiesafe-audit"
MOST_QUEUED: Final = 1000
_LONGEST_URL: Final = 2000
_NOTHING: Final = "User-agent: *\nDisallow: /"
_NOWHERE: Final = Address("https", "", 443)
_RISKY: Final = re.compile(
    r"log[-_]?out|sign[-_]?out|delete|remove|unsubscribe|cancel|abmelden|deconnexion|/cookiesafe/",
    re.IGNORECASE,
)
"""What is not followed: it may change something, or is no page of the site's."""


class Walk(StrEnum):
    """What the visitor of one walk through the site answers."""

    NONE = "no choice"
    REJECT = "reject"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Limits:
    """``pages`` in number; all else in seconds: for one page, for everything, between two pages, and how long nothing may
    happen on a page until it counts as still."""

    pages: int = 10
    page: float = 15
    total: float = 300
    delay: float = 1
    still: float = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The first page, the hosts that are the site's own, and the limits."""

    start: str
    hosts: tuple[str, ...]
    limits: Limits = Limits()

    @classmethod
    def of(cls, url: str, named: Iterable[str] = (), limits: Limits | None = None) -> Plan:
        """Raises ``SettingError`` for what is no web address, and for a host that is neither of this machine nor named.

        Which host that is, is read as browsers read it.
        """
        if "://" not in url:
            url = f"{'http' if _is_loopback(_host(url) or '') else 'https'}://{url}"
        start, host = _page(url) if len(url) <= _LONGEST_URL else None, _host(url)
        if start is None or not host:
            raise SettingError(f"{url[:80]!r} is no web address", fix="Write https://host/path.")
        hosts = tuple(_named(each) for each in named)
        if not _is_loopback(host) and not any(_is_below(host, each) for each in hosts):
            raise SettingError(
                f"{host!r} is not this machine, and was not named as the site to audit",
                fix=f"If it is yours, or you may audit it: --site {host}.",
            )
        if urlsplit(url).username is not None:
            raise SettingError("the address has a password in it", fix="Leave it out.")
        return cls(start, tuple(dict.fromkeys((host, *hosts))), limits or Limits())

    @property
    def local(self) -> bool:
        """Whether the site is on this machine."""
        return _is_loopback(self.hosts[0])

    def is_own(self, host: str) -> bool:
        """Whether a host, perhaps with a port, is the site's: one of its hosts, without ``www.``, or below it."""
        name = _name(host)
        return any(_is_below(name, each.removeprefix("www.")) for each in self.hosts)


class Pages:
    """The pages to visit, in the order in which they were found; those that differ from others by their query alone come
    last. The first is always one; others are linked to by it or by each other, are of its origin, and are allowed by
    its robots.txt."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.begin(plan.start)
        self._known = {plan.start}
        self._paths = {plan.start.partition("?")[0]}
        self._queue = [plan.start]
        self._again: list[str] = []
        self.opened: list[str] = []
        self.disallowed: set[str] = set()

    def begin(self, first: str, robots: str | None = "") -> None:
        """At the URL that the first page is at in the end, with the text of the robots.txt there.

        ``None`` is for one that could not be had, which keeps from all pages (RFC 9309, section 2.3.1.4).
        """
        self.origin = origin_of(first)
        self.told = robots is not None
        self._robots = Robots(_NOTHING if robots is None else robots, AGENT)

    def next(self) -> str | None:
        """Each once, and no more than the plan says."""
        queue = self._queue or self._again
        if not queue or len(self.opened) >= self._plan.limits.pages:
            return None
        self.opened.append(queue.pop(0))
        return self.opened[-1]

    @property
    def expected(self) -> int:
        """How many there will be, as far as is known."""
        return min(len(self._known) - len(self.disallowed), self._plan.limits.pages)

    def found(self, links: Iterable[str]) -> None:
        """Absolute URLs that a page links to."""
        for link in links:
            page = _page(link) if len(link) <= _LONGEST_URL else None
            if page is None or page in self._known or len(self._known) >= MOST_QUEUED:
                continue
            if origin_of(page) != self.origin or _RISKY.search(page):
                continue
            self._known.add(page)
            path = page.partition("?")[0]
            if not self._robots.allow(page):
                self.disallowed.add(page)
            elif path in self._paths:
                self._again.append(page)
            else:
                self._paths.add(path)
                self._queue.append(page)


def _page(link: str) -> str | None:
    """The page that a link leads to, in one spelling."""
    try:
        address, parts = resolve(link, _NOWHERE), urlsplit(link)
    except ValueError:
        return None
    if address is None or address.scheme not in ("http", "https") or not address.host:
        return None
    return urlunsplit((address.scheme, str(address), parts.path or "/", parts.query, ""))


def origin_of(url: str) -> str:
    """Of a URL as browsers write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _named(site: str) -> str:
    host = _host(site.strip())
    if not host:
        raise SettingError(f"{site[:80]!r} is no host", fix="Write --site shop.example.")
    return host


def _host(text: str) -> str | None:
    """Of a URL, or of a host and what follows it."""
    try:
        address = resolve(text if "://" in text else f"//{text}", _NOWHERE)
    except Unreadable:
        return None
    return None if address is None else address.host.strip("[]").rstrip(".")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    """A host without its port; a cookie's domain may begin with a dot."""
    try:
        return (urlsplit(f"//{host}").hostname or "").strip(".")
    except ValueError:
        return host


def _is_below(host: str, parent: str) -> bool:
    return bool(parent) and (host == parent or host.endswith(f".{parent}"))
