"""An app whose pages show embeds of another company, behind CookieSafe.

``python -m tests.support.gallery asgi|wsgi`` serves it until it is killed. The variable GALLERY_VENDOR is the company's
host with its port. Each page shows one embed; ``?tag=`` says in which element, ``width=`` and ``height=`` its size,
``url=`` another address than the company's, ``scheme=`` the page's colour scheme. ``/later`` puts the clock on by a minute.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import MemoryStore
from tests.support.counter import serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from starlette.types import Receive, Scope, Send

VENDOR = os.environ["GALLERY_VENDOR"]
POLICY = f"""
[site]
name = "The gallery"

[purposes.media]
title = "Media"
text = "Lets us show films of other companies."

[purposes.statistics]
title = "Statistics"

[purposes.advertising]
title = "Advertising"
signal = "gpc"

[vendors.tidepool]
name = "Tidepool Video"
hosts = [{VENDOR!r}]
purposes = ["media"]
privacy = "https://tidepool.example/privacy"
"""
HTML = ("Content-Type", "text/html; charset=utf-8")
ADDRESS = {"iframe": "src", "embed": "src", "object": "data"}


class Clock:
    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


clock = Clock()


def page(path: str, query: str) -> bytes:
    if path == "/later":
        clock.ahead += 60
    asked = {"tag": "iframe", "width": "320", "height": "180", "scheme": "light dark"}
    asked |= {"url": f"http://{VENDOR}/film"} | dict(parse_qsl(query, keep_blank_values=True))
    tag = asked["tag"]
    attributes: dict[str, str] = {
        ADDRESS[tag]: asked["url"],
        "title": "A film",
        **{name: asked[name] for name in ("width", "height", "sandbox") if name in asked},
    }
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    end = "" if tag == "embed" else f"</{tag}>"
    return f"""<!doctype html><html lang=en><meta charset=utf-8><title>Gallery</title>
<meta name=color-scheme content="{escape(asked["scheme"])}"><style>:focus {{ outline: 2px solid }}</style>
<body><h1>Films</h1><p><label>Note <input id=note></label></p>
<{tag} id=film {written}>{end}
<p id=after>What comes after it.</p></body></html>""".encode()


async def asgi_app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body = page(scope["path"], scope["query_string"].decode())
    fields = [(HTML[0].lower().encode(), HTML[1].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [HTML])
    return [page(environ["PATH_INFO"], environ["QUERY_STRING"])]


def main(edge: str) -> None:
    policy = Policy.from_toml(POLICY)
    safe = CookieSafe(policy, secret_key="gallery " * 8, store=MemoryStore(), clock=clock)
    if edge == "asgi":
        from cookiesafe.adapters.asgi import CookieSafeMiddleware

        serve_asgi(CookieSafeMiddleware(asgi_app, safe), [])
    else:
        from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware

        serve_wsgi(WSGIMiddleware(wsgi_app, safe), [])


if __name__ == "__main__":
    main(*sys.argv[1:])
