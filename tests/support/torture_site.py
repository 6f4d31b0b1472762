"""Some of the apps that break the rules on one site, under ``/bare/N`` without CookieSafe and under ``/safe/N`` behind it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Thread
from typing import TYPE_CHECKING, Any

from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support import misbehaving_asgi, misbehaving_wsgi
from tests.support.edges import ASGIApp, Receive, Scope, Send
from tests.support.misbehaving_wsgi import CLOSED, ERROR, Environ, Start
from tests.support.torture import Left, Outcome, TheApps, make_safe

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

OVER_ASGI = (
    "headers: lists of lists",
    "headers: bytearrays",
    "headers: memoryviews",
    "headers: text",
    "headers: None",
    "headers: a line break in a value",
    "status: text",
    "status: missing",
    "body: a memoryview",
    "body: text",
    "order: nothing at all",
    "order: a start alone",
    "order: a body before the start",
    "order: two starts, going on",
    "order: a start in mid-body, going on",
    "order: a body after the last",
    "order: all at once",
    "message: an unknown type",
    "message: no dict",
    "app: has text for a query",
    "raises: an error before it starts",
    "raises: an error in mid-body",
)
OVER_WSGI = (
    "starts: never",
    "starts: at the first chunk",
    "starts: after a chunk",
    "starts: twice",
    "starts: anew, by name",
    "starts: anew too late",
    "headers: a tuple",
    "headers: a tuple, of no page",
    "headers: a value that is a number",
    "headers: a line break in a value",
    "status: a number",
    "status: bytes",
    "body: None",
    "body: text in a list",
    "body: None in a generator",
    "body: a wrapped file that is broken",
    "app: writes and yields",
    "raises: an error before it starts",
    "raises: an error in mid-body",
    "raises: an error as it is closed",
)
FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "date", "server"})
"""What a server says of its own."""


def asgi_site() -> ASGIApp:
    apps = _both(OVER_ASGI, misbehaving_asgi.CASES, ASGIMiddleware)

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["path"]](scope, receive, send)

    return site


def wsgi_site() -> WSGIApplication:
    apps = _both(OVER_WSGI, misbehaving_wsgi.CASES, WSGIMiddleware)

    def site(environ: Environ, start_response: Start) -> Iterable[bytes]:
        def start(status: Any, headers: Any, *more: Any, **named: Any) -> Any:
            # As ``wsgiref`` adds to the list it is given, which is that of all these apps.
            fields = [*headers] if isinstance(headers, list) else headers
            return start_response(status, fields, *more, **named)

        environ[ERROR], environ[CLOSED] = TheApps(), []
        body: Iterable[bytes] = apps[environ["PATH_INFO"]](environ, start)
        return body

    return site


def _both(names: Sequence[str], cases: Any, middleware: Any) -> dict[str, Any]:
    bare = {f"/bare/{at}": cases[name].app for at, name in enumerate(names)}
    ours = {
        f"/safe/{at}": middleware(cases[name].app, make_safe()) for at, name in enumerate(names)
    }
    return bare | ours


def ask(port: int, path: str) -> Outcome:
    """What the client of a navigation sees. How much came of a response that breaks off is for each server to say.

    Raises ``ConnectionRefusedError`` where nobody listens, which is no outcome.
    """
    outcome = Outcome()
    fields = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", path, headers=fields)
            response = connection.getresponse()
            came = [each for each in response.getheaders() if each[0].lower() not in FRAMING]
            outcome.say(Left("start", response.status, came))
            outcome.say(Left("body", body=response.read()))
        except ConnectionRefusedError:
            raise
        except (HTTPException, OSError) as error:
            outcome.error = error
    return outcome


# --- servers of this process ---------------------------------------------------------------------


@contextmanager
def uvicorn(http: str) -> Iterator[int]:
    """The port on which uvicorn serves the site, by its parser ``http``."""
    from uvicorn import Config, Server

    config = Config(
        asgi_site(),
        host="127.0.0.1",
        port=0,
        http=http,
        lifespan="off",
        log_level="critical",
    )
    with closing(config.bind_socket()) as bound:
        bound.listen()
        server = Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def hypercorn() -> Iterator[int]:
    """The port on which hypercorn serves the site."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config, loop = Config(), asyncio.new_event_loop()
    config.errorlog = None
    done = asyncio.Event()
    bound = socket.create_server(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    config.bind = [f"fd://{bound.detach()}"]
    serving = serve(asgi_site(), config, shutdown_trigger=done.wait)  # type: ignore[arg-type]
    thread = Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


@contextmanager
def werkzeug() -> Iterator[int]:
    """The port on which werkzeug serves the site."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: object) -> None:
            """Say nothing."""

    server = make_server("127.0.0.1", 0, wsgi_site(), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
