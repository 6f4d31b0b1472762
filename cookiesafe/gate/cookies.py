"""The gate for cookies: ``Set-Cookie`` going out, ``Cookie`` coming in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..consent import Allowed
from ..cookies import parse_set_cookie, set_cookie_name
from ..policy import Policy

Rule = Literal["undeclared", "not granted", "reserved", "malformed"]

_REMEMBERED = 1000
_LONGEST_NAME = 256
_CODES = {"undeclared": "CS201", "not granted": "CS202", "reserved": "CS203", "malformed": "CS204"}
_REASONS = {
    "undeclared": "which nobody declared",
    "not granted": "which the visitor has not agreed to",
    "reserved": "which is ours",
    "malformed": "which is malformed",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What the gate did not let through: a cookie's ``name``, its ``purpose`` if declared, by which ``rule``.

    ``remedy`` is what the developer can do about it; for an undeclared cookie, the line to add to the policy.
    """

    name: str
    purpose: str | None
    rule: Rule
    remedy: str

    @property
    def code(self) -> str:
        """The page in the docs."""
        return _CODES[self.rule]

    @property
    def reason(self) -> str:
        """Half a sentence for the log."""
        return _REASONS[self.rule]


class CookieGate:
    """Lets through necessary cookies, those ``allowed`` covers, and those named ``own``, which are ours."""

    def __init__(self, policy: Policy, allowed: Allowed, own: Iterable[str]) -> None:
        self._policy = policy
        self._allowed = allowed
        self._own = frozenset(own)
        self._judged = lru_cache(_REMEMBERED)(self._judge)
        self._passing: set[str] = set()

    def passes(self, name: str) -> bool:
        """Whether the app may read a cookie of this name."""
        return name in self._own or self._verdict(name) is None

    def is_withdrawn(self, name: str) -> bool:
        """Whether a cookie of this name is declared, for something the visitor does not agree to."""
        held = None if name in self._own else self._verdict(name)
        return held is not None and held.rule == "not granted"

    def incoming(self, header: str) -> str | None:
        """The ``Cookie`` header the app may see, less the pairs that do not pass; ``None`` if all do."""
        pairs = header.split("; ")
        names = {pair[: pair.find("=") + 1] for pair in pairs}
        if names <= self._passing and header.count(";") == len(pairs) - 1:
            return None
        passing = [
            pair
            for each in header.split(";")
            if (pair := each.strip(" \t")) and self.passes(_sent_name(pair))
        ]
        if len(self._passing) < _REMEMBERED:
            self._passing.update(
                f"{name}=" for pair in passing if 0 < len(name := _sent_name(pair)) <= _LONGEST_NAME
            )
        filtered = "; ".join(passing)
        return None if filtered == header else filtered

    def outgoing(self, line: str, now: float) -> Held | None:
        """Why a ``Set-Cookie`` line of the app's may not leave, or ``None``. A deletion always may."""
        name = set_cookie_name(line)
        if name in self._own:
            return Held(
                name, "necessary", "reserved", "This name is CookieSafe's own: choose another."
            )
        held = self._verdict(name)
        if held is None:
            return None
        cookie = parse_set_cookie(line)
        if cookie is None:
            return Held(name[:80], None, "malformed", "Browsers ignore it: mend how it is written.")
        return None if cookie.is_deletion(int(now)) else held

    def _verdict(self, name: str) -> Held | None:
        return self._judged(name) if len(name) <= _LONGEST_NAME else self._judge(name)

    def _judge(self, name: str) -> Held | None:
        cookie = self._policy.cookie_for(name)
        if cookie is None:
            line = f'{json.dumps(name)} = {{ purpose = "…" }}'
            return Held(
                name, None, "undeclared", f"Declare it in the policy, under [cookies]: {line}"
            )
        if self._allowed.covers(cookie.purpose, cookie.vendor):
            return None
        remedy = f'It passes once the visitor agrees to "{cookie.purpose}".'
        return Held(name, cookie.purpose, "not granted", remedy)


def _sent_name(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return name.rstrip(" \t") if equals else ""
