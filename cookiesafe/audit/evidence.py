"""What was seen: each thing that was stored, or host that was called, with every moment it was met at. Never a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MOST_THINGS: Final = 2000
MOST_SIGHTINGS: Final = 100
_CLIPPED: Final = 300


class Kind(StrEnum):
    """What a site keeps in a browser, or whom its pages call."""

    COOKIE = "cookie"
    LOCAL = "localStorage"
    SESSION = "sessionStorage"
    DATABASE = "IndexedDB"
    CACHE = "Cache"
    WORKER = "service worker"
    CALL = "call"


class Moment(StrEnum):
    """When it was seen: what the visitor had done by then."""

    BEFORE = "before a choice"
    SCROLLED = "after scrolling"
    CLOSED = "after closing"
    REJECTED = "after reject"
    ACCEPTED = "after accept"


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """``name`` is that of a cookie or database, a key, or the scope of a worker; ``host`` is whose it is. Of a call both are
    the host, with its port where that is not the scheme's own."""

    kind: Kind
    name: str
    host: str

    @property
    def is_call(self) -> bool:
        return self.kind is Kind.CALL


@dataclass(frozen=True, slots=True)
class Sighting:
    """``page`` is the URL that was open, ``by`` the URL of what stored or called, with its line, as far as it is known.

    ``lifetime`` is for how many more seconds a cookie is kept: 0 until the browser is closed, ``None`` for all else. ``url``
    is what was called, without its query.
    """

    moment: Moment
    page: str
    by: str = ""
    lifetime: int | None = None
    url: str = ""


@dataclass(slots=True)
class Evidence:
    """All of it. Of more than ``MOST_THINGS`` nothing is kept but their number, ``left_out``."""

    left_out: int = 0
    _seen: dict[Thing, list[Sighting]] = field(default_factory=dict)

    def saw(self, thing: Thing, sighting: Sighting) -> None:
        """The same thing at the same moment on the same page is seen once, for the longest life that it had."""
        seen = self._seen.get(thing)
        if seen is None:
            if len(self._seen) >= MOST_THINGS:
                self.left_out += 1
                return
            seen = self._seen[thing] = []
        for at, each in enumerate(seen):
            if (each.moment, each.page) == (sighting.moment, sighting.page):
                if (sighting.lifetime or 0) > (each.lifetime or 0):
                    seen[at] = sighting
                return
        if len(seen) < MOST_SIGHTINGS or all(each.moment != sighting.moment for each in seen):
            seen.append(sighting)

    @property
    def things(self) -> Mapping[Thing, list[Sighting]]:
        """Each with its sightings, in the order they came."""
        return MappingProxyType(self._seen)

    def at(self, *moments: Moment) -> Iterator[tuple[Thing, list[Sighting]]]:
        """The things that were seen at one of these moments, with these sightings."""
        for thing, sightings in self._seen.items():
            met = [each for each in sightings if each.moment in moments]
            if met:
                yield thing, met


def clipped(text: str) -> str:
    """What came from a site, as far as it is shown: one line, with nothing in it that steers a terminal."""
    plain = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return plain if len(plain) <= _CLIPPED else f"{plain[:_CLIPPED]}…"


def without_query(url: str) -> str:
    """What may be shown of a URL: what follows its path may name a visitor."""
    return clipped(url.partition("?")[0].partition("#")[0])
