"""Which earlier consent still holds: what was agreed to before, beside what is asked for today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .substance import Substance

if TYPE_CHECKING:
    from .policy import Policy


class History:
    """A policy and the ``earlier`` ones. ``name`` is a purpose's id, or ``@`` and a vendor's."""

    __slots__ = ("_holding", "_known", "_policy")

    def __init__(self, policy: Policy, earlier: Iterable[Policy] = ()) -> None:
        self._policy = policy
        self._known: Mapping[str, Mapping[str, Substance]] = {}
        self._holding: Mapping[str, frozenset[str]] = {
            name: frozenset((ground, *_editorial(policy, name)))
            for name, ground in policy.grounds.items()
        }

    def holds(self, name: str, fingerprint: str) -> bool:
        """Whether consent given under ``fingerprint`` covers what ``name`` asks for today."""
        return fingerprint in self._holding.get(name, ())

    def knows(self, name: str, fingerprint: str) -> bool:
        """Whether it is known what ``fingerprint`` stood for."""
        return (
            fingerprint in self._known.get(name, ())
            or self._policy.grounds.get(name) == fingerprint
        )

    def news(self, name: str, fingerprint: str) -> tuple[str, ...]:
        """What ``name`` asks for beyond what was agreed to; empty if that is not known."""
        return ()


def _editorial(policy: Policy, name: str) -> tuple[str, ...]:
    purpose = policy.purposes.get(name)
    return purpose.editorial if purpose else ()
