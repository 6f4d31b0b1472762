"""What is held in a tag, and the edits that keep the browser from calling it.

An edit only ever inserts, between attributes, and neither quotes nor angles: so no text before or behind it is read in
another way, whatever the browser makes of the page. An attribute is taken away by giving it another name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import NamedTuple, Protocol
from urllib.parse import quote

from ..documents import Markup
from . import speculation
from .data_urls import Undecodable, cleaned, document_in, is_no_document
from .patterns import HINTS
from .tags import TagText

Edit = tuple[int, bytes]
"""Where in a tag, and what is put in there."""

RENAMED = b"data-held-"
"""What is put before the name of an attribute that is to count no more."""

MOST_SWAPPED = 100
"""How many are remembered, for the log."""

_ADDRESS = {b"iframe": b"src", b"frame": b"src", b"embed": b"src", b"object": b"data"}
# What would keep our page from being shown in the frame, or from knowing the visitor.
_IN_THE_WAY = {
    b"iframe": frozenset({b"src", b"sandbox", b"credentialless", b"csp"}),
    b"frame": frozenset({b"src"}),
    b"embed": frozenset({b"src", b"type"}),
    b"object": frozenset({b"data", b"type", b"classid", b"codebase"}),
}
_SPACE = "\t\n\f\r "
_WORD = re.compile(r"[^\t\n\f\r ]+")
_NEEDS_NO_QUOTES = re.compile(r"[a-zA-Z0-9/?=.:_%-]+")
_UNSAFE = re.compile(r"[^a-zA-Z0-9/?.:_%-]")
_REFRESH = re.compile(
    r"[\t\n\f\r ]*[^;,\t\n\f\r ]*+[\t\n\f\r ]*+[;,]?[\t\n\f\r ]*+"
    r"(?:url[\t\n\f\r ]*+=[\t\n\f\r ]*+)?+(?:'([^']*)|\"([^\"]*)|(.*))",
    re.IGNORECASE | re.DOTALL,
)
_CALLS_NOBODY = ("data:", "blob:", "about:", "javascript:")
_NAMING = {b"name", b"property", b"itemprop", b"charset"}
NO_TAG: Edit = (1, b"x-")
"""Makes an element of another name of it, of which a browser knows nothing."""


class Swaps(Protocol):
    """What is held for this visitor, and what stands in its place."""

    def held(self, url: str, base: str | None) -> str | None:
        """``None`` if ``url`` may be called, else a key for it, such as the address it comes to.

        ``url`` is as an attribute has it, and relative to ``base``, the ``href`` of the page's ``<base>``; ``None``: it
        has none.
        """
        ...

    def placeholder(self, key: str, sandbox: str | None) -> str | None:
        """The address of our page for it, not relative to any ``<base>``; ``sandbox`` is as the element has it.

        ``None``: the element stays as it is.
        """
        ...


class Swapped(NamedTuple):
    """What was swapped or taken out: its key, and the element, or the link type, ``refresh``, ``speculationrules``."""

    key: str
    kind: str


class Inner(NamedTuple):
    """What became of a document in an attribute: its text, and what was swapped in it."""

    text: bytes
    swapped: list[Swapped]


Read = Callable[[Markup, bytes, str | None], Inner | None]
"""Reads a document in an attribute, by its base; ``None`` if that is too deep within others."""


class Judge:
    """Asks ``swaps`` about the tags of one page, in their order.

    ``inner``: the page is in an attribute of another, and its addresses begin with ``base``.
    """

    def __init__(
        self, swaps: Swaps, read: Read, base: str | None = None, *, inner: bool = False
    ) -> None:
        self.swapped: list[Swapped] = []
        self._swaps = swaps
        self._read = read
        self._inner = inner
        self._base = self._outer_base = base
        self._has_base = False

    def edits(self, tag: TagText, *, doubtful: bool = False) -> list[Edit]:
        """Where what is put into ``tag``; nothing if nothing in it is held.

        ``doubtful``: it may be no tag to the browser, so a ``<base>`` counts only against the page.
        """
        if tag.name in _ADDRESS:
            return self._swap(tag)
        if tag.name == b"link":
            return self._unhint(tag)
        if tag.name == b"meta":
            return self._unrefresh(tag)
        if tag.name == b"base":
            return self._note_base(tag, doubtful)
        if tag.is_rules:
            return self.edits_of_rules(tag, b"")
        return []

    def edits_of_rules(self, tag: TagText, rules: bytes) -> list[Edit]:
        """The same for a script of speculation rules, by its text; they cannot be read if it is empty."""
        keys: list[str] = []

        def held(url: str) -> bool:
            key = self._held(url)
            keys.extend([] if key is None else [key])
            return key is not None

        if speculation.is_harmless(rules, held):
            return []
        self._note(keys[0] if keys else "", "speculationrules")
        return [put(tag, b"type", b"held"), *renamings(tag, {b"type"})]

    def edits_of_cut(self, tag: TagText) -> list[Edit]:
        """The same for a tag that is too long to be waited for. What cannot be known of it counts against it."""
        known = tag.known()
        address = _ADDRESS.get(tag.name, b"href")
        if tag.name == b"script":
            return [] if b"type" in known else [put(tag, b"type", b"text/javascript")]
        if tag.cut() == address and _calls_nobody(tag[address], frame=tag.name in _ADDRESS):
            return []
        if tag.name == b"iframe":
            return [NO_TAG]  # a srcdoc may follow
        if tag.name == b"meta":
            free = not _is_refresh(tag) and not known.isdisjoint({b"http-equiv", *_NAMING})
            needed = {b"http-equiv", b"content"}
        elif tag.name == b"link":
            free = b"rel" in known and not _link_types(tag)[1]
            needed = {b"rel", b"href"}
        else:
            free, needed = False, {address}
        if free:
            return []
        return self.edits(tag) if needed <= known else [NO_TAG]

    def _held(self, url: str) -> str | None:
        return self._swaps.held(url, self._base) if url.strip(_SPACE) else None

    def _note(self, key: str, kind: str) -> None:
        if len(self.swapped) < MOST_SWAPPED:
            self.swapped.append(Swapped(key, kind))

    def _note_all(self, swapped: list[Swapped]) -> None:
        for key, kind in swapped:
            self._note(key, kind)

    def _swap(self, tag: TagText) -> list[Edit]:
        if tag.name == b"iframe" and b"srcdoc" in tag:
            return self._edit_srcdoc(tag)
        address = _ADDRESS[tag.name]
        url = tag[address]
        key = self._held(url)
        if key is None:
            return self._edit_data(tag, address, url)
        sandbox = tag[b"sandbox"] if tag.name == b"iframe" and b"sandbox" in tag else None
        ours = self._swaps.placeholder(key, sandbox)
        if ours is None:
            return []
        self._note(key, tag.name.decode())
        return [put(tag, address, _as_value(ours)), *renamings(tag, _IN_THE_WAY[tag.name])]

    def _edit_srcdoc(self, tag: TagText) -> list[Edit]:
        text = tag[b"srcdoc"]
        if "<" not in text:
            return []
        document = text.encode()
        inner = self._read("html", document, self._base)
        if inner is not None and inner.text == document:
            return []
        renamed = renamings(tag, {b"srcdoc", b"src"})
        if inner is None or "\ufffd" in text:
            self._note("", "srcdoc")
            return renamed
        self._note_all(inner.swapped)
        return [put(tag, b"srcdoc", _referring(inner.text.decode())), *renamed]

    def _edit_data(self, tag: TagText, address: bytes, url: str) -> list[Edit]:
        """A frame of a ``data:`` URL, to which the page's base is nothing."""
        ours = self._edited_data(url)
        if ours is None:
            return []
        if not ours:
            return renamings(tag, _IN_THE_WAY[tag.name])
        return [put(tag, address, _as_value(ours)), *renamings(tag, {address})]

    def _edited_data(self, url: str) -> str | None:
        """What is to stand for a ``data:`` URL; ``None`` if that may stay, and nothing if it cannot be read."""
        try:
            data = document_in(url)
            if data is None:
                return None
            inner = self._read(data.markup, data.text, None)
        except Undecodable:
            data = inner = None
        if data is None or inner is None:
            self._note("", "data")
            return ""
        self._note_all(inner.swapped)
        return None if inner.text == data.text else data.with_text(inner.text)

    def _unhint(self, tag: TagText) -> list[Edit]:
        types, hints = _link_types(tag)
        key = self._held(tag[b"href"]) if hints else None
        if key is None:
            return []
        self._note(key, hints[0].lower())
        rest = [each for each in types if each not in hints]
        rel = [put(tag, b"rel", b"&#32;".join(map(_as_value, rest)))] if rest else []
        return [*rel, *renamings(tag, {b"rel"})]

    def _unrefresh(self, tag: TagText) -> list[Edit]:
        if not _is_refresh(tag):
            return []
        refresh = _REFRESH.match(tag[b"content"])
        url = (refresh[1] or refresh[2] or refresh[3] or "") if refresh else ""
        key = self._held(url)
        if key is None and self._edited_data(url) is None:
            return []
        self._note(key or "", "refresh")
        return renamings(tag, {b"http-equiv"})

    def _note_base(self, tag: TagText, doubtful: bool) -> list[Edit]:
        """The first one counts. Of any other it is not sure that it does not, so it may not lead elsewhere.

        Nor may that of an inner page, which may be relative to a base itself.
        """
        if b"href" not in tag:
            return []
        href = tag[b"href"]
        first = not self._has_base and not doubtful
        if (self._inner or not first) and self._swaps.held(href, self._outer_base) is not None:
            return renamings(tag, {b"href"})
        if first:
            self._has_base, self._base = True, href
        return []


