"""The suite's site in Flask."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, redirect, request

from cookiesafe import CookieSafe
from cookiesafe.adapters.flask import CookieSafeExtension, visit
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


class TestFlask(WSGISuite):
    def create_app(self, safe: CookieSafe) -> Any:
        app = Flask(__name__)
        CookieSafeExtension(app, safe)
        add_routes(app)
        return app


def add_routes(app: Flask) -> None:
    @app.get("/")
    def home() -> Response:
        response = make_response(PAGE)
        for name, value in COOKIES.items():
            response.set_cookie(name, value)
        return response

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter(CHUNKS))

    @app.get("/hello/<name>")
    def greet(name: str) -> str:
        return hello(name)

    @app.get("/style.css")
    def style() -> Response:
        return Response(STYLE, mimetype="text/css", headers={"Cache-Control": PUBLIC})

    @app.get("/told")
    def tell() -> dict[str, Any]:
        return told(visit, request.cookies)

    @app.get("/fail")
    def fail() -> str:
        visit.session["lost"] = True
        raise AppError

    @app.post("/keep")
    def keep() -> Any:
        visit.session.clear()
        visit.session.update(request.form)
        return redirect("/told", 303)

    @app.post("/sign-in")
    def sign_in() -> Any:
        visit.login(request.form["user"], remember="stay" in request.form)
        return redirect("/told", 303)

    @app.post("/sign-out")
    def sign_out() -> Any:
        visit.logout(everywhere="everywhere" in request.form)
        return redirect("/told", 303)

    @app.post("/order")
    def ordering() -> str:
        return order(visit, request.form)
