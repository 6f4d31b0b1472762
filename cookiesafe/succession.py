"""Which settings are in force: others once an announced policy is, and once there are other keys."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from threading import Lock

from .adapters._forks import call_after_fork
from .keys import KeyRing
from .policy import Announcement, Policy
from .rotation import Rotation
from .settings import Settings


class Succession:
    """Makes settings with ``make(policy, keys=…, before=…)``, and hands over those that are in force. Threads share it.

    A request goes on with those that it began with.
    """

    def __init__(
        self,
        make: Callable[..., Settings],
        policy: Policy,
        keys: KeyRing | Rotation[KeyRing],
        hand_over: Callable[[Settings], None],
    ) -> None:
        self._make = make
        self._keys = keys
        self._hand_over = hand_over
        self._next: Settings | None = None
        self._next_from = inf
        self._begin_anew()
        call_after_fork(self._begin_anew)
        self._current = make(policy, keys=self._ring)
        self._begin(self._current)

    def _begin_anew(self) -> None:
        self._lock = Lock()

    @property
    def _ring(self) -> KeyRing:
        return self._keys.made if isinstance(self._keys, Rotation) else self._keys

    def at(self, now: float) -> Settings:
        """Those in force at ``now``, in unix seconds."""
        with self._lock:
            before = self._current
            if isinstance(self._keys, Rotation) and self._keys.take():
                if self._next is not None:
                    self._next = self._made(self._next)
                self._begin(self._made(before))
            if self._next is not None and now >= self._next_from:
                after, self._next, self._next_from = self._next, None, inf
                self._begin(after)
            current = self._current
        # Not before: whoever listens may ask for the settings in force, or wait for a thread that does.
        if isinstance(self._keys, Rotation):
            self._keys.tell()
        if current.policy is not before.policy:
            current.telling.report_policy(current.policy.fingerprint)
        return current

    def announce(self, announcement: Announcement) -> None:
        """Tell visitors of a policy from now on, and hand over to it once it is in force."""
        with self._lock:
            after = current = self._current
            if announcement.before is current.policy:
                after = self._make(announcement.policy, keys=self._ring, before=current)
            after.learn([*current.versions.earlier, announcement.before])
            current.versions.announcement = after.versions.announcement = announcement
            if after is not current:
                self._next, self._next_from = after, announcement.starts
                self._begin(current)
        current.telling.report_announced(announcement.policy.fingerprint, announcement.in_force)

    def _made(self, settings: Settings) -> Settings:
        """The same, with the keys of now."""
        return self._make(settings.policy, keys=self._ring, before=settings)

    def _begin(self, settings: Settings) -> None:
        # Who still comes with the ones before is led on.
        self._current.until = -inf
        self._current = settings
        settings.successor = self.at
        settings.until = -inf if isinstance(self._keys, Rotation) else self._next_from
        self._hand_over(settings)
