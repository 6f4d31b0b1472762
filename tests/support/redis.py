"""The Redis of this machine, and one of a test's own that may be stopped, filled and emptied.

The first is that of COOKIESAFE_TEST_REDIS, which must answer; without it that on this machine, and tests are skipped where
there is none. Each test has a prefix of its own, whose keys are gone after it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

VARIABLE, USUAL = "COOKIESAFE_TEST_REDIS", "redis://127.0.0.1:6379/15"
SOON = 10


@contextmanager
def fresh_prefix() -> Iterator[str]:
    """The URL of a prefix that nobody has used."""
    url = os.environ.get(VARIABLE, USUAL)
    prefix = f"test-{secrets.token_hex(8)}"
    with redis.Redis.from_url(url) as client:
        try:
            client.ping()
        except redis.ConnectionError as error:
            if VARIABLE in os.environ:
                raise
            pytest.skip(f"{VARIABLE} is not set and there is no Redis here: {error}")
        try:
            yield f"{url}{'&' if '?' in url else '?'}prefix={prefix}"
        finally:
            if keys := list(client.scan_iter(f"{{{prefix}}}:*")):
                client.delete(*keys)


class Server:
    """A Redis on a port of its own. What it has is in ``folder``, and kept from one start to the next if it saves."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder, self._options = folder, options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self._folder), "--daemonize", "no", "--save", "", *self._options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with self.client() as client:
            while not _answers(client):
                assert self.process.poll() is None, "it did not start"

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(SOON)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def client(self, **options: Any) -> redis.Redis:
        return redis.Redis(port=self.port, retry=Retry(NoBackoff(), 0), **options)


def _free_port() -> int:
    """One that has another 10,000 above it, where nodes of a cluster talk to each other."""
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        if port < 55_000:
            return port


def _answers(client: redis.Redis) -> bool:
    try:
        client.ping()
    except redis.AuthenticationError:
        return True
    except redis.ConnectionError:
        return False
    return True


@contextmanager
def a_server(folder: Path, *options: str) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server here")
    server = Server(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
