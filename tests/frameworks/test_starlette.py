"""The suite's site in Starlette."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from cookiesafe import CookieSafe
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


class TestStarlette(WebSocketSuite):
    raises_errors = True

    def create_app(self, safe: CookieSafe) -> Any:
        return CookieSafeMiddleware(Starlette(routes=ROUTES), safe)


async def home(request: Request) -> Response:
    response = HTMLResponse(PAGE)
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    return response


async def stream(request: Request) -> Response:
    return StreamingResponse(iter(CHUNKS), media_type="text/html")


def greet(request: Request) -> Response:
    return HTMLResponse(hello(request.path_params["name"]))


async def style(request: Request) -> Response:
    return PlainTextResponse(STYLE, media_type="text/css", headers={"Cache-Control": PUBLIC})


def tell(request: Request) -> Response:
    return JSONResponse(told(request.state.visit, request.cookies))


async def fail(request: Request) -> Response:
    request.session["lost"] = True
    raise AppError


async def keep(request: Request) -> Response:
    request.session.clear()
    request.session.update(await form_of(request))
    return RedirectResponse("/told", 303)


async def sign_in(request: Request) -> Response:
    form = await form_of(request)
    request.state.visit.login(form["user"], remember="stay" in form)
    return RedirectResponse("/told", 303)


async def sign_out(request: Request) -> Response:
    request.state.visit.logout(everywhere="everywhere" in await form_of(request))
    return RedirectResponse("/told", 303)


async def ordering(request: Request) -> Response:
    return HTMLResponse(order(request.state.visit, await form_of(request)))


async def form_of(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}


async def live(websocket: WebSocket) -> None:
    response = Response()
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    await websocket.accept(
        headers=[each for each in response.raw_headers if each[0] == b"set-cookie"]
    )
    await websocket.send_json(told(websocket.state.visit, websocket.cookies))
    await websocket.close()


ROUTES = [
    Route("/", home),
    Route("/stream", stream),
    Route("/hello/{name}", greet),
    Route("/style.css", style),
    Route("/told", tell),
    Route("/fail", fail),
    Route("/keep", keep, methods=["POST"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/order", ordering, methods=["POST"]),
    WebSocketRoute("/live", live),
]
