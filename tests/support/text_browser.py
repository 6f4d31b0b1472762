"""w3m: a browser that shows text alone, and is driven by keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

PATIENCE_SECONDS = 20
QUIT_SECONDS = 0.3
WIDE = 100


@dataclass(frozen=True, slots=True)
class TextBrowser:
    """One with a home of its own, where it keeps its cookies from one start to the next."""

    home: Path

    def use(self, url: str, *keys: str) -> None:
        """On a page, to be left when all is done; ``keys`` are typed when it is there."""
        with pexpect.spawn(
            "w3m",
            ["-cookie", url],
            env=self._settings(),
            encoding="utf-8",
            dimensions=(60, WIDE),
        ) as window:
            window.expect("Reject all", timeout=PATIENCE_SECONDS)
            window.send("".join(keys))
            deadline = time.monotonic() + PATIENCE_SECONDS
            # What is typed while it loads may be lost.
            while window.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=QUIT_SECONDS):
                assert time.monotonic() < deadline, window.before
                window.send("Q")

    def read(self, url: str) -> str:
        """What it shows of a page, with one blank between words."""
        answered = subprocess.run(
            ["w3m", "-cookie", "-cols", f"{WIDE}", "-dump", url],
            env=self._settings(),
            check=True,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        return " ".join(answered.stdout.decode().split())

    def _settings(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.home), "TERM": "xterm", "LANG": "C.UTF-8"}


def w3m(home: Path) -> TextBrowser:
    """Skips where it is not here."""
    if shutil.which("w3m") is None:
        pytest.skip("no w3m here: scripts/browser gets it, on Debian as root")
    return TextBrowser(home)
