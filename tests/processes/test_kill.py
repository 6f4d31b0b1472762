"""A choice that was answered is on the disk, whatever happens to the process next."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cookiesafe.adapters.stores import open_store
from demo_app import data
from tests.support.servers import EDGES, ROOT, Edge

ROUNDS = 5


@pytest.mark.parametrize("edge", EDGES)
def test_an_answered_choice_survives_a_kill(tmp_path: Path, edge: Edge) -> None:
    """One half of the rounds find what the rounds before left behind, the other half an empty folder."""
    used, fresh = tmp_path / "used", [tmp_path / str(number) for number in range(ROUNDS)]
    folders = [str(folder) for folder in [used] * ROUNDS + fresh]
    command = [sys.executable, "-W", "error", "-m", "tests.processes.killing", edge, *folders]

    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, timeout=120)

    receipts = json.loads(done.stdout)
    assert len(set(receipts)) == 2 * ROUNDS
    assert receipts_in(used) == receipts[:ROUNDS]
    assert [receipts_in(folder) for folder in fresh] == [[each] for each in receipts[ROUNDS:]]


def receipts_in(folder: Path) -> list[str | None]:
    """Of choices about purposes: the demo's customer has chosen about letters before."""
    file = data.last(folder) / "cookiesafe.db"
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(open_store(f"sqlite:///{file}")) as store:
        return [record.receipt for record in store.records() if "advertising" in record.choices]
