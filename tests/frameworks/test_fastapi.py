"""The suite's site in FastAPI."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Form, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from cookiesafe import CookieSafe
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.adapters.fastapi import CurrentVisit
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


class TestFastAPI(WebSocketSuite):
    raises_errors = True

    def create_app(self, safe: CookieSafe) -> Any:
        app = FastAPI()
        add_routes(app)
        return CookieSafeMiddleware(app, safe)


def add_routes(app: FastAPI) -> None:
    @app.get("/", response_class=HTMLResponse)
    async def home(response: Response) -> str:
        for name, value in COOKIES.items():
            response.set_cookie(name, value)
        return PAGE

    @app.get("/stream")
    async def stream() -> Response:
        return StreamingResponse(iter(CHUNKS), media_type="text/html")

    @app.get("/hello/{name}", response_class=HTMLResponse)
    def greet(name: str) -> str:
        return hello(name)

    @app.get("/style.css")
    async def style() -> Response:
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": PUBLIC})

    @app.get("/told")
    def tell(visit: CurrentVisit, request: Request) -> dict[str, Any]:
        return told(visit, request.cookies)

    @app.get("/fail")
    async def fail(visit: CurrentVisit) -> None:
        visit.session["lost"] = True
        raise AppError

    @app.post("/keep")
    async def keep(visit: CurrentVisit, request: Request) -> Response:
        visit.session.clear()
        visit.session.update(await request.form())
        return RedirectResponse("/told", 303)

    @app.post("/sign-in")
    def sign_in(
        visit: CurrentVisit, user: Annotated[str, Form()], stay: Annotated[str, Form()] = ""
    ) -> Response:
        visit.login(user, remember=bool(stay))
        return RedirectResponse("/told", 303)

    @app.post("/sign-out")
    def sign_out(visit: CurrentVisit, everywhere: Annotated[str, Form()] = "") -> Response:
        visit.logout(everywhere=bool(everywhere))
        return RedirectResponse("/told", 303)

    @app.post("/order", response_class=HTMLResponse)
    async def ordering(visit: CurrentVisit, request: Request) -> str:
        form = {name: str(value) for name, value in (await request.form()).items()}
        return order(visit, form)

    @app.websocket("/live")
    async def live(visit: CurrentVisit, websocket: WebSocket) -> None:
        lines = [(b"set-cookie", f"{name}={value}".encode()) for name, value in COOKIES.items()]
        await websocket.accept(headers=lines)
        await websocket.send_json(told(visit, websocket.cookies))
        await websocket.close()
