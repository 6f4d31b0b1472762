"""The suite's site in Falcon, over ASGI."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import falcon
import falcon.asgi

from cookiesafe import CookieSafe, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.testing import ASGIClient, Client, WebSocketSuite
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


class TestFalconASGI(WebSocketSuite):
    def create_app(self, safe: CookieSafe) -> Any:
        app = falcon.asgi.App()
        for path, resource in ROUTES.items():
            app.add_route(path, resource())
        return CookieSafeMiddleware(app, safe)

    def open(self, app: Any, root: str) -> Client:
        """Falcon's routes begin where the path does, so its servers leave the prefix out of that."""
        return ASGIClient(app, root=root, old_root=True)


class Home:
    async def on_get(self, request: Any, response: Any) -> None:
        response.content_type, response.text = falcon.MEDIA_HTML, PAGE
        for name, value in COOKIES.items():
            response.set_cookie(name, value, secure=True)


class Stream:
    async def on_get(self, request: Any, response: Any) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for chunk in CHUNKS:
                yield chunk

        response.content_type, response.stream = falcon.MEDIA_HTML, chunks()


class Hello:
    async def on_get(self, request: Any, response: Any, name: str) -> None:
        response.content_type, response.text = falcon.MEDIA_HTML, hello(name)


class Style:
    async def on_get(self, request: Any, response: Any) -> None:
        response.content_type, response.text = "text/css", STYLE
        response.set_header("Cache-Control", PUBLIC)


class Told:
    async def on_get(self, request: Any, response: Any) -> None:
        response.media = told(current_visit(), request.cookies)


class Fail:
    async def on_get(self, request: Any, response: Any) -> None:
        current_visit().session["lost"] = True
        raise AppError


class Keep:
    async def on_post(self, request: Any, response: Any) -> None:
        current_visit().session.clear()
        current_visit().session.update(await request.get_media({}))
        raise falcon.HTTPSeeOther("/told")


class SignIn:
    async def on_post(self, request: Any, response: Any) -> None:
        form = await request.get_media()
        current_visit().login(form["user"], remember="stay" in form)
        raise falcon.HTTPSeeOther("/told")


class SignOut:
    async def on_post(self, request: Any, response: Any) -> None:
        current_visit().logout(everywhere="everywhere" in await request.get_media({}))
        raise falcon.HTTPSeeOther("/told")


class Order:
    async def on_post(self, request: Any, response: Any) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.text = order(current_visit(), await request.get_media({}))


class Live:
    async def on_websocket(self, request: Any, socket: Any) -> None:
        await socket.accept(headers=[("set-cookie", f"{n}={v}") for n, v in COOKIES.items()])
        await socket.send_text(json.dumps(told(current_visit(), request.cookies)))
        await socket.close()


ROUTES = {
    "/": Home,
    "/stream": Stream,
    "/hello/{name}": Hello,
    "/style.css": Style,
    "/told": Told,
    "/fail": Fail,
    "/keep": Keep,
    "/sign-in": SignIn,
    "/sign-out": SignOut,
    "/order": Order,
    "/live": Live,
}
