"""Texts that visitors meet, as values: in English, with all it takes to say them in another language.

A ``Saying`` is a text like any other to whoever does not care, so that what is made of it can be compared, recorded and
logged. What shows it to a visitor says it in that visitor's language (``notice.language``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from markupsafe import Markup


class Saying(str):
    """``message`` is what catalogues know it by, in which ``values`` stand by name.

    One that is counted has ``several``, its message for more than one, and ``num`` among its values. ``context`` tells
    two apart that are the same in English.
    """

    message: str
    several: str
    context: str
    values: dict[str, Any]

    def __new__(
        cls,
        text: str,
        message: str = "",
        several: str = "",
        context: str = "",
        values: dict[str, Any] | None = None,
    ) -> Self:
        saying = super().__new__(cls, text)
        saying.message, saying.several = message or text, several
        saying.context, saying.values = context, values or {}
        return saying

    def with_values(self, others: Mapping[str, str]) -> Saying:
        """The same with others in the place of some of its values, by what they are."""
        values = {
            name: others.get(each, each) if isinstance(each, str) else each
            for name, each in self.values.items()
        }
        return Saying(self, self.message, self.several, self.context, values)

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (str(self), self.message, self.several, self.context, self.values)
        return type(self), parts


class Foreign(str):
    """A text in another language than what stands around it, which its HTML says: ``lang`` is its language tag."""

    lang: str

    def __new__(cls, text: str, lang: str) -> Self:
        foreign = super().__new__(cls, text)
        foreign.lang = lang
        return foreign

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.lang)

    def __html__(self) -> Markup:
        # A text of no direction of its own takes that of its first letter.
        return Markup('<span lang="{}" dir="auto">{}</span>').format(self.lang, str(self))


class Listed(str):
    """Several texts, one behind the other, of which each is said by itself."""

    texts: tuple[str, ...]

    def __new__(cls, texts: tuple[str, ...]) -> Self:
        listed = super().__new__(cls, ", ".join(texts))
        listed.texts = texts
        return listed

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.texts,)


def say(message: str, **values: Any) -> Saying:
    """A text, with ``values`` in it where it has ``%(name)s``."""
    return Saying(message % values if values else message, message, values=values)


def say_in(context: str, message: str) -> Saying:
    """A text that means one thing in this context, and may mean another elsewhere."""
    return Saying(message, context=context)


def say_many(one: str, several: str, num: int, **values: Any) -> Saying:
    """A text that is another where ``num`` is not 1."""
    values = {"num": num, **values}
    return Saying((one if num == 1 else several) % values, one, several, values=values)
