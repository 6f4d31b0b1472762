"""The ledger is sealed by itself some time after something was recorded, and what fails is tried again."""

from __future__ import annotations

import logging
import os
from threading import Event, Lock

import pytest

from cookiesafe import StoreError
from cookiesafe.adapters._sealing import Sealing

PATIENCE = 20.0
SOON = 0.01


class Sealer:
    """Counts how often it is asked to seal; ``failures`` are what it raises first."""

    def __init__(self, *failures: Exception) -> None:
        self.calls = 0
        self.done = Event()
        self._failures = list(failures)
        self._lock = Lock()

    def __call__(self) -> int:
        with self._lock:
            self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        self.done.set()
        return 1


def test_what_was_recorded_is_sealed_some_time_later() -> None:
    sealing = Sealing(sealer := Sealer(), SOON)
    assert sealer.calls == 0

    sealing.recorded()

    assert sealer.done.wait(PATIENCE)


def test_many_records_are_sealed_together() -> None:
    sealing = Sealing(sealer := Sealer(), 3600)
    for _ in range(100):
        sealing.recorded()

    sealing.close()

    assert sealer.calls == 1


def test_what_is_recorded_after_a_sealing_is_sealed_by_another() -> None:
    sealing = Sealing(sealer := Sealer(), SOON)
    sealing.recorded()
    assert sealer.done.wait(PATIENCE)
    sealer.done.clear()

    sealing.recorded()

    assert sealer.done.wait(PATIENCE)


@pytest.mark.parametrize(
    ("failure", "level", "code"),
    [
        (StoreError("it is down"), logging.ERROR, "CS602"),
        (ValueError("oh"), logging.ERROR, "CS900"),
    ],
)
def test_what_fails_is_tried_again_and_said_once(
    caplog: pytest.LogCaptureFixture, failure: Exception, level: int, code: str
) -> None:
    sealing = Sealing(sealer := Sealer(failure, failure, failure), SOON)

    sealing.recorded()

    assert sealer.done.wait(PATIENCE)
    said = [each for each in caplog.records if code in each.getMessage()]
    assert [each.levelno for each in said] == [level]


def test_without_a_time_nothing_is_sealed_by_itself() -> None:
    sealing = Sealing(sealer := Sealer(), 0)
    sealing.recorded()
    sealing.close()

    assert sealer.calls == 0


def test_where_nothing_was_recorded_nothing_is_sealed_at_the_end() -> None:
    sealing = Sealing(sealer := Sealer(), SOON)
    sealing.close()

    assert sealer.calls == 0


def test_what_is_recorded_after_the_end_is_not_sealed_here() -> None:
    sealing = Sealing(sealer := Sealer(), SOON)
    sealing.close()
    sealing.recorded()
    sealing.close()

    assert sealer.calls == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this machine has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_seals_what_it_has_recorded_itself() -> None:
    """Its parent's thread, which would have done so, is not there."""
    sealing = Sealing(Sealer(), 3600)
    sealing.recorded()
    process = os.fork()
    if process == 0:
        sealer = sealing._seal = Sealer()
        sealing.recorded()
        sealing.close()
        os._exit(0 if sealer.calls == 1 else 1)

    assert os.waitpid(process, 0)[1] == 0
    sealing.close()
