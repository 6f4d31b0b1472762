"""An app that counts its visitor's calls in the session, behind CookieSafe.

``python -m tests.support.counter asgi|wsgi [CERTIFICATE KEY]`` serves it until it is killed. The secret keys are in the
variable COUNTER_KEYS, the newest first. ``/`` counts one up, any other path only shows the count. ``?set=LINE`` sets
that cookie too, as often as it is there.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from cookiesafe import CookieSafe, Policy, current_visit
from cookiesafe.adapters.stores import MemoryStore

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from starlette.types import ASGIApp, Receive, Scope, Send

POLICY = """
[site]
name = "The counter"

[purposes.statistics]
title = "Statistics"

[cookies."st_*"]
purpose = "statistics"

[cookies."__Host-st"]
purpose = "statistics"

[cookies."__Secure-st"]
purpose = "statistics"
"""


def page(path: str) -> bytes:
    visit = current_visit()
    count = visit.session.get("count", 0)
    if path == "/":
        count = visit.session["count"] = count + 1
    agreed = "agreed" if visit.allows("statistics") else "not agreed"
    return f"<!doctype html><title>Count</title><p id=count>{count}, {agreed}</p>".encode()


def headers(query: str) -> list[tuple[str, str]]:
    lines = parse_qs(query).get("set", [])
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        *(("Set-Cookie", line) for line in lines),
    ]


async def asgi_app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body = page(scope["path"])
    fields = [
        (name.encode(), value.encode()) for name, value in headers(scope["query_string"].decode())
    ]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = page(environ["PATH_INFO"])
    start_response("200 OK", headers(environ["QUERY_STRING"]))
    return [body]


def make_safe() -> CookieSafe:
    newest, *retired = os.environ["COUNTER_KEYS"].split(" ")
    return CookieSafe(
        Policy.from_toml(POLICY), secret_key=newest, fallback_keys=retired, store=MemoryStore()
    )


def serve_asgi(app: ASGIApp, tls: list[str]) -> None:
    import uvicorn

    certificate, key = tls or (None, None)
    config = uvicorn.Config(
        app, port=0, log_level="warning", ssl_certfile=certificate, ssl_keyfile=key
    )
    bound = config.bind_socket()
    bound.listen()
    announce(bound.getsockname()[1], tls)
    uvicorn.Server(config).run(sockets=[bound])


def serve_wsgi(app: WSGIApplication, tls: list[str]) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: object) -> None:
            """Say nothing."""

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, ssl_context=context, request_handler=Quiet
    )
    announce(server.server_port, tls)
    server.serve_forever()


def announce(port: int, tls: list[str]) -> None:
    print(f"serving at http{'s' if tls else ''}://harbour.localhost:{port}", flush=True)


def wsgi_site() -> WSGIApplication:
    from cookiesafe.adapters.wsgi import CookieSafeMiddleware

    return CookieSafeMiddleware(wsgi_app, make_safe())


def main(edge: str, *tls: str) -> None:
    if edge == "asgi":
        from cookiesafe.adapters.asgi import CookieSafeMiddleware

        serve_asgi(CookieSafeMiddleware(asgi_app, make_safe()), list(tls))
    else:
        serve_wsgi(wsgi_site(), list(tls))


if __name__ == "__main__":
    main(*sys.argv[1:])
