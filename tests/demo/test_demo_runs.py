"""``python -m demo_app`` starts, says where, and ends when asked."""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from demo_app import data, options

ROOT = Path(__file__).parents[2]


@contextmanager
def demo(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-m", "demo_app", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def status_of(host: str, port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("edge", [(), ("--wsgi",)])
@pytest.mark.parametrize("guard", [(), ("--observe",), ("--bare",)])
def test_it_serves_all_sites_until_interrupted(
    tmp_path: Path, edge: tuple[str, ...], guard: tuple[str, ...]
) -> None:
    folder = tmp_path / "demo"
    ports = ("--port", "0", "--advertiser-port", "0", "--video-port", "0")
    with demo(*edge, *guard, *ports, "--data", str(folder)) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(4)]
        for line, path in zip(said, ("/", "/log", "/", "/demo"), strict=True):
            found = re.search(r"http://([a-z.]+):(\d+)", line)
            assert found, line
            assert status_of(found[1], int(found[2]), path) == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)

    assert process.returncode == 0
    assert "Traceback" not in errors
    assert stat.S_IMODE((data.last(folder) / "secret.key").stat().st_mode) == 0o600


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        others = ("--advertiser-port", "0", "--video-port", "0")
        with demo("--port", port, *others, "--data", str(tmp_path)) as process:
            _, errors = process.communicate(timeout=10)

    assert process.returncode == 1
    assert f"Port {port}" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--port", "99999"), 2, "ports 0 to 65535, and not 99999"),
        (("--video-port", "-1"), 2, "ports 0 to 65535, and not -1"),
        (("--data", __file__), 1, "Choose another with --data"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    arguments: tuple[str, ...], status: int, said: str
) -> None:
    free = ("--port", "0", "--advertiser-port", "0", "--video-port", "0")
    with demo(*free, *arguments) as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == status
    assert said in errors
    assert "Traceback" not in errors


def test_enforce_is_what_happens_unasked() -> None:
    assert options.read([]) == options.Options()
    assert options.read(["--bare", "--wsgi"]) == options.Options(guard="bare", wsgi=True)
