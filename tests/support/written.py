"""Cookies as Starlette, Flask, Django and Flask-Login write them, made by themselves at a time of the test's choosing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import flask
import itsdangerous
from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from flask_login import encode_cookie
from starlette.middleware.sessions import SessionMiddleware

from cookiesafe.cookies import set_cookie_name

NOW = 1_800_000_000
KEY = "k" * 32
Values = dict[str, Any]


@contextmanager
def clock_at(now: int) -> Iterator[None]:
    with (
        patch.object(itsdangerous.TimestampSigner, "get_timestamp", lambda _: now),
        patch.object(signing.TimestampSigner, "timestamp", lambda _: signing.b62_encode(now)),
    ):
        yield


def by_starlette(values: Values, at: int = NOW, key: str = KEY) -> str:
    lines: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["session"].update(values)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    async def send(message: Any) -> None:
        lines.extend(
            value.decode() for name, value in message.get("headers", ()) if name == b"set-cookie"
        )

    async def receive() -> Any:
        raise AssertionError("the app reads no body")

    with clock_at(at):
        asyncio.run(SessionMiddleware(app, key)({"type": "http", "headers": []}, receive, send))
    (line,) = lines
    assert set_cookie_name(line) == "session"
    return line.partition("=")[2].partition(";")[0]


def by_flask(values: Values, at: int = NOW, key: str = KEY) -> str:
    app = flask.Flask("written")
    app.secret_key = key

    @app.route("/")
    def write() -> str:
        flask.session.update(values)
        return ""

    browser = app.test_client()
    with clock_at(at):
        browser.get("/")
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return cookie.value


def by_django(values: Values, at: int = NOW, key: str = KEY) -> str:
    """What ``signed_cookies.SessionStore`` does, without the settings of a process."""
    salt = "django.contrib.sessions.backends.signed_cookies"
    signer = signing.TimestampSigner(key=key, salt=salt, fallback_keys=[])
    with clock_at(at):
        written: str = signer.sign_object(values, serializer=JSONSerializer, compress=True)
    return written


def by_flask_login(user_id: str, key: str = KEY) -> str:
    """The value as the browser has it: Werkzeug quotes what is not plain ASCII."""
    answer = flask.Flask("written").response_class()
    answer.set_cookie("remember_token", encode_cookie(user_id, key=key))
    return answer.headers["Set-Cookie"].partition("=")[2].partition("; ")[0]
