"""Other projects' own tests of sessions, unmodified: on their classes, or on ours put in their place.

``python -m tests.upstream [--ours] [--defect] [SUITE...]``. With ``--defect``, each class put in gets a defect, one a
run, and every run is to fail. Sources come from the package registry, pinned by hash, into .upstream/, which git ignores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from .put_in import VARIABLE
from .suites import SUITES, Suite

HERE = Path(__file__).parent
ARCHIVES = HERE.parents[1] / ".upstream" / "archives"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many tests ran and passed, and what pytest said."""

    passed: int
    ran: int
    said: str


def archive(suite: Suite) -> Path:
    """The source distribution, fetched if it is not there. Raises ``ValueError`` if it is not the one that is pinned."""
    kept = ARCHIVES / f"{suite.project}-{suite.version}.tar.gz"
    if not kept.exists():
        with TemporaryDirectory() as directory:
            wanted = Path(directory, "wanted.txt")
            wanted.write_text(suite.requirement, "utf-8")
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            sources = ["--no-binary", suite.project, "--require-hashes", "-r", str(wanted)]
            subprocess.run([*pip, *sources, "-d", f"{directory}/got"], check=True)
            ARCHIVES.mkdir(parents=True, exist_ok=True)
            (got,) = Path(directory, "got").iterdir()
            kept.write_bytes(got.read_bytes())
    if hashlib.sha256(kept.read_bytes()).hexdigest() != suite.sha256:
        raise ValueError(f"{kept} is not what is pinned: remove it")
    return kept


def unpack(suite: Suite, directory: Path) -> Path:
    """The archive's top folder, with the suite's files in it, as they were published."""
    with tarfile.open(archive(suite)) as tar:
        members = [
            member for member in tar if member.name.partition("/")[2].startswith(suite.files)
        ]
        tar.extractall(directory, members, filter="data")
    (top,) = directory.iterdir()
    return top


def run(suite: Suite, placed: list[list[str | None]]) -> Outcome:
    """Run the suite's tests with these things put in."""
    with TemporaryDirectory() as directory:
        folder = unpack(suite, Path(directory, "source")) / suite.folder
        report = Path(directory, "report.xml")
        arguments = [each.format(here=HERE) for each in suite.arguments]
        options = ["-q", "-p", "put_in", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(HERE), VARIABLE: json.dumps(placed)},
            check=False,
            capture_output=True,
            text=True,
        )
        return _outcome(report, done.stdout + done.stderr)


def _outcome(report: Path, said: str) -> Outcome:
    if not report.exists():
        return Outcome(0, 0, said)
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314
    return Outcome(sum(len(case) == 0 for case in cases), len(cases), said)


def placings(
    suite: Suite, *, ours: bool, defect: bool
) -> Iterator[tuple[str, list[list[str | None]]]]:
    """What to put in for each run: all at once, and with ``defect`` once for each thing, with the defect in that one."""
    for broken in suite.places if defect else (None,):
        placed = [
            [each.theirs, each.ours if ours else None, each.defect if each is broken else None]
            for each in suite.places
        ]
        whose = "ours" if ours else "as shipped"
        yield (f"{whose}, {broken.theirs} {broken.defect}" if broken else whose), placed


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.upstream", description=__doc__.partition("\n")[0])
    parser.add_argument("--ours", action="store_true", help="put our classes in")
    parser.add_argument("--defect", action="store_true", help="plant defects, and expect failures")
    parser.add_argument("suites", nargs="*", choices=[[], *SUITES], default=[], metavar="SUITE")
    asked = parser.parse_args()
    wrong = 0
    for name in asked.suites or SUITES:
        suite = SUITES[name]
        if version(suite.project) != suite.version:
            raise SystemExit(
                f"{suite.project} {suite.version} is not installed: use scripts/upstream"
            )
        for what, placed in placings(suite, ours=asked.ours, defect=asked.defect):
            outcome = run(suite, placed)
            whole = outcome.ran == suite.passes == outcome.passed
            # A defect that leaves no test to run was never tried.
            right = outcome.ran == suite.passes and not whole if asked.defect else whole
            print(f"{name:12} {outcome.passed:4} of {suite.passes:4} passed  {what}", flush=True)
            if not right:
                wrong += 1
                print(
                    outcome.said if not asked.defect or not whole else "  the defect was not seen"
                )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
