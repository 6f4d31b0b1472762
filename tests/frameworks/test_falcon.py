"""The suite's site in Falcon, over WSGI."""

from __future__ import annotations

from typing import Any

import falcon

from cookiesafe import CookieSafe
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


class TestFalcon(WSGISuite):
    def create_app(self, safe: CookieSafe) -> Any:
        app = falcon.App()
        for path, resource in ROUTES.items():
            app.add_route(path, resource())
        return CookieSafeMiddleware(app, safe)


class Home:
    def on_get(self, request: Any, response: Any) -> None:
        response.content_type, response.text = falcon.MEDIA_HTML, PAGE
        for name, value in COOKIES.items():
            response.set_cookie(name, value, secure=True)


class Stream:
    def on_get(self, request: Any, response: Any) -> None:
        response.content_type, response.stream = falcon.MEDIA_HTML, iter(CHUNKS)


class Hello:
    def on_get(self, request: Any, response: Any, name: str) -> None:
        response.content_type, response.text = falcon.MEDIA_HTML, hello(name)


class Style:
    def on_get(self, request: Any, response: Any) -> None:
        response.content_type, response.text = "text/css", STYLE
        response.set_header("Cache-Control", PUBLIC)


class Told:
    def on_get(self, request: Any, response: Any) -> None:
        response.media = told(request.env["cookiesafe.visit"], request.cookies)


class Fail:
    def on_get(self, request: Any, response: Any) -> None:
        request.env["cookiesafe.visit"].session["lost"] = True
        raise AppError


class Keep:
    def on_post(self, request: Any, response: Any) -> None:
        session = request.env["cookiesafe.visit"].session
        session.clear()
        session.update(request.get_media({}))
        raise falcon.HTTPSeeOther("/told")


class SignIn:
    def on_post(self, request: Any, response: Any) -> None:
        form = request.get_media()
        request.env["cookiesafe.visit"].login(form["user"], remember="stay" in form)
        raise falcon.HTTPSeeOther("/told")


class SignOut:
    def on_post(self, request: Any, response: Any) -> None:
        everywhere = "everywhere" in request.get_media({})
        request.env["cookiesafe.visit"].logout(everywhere=everywhere)
        raise falcon.HTTPSeeOther("/told")


class Order:
    def on_post(self, request: Any, response: Any) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.text = order(request.env["cookiesafe.visit"], request.get_media({}))


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
}
