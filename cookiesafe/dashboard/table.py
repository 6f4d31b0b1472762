"""One table of the dashboard, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Shape = Literal["lines", "hours", "week", "stack", "bars"]
Kind = Literal["text", "count", "share"]
Cell = str | int | float | None
"""A count is ``None`` for fewer than ten, a share where it cannot be told."""


class Column(NamedTuple):
    """A share is a number from 0 to 1."""

    title: str
    kind: Kind = "count"


@dataclass(frozen=True, slots=True)
class Table:
    """``text`` says what is counted, ``shape`` how it is drawn: its first count, or all counts of ``lines``."""

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shape: Shape = "bars"

    @property
    def most(self) -> int:
        """The largest of the counts that are drawn, 1 at least."""
        drawn = [
            row[1:] if self.shape == "lines" else row[self.drawn : self.drawn + 1]
            for row in self.rows
        ]
        return max((cell for row in drawn for cell in row if isinstance(cell, int)), default=0) or 1

    @property
    def narrow(self) -> bool:
        """Whether two of them have room beside each other."""
        return self.shape != "lines" and len(self.columns) < 4 and self.columns[-1].kind == "count"

    @property
    def drawn(self) -> int:
        """The place of the first count."""
        return next(at for at, each in enumerate(self.columns) if each.kind == "count")
