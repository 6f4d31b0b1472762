"""The preference centre: all choices of a visitor, and what is said of those that were made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from ..consent import UNDECIDED, Circumstances, Consent, allowed
from ..policy import Policy, Vendor
from .contact import ContactNotice, Reached
from .language import Language
from .lists import MOST_LISTED, KeptFrom, left_over
from .rendering import iso_date
from .shown import TEXT, Shown
from .theme import Theme

_NOBODY = Reached("nobody")
_NOTHING_OWN: dict[str, Any] = {
    "next": "",
    "left": (),
    "more": 0,
    "held": (),
    "observing": False,
    "signed_in": False,
    "remembered": False,
    "reached": _NOBODY,
    "contact_text": "",
}
"""The preference centre of nobody in particular."""


class ChoicesNotice:
    """``render`` and ``words`` are as for the ways to be contacted, whose section is ``contact``.

    ``retold`` gives what is new with titles as they are shown.
    """

    def __init__(
        self,
        policy: Policy,
        render: Callable[..., str],
        words: Callable[[str], str],
        retold: Callable[[Iterable[str]], tuple[str, ...]],
        contact: ContactNotice,
        language: Language,
        theme: Theme,
    ) -> None:
        self._policy = policy
        self._render = render
        self._words = words
        self._retold = retold
        self._contact = contact
        self._language = language
        self._theme = theme
        self.shown = lru_cache(64)(self._shown)
        """``(root, circumstances)`` gives it as it is shown to who has chosen nothing."""

    def page(
        self,
        root: str,
        next_path: str,
        consent: Consent,
        circumstances: Circumstances,
        still_sent: Sequence[str] = (),
        held: Sequence[KeptFrom] = (),
        *,
        observing: bool = False,
        signed_in: bool = False,
        remembered: bool = False,
        reached: Reached = _NOBODY,
    ) -> bytes:
        """All of it.

        ``still_sent`` are names of cookies that came without being agreed to, ``held`` what the site was kept from.
        ``observing``: choices are taken, and do not count yet. ``signed_in`` is whether somebody is in this browser,
        ``remembered`` whether for longer than the visit, ``reached`` how they may be contacted.
        """
        shown = self.shown(root, circumstances)
        page = self._rendered(
            root,
            consent,
            circumstances,
            next=next_path,
            left=left_over(self._policy, still_sent[:MOST_LISTED]),
            more=len(still_sent[MOST_LISTED:]),
            held=held[:MOST_LISTED],
            observing=observing,
            signed_in=signed_in,
            remembered=remembered,
            reached=self._retelling(reached),
            contact_text=self._contact.shown(root).text,
        )
        return page.replace(TEXT, shown.text).encode("utf-8")

    def _rendered(
        self, root: str, consent: Consent, circumstances: Circumstances, **context: Any
    ) -> str:
        may = allowed(self._policy, consent, circumstances)
        return self._render(
            "choices.html",
            root,
            silenced=circumstances.silenced(self._policy),
            elsewhere=self._elsewhere(consent, may.vendors),
            text=TEXT,
            **self._standing(consent, circumstances),
            **context,
        )

    def _standing(self, consent: Consent, circumstances: Circumstances) -> dict[str, Any]:
        """What is said of a choice."""
        may = allowed(self._policy, consent, circumstances)
        optional = self._policy.optional
        return {
            "consent": consent,
            "granted": [each for each in optional if consent.state(each.id) == "granted"],
            "assumed": [
                each
                for each in optional
                if consent.state(each.id) == "undecided" and each.id in may.purposes
            ],
            "waiting": [each for each in optional if each.id in consent.former],
            "by_name": [v for v in self._policy.vendors.values() if f"@{v.id}" in consent.grants],
            "date": "" if consent.day is None else self._language.isolated(iso_date(consent.day)),
            "child": circumstances.child,
        }

    def status(self, root: str, consent: Consent, circumstances: Circumstances) -> str:
        """What a visitor has chosen, as plain text."""
        said = self._render(
            "status.html", root, observing=False, **self._standing(consent, circumstances)
        )
        return str(Markup(said).striptags())  # noqa: S704 (its template escapes)

    def _shown(self, root: str, circumstances: Circumstances) -> Shown:
        page = self._rendered(root, UNDECIDED, circumstances, **_NOTHING_OWN)
        buttons = ",".join(["save", *self._theme.order])
        return Shown.of(self._words(page), "page", buttons, self._language.tag)

    def _elsewhere(self, consent: Consent, allowed: AbstractSet[str]) -> list[Vendor]:
        """The companies that a visitor who has chosen does not agree to: what they keep is out of our reach."""
        vendors = self._policy.vendors.values() if consent.decided else ()
        return [vendor for vendor in vendors if vendor.hosts and vendor.id not in allowed]

    def _retelling(self, reached: Reached) -> Reached:
        changed = {id: self._retold(news) for id, news in reached.changed.items()}
        return replace(reached, changed=changed)
