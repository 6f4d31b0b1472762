"""A site whose pages call a tracker and may be kept by browsers, behind CookieSafe.

``python -m tests.support.cached asgi|wsgi TRACKER`` serves it until it is killed. Each page's title says whether the
tracker was called or that was refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.counter import serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from starlette.types import ASGIApp, Receive, Scope, Send

POLICY = """
[site]
name = "The kept pages"

[purposes.advertising]
title = "Advertising"

[vendors.tracker]
name = "Tracker"
hosts = ["$tracker"]
purposes = ["advertising"]
"""
TAG = '"one"'
PAGE = """<!doctype html><html lang=en><title>Waiting</title><body><script>
function call() {
  const came = () => { top.document.title = "It came" }, refused = () => { top.document.title = "Refused" };
  fetch("http://$tracker/", {mode: "no-cors", cache: "no-store"}).then(came, refused);
}
addEventListener("pageshow", event => { top.document.title = "Waiting"; window.kept = event.persisted; call() });
</script>"""
CACHES = {
    "/kept": "max-age=600",
    "/checked": "no-cache",
    "/free": None,
}
Answer = tuple[int, list[tuple[str, str]], str]


def answer(path: str, tag: str | None, tracker: str) -> Answer:
    """``/kept`` may be shown from a cache unasked, ``/checked`` if it has not changed; ``/around/…`` frames them."""
    headers = [("Content-Type", "text/html; charset=utf-8")]
    if path.startswith("/around/"):
        inside = path.removeprefix("/around")
        return 200, headers, f"<!doctype html><title>Waiting</title><iframe src={inside}></iframe>"
    rule = CACHES.get(path)
    if rule is None:
        page = PAGE if path in CACHES else "<!doctype html><title>Home</title><h1>Home</h1>"
        return 200, headers, page.replace("$tracker", tracker)
    kept = [("Cache-Control", rule), ("ETag", TAG)]
    if tag == TAG:
        return 304, kept, ""
    return 200, headers + kept, PAGE.replace("$tracker", tracker)


def asgi_app(tracker: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        tag = dict(scope["headers"]).get(b"if-none-match")
        status, headers, body = answer(scope["path"], tag and tag.decode(), tracker)
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body.encode()})

    return app


def wsgi_app(tracker: str) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        tag = environ.get("HTTP_IF_NONE_MATCH")
        status, headers, body = answer(environ["PATH_INFO"], tag, tracker)
        start_response(f"{status} {'Not Modified' if status == 304 else 'OK'}", headers)
        return [body.encode()]

    return app


def main(edge: str, tracker: str) -> None:
    policy = Policy.from_toml(POLICY.replace("$tracker", tracker))
    safe = CookieSafe(policy, secret_key="k" * 40, store=MemoryStore())
    if edge == "asgi":
        serve_asgi(ASGIMiddleware(asgi_app(tracker), safe), [])
    else:
        serve_wsgi(WSGIMiddleware(wsgi_app(tracker), safe), [])


if __name__ == "__main__":
    main(*sys.argv[1:])
