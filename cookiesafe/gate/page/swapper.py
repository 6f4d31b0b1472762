"""Reads a page as it streams by, and edits the tags whose address is held.

What a browser sees in a page hangs on what its tokenizer alone cannot know: whether scripts run (``noscript``), whether
it is in foreign content (``svg``, ``math``), what its parser makes of ``select`` and ``frameset``. So a text that is
markup in one reading and none in another is read as markup under a *veil*, and must come to an end where the other reading
ends. Where it does not, the readings have come apart, and from there on everything that looks like a tag that may be held
is treated as one. Nothing that is done to a tag changes how the text around it is read (``judge``).
"""

from __future__ import annotations

import re

from .judge import NO_TAG, Edit, Judge, Swapped, Swaps, disarmed
from .passages import (
    DECLARING,
    TEXT_ENDS,
    Endless,
    Passage,
    Script,
    Section,
    Tag,
    Text,
    declaration,
    is_cut_off,
)
from .patterns import (
    FOREIGN,
    FOREIGN_STARTS,
    INTEGRATING,
    JUDGED,
    LONGEST_NAME,
    SKIP,
    SKIP_DOUBTFUL,
    SKIP_FOREIGN,
    STARTS,
    SUSPECT,
    TAG,
    TAG_NAME,
    UNFINISHED_SUSPECT,
    VEIL_MAY_END,
    VEILS,
)
from .place import MAX_HELD_BACK
from .tags import TagText, closes_itself

_AHEAD = 16  # no name and no end of a veil is longer
_CDATA, _ESCAPE = b"<![CDATA[", b"\x1b"
_PASSED = frozenset({b"select", b"template", b"col", b"foreignobject", b"annotation-xml"})


