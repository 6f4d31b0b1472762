"""``cookiesafe logs minimise``: whole files or nothing, whatever they are."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cookiesafe.cli import logs
from cookiesafe.errors import LogError
from cookiesafe.logs import Lines, LogTerms, Minimiser
from tests.support.servers import ROOT

CAME = b'203.0.113.7 - ann [10/Oct/2000:13:55:36 -0700] "GET /x?q=1 HTTP/1.0" 200 2\n'
KEPT = b'203.0.0.0 - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 2\n'
COMMAND = [sys.executable, "-W", "error", "-m", "cookiesafe", "logs", "minimise"]


def command(*arguments: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    line = [*COMMAND, *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, input=given, capture_output=True, check=False, timeout=60)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_bytes(CAME * 3 + b"garbage\n")
    path.chmod(0o640)
    return path


def test_it_is_a_filter(log: Path) -> None:
    plain, packed = command(log), command("-", given=gzip.compress(log.read_bytes()))

    assert plain.returncode == packed.returncode == 0
    assert plain.stdout == packed.stdout == KEPT * 3
    assert b"3 lines, 1 left out, which are none of a log" in plain.stderr


def test_several_files_become_one(log: Path, tmp_path: Path) -> None:
    output = tmp_path / "all.log.gz"

    assert logs.minimise_files([log, log], output, LogTerms()) == Lines(6, 2)
    assert gzip.decompress(output.read_bytes()) == KEPT * 6


@pytest.mark.parametrize("name", ["access.log", "access.log.1.gz"])
def test_a_file_is_put_in_the_place_of_another_with_its_mode(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(CAME) if name.endswith("gz") else CAME)
    path.chmod(0o640)

    assert command("--in-place", path).returncode == 0

    data = path.read_bytes()
    assert (gzip.decompress(data) if name.endswith("gz") else data) == KEPT
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == [name]


def test_what_a_symbolic_link_leads_to_is_minimised(log: Path, tmp_path: Path) -> None:
    link = tmp_path / "current.log"
    link.symlink_to(log)

    logs.minimise_files([link], link, LogTerms())

    assert link.is_symlink()
    assert log.read_bytes() == KEPT * 3


def test_a_pipe_is_read_and_written_and_stays_one(log: Path, tmp_path: Path) -> None:
    coming, going = tmp_path / "coming", tmp_path / "going"
    for pipe in (coming, going):
        os.mkfifo(pipe)
    line = f'cat "{log}" > "{coming}" & cat "{going}" & "$@" -o "{going}" "{coming}"; wait'
    shell = ["sh", "-c", line, "sh", *COMMAND]

    done = subprocess.run(shell, cwd=ROOT, capture_output=True, check=False, timeout=60)

    assert (done.stdout, done.stderr.count(b"error")) == (KEPT * 3, 0)
    assert going.is_fifo()


def test_a_hyphen_is_the_standard_output(log: Path, tmp_path: Path) -> None:
    assert command(log, "-o", "-").stdout == KEPT * 3
    assert not (ROOT / "-").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"no line of a log\n",
        gzip.compress(CAME * 999)[:-20],
        b"\x1f\x8bbroken",
        bytes(range(256)) * 99,
    ],
)
def test_what_cannot_be_minimised_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(content)

    with pytest.raises(LogError, match="CS800"):
        logs.minimise_files([path], path, LogTerms())

    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["access.log"]


def test_a_log_that_is_written_to_meanwhile_stays_as_it_is(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Minimiser.feed

    def and_write(minimiser: Minimiser, block: bytes) -> bytes:
        with log.open("ab") as written:
            written.write(CAME)
        return feed(minimiser, block)

    monkeypatch.setattr(Minimiser, "feed", and_write)
    with pytest.raises(LogError, match="Rotate it first"):
        logs.minimise_files([log], log, LogTerms())

    assert log.read_bytes().startswith(CAME)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_who_is_stopped_leaves_nothing_half_written(tmp_path: Path, stop: signal.Signals) -> None:
    output = tmp_path / "minimised.log"
    line = [*COMMAND, "-o", str(output), "-"]
    with subprocess.Popen(
        line, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        process.stdin.write(CAME * 50_000)
        process.stdin.flush()
        # By now it has read most of it, and waits for more. One signal may come just before it does.
        while process.poll() is None:
            process.send_signal(stop)
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)

    assert process.returncode != 0
    assert os.listdir(tmp_path) == []


def test_who_reads_enough_ends_it_quietly(log: Path) -> None:
    log.write_bytes(CAME * 100_000)
    line = f"{' '.join(COMMAND)} {log} | head -1"
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, check=False, timeout=60)  # noqa: S602

    assert done.stdout == KEPT
    assert b"Traceback" not in done.stderr
    assert b"error" not in done.stderr.lower()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["/nowhere/access.log"], 1, "CS800"),
        (["--in-place", "-"], 2, "takes files"),
        (["-i", "-o", "x", "y"], 2, "takes files"),
        (["--ipv4-bits", "32", "x"], 2, "8, 16 or 24"),
        ([], 2, "Usage"),
    ],
)
def test_what_is_called_in_a_wrong_way_is_told(arguments: list[str], code: int, said: str) -> None:
    done = command(*arguments)

    assert done.returncode == code
    assert said.encode() in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
