"""``cookiesafe demo``: a small site on this machine, to click through."""

from __future__ import annotations

import webbrowser
from socketserver import ThreadingMixIn
from typing import Annotated
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import typer

from cookiesafe.cli.output import say_under
from cookiesafe.cli.sample import create_app
from cookiesafe.errors import SettingError


class Server(ThreadingMixIn, WSGIServer):
    """Browsers keep connections open: one thread each."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """What is asked for is not logged."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any that is free.")] = 8800,
    browse: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Show what visitors meet, on a small site that runs here until Ctrl-C. Nothing of it is kept."""
    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError as error:
        raise SettingError(
            f"port {port} cannot be used: {error.strerror}", fix="Give another: --port 0."
        ) from None
    with server:
        address = f"http://localhost:{server.server_port}/"
        server.set_app(create_app(server.server_port))
        say_under(f"Pier Café: {address}")
        say_under("Reject, accept, look at your receipt. Ctrl-C ends it.")
        if browse:
            webbrowser.open(address)
        server.serve_forever()
