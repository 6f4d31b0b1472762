"""The single figures that the dashboard shows of what was counted, each with what it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..traffic import FIGURES, LEAST, Traffic
from ..traffic.report import rate

_EMPHASIS: Final = re.compile(r"\*(\w[^*]*)\*")
OF_CHOICES, OF_SHOWN = "of choices", "of banners shown"
OUTCOMES: Final = {
    "accepted": "All accepted",
    "rejected": "All rejected",
    "saved": "Some chosen",
}
SHOWN: Final = (
    "pages", "shown", "choices", *OUTCOMES, "withdrawn", "unrecorded", "held", "undeclared", "blocked", "missed",
)  # fmt: skip
"""The figures of the traffic that are shown, beside what is worked out of them."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: how often, and which ``shares`` that is, each of a whole that is named."""

    name: str
    title: str
    text: str
    n: int | None
    shares: Mapping[str, float | None]


def metrics(traffic: Traffic) -> tuple[Metric, ...]:
    """The figures of the whole time."""
    notices = traffic.notices

    def of(name: str, **shares: float | None) -> Metric:
        figure = FIGURES[name]
        named = {_WHOLES[whole]: share for whole, share in shares.items()}
        return Metric(name, figure.title, said(name), traffic.total(name), named)

    def outcome(name: str) -> Metric:
        return of(name, choices=notices.of_choices(name), shown=notices.of_shown(name))

    return (
        of("pages"),
        of("shown", pages=rate(notices.shown, traffic.total("pages"))),
        of("choices"),
        Metric(
            "answered_on_banner",
            "Answered on the banner",
            "Choices made on the banner itself. The choice rate is their share of banners shown.",
            notices.from_banner,
            {OF_SHOWN: notices.choice_rate},
        ),
        Metric(
            "unanswered",
            "Not answered",
            "Banners shown without a choice made on them. Who is shown three and answers the third counts as two. "
            "Pages out of a cache are not seen here: where more answer than are shown one, this says nothing.",
            _unanswered(traffic),
            {OF_SHOWN: notices.no_choice_rate},
        ),
        *map(outcome, OUTCOMES),
        of("withdrawn", choices=notices.of_choices("withdrawn")),
        of("unrecorded"),
        of("held"),
        of("undeclared", held=rate(traffic.total("undeclared"), traffic.total("held"))),
        of("blocked"),
        of("missed"),
    )


_WHOLES: Final = {
    "choices": OF_CHOICES,
    "shown": OF_SHOWN,
    "pages": "of page views",
    "held": "of what was held",
}


def said(figure: str) -> str:
    return plain(FIGURES[figure].text)


def plain(text: str) -> str:
    """Without the marks that the docs have in it."""
    return _EMPHASIS.sub(r"\1", text).replace("`", "")


def _unanswered(traffic: Traffic) -> int | None:
    shown, answered = traffic.notices.shown, traffic.notices.from_banner
    if shown is None or answered is None or answered > shown:
        return None
    left = shown - answered
    return left if left == 0 or left >= LEAST else None
