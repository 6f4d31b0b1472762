"""The page gate: puts one fragment of ours into an HTML document as it streams by.

What it does not touch leaves byte for byte, and at once: only an unfinished tag waits for the next chunk. It follows
the WHATWG tokenizer up to where the body begins (HTML Standard, sections 13.2.5 and 13.2.6.4.1 to 13.2.6.4.7) and
looks at nothing behind that.
"""

from __future__ import annotations

import re

MAX_HELD_BACK = 64 * 1024
"""How long an unfinished tag may be, in bytes; a page with a longer one gets the fragment at its end."""

_BLANK = re.compile(rb"(?:[\t\n\f\r \x00]|\xef\xbb\xbf)+")
_TAG = re.compile(
    rb"""
    < (?P<end>/?) (?P<name>[a-zA-Z][^\t\n\f\r\x20/>]*+)
    (?:
        [\t\n\f\r\x20/]++
      | (?: =[^\t\n\f\r\x20/>=]*+ | [^\t\n\f\r\x20/>=]++ )
        (?: [\t\n\f\r\x20]*+ = [\t\n\f\r\x20]*+
            (?: "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) | [^\t\n\f\r\x20>"'][^\t\n\f\r\x20>]*+ )?+
        )?+
    )*+ >
    """,
    re.VERBOSE,
)
_MAY_GROW = re.compile(rb"<[a-zA-Z!?/]|<\Z|\xef\xbb?\Z|\Z")
_BOGUS_COMMENT = re.compile(rb"<(?:[!?]|/[^a-zA-Z>])[^>]*+>|</>")
_COMMENT_END = re.compile(rb"--!?>")
_SCRIPT_TURN = re.compile(rb"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)
_TEXT_END = {
    name: re.compile(rb"</" + name + rb"(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in (b"title", b"style", b"noscript", b"noframes")
}
_IN_HEAD = frozenset({b"html", b"head", b"meta", b"link", b"base", b"basefont", b"bgsound"})
_ENDS_HEAD = frozenset({b"body", b"html", b"br"})
_LONGEST_TURN = len(b"</noscript>")
_UNFINISHED_TAG = re.compile(rb"</?[a-zA-Z]")
_COMMENT, _SCRIPT = b"comment", b"script"
_UTF16 = {b"\xff\xfe": b" \0", b"\xfe\xff": b"\0 "}


class PageGate:
    """Places ``fragment`` (ASCII) at the start of the body, or with ``at_end`` behind the last byte.

    Whatever comes, exactly ``size`` bytes are added, so a ``Content-Length`` can be told beforehand. A page in
    UTF-16, which only its first bytes may say, gets as many bytes of blanks.
    """

    def __init__(self, fragment: bytes, *, at_end: bool = False) -> None:
        self._fragment = fragment + b" " * (len(fragment) % 2)
        self.size = len(self._fragment)
        self._prelude = None if at_end else _Prelude()
        self._begun = False
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """What may leave now that ``chunk`` has come."""
        if self._begun and self._prelude is None:
            return chunk
        if (
            self._prelude is not None
            and self._prelude.inside is None
            and _UNFINISHED_TAG.match(self._held)
            and b">" not in chunk
            and len(self._held) + len(chunk) <= MAX_HELD_BACK
        ):
            self._held += chunk
            return b""
        page, self._held = self._held + chunk, b""
        if not self._begun:
            if len(page) < 2:
                self._held = page
                return b""
            self._begin(page)
        return page if self._prelude is None else self._search(page, self._prelude)

    def close(self) -> bytes:
        """What is left when nothing more comes."""
        rest = self._held + self._fragment if self._prelude is None else self._fragment + self._held
        self._fragment = self._held = b""
        return rest

    @property
    def held(self) -> bytes:
        """What has come and not left yet."""
        return self._held

    @property
    def owed(self) -> int:
        """How many bytes are still to be added."""
        return len(self._fragment)

    def _begin(self, page: bytes) -> None:
        self._begun = True
        blank = _UTF16.get(page[:2])
        if blank is not None:
            self._fragment = blank * (self.size // 2)
            self._prelude = None

    def _search(self, page: bytes, prelude: _Prelude) -> bytes:
        at = prelude.scan(page)
        if prelude.has_no_body:
            self._prelude = None
            return page
        if prelude.ended:
            placed, self._fragment, self._prelude = self._fragment, b"", None
            return page[:at] + placed + page[at:]
        if len(page) - at > MAX_HELD_BACK:
            self._prelude = None
            return page
        self._held = page[at:]
        return page[:at]


class _Prelude:
    """What stands before the body. ``scan`` is given the page from where it stopped, and ``ended`` says it is over."""

    def __init__(self) -> None:
        self.ended = False
        self.has_no_body = False
        self.inside: bytes | None = None
        """The name of the element, or ``comment``, whose text is passing."""
        self._script_depth = 0
        self._template_depth = 0

    def scan(self, page: bytes) -> int:
        """Up to where ``page`` is understood: where the body begins if it has ``ended``, else where to go on."""
        at, before = 0, None
        while not self.ended and (at, self.inside) != before:
            before = at, self.inside
            at = self._step(page, at) if self.inside is None else self._leave(page, at)
        return at

    def _step(self, page: bytes, at: int) -> int:
        """Past one token of the head; ``at`` itself when it is not all there, or when the body begins with it."""
        blank = _BLANK.match(page, at)
        if blank:
            return blank.end()
        if page.startswith(b"<!--", at):
            late = page.startswith((b"!", b"-!"), at + 4)
            return self._enter(_COMMENT, at + (4 if late else 2), page, at)
        tag = _TAG.match(page, at)
        if tag:
            return self._past(tag)
        bogus = None if b"<!--".startswith(page[at : at + 4]) else _BOGUS_COMMENT.match(page, at)
        if bogus:
            return bogus.end()
        if self._template_depth and not _MAY_GROW.match(page, at):
            return self._past_text(page, at)
        self.ended = not _MAY_GROW.match(page, at)
        return at

    def _past_text(self, page: bytes, at: int) -> int:
        """Past text in a template, which shows nothing."""
        tag = page.find(b"<", at + 1)
        return len(page) if tag < 0 else tag

    def _enter(self, what: bytes, inside: int, page: bytes, at: int) -> int:
        if len(page) - at < len(b"<!---!"):
            return at
        self.inside = what
        return inside

    def _past(self, tag: re.Match[bytes]) -> int:
        name = tag["name"].lower()
        if name == b"template":
            self._template_depth = max(0, self._template_depth + (-1 if tag["end"] else 1))
            return tag.end()
        if tag["end"]:
            self.ended = name in _ENDS_HEAD and not self._template_depth
            return tag.start() if self.ended else tag.end()
        if name == b"script" or name in _TEXT_END:
            self.inside = name
        elif self._template_depth:
            return tag.end()
        elif name in (b"body", b"frameset"):
            self.ended = True
            self.has_no_body = name == b"frameset"
        elif name not in _IN_HEAD:
            self.ended = True
            return tag.start()
        return tag.end()

    def _leave(self, page: bytes, at: int) -> int:
        """Past the text of the element or comment it is inside, as far as it is there."""
        if self.inside == _SCRIPT:
            return self._leave_script(page, at)
        comment = self.inside == _COMMENT
        end = (_COMMENT_END if comment else _TEXT_END[self.inside or b""]).search(page, at)
        if end:
            self.inside = None
            return end.end() if comment else end.start()
        return max(at, len(page) - _LONGEST_TURN)

    def _leave_script(self, page: bytes, at: int) -> int:
        """Script text hides its end tag behind ``<!-- <script>`` (script data double escaped state)."""
        turn = _SCRIPT_TURN.search(page, at)
        if turn is None:
            return max(at, len(page) - _LONGEST_TURN)
        if turn.group() == b"-->":
            self._script_depth = 0
        elif turn.group() == b"<!--":
            self._script_depth = max(self._script_depth, 1)
            return turn.start() + 2
        elif not turn[1]:
            self._script_depth = 2 if self._script_depth else 0
        elif self._script_depth == 2:
            self._script_depth = 1
        else:
            self._script_depth = 0
            self.inside = None
            return turn.start()
        return turn.end()
