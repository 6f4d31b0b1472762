"""Docstrings as Markdown."""

from __future__ import annotations

import inspect
import re

_TERM = re.compile(r"^``(\w+)``\n((?:    .+\n?)+)", re.MULTILINE)


def prose(thing: object) -> str:
    """The docstring, without what it says of single names."""
    return markdown(_TERM.sub("", _doc(thing)))


def terms(thing: object) -> dict[str, str]:
    """What the docstring says of each name that stands alone on a line."""
    return {name: markdown(inspect.cleandoc(text)) for name, text in _TERM.findall(_doc(thing))}


def markdown(text: str) -> str:
    text = re.sub(r"``(.+?)``", r"`\1`", text, flags=re.DOTALL)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def cell(text: str) -> str:
    """In a row of a table."""
    return " ".join(text.split()).replace("|", r"\|")


def _doc(thing: object) -> str:
    """Its own: what it would inherit is said elsewhere."""
    found = getattr(thing, "__doc__", None)
    assert found, f"{thing!r} has no docstring"
    return inspect.cleandoc(found) + "\n"
