"""The consent as its cookie carries it, which can be read by eye.

After the version come the day of the choice (in days since 2020-01-01 UTC), the choices, and, only where something was
granted, the id of the receipt:

    1.2517.+advertising:3f9a1c22b0de-statistics+@tidepool:5d41402abc4b.awLo-WNob3Agc3VleSEgMQ

``+`` is a yes, ``-`` a no, ``@`` stands before a vendor, ``^`` before the day of a choice that is later. After the choices, ``!`` says that a signal was seen to turn a
yes off, and ``~`` stands before the fingerprint of an announced policy that was answered. A refusal carries no
identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import BadToken
from ..policy import History, Policy
from .consent import FIRST_DAY, Consent

MOST_SWEEPS = 9
"""How often a browser is told to delete what it still sends, before it is left alone."""
SWEPT_DAYS = 30
"""How long that is counted."""

_TOKEN = re.compile(
    r"1\.(\d{1,7})\.((?:[+-]@?[a-z][a-z0-9_]*(?::[0-9a-f]{12})?(?:\^\d{1,7})?)*)"
    r"(!)?(?:~([0-9a-f]{12}))?(?:\.([A-Za-z0-9_-]{22}))?"
)
_CHOICE = re.compile(r"([+-])(@?[a-z][a-z0-9_]*)(?::([0-9a-f]{12}))?(?:\^(\d+))?")


def write(consent: Consent) -> str:
    """The cookie's payload, to be signed."""
    # What has become wider keeps its old ground: it is that which it is asked about again for.
    grounds = {**consent.grounds, **consent.former}
    choices = "".join(
        _written_choice(consent, name, yes, grounds.get(name))
        for name, yes in _answers(consent).items()
    )
    signalled = "!" if consent.signalled else ""
    told = f"~{consent.told}" if consent.told else ""
    receipt = f".{consent.receipt}" if consent.receipt else ""
    return f"1.{_written(consent.day)}.{choices}{signalled}{told}{receipt}"


def _answers(consent: Consent) -> dict[str, bool]:
    """What was ever answered: a no that has run out, too, which is still on by no default."""
    noes = dict.fromkeys(consent.against, False)
    return {**noes, **dict.fromkeys(consent.former, True), **consent.choices}


def _written_choice(consent: Consent, name: str, yes: bool, ground: str | None) -> str:
    own_day = consent.days.get(name, consent.against.get(name))
    day = "" if own_day is None else f"^{_written(own_day)}"
    return f"{'+' if yes else '-'}{name}{f':{ground}' if ground else ''}{day}"


def _written(day: int | None) -> int | None:
    return None if day is None else day - FIRST_DAY


def read(payload: str, policy: Policy, history: History) -> Consent:
    """The consent of a payload whose signature was verified, as far as it holds under the policy of today.

    A choice about what is no longer declared is left out; a yes to a purpose that has become wider is ``former``.
    Raises ``BadToken`` when it is not of the form above.
    """
    match = _TOKEN.fullmatch(payload)
    if match is None:
        raise BadToken("the consent cookie is not of a form we know")
    day, text, signalled, told, receipt = match.groups()
    choices: dict[str, bool] = {}
    grounds: dict[str, str] = {}
    former: dict[str, str] = {}
    days: dict[str, int] = {}
    for sign, name, ground, own_day in _CHOICE.findall(text):
        if name not in policy.grounds:
            continue
        if own_day:
            days[name] = int(own_day) + FIRST_DAY
        if sign == "-":
            choices[name] = False
        elif history.holds(name, ground):
            choices[name] = True
            grounds[name] = ground
        else:
            former[name] = ground
    return Consent(
        choices=choices,
        grounds=grounds,
        day=int(day) + FIRST_DAY,
        days=days,
        receipt=receipt,
        former=former,
        signalled=bool(signalled),
        told=told or "",
    )


def write_sweeps(consent: Consent, count: int) -> str:
    """How often cookies were swept out of this browser since the choice, as ``2517.2``: the day of the choice, twice.

    It is not signed: at worst, a browser is told to delete something once more, or once less.
    """
    return f"{_written(consent.changed) or 0}.{count}"


def read_sweeps(values: Iterable[str], consent: Consent) -> int:
    """The highest count for this choice among ``values``; 0 if there is none."""
    counts = {write_sweeps(consent, count): count for count in range(1, MOST_SWEEPS + 1)}
    return max((counts.get(value, 0) for value in values), default=0)
