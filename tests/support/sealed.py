"""A site with a sealed ledger: ``python -m tests.support.sealed asgi|wsgi`` serves it until it is killed.

``/seal`` seals what is pending, now.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.ledger.terms import LedgerTerms
from tests.support.counter import serve_asgi, serve_wsgi
from tests.support.harbour import KEY, POLICY

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from starlette.types import Receive, Scope, Send

PAGE = b"<!doctype html><html lang=en><title>Bills</title><body><h1>Bills</h1></body></html>"
TYPE = "text/html; charset=utf-8"

safe = CookieSafe(
    Policy.from_toml(POLICY),
    secret_key=KEY,
    store=MemoryStore(),
    ledger_key=b"l" * 32,
    ledger=LedgerTerms(origin="harbour.example/consents", seal_after=0),
)


async def asgi_app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/seal":
        safe.seal()
    fields = [(b"content-type", TYPE.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": PAGE})


def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/seal":
        safe.seal()
    start_response("200 OK", [("Content-Type", TYPE)])
    return [PAGE]


def main(edge: str) -> None:
    if edge == "asgi":
        from cookiesafe.adapters.asgi import CookieSafeMiddleware

        serve_asgi(CookieSafeMiddleware(asgi_app, safe), [])
    else:
        from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware

        serve_wsgi(WSGIMiddleware(wsgi_app, safe), [])


if __name__ == "__main__":
    main(*sys.argv[1:])
