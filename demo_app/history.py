"""Ninety days of made-up statistics, so that there is something to look at: each day's sums are those of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Final

from cookiesafe.count import Count

DAYS: Final = 90
CHANGED: Final = 52
"""So many days ago the policy became what it is."""
Weights = Mapping[str, float]

_DEVICES: Final = {"desktop": 0.46, "phone": 0.44, "tablet": 0.07, "bot": 0.03}
_LANGUAGES: Final = {"en": 0.82, "pl": 0.08, "cy": 0.05, "ur": 0.05}
_PAGES: Final = {
    "/": 0.34,
    "/bills": 0.22,
    "/outages": 0.14,
    "/usage": 0.12,
    "/sign-in": 0.1,
    "/details": 0.04,
    "/privacy": 0.02,
    "/young": 0.02,
}
_SITES: Final = {"none": 0.55, "search.example": 0.35, "portmarigold.example": 0.1}
_NOTICES: Final = {"decided": 0.72, "child": 0.02, "cookies blocked": 0.01, "bot": 0.03}
_SIGNALS: Final = {"none": 0.91, "gpc": 0.09}
_WHERE: Final = {"banner": 0.84, "choices": 0.08, "feature": 0.06, "embed": 0.02}
_WAYS: Final = {"script": 0.97, "form": 0.03}
_OUTCOMES: Final = {"accepted": 0.37, "rejected": 0.42, "saved": 0.21}
_YES: Final = {"remember": 0.55, "statistics": 0.46, "advertising": 0.34, "@gullwing": 0.3}
_COOKIES: Final = {"hl_ad": 0.34, "hl_stats": 0.3, "hl_remember": 0.24, "hl_experiment": 0.12}


def counts(today: int, policy: str) -> Iterator[Count]:
    """Of the days before ``today`` (since 1970-01-01) and of today's morning, the same each time.

    ``policy`` is the fingerprint of the one in force.
    """
    chance = Random(1884)  # noqa: S311 (nothing is kept secret by it)
    for ago in range(DAYS - 1, -1, -1):
        day = today - ago
        weekend = (day + 3) % 7 > 4
        views = round(chance.gauss(2400, 200) * (0.7 if weekend else 1) * (0.4 if ago == 0 else 1))
        yield from _day(day, max(views, 200), policy if ago <= CHANGED else "5d41402abc4b")


def _day(day: int, views: int, policy: str) -> Iterator[Count]:
    shown = round(views * 0.22)
    choices = round(shown * 0.3)
    of_visitors = {"device": _DEVICES, "language": _LANGUAGES}
    of_answers = {
        "where": _WHERE,
        "way": _WAYS,
        "layout": {"top": 1.0},
        "policy": {policy: 1.0},
        **of_visitors,
    }
    cuts: dict[str, Mapping[str, Weights]] = {
        "pages": {
            "page": _PAGES,
            "hour": {f"{hour:02}": _busy(hour) for hour in range(24)},
            "notice": {**_NOTICES, "shown": 0.22},
            "signal": _SIGNALS,
            **of_visitors,
        },
        "answers": {"status": {"2xx": 0.93, "3xx": 0.05, "4xx": 0.02}},
        "entries": {"page": _PAGES, "site": _SITES},
        "shown": {"layout": {"top": 1.0}, "policy": {policy: 1.0}, **of_visitors},
        "choices": of_answers,
        "withdrawn": {
            "where": {"choices": 0.8, "receipt": 0.2},
            "press": {"choices reject": 0.7, "choices save": 0.1, "receipt reject": 0.2},
            "policy": {policy: 1.0},
        },
        "embeds": {"how": {"once": 0.7, "always": 0.3}},
        "receipts": {"how": {"downloaded": 0.6, "checked": 0.3, "forgotten": 0.1}},
        "held": {
            "kind": {"cookie": 0.7, "host": 0.3},
            "rule": {"not granted": 0.92, "undeclared": 0.08},
            "for": {"advertising": 0.5, "statistics": 0.22, "remember": 0.2, "undeclared": 0.08},
            "name": {name: 0.7 * share for name, share in _COOKIES.items()}
            | {"gullwing.localhost": 0.3},
            "page": _PAGES,
        },
        "undeclared": {"kind": {"cookie": 1.0}, "name": {"hl_experiment": 1.0}},
        "blocked": {"vendor": {"gullwing": 1.0}, "host": {"gullwing.localhost": 1.0}},
    }
    held = views * 4
    sums = {
        "pages": views,
        "answers": round(views / 0.93),
        "entries": round(views * 0.31),
        "shown": shown,
        "choices": choices,
        "withdrawn": round(choices * 0.03),
        "embeds": round(views * 0.02),
        "receipts": round(views * 0.004),
        "held": held,
        "undeclared": round(held * 0.08),
        "blocked": round(views * 0.15),
    }
    for figure, n in sums.items():
        yield from _figure(day, figure, n, cuts[figure])
    yield from _parted(day, "held", "cookie", round(held * 0.7), _pairs(_PAGES, _COOKIES))
    for figure, n in _parts(choices, _OUTCOMES):
        yield from _figure(day, figure, n, of_answers)
    said = {f"{name} yes": share for name, share in _YES.items()}
    said |= {f"{name} no": 1 - share for name, share in _YES.items()}
    yield from _figure(day, "answered", choices * len(_YES), {"purpose": said})


def _figure(day: int, figure: str, n: int, cuts: Mapping[str, Weights]) -> Iterator[Count]:
    if n:
        yield Count(day, figure, "", "", n)
    for cut, weights in cuts.items():
        yield from _parted(day, figure, cut, n, weights)


def _parted(day: int, figure: str, cut: str, n: int, weights: Weights) -> Iterator[Count]:
    for value, part in _parts(n, weights):
        if part:
            yield Count(day, figure, cut, value, part)


def _parts(n: int, weights: Weights) -> Iterator[tuple[str, int]]:
    """Whole numbers that add up to ``n``."""
    whole, past, told = sum(weights.values()), 0.0, 0
    for value, weight in weights.items():
        past += weight
        until = round(n * past / whole)
        yield value, until - told
        told = until


def _pairs(pages: Weights, cookies: Weights) -> dict[str, float]:
    return {f"{page} > {name}": a * b for page, a in pages.items() for name, b in cookies.items()}


def _busy(hour: int) -> float:
    """Least at four in the morning, most in the evening."""
    return 1 + 5 * (6 <= hour < 23) + 3 * (17 <= hour < 21)
