"""Work that is done some time after it is due, in a thread that is there only meanwhile."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from threading import Lock, Timer
from weakref import ref

from cookiesafe.errors import StoreError
from cookiesafe.events import Once, log


class Later:
    """Does ``work`` ``after`` seconds from when it became due; 0: never, unless it is asked for.

    What fails is done again as long after; ``failure`` is what is logged of it, once. What is due when the process ends
    is done then. Any number of processes may do the same work: what one has done, the others find done.
    """

    def __init__(self, work: Callable[[], object], after: float, failure: str) -> None:
        self._work = work
        self._after = after
        self._failure = failure
        self._lock = Lock()
        self._timer: Timer | None = None
        self._process = 0
        self._closed = False
        self._once = Once()

    def due(self) -> None:
        """There is something to do. Costs nothing while that is known already, and raises nothing."""
        if not self._after or self._is_known():
            return
        with self._lock:
            if not self._closed and not self._is_known():
                self._begin()

    def close(self) -> None:
        """Do what is due, now, and nothing later."""
        with self._lock:
            timer, self._timer, self._closed = self._timer, None, True
        if timer is not None and self._process == os.getpid():
            timer.cancel()
            self._try()

    def _is_known(self) -> bool:
        # After a fork, the parent's thread is not the child's.
        return self._timer is not None and self._process == os.getpid()

    def _begin(self) -> None:
        if self._process != os.getpid():
            atexit.register(_close, ref(self))
        timer = Timer(self._after, self._run)
        timer.daemon = True
        timer.name = "cookiesafe-later"
        try:
            timer.start()
        except RuntimeError as error:
            # No thread could be had: the next time it is due, perhaps.
            self._complain(error)
            return
        self._process, self._timer = os.getpid(), timer

    def _run(self) -> None:
        with self._lock:
            self._timer = None
        if not self._try():
            self.due()

    def _try(self) -> bool:
        try:
            self._work()
        except StoreError as error:
            self._complain(error)
            return False
        except Exception:
            if self._once.first("fault"):
                log.exception("a fault of CookieSafe's own, where %s [CS900]", self._failure)
            return False
        return True

    def _complain(self, error: Exception) -> None:
        if self._once.first("failed"):
            log.error("%s, and will be tried again: %s [CS602]", self._failure, error)


def _close(later: ref[Later]) -> None:
    found = later()
    if found is not None:
        found.close()
