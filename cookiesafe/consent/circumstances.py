"""Circumstances: what holds for a visitor whatever they choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ..policy import NECESSARY_ID, Policy, Purpose, Regime


@dataclass(frozen=True, eq=False)
class Circumstances:
    """What the browser says by itself, the rules of where the visitor is, and whether it is a child.

    ``signals`` are ``gpc`` (Sec-GPC: 1) and ``dnt`` (DNT: 1, where the site counts it as the same). Each is made once,
    and equals nothing but itself: what follows from them is looked up by them.
    """

    signals: frozenset[str]
    regime: Regime
    child: bool = False

    @cached_property
    def of_a_child(self) -> Circumstances:
        """The same, of a child."""
        return self if self.child else replace(self, child=True)

    def silence(self, purpose: Purpose) -> bool:
        """Whether a signal turns this purpose off now, whatever was chosen."""
        if purpose.signal is None:
            return False
        return purpose.signal in self.signals or "dnt" in self.signals

    def silenced(self, policy: Policy) -> list[Purpose]:
        """The purposes that a signal turns off now, in the policy's order."""
        return [purpose for purpose in policy.optional if self.silence(purpose)]

    def by_default(self, policy: Policy) -> frozenset[str]:
        """What is on for who has not chosen: where the law lets the visitor opt out instead of asking first."""
        if self.child:
            return frozenset({NECESSARY_ID})
        on = {each.id for each in policy.optional if self.regime.mode(each) != "opt-in"}
        return frozenset({NECESSARY_ID, *on})
