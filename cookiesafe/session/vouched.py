"""Whom the store has vouched for of late, so that it is not asked again at once."""

from __future__ import annotations

from .cookie import Identity
from .terms import LEEWAY

_MOST = 10_000


class Vouched:
    """Logins that the store knew ``seconds`` ago or less, in this process. Bounded: where it is full, it begins anew."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._asked_at: dict[tuple[str, int, str], int] = {}

    def holds(self, identity: Identity, now: int) -> bool:
        """Whether the store need not be asked. Not where the clock was set back by more than a little."""
        asked_at = self._asked_at.get(_login(identity)) if self._seconds else None
        return asked_at is not None and -LEEWAY < now - asked_at < self._seconds

    def add(self, identity: Identity, now: int) -> None:
        """The store has just said that it holds."""
        if not self._seconds:
            return
        if len(self._asked_at) >= _MOST:
            self._asked_at.clear()
        self._asked_at[_login(identity)] = now


def _login(identity: Identity) -> tuple[str, int, str]:
    return identity.user, identity.epoch, identity.series
