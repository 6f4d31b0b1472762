"""The gate for cookies: ``Set-Cookie`` going out, ``Cookie`` coming in."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..consent import Allowed
from ..cookies import (
    LONGEST_LIFE,
    LONGEST_PAIR,
    SetCookie,
    name_value,
    parse_cookie,
    parse_set_cookie,
    read_attributes,
    read_pair,
    sent_name,
    set_cookie_name,
)
from ..policy import Policy
from .lifetimes import shortened

Rule = Literal["undeclared", "not granted", "reserved", "malformed"]

_REMEMBERED = 1000
_LONGEST_NAME = 256
_MOST_PAIRS = 500
_PREFIX = re.compile(r"__(?:host-http|host|secure|http)-(.*)", re.DOTALL)
_CODES = {"undeclared": "CS201", "not granted": "CS202", "reserved": "CS203", "malformed": "CS204"}
_REASONS = {
    "undeclared": "which nobody declared",
    "not granted": "which the visitor has not agreed to",
    "reserved": "which is ours",
    "malformed": "which is malformed",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What the gate did not let through: a cookie's ``name``, its ``purpose`` if declared, by which ``rule``."""

    name: str
    purpose: str | None
    rule: Rule

    @property
    def remedy(self) -> str:
        """What the developer can do about it; for an undeclared cookie, the line to add to the policy."""
        match self.rule:
            case "undeclared":
                line = f'{json.dumps(self.name)} = {{ purpose = "…" }}'
                return f"Declare it in the policy, under [cookies]: {line}"
            case "not granted":
                return f'It passes once the visitor agrees to "{self.purpose}".'
            case "reserved":
                return "This name is CookieSafe's own: choose another."
            case "malformed":
                return "Browsers ignore it: mend how it is written."

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
        self._reserved = frozenset(map(_bare, self._own))
        self._leaves = lru_cache(_REMEMBERED)(self._judge_leaving)
        self._passing: set[str] = set()
        self._manners: dict[tuple[str, str], Held | str] = {}
        """By name and attributes: an app sets a cookie in one manner, whatever its value. The attributes that leave."""

    def passes(self, name: str) -> bool:
        """Whether the app may read a cookie of this name."""
        return name in self._own or isinstance(self._judge(name), int)

    def why_hidden(self, name: str) -> Held | None:
        """Why the app may not read a cookie of this name; ``None`` if it may."""
        verdict = None if name in self._own else self._judge(name)
        return verdict if isinstance(verdict, Held) else None

    def withdrawn(self, header: str) -> tuple[str, ...]:
        """The names in a ``Cookie`` header that are declared, for something the visitor does not agree to."""
        return tuple(name for name in self.held_in(header) if self._policy.cookie_for(name))

    def held_in(self, header: str) -> tuple[str, ...]:
        """The names in a ``Cookie`` header that the app may not read, each once, in their order.

        The first 500 pairs count: browsers keep some 180 cookies for a site.
        """
        names = dict.fromkeys(name for name, _ in parse_cookie(header)[:_MOST_PAIRS])
        return tuple(name for name in names if not self.passes(name))

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

    def outgoing(self, line: str, now: float) -> Held | str:
        """The ``Set-Cookie`` line that leaves for one of the app's, or why none does.

        What every browser takes for a deletion always leaves. A cookie is kept for as long as its policy says, and for
        400 days at most; but for that, it leaves as it came.
        """
        pair, _, rest = line.partition(";")
        name, equals, _ = pair.partition("=")
        manner = (name, rest)
        if manner in self._manners and equals and pair.isprintable() and len(pair) <= LONGEST_PAIR:
            known = self._manners[manner]
            if isinstance(known, Held):
                return known
            return line if known == rest else f"{pair};{known}"
        cookie = read_attributes(rest)
        passed = self._judge_line(line, cookie, now)
        if (
            cookie is not None
            and cookie.expires is None
            and not cookie.disputed
            and 0 < len(name) <= _LONGEST_NAME
            and len(rest) <= _LONGEST_NAME
            and len(self._manners) < _REMEMBERED
            and name == name.strip()
            and equals
            and read_pair(pair) is not None
        ):
            self._manners[manner] = passed if isinstance(passed, Held) else passed[len(pair) + 1 :]
        return passed

    def _judge_line(self, line: str, cookie: SetCookie | None, now: float) -> Held | str:
        """As ``outgoing``, of a line with the attributes of ``cookie``."""
        pair = line.partition(";")[0]
        name, value = name_value(pair)
        name = name or sent_name(name, value)
        verdict = self._leaves(name) if len(name) <= _LONGEST_NAME else self._judge_leaving(name)
        if isinstance(verdict, Held) and verdict.rule == "reserved":
            return verdict
        if cookie is None or read_pair(pair) is None:
            return Held(name[:80], None, "malformed")
        if cookie.is_deletion(int(now)):
            return line
        if isinstance(verdict, Held):
            return verdict
        if cookie.max_age is None and cookie.expires is None and not cookie.disputed:
            return line
        return shortened(line, verdict, int(now))

    def _judge_leaving(self, name: str) -> Held | int:
        """As ``_judge``, for what the app sets: it may not set ours."""
        if _bare(name) in self._reserved:
            return Held(name[:80], "necessary", "reserved")
        return self._judge(name)

    def _judge(self, name: str) -> Held | int:
        """For how many seconds a cookie of this name may be kept, or why it may not be."""
        cookie = self._policy.cookie_for(name)
        if cookie is None:
            return Held(name, None, "undeclared")
        if self._allowed.covers(cookie.purpose, cookie.vendor):
            return LONGEST_LIFE if cookie.lifetime is None else cookie.lifetime
        return Held(name, cookie.purpose, "not granted")


def repeated(lines: Sequence[str]) -> list[str]:
    """The names that several ``Set-Cookie`` lines set in one place, of which browsers keep the last (4.1.1)."""
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        by_name[set_cookie_name(line)].append(line)
    return [name for name, same in by_name.items() if len(same) > len({*map(_place, same)})]


def _place(line: str) -> tuple[str | None, str | None, bool] | None:
    cookie = parse_set_cookie(line)
    return None if cookie is None else (cookie.domain, cookie.path, cookie.partitioned)


def _bare(name: str) -> str:
    """In lower case and without its prefix: what could be taken for the same cookie."""
    lower = name.lower()
    prefixed = _PREFIX.fullmatch(lower)
    return lower if prefixed is None else prefixed[1]


def _sent_name(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return name.rstrip(" \t") if equals else ""
