"""On which line of a TOML text a key stands. ``tomllib`` reads values and forgets their places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

Path = tuple[str, ...]

_TOKENS: Final = re.compile(
    r'''(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"|(?P<bare>[^\s\[\]{}=,.#\"']+)|(?P<mark>[\[\]{}=,.])|(?P<newline>\n)|#[^\n]*|[^\S\n]+|.",
    re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


class LineMap:
    """The lines, counted from 1, of every key and list item in ``text``.

    They are right for a text that ``tomllib`` accepts; of any other text some may be off.
    """

    __slots__ = ("_lines",)

    def __init__(self, text: str) -> None:
        self._lines = _Scan(list(_tokens(text))).lines()

    def line_of(self, path: Path) -> int:
        """Where ``path`` stands, or else the nearest thing around it, or else 1."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return 1


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKENS.finditer(text):
        if match.lastgroup:
            yield _Token(match.lastgroup, match[0], line)
        line += match[0].count("\n")


@dataclass(slots=True)
class _Scan:
    """A walk over the tokens: headers and keys, and values only for the keys within."""

    tokens: list[_Token]
    at: int = 0
    found: dict[Path, int] = field(default_factory=dict)

    def lines(self) -> dict[Path, int]:
        table: Path = ()
        while self._peek():
            if self._peek() == "\n":
                self.at += 1
            elif self._peek() == "[":
                self._skip("[")
                table = self._key(())
                self._skip("]")
            else:
                self._pair(table)
        return self.found

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _skip(self, marks: str) -> None:
        while self._peek() and self._peek() in marks:
            self.at += 1

    def _advance(self, start: int) -> None:
        # A token out of place would hold the walk for ever; a line a little off does no harm.
        if self.at == start:
            self.at += 1

    def _key(self, table: Path) -> Path:
        """A dotted key. The line of its first mention counts."""
        path = table
        while self.at < len(self.tokens) and self.tokens[self.at].kind in ("text", "bare"):
            token = self.tokens[self.at]
            path = (*path, _unquoted(token))
            self.found.setdefault(path, token.line)
            self.at += 1
            self._skip(".")
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = self._key(table)
        self._skip("=")
        self._value(path)
        self._advance(start)

    def _value(self, path: Path) -> None:
        if self._peek() == "[":
            self._list(path)
        elif self._peek() == "{":
            self.at += 1
            while self._peek() not in ("}", ""):
                self._pair(path)
                self._skip(",\n")
            self.at += 1
        else:
            while self._peek() not in ("\n", ",", "]", "}", ""):
                self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        self._skip("\n")
        position = 0
        while self._peek() not in ("]", ""):
            start, here = self.at, (*path, str(position))
            self.found.setdefault(here, self.tokens[start].line)
            self._value(here)
            self._advance(start)
            self._skip(",\n")
            position += 1
        self.at += 1


def _unquoted(token: _Token) -> str:
    if token.kind == "bare":
        return token.text
    try:
        return str(tomllib.loads(f"key = {token.text}")["key"])
    except tomllib.TOMLDecodeError:
        return token.text
