"""What our texts are in one language, as ``python -m tests.languages`` has compiled it.

``locale/texts.json`` lists them as the code has them, and the file of each language has its own in the same order: English is
there once, rather than beside every translation as in the files that gettext compiles, so that these are half as large.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from gettext import c2py
from importlib.resources import files
from typing import Any, Final

from ..languages import ENGLISH

IN: Final = "\x04"
"""Stands between a context and a text that has one."""


class Catalogue:
    """``said`` is a translation by its text; of one that is counted, all, of which ``form`` tells that of a number."""

    def __init__(
        self, said: Mapping[str, str | list[str]], form: Callable[[int], int] = bool
    ) -> None:
        self._said = said
        self._form = form

    def __len__(self) -> int:
        return len(self._said)

    def gettext(self, message: str) -> str:
        return self._say(message, message, 1)

    def ngettext(self, one: str, several: str, num: int) -> str:
        return self._say(one, one if num == 1 else several, num)

    def pgettext(self, context: str, message: str) -> str:
        return self._say(context + IN + message, message, 1)

    def npgettext(self, context: str, one: str, several: str, num: int) -> str:
        return self._say(context + IN + one, one if num == 1 else several, num)

    def form(self, num: int) -> int:
        """Which of the translations of a text that is counted is that of a number."""
        return self._form(num)

    def _say(self, text: str, otherwise: str, num: int) -> str:
        said = self._said.get(text)
        if said is None:
            return otherwise
        return said if isinstance(said, str) else said[self._form(num)]


@cache
def catalogue(name: str) -> Catalogue:
    """One of ``languages.catalogues()``; that of English has nothing in it."""
    if name == ENGLISH:
        return Catalogue({})
    compiled = _read(f"{name}/LC_MESSAGES/cookiesafe.json")
    pairs = zip(texts(), compiled["said"], strict=True)
    return Catalogue({text: said for text, said in pairs if said}, c2py(compiled["form"]))


@cache
def texts() -> list[str]:
    """All there are, each behind its context, if it has one."""
    listed: list[str] = _read("texts.json")
    return listed


def _read(path: str) -> Any:
    return json.loads(files(__package__).joinpath("locale", path).read_bytes())
