"""What the log says of the app, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from logging import INFO, WARNING
from typing import Final

from ..cookies import set_cookie_name
from ..events import Once, log
from .cookies import Held, repeated
from .headers import HeldField
from .hosts import HeldHost
from .sightings import Sightings

AnyHeld = Held | HeldHost | HeldField
MOST_MET: Final = 500
MOST_ROUTES: Final = 20

_LONGEST_PART = 32
_MOST_PARTS = 8
_LONGEST_REMEMBERED = 256


def route_of(path: str) -> str:
    """What the paths of one route have in common: a part with a digit in it, or a long one, is put as ``*``."""
    return _short_route(path) if len(path) <= _LONGEST_REMEMBERED else _route_of(path)


def _route_of(path: str) -> str:
    parts = path.split("/", _MOST_PARTS + 1)[: _MOST_PARTS + 1]
    return "/".join(
        "*" if len(part) > _LONGEST_PART or any(map(str.isdecimal, part)) else part
        for part in parts
    )


_short_route = lru_cache(256)(_route_of)


class Findings:
    """Says what was held back, shortened, or set twice; in ``observe``, what would have been.

    Never a value, and nothing twice: each name once for a route, and for ``MOST_ROUTES`` of them at most. ``met`` is
    what was held since the process began, whoever visited: the first ``MOST_MET`` by name and rule.
    """

    def __init__(self, once: Once, sightings: Sightings, *, enforce: bool) -> None:
        self._once = once
        self._sightings = sightings
        self._was = "was" if enforce else "would be"
        self._routes: dict[tuple[str, str], set[str]] = {}
        self.met: dict[tuple[str, str], AnyHeld] = {}

    def held(self, path: str, did: str, held: AnyHeld) -> None:
        """``did`` is what the app did with it, such as ``set cookie``."""
        if held.rule == "undeclared":
            seen = self._sightings
            saw = seen.saw_host if isinstance(held, HeldHost) else seen.saw_cookie
            saw(held.name)
        route = route_of(path)
        if not self._is_new(route, held):
            return
        log.log(
            INFO if held.rule == "not granted" else WARNING,
            "%r %s %r, %s: it %s held back. %s [%s]",
            route,
            did,
            held.name,
            held.reason,
            "was" if held.rule == "reserved" else self._was,
            held.remedy,
            held.code,
            extra={"cookiesafe": held, "path": route},
        )

    def _is_new(self, route: str, held: AnyHeld) -> bool:
        what = (held.name, held.rule)
        routes = self._routes.get(what)
        if routes is None:
            if len(self.met) >= MOST_MET:
                return False
            self.met[what] = held
            routes = self._routes[what] = set()
        if route in routes or len(routes) >= MOST_ROUTES:
            return False
        routes.add(route)
        return True

    def shortened(self, path: str, line: str) -> None:
        name = set_cookie_name(line)[:80]
        if self._once.first("shortened", name):
            log.warning(
                "%r set cookie %r for longer than the policy says, or than 400 days: its life %s cut. Say how long it "
                "is kept with `lifetime` in the policy, or keep it for less. [CS208]",
                path,
                name,
                self._was,
            )

    def repeated(self, path: str, lines: Sequence[str]) -> None:
        """Of the lines of one response."""
        for name in repeated(lines):
            if self._once.first("repeated", name[:80]):
                log.warning(
                    "%r set cookie %r twice in one response: browsers keep the last. Set it once. [CS209]",
                    path,
                    name[:80],
                )
