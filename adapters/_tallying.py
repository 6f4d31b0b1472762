"""Brings what was counted to the store, in a thread that is there only while there is something to bring."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from datetime import date
from functools import partial
from threading import Lock
from typing import Final
from weakref import ref

from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.adapters._later import Later
from cookiesafe.adapters._patience import left
from cookiesafe.adapters._perform import follow
from cookiesafe.consent import DAY
from cookiesafe.errors import StoreError
from cookiesafe.events import Hook
from cookiesafe.ports import Store
from cookiesafe.traffic import (
    LATE,
    Counting,
    Traffic,
    day_of,
    fold_days,
    keep,
    read,
    remove_old,
    report,
)

READ_AFTER: Final = 0.5
"""Seconds after which a thread reads what requests have left."""
AT_ONCE: Final = 2000
"""Counts that are brought in one go, for which others may have to wait. After the store was away for long there are many."""
_LOOKS_BACK: Final = 40
_FAILURE: Final = "what was counted was not kept"


class Tallying:
    """Works off what requests leave, ``READ_AFTER`` seconds later, and brings the counts to the store at the terms' pace.

    The first that is brought on a day has earlier days folded, and what is too old removed.
    """

    def __init__(
        self, counting: Counting, store: Store, clock: Callable[[], float], hook: Hook | None
    ) -> None:
        self._counting = counting
        self._store = store
        self._clock = clock
        self._folded_on = 0
        self._start()
        after = counting.terms.flush_after
        self._reading = Later(self._read, READ_AFTER, _FAILURE, hook, at_exit=False)
        self._bringing = Later(self.bring, after, _FAILURE, hook, at_exit=False)
        counting.due, counting.help = self._reading.due, self._help
        counting.settle, counting.read = self.settle, self.read
        # Here, since what is read then is still to be brought.
        atexit.register(_close, ref(self))
        call_after_fork(self._forked)

    def _start(self) -> None:
        self._lock = Lock()
        self._turn = Lock()

    def bring(self) -> None:
        """Bring all that was counted until now, after whoever is at it. What was not kept is brought the next time.

        Raises ``StoreError``.
        """
        if not self._turn.acquire(timeout=max(0.0, left())):
            raise StoreError("another thread is bringing what was counted", fix="Ask again.")
        try:
            brought = self._bring()
        finally:
            self._turn.release()
        if brought:
            # What was brought is kept, though this may fail: it is told then, and done with what is brought next.
            self._bringing.attempt(self._see_to_earlier_days)

    def _bring(self) -> bool:
        """Whether there was anything."""
        with self._lock:
            self._counting.work_off()
            counts = self._counting.take()
        kept = 0
        try:
            while kept < len(counts):
                follow(keep(counts[kept : kept + AT_ONCE]), self._store)
                kept += AT_ONCE
        except BaseException:
            with self._lock:
                self._counting.give_back(counts[kept:])
            raise
        return bool(counts)

    def read(self, since: date, until: date) -> Traffic:
        """What was counted on these days and those between, as far as it is known. Raises ``StoreError``."""
        self.bring()
        return report(since, until, follow(read(day_of(since), day_of(until)), self._store))

    def settle(self) -> None:
        """Bring what is left, now. Raises nothing: what fails is told, and tried again."""
        if not self._bringing.attempt(self.bring):
            self._bringing.due()

    def close(self) -> None:
        """Bring what is left, now, and nothing later."""
        self._reading.stop()
        self._bringing.stop()
        self._bringing.attempt(self.bring)

    def purge(self) -> int:
        """Remove what is too old, and fold all days that are over; how many cells were removed. Raises ``StoreError``."""
        return self._purge(self._counting.terms.kept_days)

    def _purge(self, days: int) -> int:
        today = int(self._clock()) // DAY
        removed = follow(remove_old(today, self._counting.terms.kept_days), self._store)
        follow(fold_days(today - days, today - LATE), self._store)
        return removed

    def _see_to_earlier_days(self) -> None:
        today = int(self._clock()) // DAY
        if today != self._folded_on:
            self._purge(_LOOKS_BACK)
            self._folded_on = today

    def _read(self) -> None:
        with self._lock:
            self._counting.work_off()
        self._bringing.due()

    def _help(self, most: int) -> None:
        """Where requests leave more than is read. Whoever comes while somebody reads has nothing to do, and no fault of it."""
        if self._lock.acquire(blocking=False):
            try:
                self._reading.attempt(partial(self._counting.work_off, most))
            finally:
                self._lock.release()
            self._bringing.due()

    def _forked(self) -> None:
        self._start()
        self._counting.forget()


def _close(tallying: ref[Tallying]) -> None:
    found = tallying()
    if found is not None:
        found.close()
