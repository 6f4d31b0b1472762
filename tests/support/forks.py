"""A child of the very process in which a test runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., object])
PATIENCE = 20
"""Seconds after which a child is ended that waits for what is not there."""


def forking(test: Test) -> Test:
    """Marks what forks."""
    skip = pytest.mark.skipif(not hasattr(os, "fork"), reason="this machine has no fork")
    warned = "ignore:This process .* is multi-threaded:DeprecationWarning"
    return skip(pytest.mark.filterwarnings(warned)(test))  # type: ignore[no-any-return]


def fork(work: Callable[[], bool]) -> Callable[[], bool]:
    """Begin ``work`` in a child, which ends with it. Whoever calls what is returned waits for that: whether it was true."""
    process = os.fork()
    if process == 0:
        done = False
        signal.alarm(PATIENCE)
        try:
            done = work()
        finally:
            os._exit(0 if done else 1)
    return lambda: os.waitpid(process, 0)[1] == 0
