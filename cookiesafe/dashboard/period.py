"""Which days are shown: the last 7, 30 or 90."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from ..traffic import EPOCH

LENGTHS: Final = (7, 30, 90)
USUAL: Final = 30


class Period(NamedTuple):
    """From the day ``since`` to the day ``until`` (UTC), both included."""

    since: date
    until: date

    @classmethod
    def up_to(cls, today: int, days: int = USUAL) -> Period:
        """The last ``days``, of which ``today`` is one, in days since 1970-01-01."""
        until = EPOCH + timedelta(today)
        return cls(until - timedelta(days - 1), until)

    @classmethod
    def asked_for(cls, days: str | None, today: int) -> Period:
        """What an address asks for; for anything that is none of ``LENGTHS``, the usual."""
        lengths = {str(each): each for each in LENGTHS}
        return cls.up_to(today, lengths.get(days or "", USUAL))

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1
