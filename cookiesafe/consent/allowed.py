"""What follows from a consent: what may pass, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..policy import NECESSARY_ID, History, Policy
from .circumstances import Circumstances
from .consent import Consent


@dataclass(frozen=True, slots=True)
class Allowed:
    """The ``purposes`` and ``vendors`` that may pass, ``necessary`` among them.

    ``refused`` are the vendors that were said no to by name.
    """

    purposes: frozenset[str] = frozenset({NECESSARY_ID})
    vendors: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    def covers(self, purpose: str, vendor: str | None) -> bool:
        """Whether something of this purpose, and perhaps of this vendor, may pass."""
        if vendor in self.refused:
            return False
        return purpose in self.purposes or vendor in self.vendors

    def exceeds(self, other: Allowed) -> bool:
        """Whether a purpose or vendor may pass that may not pass with the other."""
        return not (self.purposes <= other.purposes and self.vendors <= other.vendors)


def allowed(policy: Policy, consent: Consent, circumstances: Circumstances) -> Allowed:
    """What may pass. A signal turns purposes off, and never on; a child has nothing optional, whatever was chosen.

    A vendor needs all its purposes, or a yes of its own.
    """
    silenced = {purpose.id for purpose in circumstances.silenced(policy)}
    choices: Mapping[str, bool] = {}
    if not circumstances.child:
        choices = {**dict.fromkeys(consent.against, False), **consent.choices}
    default = circumstances.by_default(policy)
    if consent.refuses_all or consent.strict:
        default = frozenset({NECESSARY_ID})
    purposes = {name for name in policy.purposes if choices.get(name, name in default)} - silenced
    purposes.add(NECESSARY_ID)
    vendors = {
        vendor.id
        for vendor in policy.vendors.values()
        if silenced.isdisjoint(vendor.purposes)
        and choices.get(f"@{vendor.id}", purposes.issuperset(vendor.purposes))
    }
    refused = {name[1:] for name, yes in choices.items() if name[0] == "@" and not yes}
    return Allowed(frozenset(purposes), frozenset(vendors), frozenset(refused))


class Question(NamedTuple):
    """What a visitor is to be asked: about which ``purposes``, in the policy's order.

    ``keeps`` is whether there are other choices, which stay as they are, and ``again`` whether one of them is about a
    purpose: then it is not the first time that this visitor is asked. ``changed`` are those that were agreed to and have
    become wider since, ``news`` is what is new in each of these of which it is known. ``off`` is what would be on by
    default, and is not, since this visitor has said no before.
    """

    purposes: tuple[str, ...]
    keeps: bool = False
    again: bool = False
    changed: tuple[str, ...] = ()
    news: tuple[tuple[str, tuple[str, ...]], ...] = ()
    off: tuple[str, ...] = ()


def question(
    policy: Policy, history: History, consent: Consent, circumstances: Circumstances
) -> Question | None:
    """What to ask, if anything.

    Who refused everything is left in peace until the choice has run out, whatever the policy has added since. A child
    is not asked, nor is anybody where the law has them opt out instead.
    """
    if circumstances.child or consent.refuses_all:
        return None
    purposes = tuple(
        purpose.id
        for purpose in policy.optional
        if consent.state(purpose.id) == "undecided"
        and circumstances.regime.mode(purpose) != "opt-out"
    )
    if not purposes:
        return None
    since = {name: history.news(name, ground) for name, ground in consent.former.items()}
    changed = tuple(name for name in purposes if name in since)
    news = tuple((name, since[name]) for name in changed if since[name])
    again = bool(consent.former) or any(name in policy.purposes for name in consent.choices)
    off = tuple(
        purpose.id
        for purpose in policy.optional
        if (consent.strict or purpose.id in consent.against)
        and circumstances.regime.mode(purpose) != "opt-in"
    )
    return Question(purposes, consent.decided, again, changed, news, off)
