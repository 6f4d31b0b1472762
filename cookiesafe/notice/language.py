"""A language that visitors are spoken to in: its words come from a catalogue, read when they are first needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from ..languages import ENGLISH, catalogued, direction
from ..sayings import Listed, Saying, say_in
from .catalogue import catalogue, texts

_AND: Final = {
    # L10n: between two items of a list, such as names of purposes
    "items": say_in("between items", ", "),
    # L10n: between two clauses of a list, each of which says what is new
    "news": say_in("between clauses", "; "),
    # L10n: between two clauses, as in: you type your address again, and you see the same tips as everybody
    "limits": say_in("between clauses", ", and "),
}


class Language:
    """``tag`` is its language tag, ``direction`` is ``ltr`` or ``rtl``."""

    def __init__(self, tag: str) -> None:
        name = catalogued(tag)
        self.tag = tag if name else ENGLISH
        self.direction = direction(self.tag)
        self._name = name or ENGLISH

    def gettext(self, message: str) -> str:
        return catalogue(self._name).gettext(message)

    def ngettext(self, one: str, several: str, num: int) -> str:
        return catalogue(self._name).ngettext(one, several, num)

    def pgettext(self, context: str, message: str) -> str:
        return catalogue(self._name).pgettext(context, message)

    def npgettext(self, context: str, one: str, several: str, num: int) -> str:
        return catalogue(self._name).npgettext(context, one, several, num)

    def plain(self, text: str) -> str:
        """``text`` in this language, if it is one of ours, for where no markup may be."""
        if isinstance(text, Listed):
            return self.plain(_AND["items"]).join(map(self.plain, text.texts))
        if not isinstance(text, Saying):
            return str(text)
        said = self._said(text)
        return (
            said % {name: self._value(each) for name, each in text.values.items()}
            if text.values
            else said
        )

    def html(self, text: str) -> Markup:
        """The same as HTML, in which a text of another language says so."""
        if isinstance(text, Listed):
            return self.listed(text.texts)
        if not isinstance(text, Saying):
            return escape(text)
        said = escape(self._said(text))
        values = {
            name: self.html(each) if isinstance(each, str) else each
            for name, each in text.values.items()
        }
        return said % values if values else said

    def listed(self, texts: Iterable[str], kind: str = "items") -> Markup:
        """Texts one behind the other: ``items``, or the clauses of ``news`` or ``limits``."""
        return escape(self.plain(_AND[kind])).join(map(self.html, texts))

    def isolated(self, text: object) -> str:
        """What is written from left to right in every language, such as a date, so that it keeps its order (UAX #9)."""
        return f"\u2066{text}\u2069" if self.direction == "rtl" else str(text)

    def _said(self, text: Saying) -> str:
        if text.several:
            return self.ngettext(text.message, text.several, text.values["num"])
        if text.context:
            return self.pgettext(text.context, text.message)
        return self.gettext(text.message)

    def _value(self, value: object) -> object:
        return self.plain(value) if isinstance(value, str) else value


def coverage(name: str) -> tuple[int, int]:
    """How many texts of ours a catalogue has, and how many there are."""
    most = len(texts())
    return (most if name == ENGLISH else len(catalogue(name))), most
