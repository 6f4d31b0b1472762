"""Tags and declarations of XML (XML 1.0, Fifth Edition), as far as they can make a browser call somebody."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import ClassVar

from .judge import RENAMED, Edit
from .patterns import JUDGED, many
from .tags import NAMED, TagText

_SPACE = rb"\t\n\r\x20"
_QUOTED = rb"""[^"'>]++|"[^"]*+"|'[^']*+'"""
_REST = many(_QUOTED) + b">"
_LOCAL = rb"(?:[^~/>:\"'<]*+:)?(?:" + b"|".join(JUDGED) + rb")(?=[~/>])"


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    """``~`` stands for the blanks of XML."""
    return re.compile(pattern.replace(b"~", _SPACE))


LONGEST_NAME = 1024
"""In bytes, of an element's name with its prefix, to be told from others."""

_NAME = rb"[^~/>!?<\"'][^~/><\"']{0,%d}+(?=[~/><\"'])" % (LONGEST_NAME - 1)
SKIP = _compiled(many(rb"[^<]++|</[^>]*+>|<(?!" + _LOCAL + b")" + _NAME + _REST))
"""Past text, end tags, and whole start tags of no interest."""

NAME = _compiled(rb"<(?:[^~/>:\"'<]*+:)?(?P<local>[^~/>:\"'<]*+)")
"""How a start tag begins, with the local part of its name (Namespaces in XML, section 4)."""

TAG = _compiled(rb"<[^~/>\"'<]++" + _REST)
"""A whole start tag."""

_ATTRIBUTE = _compiled(rb"""(?<=[~])(?P<name>[^~=/>"'<]++)[~]*+=[~]*+(?:"([^"]*+)"|'([^']*+)')""")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^;&#\s]+));")
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_BLANKS = dict.fromkeys(map(ord, "\t\n\r"), " ")

TELLING: dict[bytes, tuple[bytes, ...]] = {
    b"iframe": (b"src", b"srcdoc"),
    b"frame": (b"src",),
    b"embed": (b"src",),
    b"object": (b"data",),
    b"link": (b"rel",),
    b"meta": (b"http-equiv",),
    b"base": (b"href",),
    b"script": (b"type",),
}
"""The attributes without which an element calls nobody that a policy does not cover."""

_ADDRESSES = {b"link": b"href", b"meta": b"content"}


class XmlTag(TagText):
    """A whole start tag. Its name is the local one, whatever its namespace, and case matters."""

    def __init__(self, raw: bytes, name: re.Match[bytes]) -> None:
        self.raw = raw
        self.name = name["local"]
        self.name_end = name.end() - name.start()
        found = _ATTRIBUTE.findall(raw)
        self._values = {key: one or two for key, one, two in found}

    def __getitem__(self, attribute: bytes) -> str:
        return unescape(self._values.get(attribute, b""))

    def places(self, names: Container[bytes]) -> list[int]:
        """Where attributes of these names stand."""
        return [each.start() for each in _ATTRIBUTE.finditer(self.raw) if each["name"] in names]

    def hides(self) -> bool:
        """Whether what it calls is in an entity that the document declares."""
        telling = (*TELLING[self.name], _ADDRESSES.get(self.name, b""))
        return any(_has_entity(self._values.get(each, b"")) for each in telling)

    def renamings(self, places: list[int]) -> list[Edit]:
        """Edits that give the attributes there names which no other has."""
        edits = []
        for at in places:
            found = _ATTRIBUTE.match(self.raw, at)
            new = RENAMED
            while found and new + found["name"] in self:
                new += RENAMED
            edits.append((at, new))
        return edits


def unescape(value: bytes) -> str:
    """What an attribute's value comes to (section 3.3.3), with the entities that browsers know of XHTML."""
    return _resolved(value.decode("utf-8", "replace").translate(_BLANKS))


def _resolved(text: str, *, entities: bool = True) -> str:
    def referred(match: re.Match[str]) -> str:
        hexadecimal, decimal, name = match.groups()
        if name is not None:
            known = _PREDEFINED.get(name) or NAMED.get(name + ";")
            return known if entities and known else match.group()
        digits = (hexadecimal or decimal).lstrip("0")
        code = int(digits, 16 if hexadecimal else 10) if 0 < len(digits) < 8 else 0xFFFD
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"

    return _REFERENCE.sub(referred, text)


def _has_entity(value: bytes) -> bool:
    return any(
        found[3] is not None and found[3] not in _PREDEFINED
        for found in _REFERENCE.finditer(value.decode("utf-8", "replace"))
    )


_DECLARATION = _compiled(
    rb"(?s:<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z))"
    rb"|<!ENTITY[~]++(?P<parameter>%[~]++)?+(?P<entity>[^~\"'>%]++)[~]++(?:\"(?P<one>[^\"]*+)\"|'(?P<two>[^']*+)')"
    rb"|<!ATTLIST[~]++(?:[^~:\"'>]*+:)?(?P<element>[^~:\"'>]++)"
    rb"|<!" + many(rb"""[^"'>]++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)""")
)
_SUBSET = re.compile(many(rb"""[^"'\[]++|"[^"]*+"|'[^']*+'""") + rb"\[")
_MARKUP = _compiled(rb"<" + _LOCAL)


def declared(doctype: bytes) -> Iterator[tuple[int, bytes]]:
    """Where an internal subset declares what may call somebody, and the markup there.

    Its tags are to be judged as if they stood in the page. Without markup a name stands there, which is to become another:
    of what gives attributes to elements, or comes to markup only when it is expanded.
    """
    begin = _SUBSET.match(doctype)
    for found in _DECLARATION.finditer(doctype, begin.end()) if begin else ():
        if found["element"] is not None and found["element"] in JUDGED:
            yield found.start("element"), b""
        if found["entity"] is None:
            continue
        which = "two" if found["one"] is None else "one"
        text = found[which]
        expanded = _resolved(text.decode("latin-1"), entities=False).encode()
        hidden = found["parameter"] or b"&#" in text
        if not (b"<" in expanded if found["parameter"] else _MARKUP.search(expanded)):
            continue
        if hidden:
            yield found.start("entity"), b""
        else:
            yield found.start(which), text


class Until:
    """Up to behind ``end``."""

    def __init__(self, end: bytes) -> None:
        self.ended = False
        self._end = end

    def leave(self, page: bytes, at: int, limit: int) -> int:
        end = page.find(self._end, at, limit)
        if end < 0:
            return max(at, limit - len(self._end) + 1)
        self.ended = True
        return end + len(self._end)


class Quoting:
    """A tag, from within on, up to the angle that is in no quotes."""

    _turn = re.compile(rb"""["'>]""")

    def __init__(self) -> None:
        self.ended = False
        self._within: Until | None = None

    def leave(self, page: bytes, at: int, limit: int) -> int:
        while not self.ended:
            if self._within is not None:
                at = self._within.leave(page, at, limit)
                if not self._within.ended:
                    return at
                self._within = None
            turn = self._turn.search(page, at, limit)
            if turn is None:
                return self._unturned(page, at, limit)
            if turn.end() == limit and self._may_go_on(turn):
                return turn.start()
            at = turn.end()
            self._meet(turn)
        return at

    def _unturned(self, page: bytes, at: int, limit: int) -> int:
        return limit

    def _may_go_on(self, turn: re.Match[bytes]) -> bool:
        return False

    def _meet(self, turn: re.Match[bytes]) -> None:
        self.ended = turn.group() == b">"
        self._within = None if self.ended else Until(turn.group())


class Doctype(Quoting):
    """A document type declaration, which may have an internal subset with comments in it."""

    _turn = re.compile(rb"""["'\[\]>]|<!--|<\?""")
    _ends: ClassVar = {b"<!--": b"-->", b"<?": b"?>"}
    _subset = False

    def _unturned(self, page: bytes, at: int, limit: int) -> int:
        return max(at, limit - len(b"<!-"))

    def _meet(self, turn: re.Match[bytes]) -> None:
        if turn.group() in (b"[", b"]"):
            self._subset = turn.group() == b"["
        elif turn.group() in self._ends:
            self._within = Until(self._ends[turn.group()])
        elif turn.group() != b">" or not self._subset:
            super()._meet(turn)


class Renaming(Quoting):
    """A start tag too long to be waited for. ``renamed`` is where in ``page`` attributes stood that may call somebody."""

    _turn = _compiled(rb"""[~](?P<name>[^~=/>"'<]*+)|["'>]""")
    _longest = len(b" http-equiv")
    _names = frozenset(name for names in TELLING.values() for name in names)

    def __init__(self) -> None:
        super().__init__()
        self.renamed: list[int] = []

    def leave(self, page: bytes, at: int, limit: int) -> int:
        self.renamed = []
        return super().leave(page, at, limit)

    def _may_go_on(self, turn: re.Match[bytes]) -> bool:
        return turn["name"] is not None and len(turn.group()) <= self._longest

    def _meet(self, turn: re.Match[bytes]) -> None:
        if turn["name"] is None:
            super()._meet(turn)
        elif turn["name"] in self._names:
            self.renamed.append(turn.start("name"))
