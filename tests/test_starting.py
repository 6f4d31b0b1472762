"""The pages that a newcomer begins with, followed to the letter: files are written, commands run, and what is said is compared."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("start-*.md"))
SERVERS = (
    "uvicorn ",
    "flask --app",
    "python manage.py runserver",
    "python -c 'import main; main.serve",
)
FIVE = 5
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# ([\w/.-]+)(, at its end)?\n")


@dataclass
class Newcomer:
    """Somebody who does what a page says, in a folder of their own."""

    folder: Path
    port: int
    servers: ExitStack
    said: str = ""
    compared: list[tuple[str, str]] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def follow(self, page: Path) -> None:
        for language, text in _BLOCK.findall(page.read_text("utf-8")):
            if language == "console":
                for line in text.splitlines():
                    self.run(line.removeprefix("$ "))
            elif language == "text":
                self.compared.append((self.said, text))
            else:
                self.write(text)

    def write(self, text: str) -> None:
        found = _FILE.match(text)
        assert found, "each file says its name in its first line"
        with (self.folder / found[1]).open("a" if found[2] else "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, command: str) -> None:
        self.ran.append(command)
        if command.startswith("pip install"):
            return
        command = command.replace("8000", str(self.port))
        if command.startswith(SERVERS):
            self.servers.enter_context(serving(command, self.folder, self.port))
            return
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        self.said = done.stdout


def environment() -> dict[str, str]:
    """In which ``python`` and the commands are those that these tests run with."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


@contextmanager
def serving(command: str, folder: Path, port: int) -> Iterator[None]:
    """The server that a command starts, as soon as it takes connections."""
    with (folder / "server.log").open("w+") as log:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(port, process)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server has ended"
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server takes no connections")


def a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def uncounted(text: str) -> str:
    """How many pages a framework has of its own is for its next version to change."""
    return re.sub(r"\d+ pages?", "… pages", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_who_follows_the_page_sees_what_it_says(page: Path, tmp_path: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("no curl, with which the pages verify")
    with ExitStack() as servers:
        newcomer = Newcomer(tmp_path, a_free_port(), servers)
        newcomer.follow(page)

    assert len(newcomer.compared) >= 2
    for said, expected in newcomer.compared:
        assert uncounted(said) == uncounted(expected)
    assert {each.split()[0] for each in newcomer.ran} >= {"pip", "curl", "cookiesafe"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_app_needs_no_more_than_five_lines(page: Path) -> None:
    [added] = [
        text for _, text in _BLOCK.findall(page.read_text("utf-8")) if ", at its end\n" in text
    ]

    assert len([line for line in added.splitlines()[1:] if line.strip()]) <= FIVE


def test_there_are_five_pages_to_start_with() -> None:
    assert [page.stem.removeprefix("start-") for page in PAGES] == [
        "django",
        "fastapi",
        "flask",
        "plain",
        "starlette",
    ]
