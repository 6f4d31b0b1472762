"""What subcommands say: to terminals, to streams that are closed, and while an app is kept from saying anything."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from cookiesafe.cli.named import quiet
from cookiesafe.cli.output import Format, progress, say_under, write_rows
from tests.support.servers import ROOT

from .conftest import Cli

STEERS = "/x\x1b[31m\x9b2J\x07"


class Terminal(io.StringIO):
    """Tells when ``1/2`` is on it."""

    def __init__(self) -> None:
        super().__init__()
        self.half = Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if "1/2" in text:
            self.half.set()
        return super().write(text)


def test_nothing_that_came_from_elsewhere_steers_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_under(STEERS)
    write_rows([{"path": STEERS, "all": [STEERS]}], ["path", "all"], Format.TABLE)

    shown = capsys.readouterr().out
    assert shown.count("/x\ufffd[31m\ufffd2J\ufffd") == 3
    assert all(each.isprintable() or each == "\n" for each in shown)


def test_nor_does_what_an_error_tells(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "raising.py").write_text('raise RuntimeError("\\x1b[31m")')

    assert "\x1b" not in cli("check", "raising:app").err


def test_how_far_it_has_come_is_shown_while_an_app_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")

    with progress("Asking") as step, quiet():
        step(1, 2)
        assert terminal.half.wait(10)


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_stream_that_is_closed_is_told_nothing(closed: str) -> None:
    line = f'"{sys.executable}" -W error -m cookiesafe keys {closed}'

    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, check=False)  # noqa: S602

    assert done.returncode in (0, 2)
    assert b"CS900" not in done.stdout + done.stderr
