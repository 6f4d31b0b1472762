"""Policies of one site, by hand what each asks for, and a model of what a visitor has said, written from docs/consent.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cookiesafe import Policy

DAY = 86_400
PURPOSES = ("statistics", "advertising", "maps")
HALF_A_YEAR, A_YEAR = 183 * DAY, 365 * DAY

# --- the policies, and by hand what each asks for -------------------------------------------------

SITE = '[site]\nname = "Harbour"\ndnt = true\n'
STATISTICS = """
[purposes.statistics]
title = "Statistics"
category = "statistics"
[vendors.tidepool]
name = "Tidepool"
hosts = ["count.tidepool.example"]
purposes = ["statistics"]
"""
MAPS = '[purposes.maps]\ntitle = "Maps"\n'


def advertising(text: str, *hosts: str, editorial: str = "") -> str:
    return f"""
[purposes.advertising]
title = "Advertising"
text = "{text}"
category = "advertising"
signal = "gpc"
{editorial}
[vendors.gullwing]
name = "Gullwing Adverts"
hosts = {[f"{host}.gullwing.example" for host in hosts]}
purposes = ["advertising"]
"""


def site(*parts: str) -> Policy:
    return Policy.from_toml(SITE + "".join(parts))


BASE = site(STATISTICS, advertising("Shows adverts.", "ads", "img"))
POLICIES = {
    "base": BASE,
    "wider": site(STATISTICS, advertising("Shows adverts.", "ads", "img", "new")),
    "narrower": site(STATISTICS, advertising("Shows adverts.", "ads")),
    "added": site(STATISTICS, advertising("Shows adverts.", "ads", "img"), MAPS),
    "removed": site(advertising("Shows adverts.", "ads", "img")),
    "reworded": site(STATISTICS, advertising("Shows what you like.", "ads", "img")),
    "corrected": site(
        STATISTICS,
        advertising(
            "Shows advertisements.",
            "ads",
            "img",
            editorial=f'editorial = ["{BASE.grounds["advertising"]}"]',
        ),
    ),
}
WORDS = dict.fromkeys(POLICIES, "shows adverts") | {"reworded": "likes", "corrected": "corrected"}
HOSTS = {name: {"ads", "img"} for name in POLICIES} | {
    "wider": {"ads", "img", "new"},
    "narrower": {"ads"},
}
NAMES = {name: set(PURPOSES) - {"maps"} | {"@gullwing", "@tidepool"} for name in POLICIES} | {
    "removed": {"advertising", "@gullwing"}
}
NAMES["added"] |= {"maps"}


def covers(name: str, old: str, new: str, known: set[str]) -> bool:
    """Whether a yes under ``old`` is one under ``new``, where the words of ``known`` policies are known."""
    if name not in ("advertising", "@gullwing"):
        return True
    same_words = name[0] == "@" or WORDS[old] == WORDS[new]
    if same_words and HOSTS[old] == HOSTS[new]:
        return True
    listed = name[0] != "@" and new == "corrected" and WORDS[old] == "shows adverts"
    of_base = listed and HOSTS[old] == HOSTS["base"]
    if not is_known(name, old, known):
        return of_base
    # Of what else had the words of the listed one, these are known only with it.
    excused = same_words or of_base or (listed and is_known(name, "base", known))
    return excused and HOSTS[new] <= HOSTS[old]


def is_known(name: str, policy: str, known: set[str]) -> bool:
    """Whether it is known what a purpose, or a vendor, was under a policy: another may have had it just so."""
    grounds = POLICIES[policy].grounds[name]
    return any(POLICIES[each].grounds.get(name) == grounds for each in known)


PLACES: Mapping[str, Mapping[str, str]] = {
    "nowhere": {},
    "DE": {"x-country": "DE"},
    "GB": {"x-country": "GB"},
    "US-CA": {"x-country": "US", "x-region": "CA"},
    "junk": {"x-country": "GB, US", "x-region": "<b>"},
}
BEGINS = {("GB", "statistics"): "notice", ("US-CA", "advertising"): "opt-out"}

# --- the model -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    yes: bool
    day: int
    policy: str


@dataclass(frozen=True)
class Visitor:
    """What one browser's visitor has said, by purpose and, behind an ``@``, by vendor.

    ``against`` is what was said no to and holds no longer: nothing but a yes turns that on. ``strict`` is whether that
    goes for everything.
    """

    said: Mapping[str, Said] = field(default_factory=dict)
    day: int | None = None
    receipt: bool = False
    told: str = ""
    against: Mapping[str, Said] = field(default_factory=dict)
    strict: bool = False

    @property
    def refuses_all(self) -> bool:
        return self.day is not None and not self.receipt

    def at(self, policy: str, now: float, place: str) -> Visitor:
        """What is left of it, at a time and a place, of what a policy declares."""
        if self.day is None:
            return self
        there = {name: each for name, each in self.said.items() if name in NAMES[policy]}
        noes = {
            n: each for n, each in there.items() if not each.yes and not alive(each, now, place)
        }
        base = Said(yes=False, day=self.day, policy=policy)
        if not any(alive(each, now, place) for each in there.values() or [base]):
            return Visitor(against=noes, strict=self.refuses_all)
        left = {name: each for name, each in there.items() if alive(each, now, place)}
        return replace(self, said=left, against=noes)


def alive(said: Said, now: float, place: str) -> bool:
    lasts = A_YEAR if place == "US-CA" and not said.yes else HALF_A_YEAR
    return (said.day - 1) * DAY <= now < (said.day + 1) * DAY + lasts
