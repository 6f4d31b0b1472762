"""A host that should not be called: it notes each connection, request and datagram by the address it came to.

Each way has an address of its own in 127.1.0.0/16, to which the browser is told to map the way's host name. So even a
connection on which nothing is sent says which way it came. One port speaks HTTP, TLS and UDP.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from time import monotonic

from tests.leaks.way import CSS, HTML, JS, JSON, SVG, XML, Reach, Way

DOMAIN = "tracker.localhost"
_FIRST_ADDRESS = IPv4Address("127.1.0.1")
_TLS_HANDSHAKE = b"\x16"
_CONTROL_SPACE = 64
_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
_ANSWERS = {
    "css": (CSS, b"p{}"),
    "gif": ("image/gif", _GIF),
    "html": (HTML, b"<!doctype html><title>Tracker</title>"),
    "js": (JS, b"export default 1"),
    "json": (JSON, b"{}"),
    "svg": (
        SVG,
        b'<svg xmlns="http://www.w3.org/2000/svg"><filter id="a"/><mask id="b"/><path id="c"/></svg>',
    ),
    "vtt": ("text/vtt", b"WEBVTT\n"),
    "xml": (XML, b"<a/>"),
    "xsl": (
        XML,
        b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>',
    ),
}


class Tracker:
    """Where it is, and what has reached it since it was last asked to forget."""

    def __init__(self, ways: Sequence[Way], port: int) -> None:
        self.port = port
        self.names = {str(_FIRST_ADDRESS + at): way.name for at, way in enumerate(ways)}
        self.reached: dict[str, Reach] = {}
        self.last = monotonic()

    def note(self, address: str, reach: Reach) -> None:
        name = self.names.get(address)
        if name is not None:
            self.last = monotonic()
            self.reached[name] = max(reach, self.reached.get(name, Reach.NONE))

    def forget(self) -> None:
        self.reached = {}

    @property
    def mapping(self) -> str:
        """The rules that lead each way's host name to its address, as Chromium takes them."""
        return ",".join(f"MAP {name}.{DOMAIN} {address}" for address, name in self.names.items())


@contextmanager
def tracker(ways: Sequence[Way], certificate: tuple[Path, Path]) -> Iterator[Tracker]:
    """One that listens for all ``ways``, with a certificate and its key for whoever begins with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with (
        _Server(("0.0.0.0", 0), _Handler) as server,  # noqa: S104
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        started = Tracker(ways, server.server_port)
        server.tracker, server.tls = started, context
        datagrams.setsockopt(socket.IPPROTO_IP, _PACKET_INFO, 1)
        datagrams.bind(("0.0.0.0", started.port))  # noqa: S104
        datagrams.settimeout(0.2)
        threads = [
            Thread(target=server.serve_forever, args=(0.05,), daemon=True),
            Thread(target=_listen, args=(started, datagrams), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield started
        finally:
            server.shutdown()
            datagrams.close()
            for thread in threads:
                thread.join()


_PACKET_INFO = getattr(socket, "IP_PKTINFO", 8)
"""So that a datagram tells which address it came to (ip(7)); Python names it from 3.14 on."""


def _listen(tracker: Tracker, datagrams: socket.socket) -> None:
    while datagrams.fileno() != -1:
        try:
            _, control, _, _ = datagrams.recvmsg(2048, _CONTROL_SPACE)
        except TimeoutError:
            continue
        except OSError:
            return
        for level, kind, data in control:
            if level == socket.IPPROTO_IP and kind == _PACKET_INFO:
                tracker.note(socket.inet_ntoa(data[8:12]), Reach.REQUEST)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    tracker: Tracker
    tls: ssl.SSLContext

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        connection: socket.socket = self.request
        self.address = connection.getsockname()[0]
        self.server.tracker.note(self.address, Reach.CONNECTION)
        connection.settimeout(30)
        if connection.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
            self.request = self.server.tls.wrap_socket(connection, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # the server closes only what TLS was wrapped around

    def answer(self) -> None:
        self.server.tracker.note(self.address, Reach.REQUEST)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        extension = self.path.rpartition(".")[2]
        type_, body = _ANSWERS.get(extension, ("application/octet-stream", b""))
        self.send_response(200)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        for name in ("Origin", "Headers", "Methods"):
            self.send_header(f"Access-Control-Allow-{name}", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = do_REPORT = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
