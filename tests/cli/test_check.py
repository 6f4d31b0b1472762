"""``cookiesafe check`` as a shell calls it: what it says, in which form, and what it exits with."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inspection.quay import FILES, KEY, MISTAKES, write
from tests.support.servers import ROOT

from .conftest import Cli, command

WRONG = {
    **FILES,
    "quay.py": FILES["quay.py"]
    .replace('"basket", "7"', '"_tern", "7"')
    .replace("    origin=", '    mode="observe",\n    origin='),
}


@pytest.fixture(autouse=True)
def project(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUAY_KEY", KEY)
    write(tmp_path, WRONG)
    return tmp_path


def test_an_app_without_mistakes_exits_with_0(cli: Cli, project: Path) -> None:
    write(project, FILES)

    assert cli("check", "quay:app") == (0, "quay:app: nothing found in 4 pages\n", "")
    assert cli("check", "quay:app", "--format", "json") == (0, "[]\n", "")


def test_each_finding_has_its_place_its_code_and_what_to_do(cli: Cli) -> None:
    done = cli("check", "quay:app")

    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        'quay.py:59: nothing is held: mode is "observe". [CS725]',
        "    Leave out mode when the log names nothing any more that visitors need.",
        'quay.py:23: GET / sets the cookie "_tern", which nobody declared. [CS201]',
        "    Declare it with its purpose: cookiesafe init --add _tern",
        "quay:app: 2 findings in 4 pages",
    ]


def test_programs_get_the_same_as_json_and_csv(cli: Cli) -> None:
    as_json = json.loads(cli("check", "quay:app", "--format", "json").out)
    as_csv = list(csv.DictReader(cli("check", "quay:app", "--format", "csv").out.splitlines()))

    assert [{name: str(value) for name, value in each.items()} for each in as_json] == as_csv
    assert [each["code"] for each in as_json] == ["CS725", "CS201"]


def test_what_is_as_it_should_be_is_ignored(cli: Cli) -> None:
    one = cli("check", "quay:app", "--ignore", "CS725", "--ignore", "CS201:other")
    both = cli("check", "quay:app", "--ignore", "CS725", "--ignore", "CS201:_tern")

    assert (one.code, both.code) == (1, 0)
    assert "CS201" in one.out
    assert "nothing found in 4 pages, 2 ignored" in both.out


def test_a_policy_that_cannot_be_is_told_with_all_its_problems(cli: Cli, project: Path) -> None:
    files = FILES
    for mistake in MISTAKES:
        if mistake.code in ("CS104", "CS111"):
            files = mistake.plant(files)
    write(project, files)

    done = cli("check", "quay:app")

    assert done.code == 1
    assert re.findall(r"cookiesafe.toml:\d+:.*\[(CS\d+)\]", done.out) == ["CS104", "CS111"]


def on_a_terminal(folder: Path, **environ: str) -> str:
    """What a terminal of 40 columns is shown."""
    outer, inner = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cookiesafe", "check", "quay:app"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "40", "TERM": "xterm", **environ},
        stdin=inner,
        stdout=inner,
        stderr=inner,
    ) as process:
        os.close(inner)
        shown = b""
        while True:
            try:
                chunk = os.read(outer, 65536)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
        process.wait()
    os.close(outer)
    return shown.decode()


def test_a_narrow_terminal_without_colours_and_letters_is_enough(project: Path) -> None:
    shown = on_a_terminal(
        project, NO_COLOR="1", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C"
    )

    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown)
    lines = [each for each in text.splitlines() if "Asking" not in each]
    assert text.isascii()
    assert "\x1b[3" not in shown
    assert max(map(len, lines)) <= 40
    assert "which nobody declared" in " ".join(each.strip() for each in lines)


def test_what_an_app_prints_is_shown_with_debug_alone(project: Path) -> None:
    source = (project / "quay.py").read_text()
    (project / "quay.py").write_text(f"print('loaded')\n{source}")

    quiet, loud = (
        command("check", "quay:app", folder=project),
        command("--debug", "check", "quay:app", folder=project),
    )

    assert "loaded" not in quiet.out + quiet.err
    assert "loaded" in loud.out
