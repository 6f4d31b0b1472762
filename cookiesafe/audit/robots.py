"""What a robots.txt keeps from a robot (RFC 9309)."""

from __future__ import annotations

import re
from string import punctuation
from typing import Final
from urllib.parse import quote, urlsplit

_AGENT: Final = re.compile(r"\*|[A-Za-z_-]*")
_ENCODED: Final = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")


class Robots:
    """The rules of a text for ``agent``: those of its name, or else those of all. Whatever it is, reading it takes no
    longer than it is long."""

    def __init__(self, text: str, agent: str) -> None:
        groups: dict[str, list[tuple[str, bool]]] = {}
        named: list[str] = []
        naming = False
        for line in text.splitlines():
            key, _, value = (each.strip() for each in line.partition("#")[0].partition(":"))
            match key.lower():
                case "user-agent":
                    named, naming = (named if naming else []), True
                    name = _AGENT.match(value)
                    named.append(name[0].lower() if name else "")
                    groups.setdefault(named[-1], [])
                case "allow" | "disallow" as rule:
                    naming = False
                    for each in named if value else ():
                        groups[each].append((_spelled(value), rule == "allow"))
        self._rules = groups.get(agent.lower(), groups.get("*", []))

    def allow(self, url: str) -> bool:
        """The longest rule that matches counts, and of two of a length that which allows (section 2.2.2)."""
        parts = urlsplit(url)
        target = _spelled(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        found = ((len(rule), allowed) for rule, allowed in self._rules if _fits(rule, target))
        return max(found, default=(0, True))[1]


def _spelled(path: str) -> str:
    """In the one spelling in which two are compared."""
    return _ENCODED.sub(_octet, quote(path, safe=punctuation))


def _octet(found: re.Match[str]) -> str:
    letter = chr(int(found[0][1:], 16))
    return letter if _UNRESERVED.fullmatch(letter) else found[0].upper()


def _fits(rule: str, target: str) -> bool:
    """``*`` is anything, and ``$`` the end (section 2.2.3)."""
    first, *rest = rule.removesuffix("$").split("*")
    last = rest.pop() if rest and rule.endswith("$") else ""
    at = len(first) if target.startswith(first) else -1
    for each in rest:
        if at >= 0:
            found = target.find(each, at)
            at = found + len(each) if found >= 0 else -1
    if at < 0 or not rule.endswith("$"):
        return at >= 0
    return target.endswith(last, at) if "*" in rule else at == len(target)
