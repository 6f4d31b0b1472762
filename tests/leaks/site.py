"""An ordinary site that has a page for each way, with CookieSafe around it or bare.

``python -m tests.leaks.site asgi|wsgi bare|safe TRACKER_PORT [--head FILE] [CERTIFICATE KEY]`` serves it until it is
killed. A file given as ``--head`` holds markup that is put first into the head of every page of HTML.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.leaks.corpus import WAYS
from tests.leaks.tracker import DOMAIN
from tests.leaks.way import HTML, File, Header, Way, html
from tests.support.counter import serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from starlette.types import ASGIApp, Receive, Scope, Send

POLICY = """
[site]
name = "The leaking site"

[purposes.advertising]
title = "Advertising"

[vendors.tracker]
name = "Tracker"
hosts = ["*.$domain:$port", "https://*.$domain:$port", "ws://*.$domain:$port", "wss://*.$domain:$port"]
purposes = ["advertising"]
"""
_FULL_WIDTH = ord("\N{FULLWIDTH LATIN SMALL LETTER A}") - ord("a")
_MISSING = File(html("<p>There is nothing here."), status=404)
Answer = tuple[int, list[Header], bytes]


def policy(port: int) -> Policy:
    """One that knows the tracker as an advertiser, on each of its host names."""
    return Policy.from_toml(POLICY.replace("$domain", DOMAIN).replace("$port", str(port)))


class Site:
    """Answers for every page and file of the corpus, whichever edge asks."""

    def __init__(self, scheme: str, port: int, head: str = "") -> None:
        self._scheme, self._port, self._head = scheme, port, head
        self._ways = {way.name: way for way in WAYS}

    def answer(self, path: str) -> Answer:
        """``/NAME/`` is a way's page, ``/NAME/FILE`` a file of it, ``/`` a page that calls nobody."""
        name, _, rest = path[1:].partition("/")
        way = self._ways.get(name)
        if way is None:
            return self._serve(_MISSING if name else File(html("<h1>Home</h1>")), {})
        file = way.files.get(rest, _MISSING) if rest else way.page
        return self._serve(file, addresses(way, self._scheme, self._port))

    def _serve(self, file: File, values: Mapping[str, str]) -> Answer:
        body, headers = file.filled(values)
        if self._head and file.type == HTML:
            body = _with_head(body, self._head.encode(file.encoding))
        return file.status, headers, body


def asgi_app(site: Site) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, headers, body = site.answer(scope["path"])
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    return app


def wsgi_app(site: Site) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = site.answer(environ["PATH_INFO"])
        length = ("Content-Length", str(len(body)))
        start_response(f"{status} {HTTPStatus(status).phrase}", [*headers, length])
        return [body]

    return app


def addresses(way: Way, scheme: str, port: int) -> dict[str, str]:
    """What the placeholders in a way's texts stand for."""
    name = f"{way.name}.{DOMAIN}"
    host = f"{name}:{port}"
    return {
        "t": f"{scheme}://{host}",
        "s": f"https://{host}",
        "w": f"{scheme.replace('http', 'ws')}://{host}",
        "h": host,
        "n": name,
        "p": str(port),
        "d": host.replace(".", "\N{IDEOGRAPHIC FULL STOP}"),
        "e": f"%{ord(host[0]):x}{host[1:]}",
        "f": chr(ord(host[0]) + _FULL_WIDTH) + host[1:],
    }


def _with_head(page: bytes, head: bytes) -> bytes:
    at = page.lower().find(b"<head>")
    return page[: at + 6] + head + page[at + 6 :] if at != -1 else head + page


def main(edge: str, kind: str, port: str, *rest: str) -> None:
    tls, head = list(rest), ""
    if tls[:1] == ["--head"]:
        head, tls = Path(tls[1]).read_text(encoding="utf-8"), tls[2:]
    site = Site("https" if tls else "http", int(port), head)
    safe = CookieSafe(policy(int(port)), secret_key="k" * 40, store=MemoryStore())
    if edge == "asgi":
        asgi = asgi_app(site)
        serve_asgi(ASGIMiddleware(asgi, safe) if kind == "safe" else asgi, tls)
    else:
        wsgi = wsgi_app(site)
        serve_wsgi(WSGIMiddleware(wsgi, safe) if kind == "safe" else wsgi, tls)


if __name__ == "__main__":
    main(*sys.argv[1:])
