"""Start the demo, make one choice, and kill it with the answer's headers just read: over and over.

``python -m tests.processes.killing asgi|wsgi FOLDER…`` does it once for each folder, and prints the receipts of the choices
that were answered, as JSON. The demos are forked from this process, so that each has its imports behind it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
from importlib import import_module

from demo_app.demo import main as demo

IMPORTED_LATER = (
    "cookiesafe.adapters.asgi",
    "cookiesafe.adapters.stores.sql",
    "cookiesafe.adapters.wsgi",
    "demo_app.guide.asgi",
    "demo_app.guide.wsgi",
    "demo_app.portal.asgi",
    "demo_app.portal.wsgi",
)
"""By each demo, were it not here already."""
CHOICE = b"choice=accept&next=/"
REQUEST = b"""\
POST /cookiesafe/choices HTTP/1.1\r
Host: harbour.localhost:%d\r
Content-Type: application/x-www-form-urlencoded\r
Content-Length: %d\r
\r
%s"""


def main(edge: str, *folders: str) -> None:
    for module in IMPORTED_LATER:
        import_module(module)
    print(json.dumps([choose_and_kill(edge, folder) for folder in folders]))


def choose_and_kill(edge: str, folder: str) -> str:
    """The receipt in the answer's cookie, after which the demo has done nothing more."""
    output, its_output = os.pipe()
    process = os.fork()
    if process == 0:
        os.dup2(its_output, 1)
        edged = ["--wsgi"] if edge == "wsgi" else []
        demo(
            ["--data", folder, "--port", "0", "--advertiser-port", "0", "--video-port", "0", *edged]
        )
        os._exit(0)
    os.close(its_output)
    try:
        head = choose(port_of_portal(output))
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(output)
    return receipt_in(head)


def port_of_portal(output: int) -> int:
    said = b""
    while b"Ctrl-C" not in said:
        part = os.read(output, 4096)
        if not part:
            raise RuntimeError("the demo did not start")
        said += part
    return int(said.partition(b"http://harbour.localhost:")[2].split()[0])


def choose(port: int) -> bytes:
    """The answer up to the end of its headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(REQUEST % (port, len(CHOICE), CHOICE))
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(4096)
            if not part:
                raise RuntimeError(f"the answer ended with {head!r}")
            head += part
    return head


def receipt_in(head: bytes) -> str:
    found = re.search(rb"\r\nset-cookie: cookiesafe=1\.[^;]*\.([\w-]{22})\.", head, re.IGNORECASE)
    if not head.startswith(b"HTTP/1.1 303 ") or not found:
        raise RuntimeError(f"the choice was not taken: {head!r}")
    return found[1].decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
