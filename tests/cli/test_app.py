"""The command ``cookiesafe``: what it exits with, and how errors are told."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cookiesafe.cli import app, main, output
from cookiesafe.errors import StoreError
from tests.inspection.quay import KEY, POLICY
from tests.reference.options import spelling, subcommands
from tests.support.servers import ROOT

from .conftest import Cli, command

NOWHERE = "postgresql://reader:not-to-be-seen@127.0.0.1:1/db"
OTHER_OPTION = "mysql://reader:not-to-be-seen@127.0.0.1:1/db?foo=bar"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["--help"], 0, "db", id="help"),
        pytest.param(["db", "upgrade", "--help"], 0, "COOKIESAFE_STORE", id="help of a subcommand"),
        pytest.param([], 2, "Usage", id="nothing"),
        pytest.param(["dbx"], 2, "dbx", id="no such subcommand"),
        pytest.param(["db", "upgrade"], 2, "Missing", id="no URL"),
        pytest.param(["db", "version", "postgre://host/db"], 2, "Did you mean", id="a wrong URL"),
        pytest.param(["db", "version", "redis://host/0"], 2, "no tables", id="a Redis"),
        pytest.param(["db", "version", NOWHERE], 1, "[CS400]", id="a server that is down"),
        pytest.param(["db", "version", OTHER_OPTION], 1, "[CS400]", id="an option of no driver"),
    ],
)
def test_it_exits_with_what_came_of_it(
    cli: Cli, arguments: list[str], code: int, said: str
) -> None:
    done = cli(*arguments)

    assert done.code == code
    assert said in done.out + done.err
    assert "Traceback" not in done.err
    assert "not-to-be-seen" not in done.out + done.err


def test_where_an_error_comes_from_is_shown_if_asked_for() -> None:
    done = command("--debug", "db", "version", NOWHERE)

    assert done.code == 1
    assert "Traceback" in done.err
    assert "StoreError" in done.err


def test_a_fault_of_ours_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(SystemExit) as ended:
        app.run(["db"])

    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "error: ZeroDivisionError: by nought. --debug shows where. [CS900]\n"
    )


def test_what_an_error_came_from_is_told_by_its_first_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("it broke") from OSError("no disk\nand a lot more")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(SystemExit):
        app.run(["db"])

    assert capsys.readouterr().err == "error: it broke. [CS400]\n       OSError: no disk\n"


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_typer_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    for name in [each for each in sys.modules if each.startswith(("cookiesafe.cli.", "rich."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("cookiesafe.cli.app")

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert 'pip install "cookiesafe[cli]"' in capsys.readouterr().err


def test_the_package_needs_nothing_of_the_command() -> None:
    code = (
        "import sys; sys.modules['typer'] = sys.modules['rich'] = None; import cookiesafe; "
        "from cookiesafe.cli import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'pip install "cookiesafe[cli]"' in done.stderr


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    """``cookiesafe translations | head -1``, whose head is gone before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "cookiesafe", "translations", "--format", "json"],
            cwd=ROOT,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode in (1, 141)
    assert done.stderr == ""


def test_an_interrupt_exits_with_130_and_says_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "here")
    # It is busy, and waits for nothing: so there is no moment at which a signal could come too early.
    (tmp_path / "slow.py").write_text(
        "import os; print('here'); os.write(os.open('here', os.O_WRONLY), b'here')\n"
        "for _ in range(10**9): pass"
    )
    here = os.open(tmp_path / "here", os.O_RDONLY | os.O_NONBLOCK)
    line = [sys.executable, "-m", "cookiesafe", "check", "slow:app"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        line, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert select.select([here], [], [], 60)[0], "it has not come so far"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    os.close(here)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_terminal_that_lacks_a_letter_gets_one_that_is_like_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "b.toml").write_text(POLICY.replace("Counts", "“Zählt” …"), encoding="utf-8")
    environ = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "QUAY_KEY": KEY}

    done = command("policy", "diff", "a.toml", "b.toml", folder=tmp_path, environ=environ)

    assert (done.code, done.err) == (1, "")
    assert '"Z?hlt" ...' in done.out


def test_a_shell_can_complete_it() -> None:
    done = command(
        environ={
            "_COOKIESAFE_COMPLETE": "complete_bash",
            "COMP_WORDS": "cookiesafe led",
            "COMP_CWORD": "1",
        }
    )

    assert done.out.split() == ["ledger"]


def test_a_table_in_a_narrow_terminal_is_one_paragraph_for_each_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "is_narrow", lambda: True)

    output.write_rows(
        [{"a": "one", "b": True}, {"a": None, "b": ["x", "y"]}], "ab", output.Format.TABLE
    )

    assert capsys.readouterr().out == "a: one\nb: yes\n\na: \nb: x, y\n\n"


DOCS = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")


def test_every_subcommand_is_documented_and_no_other() -> None:
    headings = re.findall(r"^## `cookiesafe (.+?)`$", DOCS, re.MULTILINE)

    assert headings == list(subcommands())


@pytest.mark.parametrize("name", subcommands())
def test_every_option_is_documented_where_its_subcommand_is(name: str) -> None:
    section = DOCS.split(f"## `cookiesafe {name}`\n")[1].split("\n## ")[0]
    documented = set(re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE))
    real = {spelling(each) for each in subcommands()[name].params if each.name != "help"}

    assert documented == real
