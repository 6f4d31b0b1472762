"""What a page can be in the middle of, and where that ends: the tokenizer's states that last (HTML Standard, 13.2.5).

A passage is given the page piece by piece, and what it has understood it need not be given again.
"""

from __future__ import annotations

import re
from typing import Protocol

from .patterns import DELIMITED, WHOLE_ATTRIBUTES, any_case, compiled

_LONGEST_END = len(b"</noscript>")


class Passage(Protocol):
    """``leave`` says up to where ``page[at:limit]`` is understood; if ``ended``, the passage ends there."""

    @property
    def ended(self) -> bool: ...

    def leave(self, page: bytes, at: int, limit: int) -> int: ...


def _states() -> dict[str, _State]:
    """Each state by its name: what stays in it, where other bytes lead, and whether that byte is gone then."""
    return {
        name: (compiled(stay), {ord(byte): turn for byte, turn in turns.items()}, otherwise)
        for name, stay, turns, otherwise in (
            ("tag name", rb"[^~/>]*+", {}, ("between", 0)),
            ("name", rb"[^~/>=]*+", {"=": ("before value", 1)}, ("after name", 0)),
            ("after name", rb"[~]*+", {"=": ("before value", 1)}, ("between", 0)),
            (
                "before value",
                rb"[~]*+",
                {'"': ("double quoted", 1), "'": ("single quoted", 1), ">": ("between", 0)},
                ("unquoted", 0),
            ),
            ("double quoted", rb'[^"]*+', {}, ("between", 1)),
            ("single quoted", rb"[^']*+", {}, ("between", 1)),
            ("unquoted", rb"[^~>]*+", {}, ("between", 0)),
            ("between", WHOLE_ATTRIBUTES, {">": ("over", 1)}, ("name", 1)),
        )
    }


_State = tuple[re.Pattern[bytes], dict[int, tuple[str, int]], tuple[str, int]]
_STATES = _states()


class Tag:
    """The rest of a tag, from within its name on. ``then`` is the element it begins, if that matters."""

    def __init__(self, then: bytes = b"") -> None:
        self.then = then
        self._state = "tag name"

    @classmethod
    def begun(cls, page: bytes, at: int, limit: int, then: bytes = b"") -> Tag:
        """The rest of the start tag that begins at ``page[at]``, behind ``limit``."""
        tag = cls(then)
        tag.leave(page, at + len(b"<"), limit)
        return tag

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._state == "over"

    def leave(self, page: bytes, at: int, limit: int) -> int:
        while not self.ended:
            stay, turns, otherwise = _STATES[self._state]
            match = stay.match(page, at, limit)
            at = match.end() if match else at
            if at == limit:
                break
            self._state, gone = turns.get(page[at], otherwise)
            at += gone
        return at


class Text:
    """Text up to the end tag of ``name``."""

    def __init__(self, name: bytes) -> None:
        self.ended = False
        self._end = TEXT_ENDS[name]

    def leave(self, page: bytes, at: int, limit: int) -> int:
        end = self._end.search(page, at, limit)
        if end is None:
            return max(at, limit - _LONGEST_END)
        self.ended = True
        return end.start()


TEXT_ENDS = {
    name: re.compile(rb"</" + any_case(name) + DELIMITED)
    for name in (
        b"style", b"textarea", b"title", b"xmp", b"noembed", b"noframes", b"iframe", b"noscript", b"script",
    )
}  # fmt: skip

_SCRIPT_TURN = re.compile(rb"<(?:!--|(/)" + any_case(b"script") + DELIMITED + rb")")
_HIDDEN_TURN = re.compile(rb"-->|<(/?)" + any_case(b"script") + DELIMITED)


class Script:
    """The text of a script, which hides its end tag behind ``<!-- <script>`` (script data double escaped state)."""

    def __init__(self) -> None:
        self.ended = False
        self._depth = 0

    def leave(self, page: bytes, at: int, limit: int) -> int:
        while not self.ended:
            turn = (_HIDDEN_TURN if self._depth else _SCRIPT_TURN).search(page, at, limit)
            if turn is None:
                return max(at, limit - _LONGEST_END)
            at = self._past(turn)
        return at

    def _past(self, turn: re.Match[bytes]) -> int:
        if turn.group() == b"<!--":
            self._depth = 1
            return turn.start() + 2  # <!--> is over at once
        if turn.group() == b"-->":
            self._depth = 0
        elif not turn[1]:
            self._depth = 2
        elif self._depth == 2:
            self._depth = 1
        else:
            self.ended = True
            return turn.start()
        return turn.end()


class Comment:
    """A comment, from within its opening on."""

    _end = re.compile(rb"--!?>")

    def __init__(self) -> None:
        self.ended = False

    def leave(self, page: bytes, at: int, limit: int) -> int:
        end = self._end.search(page, at, limit)
        if end is None:
            return max(at, limit - len(b"--!"))
        self.ended = True
        return end.end()


class BogusComment:
    """What looks like a declaration, up to the next angle."""

    def __init__(self) -> None:
        self.ended = False

    def leave(self, page: bytes, at: int, limit: int) -> int:
        end = page.find(b">", at, limit)
        self.ended = end >= 0
        return end + 1 if self.ended else limit


class Section(BogusComment):
    """``<![CDATA[``, where it may be a section of character data or a bogus comment."""


class Endless:
    """Text behind ``<plaintext>``."""

    ended = False

    def leave(self, page: bytes, at: int, limit: int) -> int:
        return limit


DECLARING = (b"<!", b"<?", b"</")
"""How comments begin, and what browsers make one of: an end tag without a name, too."""


def is_cut_off(opening: bytes) -> bool:
    """Whether it cannot be told yet which comment ``opening`` begins."""
    return opening in (b"<", b"</", b"<!", b"<!-") or (
        len(opening) < len(b"<!---!") and opening.startswith(b"<!--")
    )


def declaration(opening: bytes) -> tuple[Passage, int]:
    """What ``opening`` begins, and how much of that is not looked at again: ``<!-->`` is over at once."""
    if not opening.startswith(b"<!--"):
        return BogusComment(), len(b"<!")
    return Comment(), 4 if opening.startswith((b"<!--!", b"<!---!")) else 2
