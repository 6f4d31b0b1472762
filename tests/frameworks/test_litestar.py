"""The suite's site in Litestar."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Litestar, MediaType, Request, Response, WebSocket, get, post, websocket
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Stream

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

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
HTML = MediaType.HTML


class TestLitestar(WebSocketSuite):
    def create_app(self, safe: CookieSafe) -> Any:
        return CookieSafeMiddleware(
            Litestar(ROUTES, openapi_config=None, logging_config=None), safe
        )


@get("/", media_type=HTML)
async def home() -> Response[str]:
    response = Response(PAGE, media_type=HTML)
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    return response


@get("/stream")
async def stream() -> Stream:
    return Stream(iter(CHUNKS), media_type=HTML)


@get("/hello/{name:str}", media_type=HTML)
async def greet(request: Request[Any, Any, Any]) -> str:
    return hello(request.path_params["name"])


@get("/style.css")
async def style() -> Response[str]:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": PUBLIC})


@get("/told")
async def tell(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return told(request.state.visit, request.cookies)


@get("/fail")
async def fail(request: Request[Any, Any, Any]) -> None:
    request.session["lost"] = True
    raise AppError


@post("/keep")
async def keep(request: Request[Any, Any, Any], data: Form) -> Redirect:
    request.session.clear()
    request.session.update(data)
    return Redirect("/told", status_code=303)


@post("/sign-in")
async def sign_in(request: Request[Any, Any, Any], data: Form) -> Redirect:
    request.state.visit.login(data["user"], remember="stay" in data)
    return Redirect("/told", status_code=303)


@post("/sign-out")
async def sign_out(request: Request[Any, Any, Any], data: Form) -> Redirect:
    request.state.visit.logout(everywhere="everywhere" in data)
    return Redirect("/told", status_code=303)


@post("/order", media_type=HTML)
async def ordering(request: Request[Any, Any, Any], data: Form) -> str:
    return order(request.state.visit, data)


@websocket("/live")
async def live(socket: WebSocket[Any, Any, Any]) -> None:
    lines = [(b"set-cookie", f"{name}={value}".encode()) for name, value in COOKIES.items()]
    await socket.accept(headers=lines)
    await socket.send_json(told(socket.state.visit, socket.cookies))
    await socket.close()


ROUTES = [home, stream, greet, style, tell, fail, keep, sign_in, sign_out, ordering, live]
