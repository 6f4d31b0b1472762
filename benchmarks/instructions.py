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
from pathlib import Path
from tempfile import TemporaryDirectory

from .goals import CASES, GOALS

FEW, MANY = 30, 130
_COPYING = "glibc.cpu.x86_rep_movsb_threshold=1073741824"
"""Callgrind counts an instruction for each byte that ``rep movsb`` copies: let the C library copy without it."""
_TOTAL = re.compile(r"^totals: (\d+)$", re.MULTILINE)


def counts(cases: tuple[str, ...]) -> dict[str, float]:
    """Instructions per request, of all ``cases`` in one process: starting up takes longer than they do.

    Callgrind tells what was done between two marks. The difference of two run lengths is what the requests cost.
    """
    with TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        python = [sys.executable, "-m", "benchmarks.cases", str(FEW), str(MANY), *cases]
        subprocess.run(
            [*valgrind, "--dump-before=getppid", *python],
            env={**os.environ, "PYTHONHASHSEED": "0", "GLIBC_TUNABLES": _COPYING},
            capture_output=True,
            check=True,
        )
        marks = 3 * len(cases)
        if len(list(out.parent.iterdir())) != marks + 1:
            raise RuntimeError("callgrind did not see each mark, or saw others")
        totals = [_total(out.with_suffix(f".{n}")) for n in range(1, marks + 1)]
    return {
        case: (totals[3 * n + 2] - totals[3 * n + 1]) / (MANY - FEW) for n, case in enumerate(cases)
    }


def _total(dump: Path) -> int:
    """What was done before this mark and after the one before."""
    found = _TOTAL.search(dump.read_text("utf-8"))
    if found is None:
        raise RuntimeError("callgrind said nothing of what it counted")
    return int(found[1])


def per_request(cases: tuple[str, ...]) -> dict[str, float]:
    """As ``counts``, on all processors."""
    processors = os.cpu_count() or 1
    shares = [share for n in range(processors) if (share := cases[n::processors])]
    with ThreadPoolExecutor(processors) as pool:
        counted = {case: cost for each in pool.map(counts, shares) for case, cost in each.items()}
    return {case: counted[case] for case in cases}


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
        print(f"{goal.title:66} {ratio:6.3f} x   goal {goal.goal:.2f} x   {verdict}")
    return int(worse > 0)


if __name__ == "__main__":
    sys.exit(main())
