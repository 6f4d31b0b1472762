"""How a node is: what its store answers, and how long that takes. It names no place, no key and nobody."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from .ports import Ask, Store, ask

NOBODYS: Final = "-"
"""A session's key that none has: to look for it shows that the store answers."""

Problem = Literal["", "down", "slow", "version"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the store. ``problem`` is empty, or ``down``; ``slow``, where it did not answer in time; or ``version``,
    where its tables are of a later version than this CookieSafe knows. ``seconds`` is how long it took to find out.
    """

    problem: Problem
    seconds: float

    @property
    def ok(self) -> bool:
        return not self.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """``ledger`` and ``logins`` are the parts of the store, which may be one; ``mode`` is what the gate does.

    ``keys`` and ``ledger_keys`` are how many are in force, ``policy`` is the fingerprint of the one that is. ``sealed`` is
    how many records the log has, ``waiting`` how many seconds ago the oldest that is to be sealed came; both are ``None``
    where nothing is sealed, or the ledger does not say.
    """

    ledger: Part
    logins: Part
    mode: str
    policy: str
    keys: int
    ledger_keys: int
    sealed: int | None = None
    waiting: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the store answers: all of it."""
        return self.ledger.ok and self.logins.ok

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it, ``ok`` first."""
        return {"ok": self.ok, **asdict(self)}


def questions(now: float) -> dict[str, Ask]:
    """What shows whether each part of a store answers."""
    return {
        "ledger": ask(Store.checkpoint),
        "logins": ask(Store.load_session, NOBODYS, int(now)),
    }
