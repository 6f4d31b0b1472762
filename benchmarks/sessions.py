"""Cases of the session, and of a request that does not touch it: twelve bytes of text, through each middleware."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import Any

from .site import (
    BODY,
    KEY,
    SESSION,
    Run,
    cookie_header,
    drive_asgi,
    drive_wsgi,
    our_cookies,
    safe,
    touch,
)

_ASGI_HEADERS = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"12")]
_WSGI_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "12")]


def _asgi_app(how: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if how != "untouched":
            touch(scope["session"], how)
        await send({"type": "http.response.start", "status": 200, "headers": list(_ASGI_HEADERS)})
        await send({"type": "http.response.body", "body": BODY})

    return app


def _wsgi_app(how: str) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        if how != "untouched":
            touch(environ["cookiesafe.visit"].session, how)
        start_response("200 OK", list(_WSGI_HEADERS))
        return [BODY]

    return app


def asgi_raw(how: str) -> Run:
    return drive_asgi(_asgi_app("untouched"), cookie_header({}))


def asgi_cookiesafe(how: str) -> Run:
    from cookiesafe.adapters.asgi import CookieSafeMiddleware

    app = _asgi_app("untouched" if how == "none" else how)
    return drive_asgi(CookieSafeMiddleware(app, safe()), "" if how == "none" else our_cookies())


def asgi_starlette(how: str) -> Run:
    import itsdangerous
    from starlette.middleware.sessions import SessionMiddleware

    token = itsdangerous.TimestampSigner(KEY).sign(b64encode(json.dumps(SESSION).encode())).decode()
    app = _asgi_app("untouched" if how == "none" else how)
    cookies = "" if how == "none" else cookie_header({"session": token})
    return drive_asgi(SessionMiddleware(app, KEY), cookies)


def asgi_starsessions(how: str) -> Run:
    """Its session in a cookie too; what it reads is loaded first, as it asks for."""
    from starlette.requests import HTTPConnection
    from starsessions import CookieStore, SessionMiddleware, load_session

    inner = _asgi_app(how)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if how != "untouched":
            await load_session(HTTPConnection(scope))
        await inner(scope, receive, send)

    store = CookieStore(KEY)
    token = asyncio.run(store.write("", json.dumps(SESSION).encode(), 0, 0))
    middleware = SessionMiddleware(app, store=store)
    return drive_asgi(middleware, cookie_header({"session": token}))


def wsgi_raw(how: str) -> Run:
    return drive_wsgi(_wsgi_app("untouched"), cookie_header({}))


def wsgi_cookiesafe(how: str) -> Run:
    from cookiesafe.adapters.wsgi import CookieSafeMiddleware

    return drive_wsgi(CookieSafeMiddleware(_wsgi_app(how), safe()), our_cookies())


def wsgi_flask(how: str) -> Run:
    from flask.sessions import SecureCookieSessionInterface

    return _flask(SecureCookieSessionInterface(), how)


def wsgi_flask_ours(how: str) -> Run:
    from cookiesafe.adapters.flask import SessionInterface

    return _flask(SessionInterface(), how)


def wsgi_flask_none(how: str) -> Run:
    """Flask without a session: what its own and ours both add to."""
    import flask

    class Nothing(flask.sessions.SessionInterface):
        def open_session(self, app: Any, request: Any) -> Any:
            return self.null_session_class()

    return _flask(Nothing(), how)


def _flask(interface: Any, how: str) -> Run:
    import flask

    app = flask.Flask("benchmarks")
    app.secret_key = KEY
    app.session_interface = interface

    @app.route("/api/usage")
    def usage() -> Any:
        touch(flask.session, how)
        return flask.Response(BODY, mimetype="text/plain")

    @app.route("/login")
    def login() -> Any:
        flask.session.update(SESSION)
        return "in"

    browser = app.test_client()
    browser.get("/login")
    came = browser.get_cookie("session")
    cookies = "" if how == "bare" or came is None else cookie_header({"session": came.value})
    return drive_wsgi(app.wsgi_app, cookies)
