"""The suite's site in Bottle."""

# mypy: disallow-untyped-decorators=False

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bottle import Bottle, HTTPResponse, redirect, request, response

from cookiesafe import CookieSafe, current_visit
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.testing import WSGISuite
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


class TestBottle(WSGISuite):
    def create_app(self, safe: CookieSafe) -> Any:
        app = Bottle()
        add_routes(app)
        return CookieSafeMiddleware(app, safe)


def add_routes(app: Any) -> None:
    @app.get("/")
    def home() -> str:
        for name, value in COOKIES.items():
            response.set_cookie(name, value)
        return PAGE

    @app.get("/stream")
    def stream() -> Iterator[bytes]:
        yield from CHUNKS

    @app.get("/hello/<name>")
    def greet(name: str) -> str:
        return hello(name)

    @app.get("/style.css")
    def style() -> HTTPResponse:
        return HTTPResponse(STYLE, Content_Type="text/css", Cache_Control=PUBLIC)

    @app.get("/told")
    def tell() -> dict[str, Any]:
        return told(current_visit(), request.cookies)

    @app.get("/fail")
    def fail() -> str:
        current_visit().session["lost"] = True
        raise AppError

    @app.post("/keep")
    def keep() -> None:
        current_visit().session.clear()
        current_visit().session.update(request.forms.decode())
        redirect("/told", 303)

    @app.post("/sign-in")
    def sign_in() -> None:
        current_visit().login(request.forms.user, remember="stay" in request.forms)
        redirect("/told", 303)

    @app.post("/sign-out")
    def sign_out() -> None:
        current_visit().logout(everywhere="everywhere" in request.forms)
        redirect("/told", 303)

    @app.post("/order")
    def ordering() -> str:
        return order(current_visit(), request.forms.decode())
