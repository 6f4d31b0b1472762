"""What is not told by the text alone: how a browser's parser reads it, or how two browsers read it differently.

Whether scripts run decides on ``noscript``; foreign content (``svg``, ``math``) on raw text and on ``<![CDATA[``; parsers
before and after 2025 differ in ``select``. What is markup in one reading and text in another is read as markup, under a
*veil*, and must come to an end where the text does (HTML Standard, section 13.2.6).
"""

from __future__ import annotations

from .passages import TEXT_ENDS, Endless, Passage, Script, Section, Text
from .patterns import (
    CDATA,
    ESCAPE,
    FOREIGN,
    FOREIGN_STARTS,
    INTEGRATING,
    LONGEST_VEIL_END,
    SKIP,
    SKIP_DOUBTFUL,
    SKIP_FOREIGN,
    STARTS,
    TAG_NAME,
    VEIL_MAY_END,
    VEILS,
)


class Reading:
    """What is known of how a page is read, up to where it has been read."""

    def __init__(self) -> None:
        self.foreign = False
        """Whether it may be in ``svg`` or ``math``."""
        self.leaf = b""
        """The foreign element it is in that may have HTML in it."""
        self._lost = self._integrated = False
        self._open = dict.fromkeys((*FOREIGN, b"select", b"template", b"col"), 0)
        self._veils: list[bytes] = [ESCAPE]
        self._ends: dict[bytes, int] = {}
        self.skip, self.starts = SKIP, STARTS
        """What gets past all that is of no interest, and the start tags of interest."""

    @property
    def veiled(self) -> bool:
        """Whether what is read as markup may be text."""
        return len(self._veils) > 1

    @property
    def unsure(self) -> bool:
        """Whether no element's content may be raw text: in foreign content, or behind a ``col`` alone in a template."""
        return self._lost or self.foreign or self._open[b"col"] > 0

    @property
    def doubtful(self) -> bool:
        """Whether a tag may be none to the browser."""
        return self._lost or self.veiled or any(self._open.values())

    def _settle(self) -> None:
        """Whatever has changed decides on what is of interest from here on."""
        if self.foreign:
            self.skip, self.starts = SKIP_FOREIGN, FOREIGN_STARTS
        else:
            doubtful = self.veiled or self.unsure or self._open[b"select"]
            self.skip, self.starts = SKIP_DOUBTFUL if doubtful else SKIP, STARTS

    def open(self, page: bytes) -> None:
        """Begin with another piece of the page."""
        escape = page.find(ESCAPE)
        self._ends = {ESCAPE: len(page) if escape < 0 else escape}

    def limit(self, page: bytes, at: int) -> tuple[int, bool]:
        """Up to where all readings see the same, and whether a veil is over there."""
        ends, limit = self._ends, len(page)
        if len(self._veils) == 1:
            return ends[ESCAPE], ends[ESCAPE] < limit
        for veil in self._veils:
            end = ends.get(veil, -1)
            if end < at:
                found = VEILS[veil].search(page, at)
                ends[veil] = end = found.start() if found else len(page)
            limit = min(limit, end)
        if limit < len(page):
            return limit, True
        if self.veiled:
            if b"" not in ends:
                tail = VEIL_MAY_END.search(page, max(0, limit - LONGEST_VEIL_END))
                ends[b""] = tail.start() if tail else limit
            return max(at, ends[b""]), False
        return limit, False

    def lift(self, page: bytes, at: int, limit: int, passage: Passage | None) -> int | None:
        """Behind the end of a veil at ``limit``, if what was read as markup up to ``at`` is over, too."""
        over = [veil for veil in self._veils if self._ends[veil] == limit]
        section = isinstance(passage, Section) and over == [CDATA]
        together = section or (at == limit and passage is None)
        hidden = page[limit] >= 0x80 or (b"script" in over and page[limit + 1] != ord("/"))
        if not together or hidden or over != self._veils[-len(over) :] or ESCAPE in over:
            return None
        del self._veils[-len(over) :]
        self._settle()
        return limit + len(b"]]>") if section else at

    def veil(self, name: bytes) -> None:
        """From here on what is read as markup may be text, up to the end of ``name``."""
        if name not in self._veils:
            self._veils.append(name)
            self._settle()

    def enter(self, name: bytes, *, closed: bool) -> Passage | None:
        """Behind the start tag of ``name``: what it is in the middle of now."""
        if name in FOREIGN:
            self._open[name] += not closed
            self.foreign = self.foreign or not closed
            self._settle()
        elif name in INTEGRATING and self.foreign and not closed:
            self.leaf = name
        elif name == b"noscript":
            self.veil(name)
        elif name == b"plaintext":
            if not self.unsure and not self._open[b"select"]:
                return Endless()
        elif name in TEXT_ENDS:
            in_select = self._open[b"select"] and name not in (b"script", b"textarea")
            if self.unsure or in_select:
                self.veil(name)
            else:
                return Script() if name == b"script" else Text(name)
        return None

    def leave_leaf(self, page: bytes, at: int, limit: int) -> tuple[int, bool]:
        """In an integration point: whether there is anything but text in it."""
        at = page.find(b"<", at, limit)
        if at < 0:
            return limit, True
        name, end = self.leaf, TAG_NAME.match(page, at)
        if len(page) - at < len(name) + len(b"</>"):
            return at, True
        self.leaf = b""
        if end is None or not end["end"] or end["name"].lower() != name:
            self._integrated = True
            if name == b"title":
                self.veil(name)
        return at, False

    def note(self, name: bytes) -> None:
        """The start tag of an element that changes how others are read."""
        if name in self._open:
            self._lost = self._lost or (name == b"template" and self._open[b"select"] > 0)
            self._open[name] += name != b"col" or self._open[b"template"] > 0
        else:
            self._integrated = True
        self._settle()

    def close(self, name: bytes) -> None:
        """An end tag. Under a veil it may be none, so nothing is over by it."""
        if self.veiled or not self._open.get(name):
            return
        self._open[name] = 0 if name == b"select" else self._open[name] - 1
        if not self._open[b"template"]:
            self._open[b"col"] = 0
        self.foreign = self._open[b"svg"] + self._open[b"math"] > 0
        if name in FOREIGN and not self.foreign:
            self._lost = self._lost or self._integrated
        self._settle()
