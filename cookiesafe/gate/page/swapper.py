"""Reads a page as it streams by, and edits the tags whose address is held.

A page may be read in more than one way (``reading``). While all ways agree where each text and each tag ends, it goes from
tag to tag. Where they come apart, everything from there on that looks like a tag that may be held is treated as one.
Nothing that is done to a tag changes how the text around it is read (``judge``).
"""

from __future__ import annotations

import re

from .judge import NO_TAG, Judge, disarmed
from .passages import (
    DECLARING,
    TEXT_ENDS,
    Script,
    Section,
    Tag,
    declaration,
    is_cut_off,
)
from .patterns import (
    CDATA,
    JUDGED,
    LONGEST_NAME,
    SUSPECT,
    TAG,
    TAG_NAME,
    UNFINISHED_SUSPECT,
)
from .place import MAX_HELD_BACK
from .reading import Reading
from .stream import AHEAD, Reader
from .tags import TagText, closes_itself

_PASSED = frozenset({b"select", b"template", b"col", b"foreignobject", b"annotation-xml"})


class Swapper(Reader):
    """Edits one page: ``feed`` gives what may leave, and ``held`` is what it waits with."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self._reading = Reading()
        self._suspicious = False

    def _read(self, page: bytes) -> bytes:
        self._edits = []
        self._reading.open(page)
        at, stuck = 0, False
        while not stuck and not self._suspicious:
            limit, over = self._reading.limit(page, at)
            at, stuck = self._advance(page, at, limit)
            if stuck and over and not self._kept:
                behind = self._reading.lift(page, at, limit, self._passage)
                self._suspicious, self._passage, stuck = behind is None, None, False
                at = at if behind is None else behind
        if self._suspicious and not self._kept:
            at = self._suspect(page, at)
        if not self._kept:
            self._rest = page[at:]
        return self._edited(page, at)

    def _suspect(self, page: bytes, at: int) -> int:
        """Edit all that looks like a tag. One that stands in another is made none: no reading needs it."""
        while found := SUSPECT.search(page, at):
            start = found.start()
            tag = TAG.match(page, start)
            if tag is None and self._must_wait(page, start):
                return self._keep_tag(page, start)
            end = start + MAX_HELD_BACK if tag is None else tag.end()
            if tag is None or end - start > MAX_HELD_BACK:
                end = min(len(page), start + MAX_HELD_BACK)
                self._edit(start, disarmed(page[start:end]))
            else:
                text = TagText(tag.group(), tag["name"].lower())
                self._edit(start, self._judge.edits(text, doubtful=True))
            at = start + 1
            while (inner := SUSPECT.search(page, at)) and inner.start() < end:
                self._edit(inner.start(), disarmed(page[inner.start() : end]))
                at = inner.end()
            at = max(at, end)
        tail = UNFINISHED_SUSPECT.search(page, max(at, len(page) - AHEAD))
        return tail.start() if tail else len(page)

    def _advance(self, page: bytes, at: int, limit: int) -> tuple[int, bool]:
        """Up to where it is understood, at most ``limit``, and whether there is no getting on."""
        passage = self._passage
        if passage is not None:
            at = passage.leave(page, at, limit)
            if passage.ended:
                self._passage = None
                if isinstance(passage, Tag) and passage.then:
                    self._passage = self._reading.enter(passage.then, closed=False)
            return at, not passage.ended
        if self._reading.leaf:
            return self._reading.leave_leaf(page, at, limit)
        past = self._reading.skip.match(page, at, limit)
        at = past.end() if past else at
        if at == limit:
            return at, True
        if tag := TAG.match(page, at):
            return self._meet(page, at, limit, tag, tag.end())
        name = TAG_NAME.match(page, at)
        if name is None:
            return self._declare(page, at)
        if name.end() == len(page) and name.end() - at <= LONGEST_NAME + 2:
            return at, True
        return self._meet(page, at, limit, name, None)

    def _declare(self, page: bytes, at: int) -> tuple[int, bool]:
        """A comment, what browsers make one of, or a mere angle."""
        opening = page[at : at + len(CDATA)]
        if is_cut_off(opening) or (len(opening) < len(CDATA) and CDATA.startswith(opening)):
            return at, True
        if not opening.startswith(DECLARING):
            return at + 1, False
        if opening == CDATA and self._reading.unsure:
            self._reading.veil(CDATA)
            self._passage = Section()
            return at + len(CDATA), False
        self._passage, length = declaration(opening)
        return at + length, False

    def _meet(
        self, page: bytes, at: int, limit: int, found: re.Match[bytes], end: int | None
    ) -> tuple[int, bool]:
        """A tag: one of interest, or one that is not all there, which has no ``end`` yet."""
        name = found["name"].lower()
        if found["end"] or name in _PASSED or name not in self._reading.starts:
            if found["end"]:
                self._reading.close(name)
            elif name in _PASSED and name in self._reading.starts:
                self._reading.note(name)
            if end is not None and end <= limit:
                return end, False
            self._passage = rest = Tag()
            return rest.leave(page, found.start("name"), limit), True
        if name == b"frameset":
            self._suspicious = True
            return at, False
        if end is None and self._must_wait(page, at):
            return self._keep_tag(page, at), True
        if end is None or end - at > MAX_HELD_BACK:
            return self._cut(page, at, limit, name)
        if end > limit:
            return at, True
        text = page[at:end]
        if name in JUDGED:
            read = TagText(text, name)
            if name != b"script":
                doubtful = name == b"base" and self._reading.doubtful
                self._edit(at, self._judge.edits(read, doubtful=doubtful))
            elif read.is_rules:
                return self._meet_rules(page, at, limit, read)
        if name not in TEXT_ENDS or not page.startswith(b"</" + name + b">", end):
            self._passage = self._reading.enter(
                name, closed=text.endswith(b"/>") and closes_itself(text)
            )
        return end, False

    def _keep_tag(self, page: bytes, at: int) -> int:
        """Wait for the rest of a tag."""
        return self._keep(page, at, Tag.begun(page, at, len(page)), len(page))

    def _cut(self, page: bytes, at: int, limit: int, name: bytes) -> tuple[int, bool]:
        """A tag that is too long to wait for, or that never ends."""
        end = at + MAX_HELD_BACK
        if end > min(limit, len(page)):
            return at, True
        edits = self._judge.edits_of_cut(TagText(page[at:end], name)) if name in JUDGED else []
        self._edit(at, edits)
        self._passage = Tag.begun(page, at, end, then=b"" if edits == [NO_TAG] else name)
        return end, False

    def _meet_rules(self, page: bytes, at: int, limit: int, tag: TagText) -> tuple[int, bool]:
        """A script of speculation rules, which is judged by its text."""
        script, begin = Script(), at + len(tag.raw)
        end = script.leave(page, begin, len(page))
        sure = not self._reading.veiled and not self._reading.unsure
        if sure and not script.ended and self._must_wait(page, at):
            return self._keep(page, at, script, end), True
        short = script.ended and end - at <= MAX_HELD_BACK
        rules = page[begin:end] if sure and short and end <= limit else b""
        self._edit(at, self._judge.edits_of_rules(tag, rules))
        self._passage = self._reading.enter(b"script", closed=False)
        return begin, False
