"""Servers of the tests' own, which may be killed, stopped, locked and left without room."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cookiesafe.adapters.stores.sql.tables import tables
from tests.faults.disk import Disk, disk

START_SECONDS = 30
_BETWEEN = 0.02
_POSTGRESQL = sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -int(each.parent.name)
)
_PATH = os.pathsep.join([*map(str, _POSTGRESQL), os.environ.get("PATH", ""), "/usr/sbin"])
_TABLES = [table.name for table in tables.sorted_tables]


class Server:
    """One process with children, and its data. It ends when this process does, however that ends."""

    kind: str
    user: str
    programs: tuple[str, ...] = ()
    room = "256m"
    survives_full = True
    locks = ""
    """What nobody else gets by, as one statement."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: Any = None
        self._programs = [_program(name, self.kind) for name in self.programs]
        self.data = disk.path / "data"
        self.data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.data, self.user, self.user)
        self.data.chmod(0o700)
        self._prepare()

    def _prepare(self) -> None:
        """Make what it begins with."""

    def _command(self) -> list[str]:
        raise NotImplementedError

    def url(self, port: int) -> str:
        """Of the store, as whoever reaches the server at ``port`` writes it."""
        raise NotImplementedError

    def start(self) -> None:
        """Come back when it answers."""
        assert self._process is None
        command = _dying_with_us(self._command(), self.user)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self.answers, f"{self.kind} does not answer")

    def answers(self) -> bool:
        """Whether it takes a statement."""
        engine = create_engine(self.url(self.port), poolclass=NullPool)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except SQLAlchemyError:
            return False
        return True

    @property
    def is_there(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """All of it, at once, with nothing said to anybody."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Neither an answer nor an error from now on."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def lock(self) -> None:
        """As somebody does who saves or changes the tables."""
        self._lock = create_engine(self.url(self.port), poolclass=NullPool).raw_connection()
        self._lock.cursor().execute(self.locks)

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def close(self) -> None:
        self.unlock()
        self.kill()
        self._log.unlink(missing_ok=True)

    @property
    def _log(self) -> Path:
        return self.disk.path.with_suffix(".log")

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        # A child may have a session of its own: it is found by whose child it is.
        for each in [self._process.pid, *_descendants(self._process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(each, number)

    def _run(self, *command: str) -> None:
        done = subprocess.run(_dying_with_us(command, self.user), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


class PostgreSQL(Server):
    kind, user, programs = "postgresql", "postgres", ("initdb", "postgres")
    locks = f"LOCK TABLE {', '.join(_TABLES)}"

    def _prepare(self) -> None:
        options = ["--auth=trust", "--username=root", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run(self._programs[0], "-D", str(self.data), *options)

    def _command(self) -> list[str]:
        where = ["-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port)]
        small = ["max_wal_size=64MB", "min_wal_size=32MB", "shared_buffers=16MB", "fsync=off"]
        settings = [f"--{each}" for each in [*small, "unix_socket_directories="]]
        return [self._programs[1], *where, *settings]

    def url(self, port: int) -> str:
        return f"postgresql+psycopg://root@127.0.0.1:{port}/postgres"


class MariaDB(Server):
    kind, user, programs = "mariadb", "mysql", ("mariadb-install-db", "mariadbd")
    survives_full = False
    locks = f"LOCK TABLES {', '.join(f'{name} WRITE' for name in _TABLES)}"

    def _prepare(self) -> None:
        options = ["--skip-test-db", "--auth-root-authentication-method=normal"]
        self._run(self._programs[0], "--no-defaults", f"--datadir={self.data}", *options)

    def _command(self) -> list[str]:
        where = [f"--datadir={self.data}", f"--socket={self.data}/socket", f"--port={self.port}"]
        small = ["--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M"]
        open_to_us = ["--bind-address=127.0.0.1", "--skip-grant-tables", "--skip-name-resolve"]
        return [self._programs[1], "--no-defaults", *where, *small, *open_to_us]

    def url(self, port: int) -> str:
        return f"mariadb+pymysql://root@127.0.0.1:{port}/mysql"


class SQLite(Server):
    """A file, which needs no process."""

    kind, user, room = "sqlite", "root", "32m"
    locks = "BEGIN EXCLUSIVE"

    def start(self) -> None:
        """There is nothing to start."""

    @property
    def is_there(self) -> bool:
        return True

    def url(self, port: int) -> str:
        return f"sqlite:///{self.data / 'store.db'}"


class Redis(Server):
    """It answers when what it was told is on its disk, so that nothing is lost when it is killed."""

    kind, user, programs = "redis", "redis", ("redis-server",)

    def _command(self) -> list[str]:
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.data)]
        return [*self._programs, *where, "--appendonly", "yes", "--appendfsync", "always"]

    def url(self, port: int) -> str:
        return f"redis://127.0.0.1:{port}/0"

    def answers(self) -> bool:
        with redis.Redis(port=self.port) as client:
            try:
                client.ping()
            except redis.RedisError:
                return False
        return True


KINDS: dict[str, type[Server]] = {each.kind: each for each in (PostgreSQL, MariaDB, SQLite, Redis)}


@contextmanager
def running(kind: str) -> Iterator[Server]:
    """A server of that kind, which answers."""
    with disk(KINDS[kind].room) as place:
        server = KINDS[kind](place)
        try:
            server.start()
            yield server
        finally:
            server.close()


def wait_until(holds: Callable[[], bool], failure: str, seconds: float = START_SECONDS) -> float:
    """The seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds, f"{failure} after {seconds} s"
        time.sleep(_BETWEEN)
    return time.monotonic() - began


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _program(name: str, kind: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.skip(f"no {name} here to run a {kind} of our own with")
    return found


def _dying_with_us(command: Sequence[str], user: str) -> list[str]:
    """As ``user``, since servers do not run as root."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("no setpriv here to run a server of our own with")
    who = ["--reuid", user, "--regid", user, "--init-groups"] if os.geteuid() == 0 else []
    return [setpriv, "--pdeathsig", "KILL", *who, *command]


def _descendants(parent: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*"):
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *_descendants(child)]
    return found
