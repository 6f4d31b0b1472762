"""How the ledger is kept: under which name it is sealed, how soon, and for how long its records are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, get_args

from ..errors import BadNote, SettingError, did_you_mean
from .key import check_name
from .record import VisitorEvent

FIVE_YEARS: Final = 1826
"""In days: as long as claims can be made in most of Europe."""
_VISITORS: Final = get_args(VisitorEvent)
"""What is kept for a time only; all other records stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTerms:
    """``origin`` names the log in its checkpoints, as ``shop.example/consents``; a log that was begun keeps its own.

    It is sealed ``seal_after`` seconds after something was recorded; 0: only where ``safe.seal()`` is called.
    ``kept_days`` says for how many days records of an event are kept, for those of visitors; what is not named is kept for
    five years. ``safe.purge()`` removes what is older. Raises ``SettingError``.
    """

    origin: str = ""
    seal_after: float = 60
    kept_days: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            check_name(self.origin or "log")
        except BadNote as error:
            raise SettingError(f"ledger origin {self.origin!r}", fix=error.fix) from error
        if self.seal_after < 0:
            raise SettingError(f"seal_after={self.seal_after!r}", fix="Give seconds, or 0.")
        for event, days in self.kept_days.items():
            if event not in _VISITORS:
                raise SettingError(f'kept_days["{event}"]', fix=did_you_mean(event, _VISITORS))
            if days < 1:
                raise SettingError(f'kept_days["{event}"] is {days!r}', fix="Give one day or more.")
        kept = {event: self.kept_days.get(event, FIVE_YEARS) for event in _VISITORS}
        object.__setattr__(self, "kept_days", MappingProxyType(kept))


TERMS: Final = LedgerTerms()
