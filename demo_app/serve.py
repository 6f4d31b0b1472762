"""Servers, each in a thread of its own, on sockets that are bound before anything else happens."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from starlette.types import ASGIApp

START_SECONDS = 10
GRACE_SECONDS = 2


class Server(Protocol):
    def run(self) -> None:
        """Serve until told to stop."""

    def ready(self) -> bool: ...

    def stop(self) -> None: ...


def bind(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def port_of(bound: socket.socket) -> int:
    port: int = bound.getsockname()[1]
    return port


class AsgiServer:
    def __init__(self, app: ASGIApp, bound: socket.socket) -> None:
        import uvicorn

        self._bound = bound
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                http="h11",  # httptools answers in chunks who has HTTP/1.0, as text browsers do
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    def run(self) -> None:
        self._server.run(sockets=[self._bound])

    def ready(self) -> bool:
        return self._server.started

    def stop(self) -> None:
        self._server.should_exit = True


class WsgiServer:
    def __init__(self, app: WSGIApplication, bound: socket.socket) -> None:
        from werkzeug.serving import make_server

        host, port = bound.getsockname()
        with bound:  # Werkzeug serves on a copy of it
            self._server = make_server(host, port, app, threaded=True, fd=bound.fileno())

    def run(self) -> None:
        self._server.serve_forever()

    def ready(self) -> bool:
        return True  # the socket listens already, and the thread answers when it gets there

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running(servers: Sequence[Server]) -> Iterator[None]:
    """All of ``servers``, from the moment each accepts connections."""
    threads = [Thread(target=server.run, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        _wait_until_ready(servers, threads)
        yield
    finally:
        for server in servers:
            server.stop()
        for thread in threads:
            thread.join(timeout=GRACE_SECONDS + 1)


def until_interrupted() -> Event:
    """Set by Ctrl-C or a polite kill, from now on."""
    asked = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    return asked


def _wait_until_ready(servers: Sequence[Server], threads: Sequence[Thread]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not all(server.ready() for server in servers):
        if time.monotonic() > deadline or not all(thread.is_alive() for thread in threads):
            raise RuntimeError("a server did not start")
        time.sleep(0.01)