class Swapper:
    """Edits one page: ``feed`` gives what may leave, and ``held`` is what it waits with."""

    def __init__(self, swaps: Swaps) -> None:
        self._judge = Judge(swaps)
        self._rest = b""
        self._kept: list[bytes] = []
        self._kept_size = 0
        self._passage: Passage | None = None
        self._veils: list[bytes] = [_ESCAPE]
        self._ends: dict[bytes, int] = {}
        self._edits: list[Edit] = []
        self._open = dict.fromkeys((*FOREIGN, b"select", b"template", b"col"), 0)
        self._leaf = b""
        self._foreign = False
        self._integrated = self._lost = self._suspicious = self._final = False

    @property
    def swapped(self) -> list[Swapped]:
        """What was swapped or taken out, the first hundred."""
        return self._judge.swapped

    @property
    def held(self) -> bytes:
        """What has come and not left yet."""
        return b"".join(self._kept) + self._rest

    def feed(self, chunk: bytes) -> bytes:
        """What may leave now that ``chunk`` has come."""
        page, self._rest = self._rest + chunk, b""
        return self._wait(page) if self._kept else self._read(page)

    def close(self) -> bytes:
        """What is left when nothing more comes."""
        self._final = True
        page = self._take_kept() if self._kept else self._rest
        passed = self._read(page)
        rest, self._rest = self._rest, b""
        return passed + rest

    def _wait(self, page: bytes) -> bytes:
        """Go on with a tag of interest that was not all there."""
        passage = self._passage
        at = passage.leave(page, 0, len(page)) if passage else 0
        self._kept.append(page[:at])
        self._kept_size += at
        self._rest = page[at:]
        waited = self._kept_size + len(self._rest)
        if passage and not passage.ended and waited <= MAX_HELD_BACK + _AHEAD:
            return b""
        return self._read(self._take_kept())

    def _take_kept(self) -> bytes:
        page = b"".join(self._kept) + self._rest
        self._kept, self._kept_size, self._rest, self._passage = [], 0, b"", None
        return page

    def _read(self, page: bytes) -> bytes:
        escape = page.find(_ESCAPE)
        plain = (len(page), False) if escape < 0 else (escape, True)
        self._edits, self._ends = [], {_ESCAPE: plain[0]}
        at, stuck = 0, False
        while not stuck and not self._suspicious:
            limit, over = plain if len(self._veils) == 1 else self._limit(page, at)
            at, stuck = self._advance(page, at, limit)
            if stuck and over and not self._kept:
                at, stuck = self._lift(page, at, limit), False
        if self._suspicious and not self._kept:
            at = self._suspect(page, at)
        if not self._kept:
            self._rest = page[at:]
        return self._edited(page, at)

    def _edited(self, page: bytes, at: int) -> bytes:
        if not self._edits:
            return page[:at]
        parts, last = [], 0
        for where, what in sorted(self._edits):
            parts += [page[last:where], what]
            last = where
        return b"".join([*parts, page[last:at]])

    # --- readings that may come apart ---

    def _limit(self, page: bytes, at: int) -> tuple[int, bool]:
        """Up to where all readings see the same, and whether a veil is over there."""
        ends, limit = self._ends, len(page)
        for veil in self._veils:
            end = ends.get(veil, -1)
            if end < at:
                found = VEILS[veil].search(page, at)
                ends[veil] = end = found.start() if found else len(page)
            limit = min(limit, end)
        if limit < len(page):
            return limit, True
        if len(self._veils) > 1:
            if b"" not in ends:
                tail = VEIL_MAY_END.search(page, max(0, limit - _AHEAD))
                ends[b""] = tail.start() if tail else limit
            return max(at, ends[b""]), False
        return limit, False

    def _lift(self, page: bytes, at: int, limit: int) -> int:
        """A veil is over at ``limit``: go on behind it, if what was read as markup is over too."""
        over = [veil for veil in self._veils if self._ends[veil] == limit]
        section = isinstance(self._passage, Section) and over == [_CDATA]
        together = section or (at == limit and self._passage is None)
        hidden = page[limit] >= 0x80 or (b"script" in over and page[limit + 1] != ord("/"))
        if not together or hidden or over != self._veils[-len(over) :] or _ESCAPE in over:
            self._suspicious, self._passage = True, None
            return at
        del self._veils[-len(over) :]
        if section:
            self._passage = None
            return limit + len(b"]]>")
        return at

    def _veil(self, name: bytes) -> None:
        if name not in self._veils:
            self._veils.append(name)

    @property
    def _unsure(self) -> bool:
        """Whether no element's content may be raw text: in foreign content, or behind a ``col`` alone in a template."""
        return self._lost or self._foreign or self._open[b"col"] > 0

    def _suspect(self, page: bytes, at: int) -> int:
        """Edit all that looks like a tag. One that stands in another is made none: no reading needs it."""
        while found := SUSPECT.search(page, at):
            start = found.start()
            tag = TAG.match(page, start)
            if tag is None and self._must_wait(page, start):
                return self._keep(page, start)
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
        tail = UNFINISHED_SUSPECT.search(page, max(at, len(page) - _AHEAD))
        return tail.start() if tail else len(page)

    # --- one token after the other ---

    def _advance(self, page: bytes, at: int, limit: int) -> tuple[int, bool]:
        """Up to where it is understood, at most ``limit``, and whether there is no getting on."""
        passage = self._passage
        if passage is not None:
            at = passage.leave(page, at, limit)
            if passage.ended:
                self._passage = None
                if isinstance(passage, Tag) and passage.then:
                    self._enter(passage.then, closed=False)
            return at, not passage.ended
        if self._leaf:
            return self._leave_leaf(page, at, limit)
        past = self._skip.match(page, at, limit)
        at = past.end() if past else at
        if at == limit:
            return at, True
        name = TAG_NAME.match(page, at)
        if name is None:
            return self._declare(page, at)
        if name.end() == len(page) and name.end() - at <= LONGEST_NAME + 2:
            return at, True
        return self._meet(page, at, limit, name)

    def _declare(self, page: bytes, at: int) -> tuple[int, bool]:
        """A comment, what browsers make one of, or a mere angle."""
        opening = page[at : at + len(_CDATA)]
        if is_cut_off(opening) or (len(opening) < len(_CDATA) and _CDATA.startswith(opening)):
            return at, True
        if not opening.startswith(DECLARING):
            return at + 1, False
        if opening == _CDATA and self._unsure:
            self._veil(_CDATA)
            self._passage = Section()
            return at + len(_CDATA), False
        self._passage, length = declaration(opening)
        return at + length, False

    def _meet(self, page: bytes, at: int, limit: int, found: re.Match[bytes]) -> tuple[int, bool]:
        """A tag: one of interest, or one that is not all there."""
        name = found["name"].lower()
        if found["end"] or name in _PASSED or name not in self._starts:
            if found["end"]:
                self._close(name)
            elif name in _PASSED and name in self._starts:
                self._note(name)
            whole = TAG.match(page, at, limit)
            if whole is None:
                self._passage = Tag()
            return (whole.end() if whole else found.start("name")), False
        if name == b"frameset":
            self._suspicious = True
            return at, False
        tag = TAG.match(page, at)
        if tag is None and self._must_wait(page, at):
            return self._keep(page, at), True
        if tag is None or tag.end() - at > MAX_HELD_BACK:
            return self._cut(page, at, limit, name)
        end = tag.end()
        if end > limit:
            return at, True
        text = page[at:end]
        if name in JUDGED:
            read = TagText(text, name)
            if name == b"script" and read.is_rules:
                return self._meet_rules(page, at, limit, read)
            self._edit(at, self._judge.edits(read, doubtful=name == b"base" and self._doubtful))
        if name not in TEXT_ENDS or not page.startswith(b"</" + name + b">", end):
            self._enter(name, closed=text.endswith(b"/>") and closes_itself(text))
        return end, False

    @property
    def _skip(self) -> re.Pattern[bytes]:
        if self._foreign:
            return SKIP_FOREIGN
        doubtful = len(self._veils) > 1 or self._unsure or self._open[b"select"]
        return SKIP_DOUBTFUL if doubtful else SKIP

    @property
    def _starts(self) -> frozenset[bytes]:
        return FOREIGN_STARTS if self._foreign else STARTS

    @property
    def _doubtful(self) -> bool:
        """Whether a tag may be none to the browser."""
        return self._lost or len(self._veils) > 1 or any(self._open.values())

    def _must_wait(self, page: bytes, at: int) -> bool:
        return len(page) - at <= MAX_HELD_BACK + _AHEAD and not self._final

    def _keep(self, page: bytes, at: int, passage: Passage | None = None, to: int = -1) -> int:
        """Wait for the rest of a tag."""
        if passage is None:
            to = len(page)
            passage = Tag.begun(page, at, to)
        self._passage = passage
        self._kept, self._kept_size, self._rest = [page[at:to]], to - at, page[to:]
        return at

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
        sure = len(self._veils) == 1 and not self._unsure
        if sure and not script.ended and self._must_wait(page, at):
            return self._keep(page, at, script, end), True
        short = script.ended and end - at <= MAX_HELD_BACK
        rules = page[begin:end] if sure and short and end <= limit else b""
        self._edit(at, self._judge.edits_of_rules(tag, rules))
        self._enter(b"script", closed=False)
        return begin, False

    def _edit(self, at: int, edits: list[Edit]) -> None:
        self._edits += [(at + where, what) for where, what in edits]

    # --- what the parser would know ---

    def _enter(self, name: bytes, *, closed: bool) -> None:
        """Behind the start tag of ``name``."""
        if name in FOREIGN:
            self._open[name] += not closed
            self._foreign = self._foreign or not closed
        elif name in INTEGRATING and self._foreign and not closed:
            self._leaf = name
        elif name == b"noscript":
            self._veil(name)
        elif name == b"plaintext":
            if not self._unsure and not self._open[b"select"]:
                self._passage = Endless()
        elif name in TEXT_ENDS:
            in_select = self._open[b"select"] and name not in (b"script", b"textarea")
            if self._unsure or in_select:
                self._veil(name)
            else:
                self._passage = Script() if name == b"script" else Text(name)

    def _leave_leaf(self, page: bytes, at: int, limit: int) -> tuple[int, bool]:
        """In an integration point: whether there is anything but text in it."""
        at = page.find(b"<", at, limit)
        if at < 0:
            return limit, True
        name, end = self._leaf, TAG_NAME.match(page, at)
        if len(page) - at < len(name) + len(b"</>"):
            return at, True
        self._leaf = b""
        if end is None or not end["end"] or end["name"].lower() != name:
            self._integrated = True
            if name == b"title":
                self._veil(name)
        return at, False

    def _note(self, name: bytes) -> None:
        """The start tag of an element that changes how others are read."""
        if name in self._open:
            self._lost = self._lost or (name == b"template" and self._open[b"select"] > 0)
            self._open[name] += name != b"col" or self._open[b"template"] > 0
        else:
            self._integrated = True

    def _close(self, name: bytes) -> None:
        """An end tag. Under a veil it may be none, so nothing is over by it."""
        if len(self._veils) > 1 or not self._open.get(name):
            return
        self._open[name] = 0 if name == b"select" else self._open[name] - 1
        if not self._open[b"template"]:
            self._open[b"col"] = 0
        self._foreign = self._open[b"svg"] + self._open[b"math"] > 0
        if name in FOREIGN and not self._foreign:
            self._lost = self._lost or self._integrated
