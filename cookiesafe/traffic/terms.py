"""What is counted, how soon the store has it, and for how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..errors import SettingError, did_you_mean
from ..policy import NECESSARY_ID, Policy

LONGEST: Final = 760
"""In days: 25 months (CNIL, guidelines on cookies of 17 September 2020)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficTerms:
    """``purpose`` is the one that a visitor must agree to before moves from page to page and returns are counted; without
    one they are counted for nobody.

    The store has what was counted ``flush_after`` seconds later: so much a crash may lose. It is kept for ``kept_days``,
    760 (25 months) at most. Raises ``SettingError``.
    """

    purpose: str | None = None
    flush_after: float = 10
    kept_days: int = LONGEST

    def __post_init__(self) -> None:
        if not 0 < self.flush_after <= 3600:
            raise SettingError(
                f"flush_after={self.flush_after!r}", fix="Give seconds, more than 0, up to 3600."
            )
        if not 1 <= self.kept_days <= LONGEST:
            raise SettingError(
                f"kept_days={self.kept_days!r}", fix=f"Give days, from 1 to {LONGEST}."
            )

    def check(self, policy: Policy) -> None:
        """Raises ``SettingError`` where the purpose is none that this policy asks visitors about."""
        asked = [each.id for each in policy.optional]
        if self.purpose is not None and self.purpose not in asked:
            why = "cannot be refused" if self.purpose == NECESSARY_ID else "is not one to agree to"
            raise SettingError(
                f'TrafficTerms(purpose="{self.purpose}"): that {why}',
                fix=did_you_mean(self.purpose, asked),
            )


TERMS: Final = TrafficTerms()
