"""Where the body of a page begins (HTML Standard, sections 13.2.6.4.1 to 13.2.6.4.7)."""

from __future__ import annotations

import re

from .passages import DECLARING, Passage, Script, Tag, Text, declaration, is_cut_off
from .patterns import COMMENT, TAG, TAG_NAME, many
from .tags import TagText

MAX_HELD_BACK = 64 * 1024
"""How much of an unfinished tag is waited for, in bytes."""

_BLANK = re.compile(many(rb"[\t\n\f\r \x00]++|\xef\xbb\xbf|<(?:" + COMMENT + rb")"))
_MAY_GROW = re.compile(rb"<[a-zA-Z!?/]|<\Z|\xef\xbb?\Z|\Z")
_TEXTS = frozenset({b"title", b"style", b"noscript", b"noframes"})
_IN_HEAD = frozenset({b"html", b"head", b"meta", b"link", b"base", b"basefont", b"bgsound"})
_KNOWN = _IN_HEAD | _TEXTS | {b"script", b"template", b"body", b"frameset"}
_ENDS_HEAD = frozenset({b"body", b"html", b"br"})
_FIRST = frozenset({b"html", b"head", b"meta"})
_LONGEST_NAME = len(b"basefont")


class Place:
    """Searches a page for it. ``scan`` is given the page from where it stopped, and ``found`` says it is there.

    If there is none, or a tag before it is too long to be waited for, ``missing`` says so.
    """

    def __init__(self) -> None:
        self.found = self.missing = False
        self.tag: Tag | None = None
        """The unfinished tag it stopped at."""
        self.root: bytes | None = None
        """The tag that the page begins with, if it has it."""
        self._passage: Passage | None = None
        self._templates = 0

    @property
    def language(self) -> str:
        """The language tag that the page gives itself, or nothing."""
        return "" if self.root is None else TagText(self.root, b"html")[b"lang"]

    def scan(self, page: bytes) -> int:
        """Up to where ``page`` is understood: where the body begins if that is ``found``, else where to go on."""
        at, stuck = 0, False
        self.tag = None
        while not (self.found or self.missing or stuck):
            passage = self._passage
            if passage is None:
                at, stuck = self._step(page, at)
            else:
                at = passage.leave(page, at, len(page))
                stuck = not passage.ended
                self._passage = passage if stuck else None
        return at

    def _step(self, page: bytes, at: int) -> tuple[int, bool]:
        """Into or past one token, and whether it is not all there; ``at`` itself when the body begins with it."""
        blank = _BLANK.match(page, at)
        if blank and blank.end() > at:
            return blank.end(), False
        name = TAG_NAME.match(page, at)
        if name:
            long = len(name["name"]) > _LONGEST_NAME
            if name.end() == len(page) and not long:
                return at, True
            return self._meet(page, name)
        opening = page[at : at + len(b"<!---!")]
        if is_cut_off(opening):
            return at, True
        if opening.startswith(DECLARING):
            self._passage, length = declaration(opening)
            return at + length, False
        if self._templates and not _MAY_GROW.match(page, at):
            tag = page.find(b"<", at + 1)
            return (len(page) if tag < 0 else tag), False
        self.found = not _MAY_GROW.match(page, at)
        return at, True

    def _meet(self, page: bytes, found: re.Match[bytes]) -> tuple[int, bool]:
        """A tag: past it, unless the body begins with it."""
        name, at = found["name"].lower(), found.start()
        if found["end"]:
            self.found = name in _ENDS_HEAD and not self._templates
        elif not self._templates:
            self.found = name not in _KNOWN
        if self.found:
            return at, True
        tag = TAG.match(page, at)
        end = tag.end() if tag else len(page)
        if end - at > MAX_HELD_BACK:
            self.missing = True
        elif tag is None:
            self.tag = Tag.begun(page, at, end)
            return at, True
        elif name == b"template":
            self._templates = max(0, self._templates + (-1 if found["end"] else 1))
        elif not found["end"]:
            if name == b"html" and self.root is None:
                self.root = page[at:end]
            self._behind(name)
        return end, False

    def _behind(self, name: bytes) -> None:
        """Behind the start tag of ``name``."""
        if name == b"script":
            self._passage = Script()
        elif name in _TEXTS:
            self._passage = Text(name)
        elif not self._templates:
            self.found = name == b"body"
            self.missing = name == b"frameset"


class HeadPlace(Place):
    """Where the head begins: behind its tag, or where what comes first begins it, and behind the metas that stand there.

    One of them may name the encoding, which must be said in the first 1,024 bytes (HTML Standard, section 4.2.5.4). One
    with a policy is no matter of encoding, and would hold for what comes behind it.
    """

    def _meet(self, page: bytes, found: re.Match[bytes]) -> tuple[int, bool]:
        tag = TAG.match(page, found.start())
        rules = tag is not None and b"security-policy" in tag[0].lower()
        if found["end"] or rules or found["name"].lower() not in _FIRST:
            self.found = True
            return found.start(), True
        return super()._meet(page, found)

    def _behind(self, name: bytes) -> None:
        pass
