"""The suite's site in plain ASGI."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.testing import WebSocketSuite
from cookiesafe.testing.site import (
    CHUNKS,
    COOKIES,
    PAGE,
    PUBLIC,
    STYLE,
    AppError,
    hello,
    order,
    told,
)

SET = [(b"set-cookie", f"{name}={value}; Path=/".encode()) for name, value in COOKIES.items()]


class TestASGI(WebSocketSuite):
    answers_errors, raises_errors = False, True

    def create_app(self, safe: CookieSafe) -> Any:
        return CookieSafeMiddleware(site, safe)


async def site(scope: Any, receive: Any, send: Any) -> None:
    await {"http": page, "websocket": live, "lifespan": life}[scope["type"]](scope, receive, send)


async def page(scope: Any, receive: Any, send: Any) -> None:
    visit, path = scope["cookiesafe"], scope["path"].removeprefix(scope["root_path"])
    form, status, kind, fields = await form_of(receive), 200, "text/html; charset=utf-8", []
    match scope["method"], path.split("/")[1:]:
        case "GET" | "HEAD", [""]:
            body, fields = [PAGE], SET
        case "GET", ["stream"]:
            body = [chunk.decode() for chunk in CHUNKS]
        case "GET", ["hello", name]:
            body = [hello(name)]
        case "GET", ["style.css"]:
            body, kind, fields = [STYLE], "text/css", [(b"cache-control", PUBLIC.encode())]
        case "GET", ["told"]:
            body, kind = [json.dumps(told(visit, cookies_of(scope)))], "application/json"
        case "GET", ["fail"]:
            visit.session["lost"] = True
            raise AppError
        case "POST", ["order"]:
            body = [order(visit, form)]
        case "POST", ["keep" | "sign-in" | "sign-out" as what]:
            DOES[what](visit, form)
            body, status, fields = [], 303, [(b"location", b"/told")]
        case _:
            body, status, kind = ["There is nothing here."], 404, "text/plain"
    fields = [(b"content-type", kind.encode()), *fields]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    for chunk in body if scope["method"] != "HEAD" else []:
        await send({"type": "http.response.body", "body": chunk.encode(), "more_body": True})
    await send({"type": "http.response.body"})


def keep(visit: Visit, form: dict[str, str]) -> None:
    visit.session.clear()
    visit.session.update(form)


DOES: dict[str, Callable[[Visit, dict[str, str]], None]] = {
    "keep": keep,
    "sign-in": lambda visit, form: visit.login(form["user"], remember="stay" in form),
    "sign-out": lambda visit, form: visit.logout(everywhere="everywhere" in form),
}


async def live(scope: Any, receive: Any, send: Any) -> None:
    said = told(scope["cookiesafe"], cookies_of(scope))
    await receive()
    await send({"type": "websocket.accept", "headers": SET})
    await send({"type": "websocket.send", "text": json.dumps(said)})
    await send({"type": "websocket.close"})


async def life(scope: Any, receive: Any, send: Any) -> None:
    for what in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{what}"
        await send({"type": f"lifespan.{what}.complete"})


async def form_of(receive: Any) -> dict[str, str]:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def cookies_of(scope: Any) -> dict[str, str]:
    header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return {name: each.value for name, each in SimpleCookie(header.decode("latin-1")).items()}
