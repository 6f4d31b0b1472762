"""What the visitor is shown of the ways to be contacted: a section among the choices, and the page behind a mail's link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from ..policy import Purpose
from .language import Language
from .shown import Shown


@dataclass(frozen=True, slots=True)
class Reached:
    """How a user may be reached: to which purposes, by id, there is a yes that holds, if that is ``known``.

    ``changed`` are those that ask for more than when there was one, each with what is new, as far as that is known.
    ``nobody`` is signed in; or the store has not ``told``; or, without one, such choices are ``unkept``.
    """

    state: Literal["nobody", "known", "untold", "unkept"]
    agreed: AbstractSet[str] = frozenset()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class ContactNotice:
    """``render`` makes a page of a template, what our pages are mounted under, and what else the template needs.

    ``words`` leaves out of a page what does not say anything.
    """

    def __init__(
        self, render: Callable[..., str], words: Callable[[str], str], language: Language
    ) -> None:
        self._render = render
        self._language = language.tag
        self._words = words
        self.shown = lru_cache(64)(self._shown)
        """``(root)`` gives the section as it is shown to who is signed in, and has chosen nothing."""

    def _shown(self, root: str) -> Shown:
        page = self._render(
            "contact.html", root, reached=Reached("known"), next="", contact_text=""
        )
        return Shown.of(self._words(page), "page", "save", self._language)

    def unsubscribe(self, root: str, token: str, purpose: Purpose, state: str, press: str) -> bytes:
        """The page of a link, whose ``token`` it sends again, with the ``press`` of its button.

        ``state`` is whether mails of the ``purpose`` are ``on``, ``off`` or that is ``unknown``, or what was just done:
        ``stopped``, which without a ``press`` is not to be undone, or ``restored``.
        """
        page = self._render(
            "unsubscribe.html", root, token=token, id=purpose.id, state=state, press=press
        )
        return page.encode("utf-8")
