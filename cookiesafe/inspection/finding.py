"""What is wrong with an app or its policy: where, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import sentence


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file, counted from 1; 0 is the whole file."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. ``code`` is its page in the docs, ``about`` the cookie, vendor or route that it is about."""

    code: str
    what: str
    fix: str
    place: Place | None = field(default=None, kw_only=True)
    about: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        return sentence(self.code, self.what, str(self.place or ""), self.fix)

    def is_one_of(self, ignored: frozenset[str]) -> bool:
        """Whether somebody has said that it is to be ignored: ``CS703``, or ``CS703:gullwing`` for that one alone."""
        return self.code in ignored or f"{self.code}:{self.about}" in ignored