def _link_types(tag: TagText) -> tuple[list[str], list[str]]:
    """All link types of a tag, and those that are hints."""
    types = _WORD.findall(tag[b"rel"])
    return types, [each for each in types if each.lower() in HINTS]


def _is_refresh(tag: TagText) -> bool:
    return tag[b"http-equiv"].lower() == "refresh"


def _calls_nobody(url: str, *, frame: bool) -> bool:
    """Whether an address that goes on leads to no host, and in a frame makes no document that would."""
    url = cleaned(url).lower()
    if frame and url.startswith("data:"):
        return is_no_document(url)
    return url.startswith(_CALLS_NOBODY)


def disarmed(raw: bytes) -> list[Edit]:
    """What keeps anything like a tag from being one that may call a host, without a look at what it says."""
    if raw[1:7].lower() == b"script":
        return [put(TagText(raw[: len(b"<script>")], b"script"), b"type", b"held")]
    return [NO_TAG]


def put(tag: TagText, name: bytes, value: bytes) -> Edit:
    """An attribute before all others, which are separated from it."""
    gap = b" " if tag.raw[tag.name_end : tag.name_end + 1].strip(b"\t\n\f\r >") else b""
    return tag.name_end, b" " + name + b"=" + value + gap


def renamings(tag: TagText, names: Container[bytes]) -> list[Edit]:
    """Each attribute of these names, those that do not count too: some readers of a page take the last."""
    return [(at, RENAMED) for at in tag.places(names)]


def _as_value(text: str) -> bytes:
    """An attribute's value that needs no quotes."""
    if _NEEDS_NO_QUOTES.fullmatch(text):
        return text.encode()
    return quote(text, safe="!#$%&()*+,-./:;=?@[]^_{|}~").replace("&", "&amp;").encode()


def _referring(text: str) -> bytes:
    """An attribute's value that needs no quotes, of any text."""
    return _UNSAFE.sub(lambda found: f"&#{ord(found[0])};", text).encode()
