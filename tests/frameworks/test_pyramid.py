"""The suite's site in Pyramid."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cookiesafe import CookieSafe, Visit
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


class TestPyramid(WSGISuite):
    answers_errors, raises_errors = False, True

    def create_app(self, safe: CookieSafe) -> Any:
        with Configurator() as config:
            config.add_request_method(visit, reify=True)
            for view, path, method in VIEWS:
                config.add_route(view.__name__, path)
                config.add_view(view, route_name=view.__name__, request_method=method)
            return CookieSafeMiddleware(config.make_wsgi_app(), safe)


def visit(request: Request) -> Visit:
    found: Visit = request.environ["cookiesafe.visit"]
    return found


def home(request: Request) -> Response:
    response = Response(PAGE)
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    return response


def stream(request: Request) -> Response:
    return Response(app_iter=iter(CHUNKS))


def greet(request: Request) -> Response:
    return Response(hello(request.matchdict["name"]))


def style(request: Request) -> Response:
    return Response(STYLE, content_type="text/css", charset="utf-8", cache_control=PUBLIC)


def tell(request: Request) -> Response:
    return Response(json=told(request.visit, request.cookies))


def fail(request: Request) -> Response:
    request.visit.session["lost"] = True
    raise AppError


def keep(request: Request) -> Response:
    request.visit.session.clear()
    request.visit.session.update(request.POST)
    return HTTPSeeOther("/told")


def sign_in(request: Request) -> Response:
    request.visit.login(request.POST["user"], remember="stay" in request.POST)
    return HTTPSeeOther("/told")


def sign_out(request: Request) -> Response:
    request.visit.logout(everywhere="everywhere" in request.POST)
    return HTTPSeeOther("/told")


def ordering(request: Request) -> Response:
    return Response(order(request.visit, request.POST))


VIEWS = [
    (home, "/", "GET"),
    (stream, "/stream", "GET"),
    (greet, "/hello/{name}", "GET"),
    (style, "/style.css", "GET"),
    (tell, "/told", "GET"),
    (fail, "/fail", "GET"),
    (keep, "/keep", "POST"),
    (sign_in, "/sign-in", "POST"),
    (sign_out, "/sign-out", "POST"),
    (ordering, "/order", "POST"),
]
