"""Consent: one visitor's choices.

A purpose is in one of three states: granted, refused, or undecided. What was granted is remembered with the
fingerprint of what it was granted for (its ground): when a purpose has become wider since, it is undecided again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Literal, TypeVar

from ..policy import NECESSARY_ID, Policy, Regime

DAY = 86_400
FIRST_DAY = 18_262
"""2020-01-01 UTC, in days since 1970: nothing was chosen before."""

T = TypeVar("T")
State = Literal["granted", "refused", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """All choices of one visitor: ``choices`` by purpose id and, behind an ``@``, by vendor id.

    ``day`` is when, in days since 1970-01-01 UTC, and ``days`` that of each choice that was made on another, later one.
    ``grounds`` are the fingerprints of what was granted, ``receipt`` is the visitor's own proof. ``former`` are the fingerprints of what was granted and has become wider since, so that it is
    to be asked about again. ``against`` are the days of what was said no to and is undecided again, since that has run
    out: it is on by no default. ``strict`` is whether nothing is. ``signalled`` is whether it is recorded that a signal turned something granted off, ``told``
    the fingerprint of the last announced policy that the visitor has answered. Without a choice, all are empty.
    """

    choices: Mapping[str, bool] = field(default_factory=dict)
    grounds: Mapping[str, str] = field(default_factory=dict)
    day: int | None = None
    days: Mapping[str, int] = field(default_factory=dict)
    receipt: str | None = field(default=None, repr=False)
    former: Mapping[str, str] = field(default_factory=dict)
    against: Mapping[str, int] = field(default_factory=dict)
    strict: bool = False
    signalled: bool = False
    told: str = ""

    def __post_init__(self) -> None:
        for name in ("choices", "days", "grounds", "former", "against"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def state(self, purpose: str) -> State:
        """``granted``, ``refused`` or ``undecided``; ``necessary`` is always granted."""
        if purpose == NECESSARY_ID:
            return "granted"
        choice = self.choices.get(purpose)
        if choice is None:
            return "undecided"
        return "granted" if choice else "refused"

    @property
    def decided(self) -> bool:
        """Whether the visitor has chosen anything at all."""
        return self.day is not None

    @property
    def grants(self) -> frozenset[str]:
        """What was said yes to: purposes, and vendors behind an ``@``."""
        return frozenset(name for name, yes in self.choices.items() if yes)

    @property
    def changed(self) -> int | None:
        """The day of the last choice."""
        return None if self.day is None else max([self.day, *self.days.values()])

    @property
    def refuses_all(self) -> bool:
        """Whether the visitor has chosen, and said no to everything."""
        return self.decided and self.receipt is None


UNDECIDED = Consent()
UNKNOWN = Consent(strict=True)
"""Of who has chosen, and it cannot be told what."""


def choose(
    policy: Policy,
    purposes: Iterable[str],
    vendors: Iterable[str] = (),
    *,
    day: int | None = None,
    about: Iterable[str] | None = None,
    before: Consent = UNDECIDED,
) -> Consent:
    """A choice of a ``day``: yes to ``purposes`` and to ``vendors``, no to all other purposes.

    If it is only ``about`` some purposes, everything else stays as it was ``before``. The receipt is still missing.
    Raises ``UnknownName`` for what the policy does not declare.
    """
    granted = {policy.purpose(name).id for name in purposes} - {NECESSARY_ID}
    asked = [each.id for each in policy.optional]
    if about is not None:
        wanted = {policy.purpose(name).id for name in about}
        asked = [name for name in asked if name in wanted]
    choices = {name: name in granted for name in asked}
    choices |= {f"@{policy.vendor(name).id}": True for name in vendors}
    return _changed(policy, UNDECIDED if about is None else before, choices, day)


def with_vendor(policy: Policy, consent: Consent, vendor: str, day: int | None = None) -> Consent:
    """The same choices, and a yes to one vendor by name, of a ``day``. Raises ``UnknownName``."""
    return _changed(policy, consent, {f"@{policy.vendor(vendor).id}": True}, day)


def _changed(policy: Policy, consent: Consent, new: dict[str, bool], day: int | None) -> Consent:
    first = consent.day is None
    grounds = {name: policy.grounds[name] for name, yes in new.items() if yes}
    days = {} if first or day is None or day == consent.day else dict.fromkeys(new, day)
    choices = {**consent.choices, **new}
    others: dict[str, int] = {}
    if consent.strict or consent.refuses_all:
        # A yes to one thing is none to what else was off.
        others = {each.id: FIRST_DAY for each in policy.optional if each.id not in choices}
    return replace(
        consent,
        choices=choices,
        against={**others, **_without(consent.against, new)},
        strict=False,
        grounds={**_without(consent.grounds, new), **grounds},
        former=_without(consent.former, new),
        day=day if first else consent.day,
        days={**_without(consent.days, new), **days},
    )


def _without(part: Mapping[str, T], names: Container[str]) -> dict[str, T]:
    return {name: value for name, value in part.items() if name not in names}


def lapse(consent: Consent, now: float, regime: Regime) -> Consent:
    """What is left of a consent at ``now`` (unix seconds): each yes and each no holds for as long as the regime says.

    One from more than a day ahead of our clock is none. A no that does not hold is still ``against`` what would be on
    by default.
    """
    if consent.day is None:
        return consent
    over = {
        name for name, (since, until) in _spans(consent, regime).items() if not since <= now < until
    }
    if not over:
        return consent
    choices, former = _without(consent.choices, over), _without(consent.former, over)
    noes = {name for name in over if consent.choices.get(name) is False}
    against = {**consent.against, **{name: consent.days.get(name, consent.day) for name in noes}}
    if not choices and not former:
        return Consent(against=against, strict=consent.refuses_all)
    return replace(
        consent,
        choices=choices,
        against=against,
        grounds=_without(consent.grounds, over),
        former=former,
        days=_without(consent.days, over),
    )


def holds(consent: Consent, regime: Regime) -> tuple[float, float]:
    """From when until when all of a consent holds, in unix seconds."""
    spans = _spans(consent, regime).values()
    since = max((since for since, _ in spans), default=-inf)
    return since, min((until - 1 for _, until in spans), default=inf)


def _spans(consent: Consent, regime: Regime) -> dict[str, tuple[float, float]]:
    """From when until when each choice holds. It is known by its day, and a day ahead of our clock may be another's."""
    if consent.day is None:
        return {}
    # Who has chosen about nothing that is still declared has a choice all the same.
    answers = {**dict.fromkeys(consent.former, True), **consent.choices} or {"": False}
    return {
        name: (
            (consent.days.get(name, consent.day) - 1) * DAY,
            (consent.days.get(name, consent.day) + 1) * DAY
            + (regime.lifetime if yes else regime.ask_again),
        )
        for name, yes in answers.items()
    }
