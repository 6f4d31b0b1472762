"""What is due is done some time later, together, and what fails is tried again."""

from __future__ import annotations

import logging
import subprocess
import sys
from threading import Event, Lock, Thread, Timer

import pytest

from cookiesafe import StoreError
from cookiesafe.adapters._later import Later
from tests.support.forks import fork, forking

PATIENCE = 20.0
SOON = 0.01
FAILURE = "the ledger was not sealed"


class Work:
    """Counts how often it is asked to do it; ``failures`` are what it raises first."""

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
    later = Later(work := Work(), SOON, FAILURE)
    assert work.calls == 0

    later.due()

    assert work.done.wait(PATIENCE)


def test_many_records_are_sealed_together() -> None:
    later = Later(work := Work(), 3600, FAILURE)
    for _ in range(100):
        later.due()

    later.close()

    assert work.calls == 1


def test_nobody_waits_for_whoever_starts_the_thread() -> None:
    later = Later(Work(), 3600, FAILURE)
    another = Thread(target=later.due, daemon=True)
    with later._lock:
        another.start()
        another.join(PATIENCE)

        assert not another.is_alive()
    later.close()


def test_what_is_recorded_after_a_sealing_is_sealed_by_another() -> None:
    later = Later(work := Work(), SOON, FAILURE)
    later.due()
    assert work.done.wait(PATIENCE)
    work.done.clear()

    later.due()

    assert work.done.wait(PATIENCE)


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
    later = Later(work := Work(failure, failure, failure), SOON, FAILURE)

    later.due()

    assert work.done.wait(PATIENCE)
    said = [each for each in caplog.records if code in each.getMessage()]
    assert [each.levelno for each in said] == [level]


def test_without_a_time_nothing_is_sealed_by_itself() -> None:
    later = Later(work := Work(), 0, FAILURE)
    later.due()
    later.close()

    assert work.calls == 0


def test_where_nothing_was_recorded_nothing_is_sealed_at_the_end() -> None:
    later = Later(work := Work(), SOON, FAILURE)
    later.close()

    assert work.calls == 0


def test_what_is_recorded_after_the_end_is_not_sealed_here() -> None:
    later = Later(work := Work(), SOON, FAILURE)
    later.close()
    later.due()
    later.close()

    assert work.calls == 0


@forking
def test_a_child_seals_what_it_has_recorded_itself() -> None:
    """Its parent's thread, which would have done so, is not there."""
    later = Later(Work(), 3600, FAILURE)
    later.due()

    def child() -> bool:
        work = later._work = Work()
        later.due()
        later.close()
        return work.calls == 1

    assert fork(child)()
    later.close()


def test_what_is_due_as_the_process_ends_is_done_then() -> None:
    program = (
        "from cookiesafe.adapters._later import Later\n"
        "later = Later(lambda: print('done'), 3600, 'it was not done')\n"
        "later.due()\n"
    )
    command = [sys.executable, "-c", program]

    assert subprocess.run(command, check=True, capture_output=True).stdout == b"done\n"


def test_where_no_thread_can_be_had_nobody_is_told_but_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later(work := Work(), SOON, FAILURE)
    with monkeypatch.context() as patched:
        patched.setattr(Timer, "start", no_thread)
        later.due()
    assert "CS602" in caplog.text

    later.due()

    assert work.done.wait(PATIENCE)


def no_thread(timer: Timer) -> None:
    raise RuntimeError("can't start new thread")
