"""Work that is done some time after it is due, in a thread that is there only meanwhile."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from threading import Lock, Timer
from weakref import ref

from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.errors import StoreError
from cookiesafe.events import FAULT, STORE_FAILED, Hook, Once, kind_of, say


class Later:
    """Does ``work`` ``after`` seconds from when it became due; 0: never, unless it is asked for.

    What fails is done again as long after; ``failure`` is what is logged of it, once, and what ``hook`` hears each time.
    What is due when the process ends is done then, unless it is not to be ``at_exit``. Any number of processes may do the same work: what one has done, the
    others find done.
    """

    def __init__(
        self,
        work: Callable[[], object],
        after: float,
        failure: str,
        hook: Hook | None = None,
        *,
        at_exit: bool = True,
    ) -> None:
        self._work = work
        self._after = after
        self._failure = failure
        self._hook = hook
        self._closed = False
        self._ends = not at_exit
        self._once = Once()
        self._start()
        call_after_fork(self._start)

    def _start(self) -> None:
        self._lock = Lock()
        self._timer: Timer | None = None

    def due(self) -> None:
        """There is something to do. Costs nothing while that is known already, and raises nothing."""
        if not self._after or self._timer is not None:
            return
        # Whoever has the lock starts the thread, or is the thread, which has yet to begin.
        if self._lock.acquire(blocking=False):
            try:
                if not self._closed and self._timer is None:
                    self._begin()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Do what is due, now, and nothing later."""
        if self.stop():
            self.attempt(self._work)

    def stop(self) -> bool:
        """Do nothing later. Whether something was due."""
        with self._lock:
            timer, self._timer, self._closed = self._timer, None, True
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _begin(self) -> None:
        if not self._ends:
            atexit.register(_close, ref(self))
            self._ends = True
        timer = Timer(self._after, self._run)
        timer.daemon = True
        timer.name = "cookiesafe-later"
        try:
            timer.start()
        except RuntimeError as error:
            # No thread could be had: the next time it is due, perhaps.
            self._complain(error)
            return
        self._timer = timer

    def _run(self) -> None:
        with self._lock:
            self._timer = None
        if not self.attempt(self._work):
            self.due()

    def attempt(self, work: Callable[[], object]) -> bool:
        """Do this, now. Whether it was done: what fails is told as what is done later."""
        try:
            work()
        except StoreError as error:
            self._complain(error)
            return False
        except Exception as error:
            say(
                FAULT,
                "a fault of CookieSafe's own, where %s",
                self._failure,
                code="CS900",
                logged=self._once.first("fault"),
                hook=self._hook,
                exc_info=True,
                where=self._failure,
                error=kind_of(error),
            )
            return False
        return True

    def _complain(self, error: Exception) -> None:
        say(
            STORE_FAILED,
            "%s, and will be tried again: %s",
            self._failure,
            error,
            code="CS602",
            logged=self._once.first("failed"),
            hook=self._hook,
            what=self._failure,
            error=kind_of(error),
        )


def _close(later: ref[Later]) -> None:
    found = later()
    if found is not None:
        found.close()
