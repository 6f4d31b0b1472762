"""The policy that a site of ours shows its visitors, read off its own list of cookies and partners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PolicyError
from ..policy import NECESSARY_ID, Cookie, Policy, Purpose, Site, Vendor, parse_lifetime

_SESSION: Final = "until the browser is closed"
_UNSAID: Final = "as its list says"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the list, with the cells of its cookies and of its partners, row by row."""

    title: str
    cookies: tuple[tuple[str, ...], ...]
    vendors: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Group:
        """As a page has it."""
        return cls(str(found["title"]), _rows(found["cookies"], 4), _rows(found["vendors"], 3))


@dataclass(frozen=True, slots=True)
class Published:
    """A policy, and the address at which it was read."""

    policy: Policy
    address: str


def published(groups: Sequence[Group], address: str, site: str) -> Published | None:
    """``None`` if it is no list of ours. Its groups are: what is necessary, staying signed in, and what can be refused.

    Lifetimes are read in English. The site's own other hosts are not on the list.
    """
    if len(groups) < 2 or not any(row[0] == "cookiesafe" for row in groups[0].cookies):
        return None
    necessary, _, *optional = groups
    ids = {NECESSARY_ID: necessary} | {f"purpose_{at}": each for at, each in enumerate(optional, 1)}
    vendors = {each.name: each for each in _vendors(ids)}
    with suppress(PolicyError):
        policy = Policy(
            site=Site(name=site),
            purposes=[
                Purpose(id=id, title=each.title) for id, each in ids.items() if id != NECESSARY_ID
            ],
            vendors=vendors.values(),
            cookies=_cookies(ids, vendors),
        )
        return Published(policy, address)
    return None


def _vendors(groups: Mapping[str, Group]) -> Iterator[Vendor]:
    """Each once, with all its purposes."""
    rows: dict[tuple[str, str], list[str]] = {}
    why: dict[tuple[str, str], str] = {}
    for id, group in groups.items():
        for name, hosts, more in group.vendors:
            rows.setdefault((name, hosts), []).append(id)
            if id == NECESSARY_ID:
                why[name, hosts] = more or _UNSAID
    for at, ((name, hosts), purposes) in enumerate(rows.items(), 1):
        yield Vendor(
            id=f"vendor_{at}",
            name=name,
            hosts=tuple(hosts.split(", ")),
            purposes=tuple(purposes),
            why=why.get((name, hosts), ""),
        )


def _cookies(groups: Mapping[str, Group], vendors: Mapping[str, Vendor]) -> list[Cookie]:
    found = []
    for id, group in groups.items():
        for name, by, why, how_long in group.cookies:
            if not name.startswith("cookiesafe"):
                vendor = vendors.get(by)
                of = vendor.id if vendor is not None and id in vendor.purposes else None
                why = why or _UNSAID
                found.append(
                    Cookie(name=name, purpose=id, why=why, vendor=of, lifetime=_lifetime(how_long))
                )
    return found


def _lifetime(words: str) -> int | None:
    if words == _SESSION:
        return 0
    with suppress(ValueError):
        return parse_lifetime(words)
    return None


def _rows(found: Iterable[Any], cells: int) -> tuple[tuple[str, ...], ...]:
    rows = (tuple(map(str, row)) for row in found)
    return tuple(row for row in rows if len(row) == cells)
