"""The rules: what becomes of a series when a browser comes back with a token of it. ``RULES`` is all of them.

They hold for a request as it begins, and only where it has no session or one that is due. A token is sent for ``DELIVERY`` seconds
after it was made, and is skipped ``GRACE`` seconds after that at the earliest: so no late response puts a skipped one into a browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from .series import TERMS, Series, State, Terms
from .token import Presented, payload

ATTEMPTS = 4
"""How often a series is loaded and presented for one request, where others are faster. Two do, if clocks agree."""
DELIVERY = 30
"""Seconds after a rotation in which responses may still carry the new token."""

Outcome = Literal["accepted", "refused", "stolen"]
Token = Literal["any", "forged", "ahead", "current", "seen", "skipped", "old"]
Step = Literal["", "rotate", "replay"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done: ``step`` makes a new token, or says the current one again. ``event`` is for the log."""

    name: str
    outcome: Outcome
    says: str
    step: Step = ""
    event: str = ""


_NOTHING = Rule("nothing", "refused", "There is no such login, or not any more.")
_FORGED = Rule(
    "forged",
    "refused",
    "Signed by us and never made by us: somebody has the signing key.",
    event="remember_key_compromise",
)
_AHEAD = Rule(
    "ahead",
    "refused",
    "The store knows less than the browser: a backup was put back.",
    event="remember_ahead",
)
_CURRENT = Rule("current", "accepted", "The token is new, and stays.")
_ROTATE = Rule("rotate", "accepted", "The token is replaced by its successor.", "rotate")
_PARALLEL = Rule(
    "parallel",
    "accepted",
    "Another request was faster: the successor is sent to this one too.",
    "replay",
)
_RECOVER = Rule(
    "recover",
    "accepted",
    "Nobody came back with the successor, so it was lost: it is skipped, and the next one sent.",
    "rotate",
)
_THEFT = Rule(
    "theft",
    "stolen",
    "Two have this login, one of them by theft: it ends for both.",
    event="remember_theft",
)

RULES: Mapping[tuple[State, Token], Rule] = MappingProxyType(
    {
        ("unknown", "any"): _NOTHING,
        ("revoked", "any"): _NOTHING,
        ("outdated", "any"): _NOTHING,
        ("expired", "any"): _NOTHING,
        ("fresh", "forged"): _FORGED,
        ("fresh", "ahead"): _AHEAD,
        ("fresh", "current"): _CURRENT,
        ("fresh", "seen"): _PARALLEL,
        ("fresh", "skipped"): _PARALLEL,
        ("fresh", "old"): _THEFT,
        ("settled", "forged"): _FORGED,
        ("settled", "ahead"): _AHEAD,
        ("settled", "current"): _ROTATE,
        ("settled", "seen"): _RECOVER,
        ("settled", "skipped"): _THEFT,
        ("settled", "old"): _THEFT,
    }
)
"""By what the series is and what the token is in it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do. ``series`` is the row as it is to be, if there is one.

    With ``replace``, write that first, by compare-and-swap where the row still has generation ``expected``; if it
    has not, load the row and present again, ``ATTEMPTS`` times in all. ``payload`` is for the cookie, and goes with a
    response whose headers leave by ``send_until`` (unix seconds), with no other. When ``stolen``, revoke the series
    (why: ``theft``), end the sessions of its device, and with ``everywhere`` advance the user's epoch. Unless
    ``accepted``, expire the cookie. ``event`` is for the log, if any.
    """

    rule: Rule
    series: Series | None = None
    replace: Series | None = None
    expected: int = 0
    payload: str | None = field(default=None, repr=False)
    send_until: int = 0
    everywhere: bool = False

    @property
    def outcome(self) -> Outcome:
        return self.rule.outcome

    @property
    def event(self) -> str:
        return self.rule.event


def present(
    presented: Presented, row: Series | None, epoch: int, now: int, terms: Terms = TERMS
) -> Verdict:
    """What becomes of a login whose row is ``row``, now that its browser came back with ``presented``.

    ``epoch`` is the user's, ``now`` when the request began (unix seconds).
    """
    rule = _rule(presented, row, epoch, now, terms)
    if row is None or rule.outcome != "accepted":
        stolen = rule.outcome == "stolen"
        return Verdict(rule, row, everywhere=stolen and terms.everywhere)
    if rule.step == "rotate":
        rotated = _rotated(row, presented, now, terms)
        return _sending(Verdict(rule, rotated, rotated, row.gen), rotated, presented)
    if rule.step == "replay" and now <= row.rotated_at + DELIVERY:
        return _sending(Verdict(rule, row), row, presented)
    return Verdict(rule, row)


def _rule(presented: Presented, row: Series | None, epoch: int, now: int, terms: Terms) -> Rule:
    state: State = "unknown" if row is None else row.state(epoch, now)
    if row is None or (state, "any") in RULES:
        return RULES[state, "any"]
    rule = RULES[state, _token(presented, row)]
    return _THEFT if rule is _RECOVER and not terms.recovery else rule


def _token(presented: Presented, row: Series) -> Token:
    """What the token is in the series."""
    if not presented.is_from(row.mac_key):
        return "forged"
    if presented.gen > row.gen:
        return "ahead"
    if presented.gen == row.gen:
        return "current"
    if presented.gen == row.seen_gen:
        return "seen"
    return "skipped" if presented.gen > row.seen_gen else "old"


def _rotated(row: Series, presented: Presented, now: int, terms: Terms) -> Series:
    return replace(
        row,
        gen=row.gen + 1,
        seen_gen=presented.gen,
        rotated_at=now,
        used_at=now,
        idle_until=min(now + terms.idle, row.until),
    )


def _sending(verdict: Verdict, row: Series, presented: Presented) -> Verdict:
    """With the current token."""
    return replace(
        verdict,
        payload=payload(row.mac_key, presented.series, row.gen),
        send_until=row.rotated_at + DELIVERY,
    )
