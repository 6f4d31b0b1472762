"""What the advertiser writes down about every call."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

KINDS = ("ad.js", "made.js", "pixel.gif", "frame.html", "beacon")
SOON = 2.0
"""Seconds within which calls without a cookie, from one address and browser, count as one visitor."""


@dataclass(frozen=True, slots=True)
class Call:
    """``browser`` is all it can tell a browser by that has no cookie yet: its address and what it calls itself."""

    kind: str
    cookie: str
    browser: tuple[str, ...]
    site: str = ""
    topic: str = ""


@dataclass(slots=True)
class Profile:
    """One visitor, as the advertiser knows them."""

    id: str
    calls: int = 0
    recognised: int = 0
    sites: set[str] = field(default_factory=set)
    topics: Counter[str] = field(default_factory=Counter)


class Tally:
    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self.calls = Counter(dict.fromkeys(KINDS, 0))
        self.profiles: dict[str, Profile] = {}
        self._lately: dict[tuple[str, ...], tuple[str, float]] = {}

    @property
    def total(self) -> int:
        return self.calls.total()

    def note(self, call: Call) -> str:
        """Count the call and say under which id."""
        known = re.fullmatch(r"[0-9a-f]{16}", call.cookie)
        id_ = call.cookie if known else self._id_of(call.browser)
        profile = self.profiles.setdefault(id_, Profile(id_))
        self.calls[call.kind] += 1
        profile.calls += 1
        profile.recognised += bool(known)
        profile.sites |= {call.site} - {""}
        profile.topics.update([call.topic] if call.topic else [])
        return id_

    def as_json(self) -> dict[str, object]:
        return {"calls": dict(self.calls), "total": self.total, "visitors": len(self.profiles)}

    def _id_of(self, browser: tuple[str, ...]) -> str:
        now = self._clock()
        id_, then = self._lately.get(browser, ("", -SOON))
        if not id_ or now - then > SOON:
            id_ = secrets.token_hex(8)
        self._lately[browser] = (id_, now)
        return id_
