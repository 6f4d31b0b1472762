"""The portal as an ASGI app, on Starlette."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as StarletteRoute
from starlette.staticfiles import StaticFiles

from .guard import Guard
from .page import PageRequest, PageResponse
from .routes import ROUTES, Route, missing
from .site import STATIC, Site

if TYPE_CHECKING:
    from starlette.types import ASGIApp

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(site: Site, guard: Guard) -> ASGIApp:
    async def refuse(request: Request, error: Exception) -> Response:
        # Not even what is wrong with a form is a reason to read it again.
        asked = _asked(request, guard, {})
        status = cast(HTTPException, error).status_code
        return response_of(await run_in_threadpool(missing, site, asked, status))

    pages = [
        StarletteRoute(route.path, _endpoint(site, guard, route), methods=route.methods)
        for route in ROUTES
    ]
    static = Mount("/static", StaticFiles(directory=STATIC))
    app = Starlette(routes=[*pages, static], exception_handlers={HTTPException: refuse})
    app.router.redirect_slashes = False
    return guard.asgi(app)


def _endpoint(site: Site, guard: Guard, route: Route) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await _form(request) if request.method == "POST" else {}
        asked = _asked(request, guard, form)
        return response_of(await run_in_threadpool(route.answer, site, asked))

    return endpoint


async def _form(request: Request) -> Mapping[str, str]:
    try:
        return _first((await request.form()).multi_items())
    except (LookupError, UnicodeError, ClientDisconnect) as error:
        raise HTTPException(400) from error


def _asked(request: Request, guard: Guard, form: Mapping[str, str]) -> PageRequest:
    return PageRequest(
        visit=guard.visit(request.scope),
        contacts=guard,
        path=request.url.path,
        method=request.method,
        query=_first(request.query_params.multi_items()),
        form=form,
        cookies=request.cookies,
    )


def _first(items: Iterable[tuple[str, object]]) -> Mapping[str, str]:
    """The first value of each name. Files, which no form here asks for, are left out, and so is what is no text."""
    texts = [(name, value) for name, value in items if isinstance(value, str)]
    return {name: value.encode(errors="replace").decode() for name, value in reversed(texts)}


def response_of(page: PageResponse) -> Response:
    response = Response(page.body, page.status, dict(page.headers))
    for cookie in page.cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.max_age,
            httponly=cookie.http_only,
            samesite="lax",
        )
    return response
