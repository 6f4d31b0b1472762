"""A site to be served: ``bare``, with Starlette's session (``session``), or with CookieSafe around it (``safe``).

It is the smallest there can be, so that what stands around it shows most. ``DRESS`` in the environment names which of the
three, ``STORE`` the store: the workers of a server import ``asgi`` or ``wsgi`` by name. WSGI has no such middleware, so
there stands what Starlette's does, by the same parts.
"""

from __future__ import annotations

import json
import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, NamedTuple

import itsdangerous
from starlette.middleware.sessions import Session, SessionMiddleware
from starlette.requests import cookie_parser

from cookiesafe import CookieSafe, Policy, SessionTerms
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware

from .site import KEY, POLICY, SESSION

_AGE = 14 * 24 * 60 * 60
_PARAGRAPHS = "".join(
    f"<h2>Section {number}</h2><p>What it costs to light a harbour, and who pays for it, is told here at some length, so "
    f'that the page is about as long as others are. <a href="/more/{number}">More about this</a>.</p>\n'
    for number in range(24)
)
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour</title>'
    '<link rel="stylesheet" href="/static/style.css"><script src="/static/app.js" defer></script></head>\n'
    f"<body><h1>Harbour Light &amp; Water</h1><main>{_PARAGRAPHS}</main></body></html>"
).encode()
STYLE = b".notice { color: #123; background: #eef }\n" * 60


class Answer(NamedTuple):
    """What the site says; ``fills`` is whether the session is filled by it, ``login`` whether somebody signs in, too."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    fills: bool = False
    login: bool = False


def _whole(content_type: str, body: bytes, *more: tuple[str, str]) -> Answer:
    headers = [("content-type", content_type), ("content-length", str(len(body))), *more]
    return Answer(200, headers, body)


_SEE_HOME = [("location", "/"), ("content-length", "0")]
_ANSWERS = {
    "/": _whole("text/html; charset=utf-8", PAGE),
    "/static/part": _whole("text/css", STYLE, ("cache-control", "public, max-age=3600")),
    "/cookiesafe/choices": Answer(303, _SEE_HOME),
    "/basket": Answer(303, _SEE_HOME, fills=True),
    "/sign-in": Answer(303, _SEE_HOME, fills=True, login=True),
}
_OF_SESSION = ("/api/usage", "/basket", "/sign-in")


def answer(path: str, session: MutableMapping[str, Any] | None) -> Answer:
    """Its usage is read from the session, where there is one."""
    if path == "/api/usage":
        basket = {} if session is None else session.get("basket", {})
        return _whole("application/json", json.dumps(basket).encode())
    return _ANSWERS[path]


async def _asgi(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    status, headers, body, fills, login = answer(scope["path"], scope.get("session"))
    if fills and "session" in scope:
        scope["session"].update(SESSION)
    if login and "cookiesafe" in scope:
        scope["cookiesafe"].login("ann")
    fields = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def _wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
    visit, session, path = (
        environ.get("cookiesafe.visit"),
        environ.get("session"),
        environ["PATH_INFO"],
    )
    if visit is not None and path in _OF_SESSION:
        session = visit.session
    status, headers, body, fills, login = answer(path, session)
    if fills and session is not None:
        session.update(SESSION)
    if login and visit is not None:
        visit.login("ann")
    start_response("200 OK" if status == 200 else "303 See Other", list(headers))
    return [body]


def _as_starlette(app: Any) -> Callable[[Any, Any], Iterable[bytes]]:
    signer = itsdangerous.TimestampSigner(KEY)

    def middleware(environ: Any, start_response: Any) -> Iterable[bytes]:
        cookies = cookie_parser(environ.get("HTTP_COOKIE", ""))
        session = Session()
        if "session" in cookies:
            try:
                data = signer.unsign(cookies["session"].encode(), max_age=_AGE)
                session = Session(json.loads(b64decode(data)))
            except itsdangerous.BadSignature:
                pass
        environ["session"] = session

        def starting(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if session.accessed:
                headers = [*headers, ("Vary", "Cookie")]
            if session.modified:
                token = signer.sign(b64encode(json.dumps(session).encode())).decode()
                line = f"session={token}; path=/; Max-Age={_AGE}; httponly; samesite=lax"
                headers = [*headers, ("Set-Cookie", line)]
            return start_response(status, headers)

        body: Iterable[bytes] = app(environ, starting)
        return body

    return middleware


def _safe() -> CookieSafe:
    logging.getLogger("cookiesafe").setLevel(logging.ERROR)
    terms = SessionTerms(trusted=int(os.environ["TRUSTED"]))
    policy = Policy.from_toml(POLICY)
    return CookieSafe(policy, secret_key=KEY, store=os.environ["STORE"], session=terms)


_DRESSES: dict[str, dict[str, Callable[[], Any]]] = {
    "asgi": {
        "bare": lambda: _asgi,
        "session": lambda: SessionMiddleware(_asgi, KEY),
        "safe": lambda: ASGIMiddleware(_asgi, _safe()),
    },
    "wsgi": {
        "bare": lambda: _wsgi,
        "session": lambda: _as_starlette(_wsgi),
        "safe": lambda: WSGIMiddleware(_wsgi, _safe()),
    },
}


def asgi() -> Any:
    return _DRESSES["asgi"][os.environ["DRESS"]]()


def wsgi() -> Any:
    return _DRESSES["wsgi"][os.environ["DRESS"]]()
