"""The suite's site in Quart."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from quart import Quart, Response, make_response, redirect, request, websocket
from werkzeug.datastructures import Headers

from cookiesafe import CookieSafe, current_visit
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


class TestQuart(WebSocketSuite):
    def create_app(self, safe: CookieSafe) -> Any:
        app = Quart(__name__)
        app.asgi_app = CookieSafeMiddleware(app.asgi_app, safe)  # type: ignore[method-assign]
        add_routes(app)
        return app


def add_routes(app: Quart) -> None:
    @app.get("/")
    async def home() -> Any:
        response = await make_response(PAGE)
        for name, value in COOKIES.items():
            response.set_cookie(name, value)
        return response

    @app.get("/stream")
    async def stream() -> Any:
        async def chunks() -> AsyncIterator[bytes]:
            for chunk in CHUNKS:
                yield chunk

        return chunks()

    @app.get("/hello/<name>")
    async def greet(name: str) -> str:
        return hello(name)

    @app.get("/style.css")
    async def style() -> Response:
        return Response(STYLE, mimetype="text/css", headers={"Cache-Control": PUBLIC})

    @app.get("/told")
    async def tell() -> dict[str, Any]:
        return told(current_visit(), request.cookies)

    @app.get("/fail")
    async def fail() -> str:
        current_visit().session["lost"] = True
        raise AppError

    @app.post("/keep")
    async def keep() -> Any:
        current_visit().session.clear()
        current_visit().session.update(await request.form)
        return redirect("/told", 303)

    @app.post("/sign-in")
    async def sign_in() -> Any:
        form = await request.form
        current_visit().login(form["user"], remember="stay" in form)
        return redirect("/told", 303)

    @app.post("/sign-out")
    async def sign_out() -> Any:
        current_visit().logout(everywhere="everywhere" in await request.form)
        return redirect("/told", 303)

    @app.post("/order")
    async def ordering() -> str:
        return order(current_visit(), await request.form)

    @app.websocket("/live")
    async def live() -> None:
        lines = [("set-cookie", f"{name}={value}") for name, value in COOKIES.items()]
        await websocket.accept(headers=Headers(lines))
        await websocket.send(json.dumps(told(current_visit(), websocket.cookies)))
