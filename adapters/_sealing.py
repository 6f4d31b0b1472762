"""Seals the ledger some time after something was recorded, in a thread that is there only meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock, Timer

from cookiesafe.errors import StoreError
from cookiesafe.events import Once, log


class Sealing:
    """Calls ``seal`` ``after`` seconds from the first record that is not sealed; 0: never.

    What fails is done again as long after. Any number of processes may do so: what one has sealed, the others find done.
    """

    def __init__(self, seal: Callable[[], int], after: float) -> None:
        self._seal = seal
        self._after = after
        self._lock = Lock()
        self._timer: Timer | None = None
        self._process = 0
        self._closed = False
        self._once = Once()

    def recorded(self) -> None:
        """Something was recorded. Costs nothing while a sealing is due already."""
        if not self._after or (self._timer is not None and self._process == os.getpid()):
            return
        with self._lock:
            # After a fork, the parent's thread is not the child's.
            if self._closed or (self._timer is not None and self._process == os.getpid()):
                return
            self._begin()

    def close(self) -> None:
        """Seal what is due, now."""
        with self._lock:
            timer, self._timer, self._closed = self._timer, None, True
        if timer is not None and self._process == os.getpid():
            timer.cancel()
            self._try()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._timer = Timer(self._after, self._run)
        self._timer.daemon = True
        self._timer.name = "cookiesafe-sealing"
        self._timer.start()

    def _run(self) -> None:
        with self._lock:
            self._timer = None
        if not self._try():
            with self._lock:
                if not self._closed and self._timer is None:
                    self._begin()

    def _try(self) -> bool:
        try:
            self._seal()
        except StoreError as error:
            if self._once.first("sealing"):
                log.error("the ledger was not sealed, and will be tried again: %s [CS602]", error)
            return False
        except Exception:
            if self._once.first("fault"):
                log.exception("a fault of CookieSafe's own, at sealing [CS900]")
            return False
        return True
