"""Whoever is killed while it appends and seals has lost nothing that it said, and leaves a log without a gap.

COOKIESAFE_TEST_CRASHES says how often, 20 times unless it is set.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from cookiesafe.adapters.stores import open_store
from cookiesafe.ledger import Checkpoint
from cookiesafe.ports import Store
from tests.processes.crashing import next_note
from tests.support.servers import ROOT
from tests.support.stores import fresh_database

ROUNDS = int(os.environ.get("COOKIESAFE_TEST_CRASHES", "20"))
LONGEST = 0.15  # seconds between the first id and the kill


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_kill_loses_nothing_that_was_told_and_leaves_no_gap(tmp_path: Path, kind: str) -> None:
    moments = random.Random(20_261_125)  # noqa: S311
    told: list[str] = []
    with fresh_database(kind, tmp_path) as url:
        for number in range(ROUNDS):
            told += run_and_kill(url, f"{number}", moments.uniform(0, LONGEST))
        with closing(open_store(url)) as store:
            kept = check_log(store)
            assert not set(told) - set(kept)
            assert len(kept) == len(set(kept))
            assert store.checkpoints(0, ROUNDS)


def run_and_kill(url: str, prefix: str, moment: float) -> list[str]:
    """What the process had told when it was killed."""
    command = [sys.executable, "-m", "tests.processes.crashing", url, prefix]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    lines = (first + rest).decode().splitlines(keepends=True)
    return [line.strip() for line in lines if line.endswith("\n")]


def check_log(store: Store) -> list[str]:
    """The ids of all that is kept, once the log is found to be whole."""
    sealed = list(store.entries(0, 10**9))
    assert [entry.index for entry in sealed] == list(range(len(sealed)))
    checkpoints = [Checkpoint(0, ""), *store.checkpoints(0, 10**9)]
    for before, after in pairwise(checkpoints):
        added = [entry.body for entry in sealed[before.size : after.size]]
        assert len(added) == after.size - before.size
        assert after.note == next_note(before.note, added)
    assert checkpoints[-1].size == len(sealed)
    return [entry.id for entry in (*sealed, *store.pending(10**9))]
