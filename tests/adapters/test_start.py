"""What is imported where a site starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# It ends when the other thread that starts waits for this module, or has not done so.
SLOW = """
import sys
from threading import Thread

from cookiesafe.adapters._start import start

def is_importing(thread):
    frame = sys._current_frames().get(thread.ident)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False

def started():
    start()
    came.append("started")

came = []
thread = Thread(target=started)
thread.start()
while thread.is_alive() and not is_importing(thread):
    pass
came.append("imported")
"""
SITE = """
from cookiesafe.adapters._start import at_start, start

at_start("slow_part")
start()
import slow_part

slow_part.thread.join()
print(*slow_part.came)
"""


def test_who_starts_meanwhile_waits_until_all_is_imported(tmp_path: Path) -> None:
    (tmp_path / "slow_part.py").write_text(SLOW, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SITE],
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert (done.stdout.split(), done.stderr) == (["imported", "started"], "")
