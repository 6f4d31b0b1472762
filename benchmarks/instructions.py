"""Instructions per request, counted by callgrind; they repeat to 0.1 % where times do not.

``python -m benchmarks.instructions`` exits with 1 when a ratio is worse than it was. Without valgrind it says so and exits with 0,
or with 1 under ``CI``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from .goals import CASES, GOALS

FEW, MANY = 60, 260


def count(case: str, n: int) -> int:
    """Instructions of a whole process that answers ``n`` requests."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run(
        [*command, sys.executable, "-m", "benchmarks.cases", case, str(n)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if found is None:
        raise RuntimeError(f"callgrind said nothing of what it collected:\n{run.stderr}")
    return int(found[1])


def per_request(cases: tuple[str, ...]) -> dict[str, float]:
    """Instructions per request: the difference of two run lengths, so that start-up does not count."""
    runs = [(case, n) for case in cases for n in (FEW, MANY)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(runs, pool.map(lambda run: count(*run), runs), strict=True))
    return {case: (counted[case, MANY] - counted[case, FEW]) / (MANY - FEW) for case in cases}


def main() -> int:
    if shutil.which("valgrind") is None:
        print(
            "benchmarks: no valgrind here, so no instructions are counted (Debian: apt-get install valgrind)"
        )
        return int("CI" in os.environ)
    cost = per_request(CASES)
    for case, instructions in cost.items():
        print(f"{case:30} {instructions / 1000:9.1f} k")
    worse = 0
    for goal in GOALS:
        ratio = goal.ratio(cost)
        worse += ratio > goal.ceiling
        verdict = "met" if ratio <= goal.goal else "not met yet"
        verdict += "" if ratio <= goal.ceiling else f", and WORSE than {goal.ceiling:.3f}"
        print(f"{goal.title:42} {ratio:6.3f} x   goal {goal.goal:.2f} x   {verdict}")
    return int(worse > 0)


if __name__ == "__main__":
    sys.exit(main())
