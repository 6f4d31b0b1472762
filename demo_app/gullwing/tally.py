"""What the advertiser writes down about every call."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

KINDS = ("ad.js", "made.js", "pixel.gif", "frame.html", "beacon")
SOON = 2.0
"""Seconds within which calls without a cookie, from one address and browser, count as one visitor."""
MOST_PROFILES = 100
MOST_CALLS = 30
MOST_NAMED = 20
LONGEST = 100

Browser = tuple[str, ...]
"""All that a browser can be told by that has no cookie yet: its address and what it calls itself."""


@dataclass(frozen=True, slots=True)
class Call:
    """``page`` is the path that a call brings along, where the page it comes from tells it."""

    kind: str
    cookie: str
    browser: Browser
    site: str = ""
    topic: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it was written down: ``time`` is in unix seconds."""

    time: float
    kind: str
    site: str
    page: str
    topic: str
    recognised: bool


@dataclass(slots=True)
class Profile:
    """One visitor, as the advertiser knows them: the last calls, the newest first."""

    id: str
    browser: Browser = ()
    calls: int = 0
    recognised: int = 0
    sites: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    topics: Counter[str] = field(default_factory=Counter)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=MOST_CALLS))

    def note(self, seen: Seen) -> None:
        self.calls += 1
        self.recognised += seen.recognised
        self.seen.appendleft(seen)
        _add(self.sites, seen.site)
        _add(self.pages, seen.page)
        if seen.topic and (seen.topic in self.topics or len(self.topics) < MOST_NAMED):
            self.topics[seen.topic] += 1


class Tally:
    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._now = now
        self.reset()

    def reset(self) -> None:
        self.calls = Counter(dict.fromkeys(KINDS, 0))
        self.profiles: dict[str, Profile] = {}
        self._lately: dict[Browser, tuple[str, float]] = {}

    @property
    def total(self) -> int:
        return self.calls.total()

    def note(self, call: Call) -> str:
        """Count the call and say under which id."""
        known = bool(re.fullmatch(r"[0-9a-f]{16}", call.cookie))
        id_ = call.cookie if known else self._id_of(call.browser)
        profile = self._profile(id_)
        profile.browser = call.browser
        self.calls[call.kind] += 1
        site, page, topic = (_short(text) for text in (call.site, call.page, call.topic))
        profile.note(Seen(self._now(), call.kind, site, page, topic, known))
        return id_

    def of(self, browser: Browser) -> list[Profile]:
        """The visitors, the newest first; those who may be who asks, on top."""
        newest = reversed(self.profiles.values())
        return sorted(newest, key=lambda profile: profile.browser != browser)

    def as_json(self) -> dict[str, object]:
        return {"calls": dict(self.calls), "total": self.total, "visitors": len(self.profiles)}

    def _profile(self, id_: str) -> Profile:
        if id_ not in self.profiles and len(self.profiles) >= MOST_PROFILES:
            del self.profiles[next(iter(self.profiles))]
        return self.profiles.setdefault(id_, Profile(id_))

    def _id_of(self, browser: Browser) -> str:
        now = self._clock()
        id_, then = self._lately.get(browser, ("", -SOON))
        if not id_ or now - then > SOON:
            id_ = secrets.token_hex(8)
        if len(self._lately) >= MOST_PROFILES:
            self._lately.clear()
        self._lately[browser] = (id_, now)
        return id_


def _short(text: str) -> str:
    return "".join(each for each in text[:LONGEST] if each.isprintable())


def _add(names: set[str], name: str) -> None:
    if name and len(names) < MOST_NAMED:
        names.add(name)
