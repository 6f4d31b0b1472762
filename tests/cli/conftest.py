"""The command, called in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cookiesafe.cli import app
from tests.support.servers import ROOT


class Done(NamedTuple):
    """What it has come to."""

    code: int
    out: str
    err: str


Cli = Callable[..., Done]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Calls it in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("COOKIESAFE_STORE", raising=False)

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.run([str(each) for each in arguments])
        # Each call is a process of its own otherwise, which loads an app anew.
        for name, module in sys.modules.copy().items():
            if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
                del sys.modules[name]
        code = ended.value.code
        said = capsys.readouterr()
        return Done(code if isinstance(code, int) else 0, said.out, said.err)

    return call


def command(
    *arguments: object, folder: Path = ROOT, environ: dict[str, str] | None = None, given: str = ""
) -> Done:
    """Calls it as a shell does."""
    line = [sys.executable, "-W", "error", "-m", "cookiesafe", *map(str, arguments)]
    done = subprocess.run(
        line,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
        capture_output=True,
        text=True,
        input=given,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
