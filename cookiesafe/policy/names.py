"""Cookie names: exact, or a pattern with one ``*`` for any text, the empty one included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from .declared import Cookie
from .words import MiswrittenError, quoted

_MAX_NAME: Final = 256  # characters; browsers take 4096 bytes for name and value (RFC 6265bis, 5.6)
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, section 5.6.2


def check_name(name: str) -> None:
    """Raises ValueError unless ``name`` is an RFC 9110 token with at most one ``*``."""
    if not name or len(name) > _MAX_NAME:
        raise MiswrittenError(
            f"cookie name {quoted(name)} has {len(name)} characters", f"Use 1 to {_MAX_NAME}."
        )
    if not _TOKEN.fullmatch(name):
        strange = next(character for character in name if not _TOKEN.fullmatch(character))
        raise MiswrittenError(
            f"cookie name {quoted(name)} has {quoted(strange)} in it",
            "Use letters, digits and !#$%&'+-.^_`|~ (a token, RFC 9110).",
        )
    if name.count("*") > 1:
        raise MiswrittenError(
            f"cookie name {quoted(name)} has more than one *",
            "Keep one: it stands for any text, the empty one included.",
        )


def contains(wide: str, narrow: str) -> bool:
    """Whether every name that falls under ``narrow`` falls under ``wide``; both may be patterns."""
    before, star, after = wide.partition("*")
    if not star:
        return wide == narrow
    start, narrow_star, end = narrow.partition("*")
    if narrow_star:
        return start.startswith(before) and end.endswith(after)
    return len(narrow) >= len(before) + len(after) and (
        narrow.startswith(before) and narrow.endswith(after)
    )


def overlap(one: str, other: str) -> bool:
    """Whether some name falls under both ``one`` and ``other``; both may be patterns."""
    if "*" not in one or "*" not in other:
        return contains(one, other) or contains(other, one)
    (start, _, end), (begin, _, finish) = one.partition("*"), other.partition("*")
    return (start.startswith(begin) or begin.startswith(start)) and (
        end.endswith(finish) or finish.endswith(end)
    )


def rank(name: str) -> tuple[bool, int, int]:
    """Which of several that fit comes first, as ``CookieNames`` has it: the highest rank."""
    before, star, after = name.partition("*")
    return not star, len(before), len(after)


class CookieNames(dict[str, Cookie | None]):
    """``names[name]`` is the cookie ``name`` falls under, or None, however many there are.

    Exact names are the dict's own and beat patterns; of these a longer prefix beats a shorter one,
    then a longer suffix. ``own`` beats ``known``, whose names are exact.
    """

    __slots__ = ("_patterns", "_prefix_lengths")

    def __init__(self, own: Sequence[Cookie], known: Iterable[Cookie] = ()) -> None:
        super().__init__((cookie.name, cookie) for cookie in own if "*" not in cookie.name)
        by_prefix: dict[str, dict[str, Cookie]] = {}
        for cookie in own:
            prefix, star, suffix = cookie.name.partition("*")
            if star:
                by_prefix.setdefault(prefix, {})[suffix] = cookie
        self._patterns = {
            prefix: (by_suffix, sorted({len(suffix) for suffix in by_suffix}, reverse=True))
            for prefix, by_suffix in by_prefix.items()
        }
        self._prefix_lengths = sorted({len(prefix) for prefix in by_prefix}, reverse=True)
        # What an own pattern covers is settled once, so that asking looks into one table only.
        for cookie in known:
            if cookie.name not in self:
                self[cookie.name] = self[cookie.name] or cookie

    def __missing__(self, name: str) -> Cookie | None:
        size = len(name)
        for length in self._prefix_lengths:
            if length <= size and (found := self._patterns.get(name[:length])):
                by_suffix, suffix_lengths = found
                for suffix_length in suffix_lengths:
                    start = size - suffix_length
                    if start >= length and (cookie := by_suffix.get(name[start:])):
                        return cookie
        return None
