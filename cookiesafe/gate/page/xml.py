"""Reads an XML document as it streams by, and renames what is held in it.

XML is read in one way only (XML 1.0, Fifth Edition), and what is not well-formed is not read on. So an edit gives an
attribute another name, and puts nothing else in. Of namespaces only the local names count: an element of the same name in
another vocabulary may lose its address, too.
"""

from __future__ import annotations

from .judge import RENAMED, Edit, Judge
from .patterns import JUDGED
from .place import MAX_HELD_BACK
from .stream import Reader
from .xml_tags import (
    LONGEST_NAME,
    NAME,
    SKIP,
    TAG,
    TELLING,
    Doctype,
    Quoting,
    Renaming,
    Until,
    XmlTag,
    declared,
)

_DOCTYPE = b"<!DOCTYPE"
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>", b"</": b">"}
_DELIMITERS = (b"\t", b"\n", b"\r", b" ", b"/", b">")
_OPENINGS = (_DOCTYPE, *_ENDS)


class XmlSwapper(Reader):
    """Edits one XML document: ``feed`` gives what may leave, and ``held`` is what it waits with."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self._declares = False

    def _read(self, page: bytes) -> bytes:
        self._edits = []
        at, stuck = 0, False
        while not stuck:
            at, stuck = self._advance(page, at)
        if not self._kept:
            self._rest = page[at:]
        return self._edited(page, at)

    def _advance(self, page: bytes, at: int) -> tuple[int, bool]:
        """Up to where it is understood, and whether there is no getting on."""
        passage = self._passage
        if passage is not None:
            at = passage.leave(page, at, len(page))
            if isinstance(passage, Renaming):
                self._edits += [(where, RENAMED) for where in passage.renamed]
            if passage.ended:
                self._passage = None
            return at, not passage.ended
        past = SKIP.match(page, at)
        at = past.end() if past else at
        opening = page[at : at + len(_DOCTYPE)]
        if not opening or any(each.startswith(opening) and each != opening for each in _OPENINGS):
            return at, True
        if opening == _DOCTYPE:
            return self._meet_doctype(page, at)
        for begin, end in _ENDS.items():
            if opening.startswith(begin):
                self._passage = Until(end)
                return at + len(begin), False
        return self._meet(page, at)

    def _meet(self, page: bytes, at: int) -> tuple[int, bool]:
        """A start tag: one of interest, or one that is not all there; or a mere angle."""
        name = NAME.match(page, at)
        if name is None or name.end() == at + 1:
            return at + 1, False
        end = name.end()
        if end == len(page) and end - at <= LONGEST_NAME + 1:
            return at, True
        if end - at > LONGEST_NAME + 1:
            self._passage = Renaming()
        elif name["local"] not in JUDGED or page[end : end + 1] not in _DELIMITERS:
            self._passage = Quoting()
        else:
            return self._meet_judged(page, at, end)
        return end, False

    def _meet_judged(self, page: bytes, at: int, begin: int) -> tuple[int, bool]:
        tag = TAG.match(page, at)
        if tag is None and self._must_wait(page, at):
            passage = Quoting()
            to = passage.leave(page, begin, len(page))
            return self._keep(page, at, passage, to), True
        if tag is None or tag.end() - at > MAX_HELD_BACK:
            self._passage = Renaming()
            return begin, False
        self._edit(at, self._judged(tag.group()))
        return tag.end(), False

    def _judged(self, raw: bytes) -> list[Edit]:
        name = NAME.match(raw)
        if name is None or name["local"] not in JUDGED:
            return []
        tag = XmlTag(raw, name)
        if self._declares and tag.hides():
            return tag.renamings(tag.places(TELLING[tag.name]))
        edits = self._judge.edits(tag, doubtful=True)
        return tag.renamings([at for at, what in edits if what == RENAMED])

    def _meet_doctype(self, page: bytes, at: int) -> tuple[int, bool]:
        passage = Doctype()
        begin = at + len(_DOCTYPE)
        end = passage.leave(page, begin, len(page))
        if not passage.ended and self._must_wait(page, at):
            return self._keep(page, at, passage, end), True
        if not passage.ended or end - at > MAX_HELD_BACK:
            self._edits.append((at + len(b"<!"), b"x-"))  # nobody reads on behind that
            self._passage = Until(b">")
            return begin, False
        self._declares = b"[" in page[at:end]
        for where, markup in declared(page[at:end]):
            if markup:
                self._edit_markup(at + where, markup)
            else:
                self._edits.append((at + where, RENAMED))
        return end, False

    def _edit_markup(self, at: int, markup: bytes) -> None:
        """The tags in what an entity stands for."""
        for tag in TAG.finditer(markup):
            self._edit(at + tag.start(), self._judged(tag.group()))
