"""The versions of a policy, as far as this process knows: which were in force before, and which is announced."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from .consent import DAY
from .jar import Standing
from .policy import Announcement, Policy

_RECALL_SECONDS = 60
_MOST_IN_VAIN = 1000


class Versions:
    """``earlier`` are the policies that were in force before, ``announcement`` is what visitors are told of, if anything.

    ``kept`` are the ids of the records with words of policies and notices that are known to be in the ledger, ``read``
    of those whose policy was looked at already.
    """

    def __init__(self) -> None:
        self.earlier: tuple[Policy, ...] = ()
        self.announcement: Announcement | None = None
        self.kept: set[str] = set()
        self.read: set[str] = set()
        self._in_vain: set[tuple[str, str]] = set()
        self._recalls_at = -inf

    def is_to_tell(self, standing: Standing, now: float) -> bool:
        """Whether this visitor, who chose before it was in force, is still to be told what was announced."""
        announcement, day = self.announcement, standing.consent.day
        if announcement is None or day is None or standing.circumstances.child:
            return False
        if day * DAY >= announcement.starts or now > announcement.ends:
            return False
        return standing.consent.told != announcement.id

    def may_recall(self, former: Mapping[str, str], now: float) -> bool:
        """Whether to look for earlier policies: once a minute at most, whoever asks, and once for each of its grounds."""
        if former.items() <= self._in_vain:
            return False
        if self._recalls_at - _RECALL_SECONDS <= now < self._recalls_at:
            return False
        self._recalls_at = now + _RECALL_SECONDS
        return True

    def recalled(self, former: Mapping[str, str]) -> None:
        """The ledger was looked through for these grounds: whichever it lacks need not be looked for again."""
        if len(self._in_vain) < _MOST_IN_VAIN:
            self._in_vain.update(former.items())
