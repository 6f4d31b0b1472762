"""The table of docs/peers.md, and how it is put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .readings import Reading

BEGIN, END = "<!-- begin: python -m benchmarks.peers -->\n", "<!-- end -->\n"
ROWS = {
    "requests": "requests beside the page",
    "code": "JavaScript and CSS, gzip -9",
    "html": "what the HTML grows by, gzip -9",
    "fast": "can be used after",
    "slow": "the same on a slow telephone",
    "lag": "of that, after the first paint",
    "shift": "layout shift, fast / slow",
    "axe": "findings of axe-core",
    "trap": "Tab is trapped in it",
    "moved": "moves the focus as it comes",
    "stops": "Tab stops to reach it",
    "prominence": "no is as prominent as yes",
    "scriptless": "works without JavaScript",
    "strict": "shows under a strict CSP",
    "types": "shows under Trusted Types",
    "dark": "follows a dark page",
    "small": "all of it reached at 320×256",
    "print": "is printed with the page",
    "rtl": "mirrors on an Arabic page",
    "revisit": "leads back to the choices",
    "before": "keeps before a choice",
    "kept": "keeps after no / yes",
}


@dataclass(frozen=True)
class Column:
    """A notice, and what was read of it by the names of ``ROWS``."""

    title: str
    readings: Mapping[str, Reading]


def best(readings: Sequence[Reading]) -> float | None:
    """The rank to be set in bold: none where all are alike, or where one has no rank."""
    ranks = [each.rank for each in readings if each.rank is not None]
    return min(ranks) if len(ranks) == len(readings) and len(set(ranks)) > 1 else None


def table(columns: Sequence[Column]) -> str:
    """In Markdown, with the best of each row in bold. Raises ``KeyError`` where a reading is missing."""
    lines = [
        "| | " + " | ".join(each.title for each in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name, title in ROWS.items():
        row = [each.readings[name] for each in columns]
        leading = best(row)
        cells = [_cell(each, bold=leading is not None and each.rank == leading) for each in row]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(reading: Reading, *, bold: bool) -> str:
    text = " ".join(reading.text.replace("|", "\\|").split())
    return f"**{text}**" if bold else text


def written(text: str, new: str) -> str:
    """A page with ``new`` between its marks. Raises ``ValueError`` where the marks are not there once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the page needs {BEGIN.strip()} and then {END.strip()}, once each")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{new}{END}{tail}"
