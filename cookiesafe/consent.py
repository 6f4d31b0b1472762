"""Consent: one visitor's choices, and the cookie that carries them.

A purpose is in one of three states: granted, refused, or undecided. What was granted is remembered with the
fingerprint of what it was granted for (its ground): when a purpose has become another since, it is undecided again.

The cookie can be read by eye. After the version come the day of the choice (in days since 2020-01-01 UTC), the
choices, and, only where something was granted, a random receipt id:

    1.2517.+advertising:3f9a1c22b0de-statistics+@tidepool.Q2hvcCBzdWV5ISAgIDEyMw

``+`` is a yes, ``-`` a no, ``@`` stands before a vendor. A refusal carries no identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Literal

from .errors import BadToken
from .policy import Policy

NECESSARY = "necessary"
LIFETIME_DAYS = 183
"""How long a choice holds before it is asked again: six months (CNIL 2020-092; Garante 231/2021)."""
DAY = 86_400
_FIRST_DAY = 18_262
MOST_SWEEPS = 9
"""How often a browser is told to delete what it still sends, before it is left alone."""
SWEPT_DAYS = 30
"""How long that is counted."""

State = Literal["granted", "refused", "undecided"]

_TOKEN = re.compile(
    r"1\.(\d{1,7})\.((?:[+-]@?[a-z][a-z0-9_]*(?::[0-9a-f]{12})?)*)(?:\.([A-Za-z0-9_-]{22}))?"
)
_CHOICE = re.compile(r"([+-])(@?[a-z][a-z0-9_]*)(?::([0-9a-f]{12}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """All choices of one visitor: ``choices`` by purpose id and, behind an ``@``, by vendor id.

    ``day`` is when, in days since 1970-01-01 UTC, ``grounds`` the fingerprints of what was granted, ``receipt`` the
    visitor's own proof. Without a choice, all are empty.
    """

    choices: Mapping[str, bool] = field(default_factory=dict)
    grounds: Mapping[str, str] = field(default_factory=dict)
    day: int | None = None
    receipt: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))
        object.__setattr__(self, "grounds", MappingProxyType(dict(self.grounds)))

    def state(self, purpose: str) -> State:
        """``granted``, ``refused`` or ``undecided``; ``necessary`` is always granted."""
        if purpose == NECESSARY:
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


UNDECIDED = Consent()


@dataclass(frozen=True, slots=True)
class Allowed:
    """What follows from a consent: the ``purposes`` and ``vendors`` that may pass, ``necessary`` among them.

    ``refused`` are the vendors that were said no to by name.
    """

    purposes: frozenset[str] = frozenset({NECESSARY})
    vendors: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    def covers(self, purpose: str, vendor: str | None) -> bool:
        """Whether something of this purpose, and perhaps of this vendor, may pass."""
        if vendor in self.refused:
            return False
        return purpose in self.purposes or vendor in self.vendors


def choose(policy: Policy, purposes: Iterable[str], vendors: Iterable[str] = ()) -> Consent:
    """A choice about every purpose: yes to ``purposes`` and to ``vendors``, no to all other purposes.

    The day and the receipt are still missing. Raises ``UnknownName`` for what the policy does not declare.
    """
    granted = {policy.purpose(name).id for name in purposes} - {NECESSARY}
    choices = {purpose.id: purpose.id in granted for purpose in policy.optional}
    choices |= {f"@{policy.vendor(name).id}": True for name in vendors}
    grounds = {name: policy.grounds[name] for name, yes in choices.items() if yes}
    return Consent(choices=choices, grounds=grounds)


def with_vendor(policy: Policy, consent: Consent, vendor: str) -> Consent:
    """The same choices, and a yes to one vendor by name. Raises ``UnknownName``."""
    name = f"@{policy.vendor(vendor).id}"
    return replace(
        consent,
        choices={**consent.choices, name: True},
        grounds={**consent.grounds, name: policy.grounds[name]},
    )


def allowed(policy: Policy, consent: Consent, signals: frozenset[str] = frozenset()) -> Allowed:
    """What may pass. A signal turns purposes off, and never on; a vendor needs all its purposes, or a yes of its own."""
    silenced = {p.id for p in policy.optional if p.signal is not None and p.signal in signals}
    purposes = {name for name in policy.purposes if consent.state(name) == "granted"} - silenced
    vendors = {
        vendor.id
        for vendor in policy.vendors.values()
        if silenced.isdisjoint(vendor.purposes)
        and consent.choices.get(f"@{vendor.id}", purposes.issuperset(vendor.purposes))
    }
    refused = {name[1:] for name, yes in consent.choices.items() if name[0] == "@" and not yes}
    return Allowed(frozenset(purposes), frozenset(vendors), frozenset(refused))


def to_ask(policy: Policy, consent: Consent) -> tuple[str, ...]:
    """The purposes to ask about, in the policy's order.

    Who refused everything is left in peace until the choice has run out, whatever the policy has added since.
    """
    if consent.decided and consent.receipt is None:
        return ()
    return tuple(p.id for p in policy.optional if consent.state(p.id) == "undecided")


def write(consent: Consent) -> str:
    """The cookie's payload, to be signed."""
    choices = "".join(
        f"{'+' if yes else '-'}{name}{f':{consent.grounds[name]}' if name in consent.grounds else ''}"
        for name, yes in consent.choices.items()
    )
    receipt = f".{consent.receipt}" if consent.receipt else ""
    return f"1.{_written_day(consent)}.{choices}{receipt}"


def _written_day(consent: Consent) -> int | None:
    return None if consent.day is None else consent.day - _FIRST_DAY


def read(payload: str, policy: Policy) -> Consent:
    """The consent of a payload whose signature was verified, as far as it holds under ``policy`` today.

    A choice about what is no longer declared is left out, as is a yes to a purpose that has become another.
    Raises ``BadToken`` when it is not of the form above.
    """
    match = _TOKEN.fullmatch(payload)
    if match is None:
        raise BadToken("the consent cookie is not of a form we know")
    day, text, receipt = match.groups()
    choices: dict[str, bool] = {}
    grounds: dict[str, str] = {}
    for sign, name, ground in _CHOICE.findall(text):
        yes = sign == "+"
        if name not in policy.grounds or (yes and policy.grounds[name] != ground):
            continue
        choices[name] = yes
        if yes:
            grounds[name] = ground
    return Consent(choices=choices, grounds=grounds, day=int(day) + _FIRST_DAY, receipt=receipt)


def write_sweeps(consent: Consent, count: int) -> str:
    """How often cookies were swept out of this browser since the choice, as ``2517.2``: the day of the choice, twice.

    It is not signed: at worst, a browser is told to delete something once more, or once less.
    """
    return f"{_written_day(consent)}.{count}"


def read_sweeps(values: Iterable[str], consent: Consent) -> int:
    """The highest count for this choice among ``values``; 0 if there is none."""
    counts = {write_sweeps(consent, count): count for count in range(1, MOST_SWEEPS + 1)}
    return max((counts.get(value, 0) for value in values), default=0)


def holds(consent: Consent) -> tuple[float, float]:
    """From when until when a choice holds, in unix seconds: six months, and no more than a day ahead of our clock."""
    if consent.day is None:
        return -inf, inf
    return (consent.day - 1) * DAY, (consent.day + LIFETIME_DAYS + 1) * DAY - 1
