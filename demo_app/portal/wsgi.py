"""The portal as a WSGI app, on Werkzeug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .guard import Guard
from .page import PageRequest, PageResponse
from .routes import ROUTES, Route, missing
from .site import STATIC, Site

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

BRACKETS = str.maketrans("{}", "<>")
"""What stands around the part of a path that differs, from Starlette's to Werkzeug's."""
PAGES = Map(
    [
        Rule(route.path.translate(BRACKETS), endpoint=route, methods=route.methods)
        for route in ROUTES
    ]
)


def create_app(site: Site, guard: Guard) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return response_of(_answer(site, guard, environ))(environ, start_response)

    return guard.wsgi(SharedDataMiddleware(app, {"/static": str(STATIC)}))


def _answer(site: Site, guard: Guard, environ: WSGIEnvironment) -> PageResponse:
    request = Request(environ)
    try:
        route, _ = PAGES.bind_to_environ(environ).match()
        form = request.form.to_dict() if request.method == "POST" else {}
    except HTTPException as error:
        return missing(site, _asked(request, guard, {}), error.code or 500)
    assert isinstance(route, Route)  # noqa: S101 (the map holds nothing else)
    return route.answer(site, _asked(request, guard, form))


def _asked(request: Request, guard: Guard, form: Mapping[str, str]) -> PageRequest:
    return PageRequest(
        visit=guard.visit(request.environ),
        contacts=guard,
        path=request.path,
        method=request.method,
        query=request.args.to_dict(),
        form=form,
        cookies=request.cookies.to_dict(),
    )


def response_of(page: PageResponse) -> Response:
    response = Response(page.body, page.status, dict(page.headers))
    for cookie in page.cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.max_age,
            httponly=cookie.http_only,
            samesite="Lax",
        )
    return response
