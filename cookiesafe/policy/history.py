"""Which earlier consent still holds: what was agreed to before, beside what is asked for today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .substance import Substance

if TYPE_CHECKING:
    from .policy import Policy


class History:
    """A policy beside ``earlier`` ones, in any order; all is compared once, and then only looked up.

    ``name`` is the id of a purpose or, behind an ``@``, of a vendor; ``fingerprint`` the grounds
    that somebody agreed to. What a name or fingerprint nobody knows stood for, never holds.
    """

    __slots__ = ("_holding", "_news")

    def __init__(self, policy: Policy, earlier: Iterable[Policy] = ()) -> None:
        known: dict[str, dict[str, Substance]] = {name: {} for name in policy.grounds}
        for each in (*earlier, policy):
            for name in each.grounds.keys() & known.keys():
                known[name][each.grounds[name]] = each.substances[name]
        self._news: Mapping[str, Mapping[str, tuple[str, ...]]] = {
            name: _news(policy, name, substances) for name, substances in known.items()
        }
        self._holding: Mapping[str, frozenset[str]] = {
            name: frozenset(
                {each for each, news in known_news.items() if not news}
                | (_editorial(policy, name) - known_news.keys())
            )
            for name, known_news in self._news.items()
        }

    def holds(self, name: str, fingerprint: str) -> bool:
        """Whether consent to ``fingerprint`` covers all that ``name`` asks for today.

        That is so for today's grounds, for grounds that are known and no narrower, and for those
        declared ``editorial``. The latter excuse other words and nothing else: if it is known that
        something was narrower there, they do not hold.
        """
        return fingerprint in self._holding.get(name, ())

    def knows(self, name: str, fingerprint: str) -> bool:
        """Whether it is known what ``fingerprint`` stood for."""
        return fingerprint in self._news.get(name, ())

    def news(self, name: str, fingerprint: str) -> tuple[str, ...]:
        """What ``name`` asks for beyond ``fingerprint``, in plain words; empty if that is not known."""
        return self._news.get(name, {}).get(fingerprint, ())


def _news(policy: Policy, name: str, known: Mapping[str, Substance]) -> dict[str, tuple[str, ...]]:
    today = policy.substances[name]
    same = {_words(known[each]) for each in _editorial(policy, name) & known.keys()}
    return {
        fingerprint: today.news(
            replace(older, title=today.title, text=today.text) if _words(older) in same else older
        )
        for fingerprint, older in known.items()
    }


def _words(substance: Substance) -> tuple[str, str]:
    return substance.title, substance.text


def _editorial(policy: Policy, name: str) -> frozenset[str]:
    purpose = policy.purposes.get(name)
    return frozenset(purpose.editorial) if purpose else frozenset()
