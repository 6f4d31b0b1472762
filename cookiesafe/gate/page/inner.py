"""Who reads a page, and the documents in its attributes: each of these is read as a page of its own."""

from __future__ import annotations

from ..documents import Markup
from .judge import Inner, Judge, Swaps
from .stream import Stream
from .swapper import Swapper
from .xml import XmlSwapper

DEEPEST = 3
"""How many documents may be within each other, the page not counted."""


def reader(markup: Markup, swaps: Swaps, base: str | None = None, depth: int = 0) -> Stream:
    """What edits a page of this kind by ``swaps``. ``base`` is what relative addresses of an inner one begin with."""

    def read(markup: Markup, text: bytes, base: str | None) -> Inner | None:
        if depth == DEEPEST:
            return None
        inner = reader(markup, swaps, base, depth + 1)
        return Inner(inner.feed(text) + inner.close(), inner.swapped)

    judge = Judge(swaps, read, base, inner=depth > 0)
    return Swapper(judge) if markup == "html" else XmlSwapper(judge)
