"""Both sites put together."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from socket import socket

from . import data, options, serve
from .gullwing.app import create_app as create_gullwing
from .options import Options
from .portal.guard import BareGuard, CookieSafeGuard, Guard
from .portal.seed import EMAIL, PASSWORD, seed
from .portal.site import Site
from .serve import AsgiServer, Server, WsgiServer

WELCOME = """\
Harbour Light & Water   {portal}
Gullwing Adverts        {gullwing}/log

The portal runs on {edge}, {guard}.
Sign in with {email} and {password}. Ctrl-C closes both.
"""

GUARDS = {
    "enforce": "guarded by CookieSafe",
    "observe": "watched by CookieSafe: nothing is held, everything is reported",
    "bare": "without CookieSafe: nothing is held",
}


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options.read(arguments)
    interrupted = serve.until_interrupted()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        sockets = serve.bind(chosen.port), serve.bind(chosen.advertiser_port)
    except OSError as error:
        print(
            f"Port {chosen.port} or {chosen.advertiser_port} cannot be used: {error.strerror}.\n"
            "Choose others with --port and --advertiser-port.",
            file=sys.stderr,
        )
        return 1
    portal, gullwing = (serve.port_of(bound) for bound in sockets)

    folder = data.open_folder(chosen.data)
    site = Site.open(data.database_url(folder, "portal"), gullwing=url("gullwing", gullwing))
    guard = make_guard(chosen, folder, gullwing)
    with closing(site), closing(guard):
        seed(site, date.today())
        servers = [
            portal_server(chosen, site, guard, sockets[0]),
            AsgiServer(create_gullwing(), sockets[1]),
        ]
        with serve.running(servers):
            print(welcome(chosen, portal, gullwing), flush=True)
            # A wait without an end is one that a signal does not always end.
            while not interrupted.wait(0.5):
                pass
    return 0


def make_guard(chosen: Options, folder: Path, gullwing_port: int) -> Guard:
    key = data.secret_key(folder)
    if chosen.guard == "bare":
        return BareGuard(key)
    return CookieSafeGuard(
        secret_key=key,
        ledger_key=data.ledger_key(folder),
        store=data.database_url(folder, "cookiesafe"),
        mode=chosen.guard,
        gullwing_port=gullwing_port,
    )


def portal_server(chosen: Options, site: Site, guard: Guard, bound: socket) -> Server:
    if chosen.wsgi:
        from .portal.wsgi import create_app as create_wsgi

        return WsgiServer(create_wsgi(site, guard), bound)
    from .portal.asgi import create_app as create_asgi

    return AsgiServer(create_asgi(site, guard), bound)


def welcome(chosen: Options, portal: int, gullwing: int) -> str:
    return WELCOME.format(
        portal=url("harbour", portal),
        gullwing=url("gullwing", gullwing),
        edge="WSGI" if chosen.wsgi else "ASGI",
        guard=GUARDS[chosen.guard],
        email=EMAIL,
        password=PASSWORD,
    )


def url(name: str, port: int) -> str:
    return f"http://{name}.localhost:{port}"
