"""Whoever is killed while it records choices and seals them has lost none that it answered, and leaves a log that verifies.

COOKIESAFE_TEST_CRASHES says how often, 6 times unless it is set.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes.crashing import SEALED, a_site
from tests.support.servers import ROOT
from tests.support.stores import fresh_database

ROUNDS = int(os.environ.get("COOKIESAFE_TEST_CRASHES", "6"))
_SEALED = f"{SEALED}\n".encode()
LONGEST = 0.15  # seconds between the first answer and sealing, whichever comes later, and the kill


@pytest.mark.law("P-01", "P-04")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_kill_loses_no_choice_that_was_answered_and_the_log_verifies(
    tmp_path: Path, kind: str
) -> None:
    moments = random.Random(20_261_125)  # noqa: S311
    answered: list[str] = []
    with fresh_database(kind, tmp_path) as url:
        for _ in range(ROUNDS):
            answered += run_and_kill(url, moments.uniform(0, LONGEST))
        with closing(a_site(url)) as safe:
            receipts = [each.receipt for each in safe.store.records() if each.receipt]
            as_it_was_left = safe.verify()
            safe.seal()
            sealed = safe.verify()

    assert not set(answered) - set(receipts)
    assert len(receipts) == len(set(receipts)), "none is there twice"
    assert as_it_was_left.holds, as_it_was_left.findings
    assert as_it_was_left.size >= ROUNDS
    assert sealed.holds
    assert (sealed.size, sealed.pending) == (as_it_was_left.size + as_it_was_left.pending, 0)


def run_and_kill(url: str, moment: float) -> list[str]:
    """The receipts of the choices that the process had answered when it was killed."""
    command = [sys.executable, "-m", "tests.processes.crashing", url]
    lines: list[bytes] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while len(lines) < 2 or _SEALED not in lines:
            lines.append(process.stdout.readline())
            assert lines[-1], "it ended by itself"
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [line.decode().strip() for line in lines if line.endswith(b"\n") and line != _SEALED]
