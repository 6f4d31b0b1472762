"""Cases of who is signed in, and of who is remembered: one question to SQLite each.

Ours beside Django's session in its database, and Flask-Login's remember cookie, which asks nobody and holds for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware

from .site import BODY, KEY, POLICY, Run, cookie_header, drive_wsgi, wsgi_environ

_SET = re.compile(r"([^=]+)=([^;]*)")
Start = Callable[..., Any]


def _file(name: str) -> str:
    return str(Path(mkdtemp(prefix="cookiesafe-benchmark-")) / name)


def _cookies_of(app: Any, path: str) -> dict[str, str]:
    """What a browser is given there."""
    jar: dict[str, str] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        assert status.startswith("200"), status
        for name, value in headers:
            if name.lower() == "set-cookie" and (match := _SET.match(value)):
                jar[match[1]] = match[2]

    list(app(wsgi_environ("") | {"PATH_INFO": path}, start_response))
    return jar


def ours(how: str) -> Run:
    """``signed-in``: a session with a user; ``remembered``: no session, but a browser that is remembered."""

    def app(environ: Any, start_response: Start) -> list[bytes]:
        visit = environ["cookiesafe.visit"]
        if environ["PATH_INFO"] == "/in":
            visit.login("7", remember=how == "remembered")
        else:
            assert visit.user_id == "7"
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
        return [BODY]

    safe = CookieSafe(
        Policy.from_toml(POLICY), secret_key=KEY, store=f"sqlite:///{_file('ours.db')}"
    )
    middleware = CookieSafeMiddleware(app, safe)
    jar = _cookies_of(middleware, "/in")
    wanted = "remember" if how == "remembered" else "session"
    kept = {name: value for name, value in jar.items() if name.endswith(wanted)}
    return drive_wsgi(middleware, cookie_header(kept))


def flask_login(how: str) -> Run:
    """``remembered``, or ``bare``: nobody is."""
    import flask
    import flask_login

    app = flask.Flask("benchmarks")
    app.secret_key = KEY
    manager = flask_login.LoginManager(app)
    manager.user_loader(lambda user_id: _User())

    class _User(flask_login.UserMixin):  # type: ignore[misc]
        id = "7"

    @app.route("/in")
    def sign_in() -> Any:
        flask_login.login_user(_User(), remember=True)
        return flask.Response(BODY, mimetype="text/plain")

    @app.route("/api/usage")
    def usage() -> Any:
        assert how == "bare" or flask_login.current_user.id == "7"
        return flask.Response(BODY, mimetype="text/plain")

    jar = _cookies_of(app.wsgi_app, "/in")
    kept = {} if how == "bare" else {"remember_token": jar["remember_token"]}
    return drive_wsgi(app.wsgi_app, cookie_header(kept))
