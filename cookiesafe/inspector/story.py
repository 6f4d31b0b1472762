"""What the gate did on one request: names and reasons, no value of a cookie, and never too much of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from ..legible import legible

Title = Literal[
    "Decision",
    "Records",
    "Cookies received",
    "Cookies the app set",
    "Cookies CookieSafe set",
    "Cookies deleted",
    "Tags and embeds",
    "Policy for the browser",
    "Caching",
    "Other header fields",
]
"""What a story tells of, in this order."""
State = Literal["passed", "held", "changed"]

MOST_ROWS: Final = 40
MOST_LINES: Final = 20
LONGEST_NAME: Final = 80
LONGEST_TEXT: Final = 400
LONGEST_VALUE: Final = 2000
MASKED: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One thing by its ``name``: what was done with it, why, and, of a header field, its ``value``."""

    name: str
    did: str
    why: str = ""
    state: State = "passed"
    value: str = ""


@dataclass(slots=True)
class Story:
    """One request. ``route`` is its path as the log has it; ``own`` is whether CookieSafe answered it.

    ``number`` counts from when the process began, 0 as long as it is not told; ``time`` is in unix seconds. ``spent`` is
    what CookieSafe took of it, in µs, ``waited`` what its store took, in ms. ``log`` are the lines as the log has them the
    first time. ``left_out`` is how many rows there was no room for.
    """

    method: str
    route: str
    number: int = 0
    time: float = 0
    status: int = 0
    own: bool = False
    spent: float = 0
    waited: float = 0
    rows: dict[Title, list[Row]] = field(
        default_factory=lambda: {title: [] for title in get_args(Title)}
    )
    log: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, title: Title, *rows: Row) -> None:
        """Tell of these too, cut to what is shown."""
        kept = self.rows[title]
        for row in rows:
            if len(kept) >= MOST_ROWS:
                self.left_out += 1
                continue
            kept.append(
                Row(
                    legible(row.name, LONGEST_NAME),
                    row.did,
                    legible(row.why, LONGEST_TEXT),
                    row.state,
                    legible(row.value, LONGEST_VALUE),
                )
            )

    def write(self, line: str) -> None:
        """A line of the log."""
        if len(self.log) < MOST_LINES and line not in self.log:
            self.log.append(legible(line, LONGEST_TEXT))

    def forget_departure(self) -> None:
        """It leaves once more, in another way: what was told of the first is not true."""
        for title in get_args(Title):
            if title not in ("Records", "Tags and embeds"):
                self.rows[title] = []

    @property
    def held(self) -> int:
        """How many things did not pass."""
        return sum(row.state == "held" for rows in self.rows.values() for row in rows)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for a script."""
        return asdict(self) | {"held": self.held}


def masked(secret: str) -> str:
    """Enough of it to know it again."""
    return f"{secret[:MASKED]}…"
