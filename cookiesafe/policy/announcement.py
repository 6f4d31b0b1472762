"""An announcement: a policy that will be in force, or has become so, and what is new in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Final

from .differences import Difference, differences
from .lifetimes import DAY
from .policy import Policy

SHOWN_DAYS: Final = 90
"""For how long after it is in force visitors are still told."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Announcement:
    """``policy`` follows ``before`` on the day ``in_force`` (UTC); ``summary`` says in a few sentences what is new."""

    policy: Policy
    before: Policy
    summary: tuple[str, ...]
    in_force: date

    @property
    def id(self) -> str:
        """The fingerprint of the policy."""
        return self.policy.fingerprint

    @property
    def starts(self) -> int:
        """When it is in force, in unix seconds."""
        return int(datetime.combine(self.in_force, time(), UTC).timestamp())

    @property
    def ends(self) -> int:
        """Until when visitors are told, in unix seconds."""
        return self.starts + SHOWN_DAYS * DAY

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What differs, for a page or a message."""
        return differences(self.before, self.policy)
