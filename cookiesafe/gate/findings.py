"""What the log says of the app, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from logging import INFO, WARNING
from typing import Final

from ..cookies import set_cookie_name
from ..events import HELD, REPEATED, SHORTENED, Hook, Once, say
from ..routes import route_of
from .cookies import Held, repeated
from .headers import HeldField
from .hosts import HeldHost
from .sightings import Sightings

AnyHeld = Held | HeldHost | HeldField
MOST_MET: Final = 500
MOST_ROUTES: Final = 20
_LONGEST_NAME = 80
_HELD: Final = "%r %s %r, %s: it %s held back. %s"
_WHAT: Final = {Held: "cookie", HeldHost: "host", HeldField: "field"}


def line_of(path: str, did: str, held: AnyHeld, *, enforce: bool) -> str:
    """What the log says of it, the first time."""
    said = _said(route_of(path), did, held, enforced=enforce or held.rule == "reserved")
    return f"{_HELD % said} [{held.code}]"


def _said(route: str, did: str, held: AnyHeld, *, enforced: bool) -> tuple[str, ...]:
    be = "was" if enforced else "would be"
    return route, did, held.name, held.reason, be, held.remedy


def kind_of_held(held: AnyHeld) -> str:
    """``cookie``, ``host`` or ``field``."""
    return _WHAT[type(held)]


class Findings:
    """Says what was held back, shortened, or set twice; in ``observe``, what would have been.

    Never a value, and nothing twice: each name once for a route, and for ``MOST_ROUTES`` of them at most. ``met`` is
    what was held since the process began, whoever visited: the first ``MOST_MET`` by name and rule.
    """

    def __init__(self, sightings: Sightings, *, enforce: bool, hook: Hook | None = None) -> None:
        # Of its own: names of cookies, which may come of what clients send, must not crowd out what is said of faults.
        self._once = Once()
        self._sightings = sightings
        self._enforce = enforce
        self._hook = hook
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
        logged = self._is_new(route, held)
        if not logged and self._hook is None:
            return
        enforced = self._enforce or held.rule == "reserved"
        say(
            HELD,
            _HELD,
            *_said(route, did, held, enforced=enforced),
            code=held.code,
            level=INFO if held.rule == "not granted" else WARNING,
            logged=logged,
            hook=self._hook,
            what=kind_of_held(held),
            name=held.name[:_LONGEST_NAME],
            purpose=held.purpose or "",
            rule=held.rule,
            route=route,
            enforced=enforced,
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
        name = set_cookie_name(line)[:_LONGEST_NAME]
        route = route_of(path)
        say(
            SHORTENED,
            "%r set cookie %r for longer than the policy says, or than 400 days: its life %s cut. Say how long it is kept "
            "with `lifetime` in the policy, or keep it for less.",
            route,
            name,
            self._was,
            code="CS208",
            logged=self._once.first("shortened", name),
            hook=self._hook,
            name=name,
            route=route,
        )

    def repeated(self, path: str, lines: Sequence[str]) -> None:
        """Of the lines of one response."""
        for found in repeated(lines):
            name, route = found[:_LONGEST_NAME], route_of(path)
            say(
                REPEATED,
                "%r set cookie %r twice in one response: browsers keep the last. Set it once.",
                route,
                name,
                code="CS209",
                logged=self._once.first("repeated", name),
                hook=self._hook,
                name=name,
                route=route,
            )
