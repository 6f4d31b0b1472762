"""Interrupts an app that holds up the event loop itself: whoever awaits it waits in vain for the time to run out."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Final

_AGAIN: Final = 1.0


class EventLoopBlocked(TimeoutError):
    """Raised in the middle of an app that waits, or reckons, without awaiting: nobody else is served meanwhile."""


@contextmanager
def interrupting(seconds: float) -> Iterator[None]:
    """Raise ``EventLoopBlocked`` in what still runs after so long, and then again, every second.

    By a signal, which only POSIX has, and only the main thread hears: elsewhere nothing is interrupted, nor where others
    have set an alarm, which is left to them.
    """
    mine = current_thread() is main_thread() and hasattr(signal, "setitimer")
    if not mine or signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0):
        yield
        return
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


def _interrupt(number: int, frame: object) -> None:
    # The loop itself may be late, too, as after a suspension.
    if asyncio.current_task() is not None:
        raise EventLoopBlocked("it holds up the event loop")
