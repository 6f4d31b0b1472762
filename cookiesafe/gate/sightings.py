"""What was met and nobody declared: names of cookies and of hosts, how often, and the lines that would declare them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from ..policy import Policy, check_name, parse_host

UNSORTED = "unsorted"
"""The purpose suggestions are put under: as an optional one, it lets nothing pass before a visitor agrees."""

_LONGEST_ID = 50
_NO_ID = re.compile(r"[^a-z0-9]+")


class Sightings:
    """Counts, for at most ``limit`` cookies and as many hosts; of further ones nothing is kept.

    Threads may share it: two that count the same name at the same moment may count it once.
    """

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._cookies: dict[str, int] = {}
        self._hosts: dict[str, int] = {}

    @property
    def cookies(self) -> dict[str, int]:
        """How often the app set each undeclared cookie."""
        return self._cookies.copy()

    @property
    def hosts(self) -> dict[str, int]:
        """How often each undeclared host was refused."""
        return self._hosts.copy()

    def saw_cookie(self, name: str) -> None:
        """The app set a cookie that nobody declared. What no policy could declare is not counted."""
        self._count(self._cookies, name, check_name)

    def saw_host(self, host: str) -> None:
        """A page would call a host, perhaps with a port, that nobody declared. As with cookies."""
        self._count(self._hosts, host, parse_host)

    def _count(self, counts: dict[str, int], name: str, check: Callable[[str], object]) -> None:
        if name in counts:
            counts[name] += 1
        elif len(counts) < self._limit and "*" not in name:
            with suppress(ValueError):
                check(name)
                counts[name] = 1


def suggestions(
    policy: Policy, sightings: Sightings, purpose: str = UNSORTED, why: str = ""
) -> str:
    """TOML to add to the policy's, the most frequent first; empty when all that was met is declared.

    ``why`` is what a necessary purpose needs.
    """
    kind = _Kind(purpose, why)
    cookies, hosts = sightings.cookies, sightings.hosts
    known = {host for vendor in policy.vendors.values() for host in vendor.hosts}
    unknown = [each for each in _often(hosts) if each not in known]
    parts = [_vendor_lines(policy, hosts, unknown, kind)]
    for name in _often(cookies):
        if policy.cookie_for(name) is None:
            head = f"[cookies.{json.dumps(name)}]  # set {_times(cookies[name])}"
            parts += [["", head, f"purpose = {json.dumps(purpose)}", *kind.why_lines]]
    lines = [line for part in parts for line in part]
    return "\n".join([*_begin(policy, kind), *lines, ""]) if lines else ""


class _Kind(NamedTuple):
    purpose: str
    why: str

    @property
    def why_lines(self) -> list[str]:
        return [f"why = {json.dumps(self.why, ensure_ascii=False)}"] if self.why else []


def _begin(policy: Policy, kind: _Kind) -> list[str]:
    if kind.purpose != UNSORTED:
        return []
    lines = ["# Give each of these the purpose that it has, and take this one out again."]
    if UNSORTED in policy.purposes:
        return lines
    return [*lines, f"[purposes.{UNSORTED}]", 'title = "Not sorted yet"']


def _vendor_lines(
    policy: Policy, counts: dict[str, int], hosts: list[str], kind: _Kind
) -> list[str]:
    lines, taken = [], set(policy.vendors)
    for host in hosts:
        table = f"[vendors.{_id(host, taken)}]  # refused {_times(counts[host])}"
        quoted = json.dumps(host)
        lines += [
            "",
            table,
            f"name = {quoted}",
            f"hosts = [{quoted}]",
            f"purposes = [{json.dumps(kind.purpose)}]",
            *kind.why_lines,
        ]
    return lines


def _often(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))


def _id(host: str, taken: set[str]) -> str:
    """An id of its own for a vendor known by nothing but its host."""
    words = _NO_ID.sub("_", parse_host(host).name.removeprefix("www.")).strip("_")[:_LONGEST_ID]
    base = words if words[:1].isalpha() else f"at_{words}"[:_LONGEST_ID]
    id, number = base, 2
    while id in taken:
        id, number = f"{base}_{number}", number + 1
    taken.add(id)
    return id


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
