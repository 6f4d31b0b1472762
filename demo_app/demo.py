"""All sites put together."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from socket import socket
from threading import Event

from . import data, options, serve
from .guide.guide import Guide
from .gullwing.app import create_app as create_gullwing
from .gullwing.tally import Tally
from .options import Options
from .portal.seed import EMAIL, PASSWORD
from .serve import AsgiServer, Server, WsgiServer
from .stage import Others, Stage
from .tidepool.app import create_app as create_tidepool

WELCOME = """\
Harbour Light & Water   {portal}
Gullwing Adverts        {gullwing}/log
Tidepool Video          {tidepool}
What to try             {portal}/demo

The portal runs on {edge}, {guard}.
Sign in with {email} and {password}. Ctrl-C closes all of them.
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
    ports = chosen.port, chosen.advertiser_port, chosen.video_port
    with ExitStack() as stack:
        try:
            bound = [stack.enter_context(closing(serve.bind(port))) for port in ports]
        except OSError as error:
            return _cannot(
                f"Port {ports[0]}, {ports[1]} or {ports[2]} cannot be used: {error.strerror}.",
                "Choose others with --port, --advertiser-port and --video-port.",
            )
        try:
            folder = data.open_folder(chosen.data)
        except OSError as error:
            return _cannot(
                f"{chosen.data} is no folder to keep things in: {error.strerror}.",
                "Choose another with --data.",
            )
        run(chosen, bound, folder, interrupted)
    return 0


def run(chosen: Options, bound: Sequence[socket], folder: Path, interrupted: Event) -> None:
    """All sites on their sockets, until interrupted."""
    tally, loads = Tally(), Counter[str]()
    portal, gullwing, tidepool = map(serve.port_of, bound)
    others = Others(gullwing, tidepool, (tally.reset, loads.clear))
    home = f"http://harbour.localhost:{portal}"
    with closing(Stage(chosen, folder, home, others)) as stage:
        servers = [
            portal_server(chosen, stage, bound[0]),
            AsgiServer(create_gullwing(tally, held=chosen.guard == "enforce"), bound[1]),
            AsgiServer(create_tidepool(loads), bound[2]),
        ]
        with serve.running(servers):
            print(welcome(chosen, home, others), flush=True)
            # A wait without an end is one that a signal does not always end.
            while not interrupted.wait(0.5):
                pass


def portal_server(chosen: Options, stage: Stage, bound: socket) -> Server:
    """The portal with the guide in front of it."""
    guide = Guide(stage)
    stage.strip = guide.strip
    if chosen.wsgi:
        from .guide.wsgi import GuidedWSGI

        return WsgiServer(GuidedWSGI(guide, stage), bound)
    from .guide.asgi import GuidedASGI

    return AsgiServer(GuidedASGI(guide, stage), bound)


def welcome(chosen: Options, home: str, others: Others) -> str:
    return WELCOME.format(
        portal=home,
        gullwing=others.gullwing,
        tidepool=others.tidepool,
        edge="WSGI" if chosen.wsgi else "ASGI",
        guard=GUARDS[chosen.guard],
        email=EMAIL,
        password=PASSWORD,
    )


def _cannot(what: str, instead: str) -> int:
    print(what, instead, sep="\n", file=sys.stderr)
    return 1
