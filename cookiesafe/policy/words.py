"""How a problem is put into words: what was written, of which kind, and what to write instead."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..sayings import Foreign

_SHOWN = 60  # characters: a message stays one readable line whatever a file holds


class MiswrittenError(ValueError):
    """A value not written as it must be: ``what`` is wrong with it and how to ``fix`` it."""

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}. {fix}")


def quoted(text: str) -> str:
    """``text`` between double quotes, shortened, with control characters and surrogates escaped."""
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return json.dumps(short, ensure_ascii=not short.isprintable())


def one_line(text: str) -> str:
    """``text`` without its line breaks and further spaces, which make no other text of it."""
    line = " ".join(text.split())
    if line == text:
        return text
    return Foreign(line, text.lang) if isinstance(text, Foreign) else line


def kind_of(value: object) -> str:
    """What ``value`` is, in the words of messages: ``text``, ``a table``, ``a whole number``."""
    match value:
        case str():
            return "text"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case Mapping():
            return "a table"
        case list() | tuple():
            return _list_of(value)
        case None:
            return "nothing"
        case _:
            return f"a {type(value).__name__}"


def _list_of(values: list[object] | tuple[object, ...]) -> str:
    strange = [kind_of(value) for value in values if not isinstance(value, str)]
    return f"a list with {strange[0]} in it" if strange else "a list of texts"
