"""A count: how often something happened on a day. It is of everybody; nothing in it tells one visitor from another."""

from __future__ import annotations

from typing import Final, NamedTuple

OTHER: Final = "other"
"""The value of what is not counted under its own."""
LONGEST_VALUE: Final = 120
"""In characters."""


class Count(NamedTuple):
    """``n`` times on a ``day`` (in days since 1970-01-01 UTC), of a ``figure``.

    It is the figure's whole where ``cut`` is empty; else what of it has the ``value`` in that cut, such as ``phone`` in
    ``device``.
    """

    day: int
    figure: str
    cut: str
    value: str
    n: int

    @property
    def cell(self) -> Cell:
        """What is counted."""
        return self[:4]


Cell = tuple[int, str, str, str]
