"""Endpoints of Starlette and FastAPI that need consent."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from cookiesafe import CookieSafe, UnknownName, Visit
from cookiesafe.adapters import fastapi
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.adapters.fastapi import CurrentVisit
from cookiesafe.adapters.starlette import requires
from cookiesafe.testing import ASGIClient
from cookiesafe.testing.site import KEY, policy

SCRIPT = {"Accept": "application/json"}


def client_of(app: Any) -> ASGIClient:
    return ASGIClient(CookieSafeMiddleware(app, CookieSafe(policy(), secret_key=KEY)))


# --- Starlette -----------------------------------------------------------------------------------


@requires("advertising")
def plain(request: Request) -> Response:
    return PlainTextResponse("shown")


@requires(feature="tips")
async def tips(request: Request) -> Response:
    return PlainTextResponse("shown")


@requires("advertising")
class Whole(HTTPEndpoint):
    """Documented."""

    async def get(self, request: Request) -> Response:
        return PlainTextResponse("shown")


class Part(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return PlainTextResponse("open")

    @requires("advertising")
    async def post(self, request: Request) -> Response:
        return PlainTextResponse("shown")


class Called:
    async def __call__(self, request: Request) -> Response:
        return PlainTextResponse("shown")


@requires("advertising")
async def live(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


@requires("advertising")
class Live(WebSocketEndpoint):
    pass


ROUTES = [
    Route("/plain", plain),
    Route("/tips", tips),
    Route("/whole", Whole),
    Route("/part", Part),
    Route("/called", requires("advertising")(Called())),
    WebSocketRoute("/live", live),
    WebSocketRoute("/lives", Live),
]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/plain"), ("GET", "/tips"), ("GET", "/whole"), ("POST", "/part"), ("GET", "/called")],
)
def test_an_endpoint_of_any_kind_is_shown_only_to_who_agrees(method: str, path: str) -> None:
    client = client_of(Starlette(routes=ROUTES))
    page, script = client.request(method, path), client.request(method, path, headers=SCRIPT)
    client.choose("accept")

    assert (page.status, script.status) == (403, 403)
    assert "is off" in page.text
    assert script.json()["choices"] == f"/cookiesafe/choices?next={path}"
    assert client.request(method, path).text.startswith("shown")


def test_what_is_not_decorated_stays_open() -> None:
    assert client_of(Starlette(routes=ROUTES)).get("/part").text == "open"


@pytest.mark.parametrize("path", ["/live", "/lives"])
def test_a_websocket_is_closed_before_it_is_accepted(path: str) -> None:
    client = client_of(Starlette(routes=ROUTES))
    (refused,) = client.connect(path)
    client.choose("accept")

    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
    assert client.connect(path)[0]["type"] == "websocket.accept"


def test_an_endpoint_keeps_its_name_and_its_words() -> None:
    assert (plain.__name__, tips.__name__) == ("plain", "tips")
    assert (Whole.__name__, Whole.__doc__) == ("Whole", "Documented.")


def test_what_is_not_declared_is_told_with_the_first_request() -> None:
    @requires("advertisin")
    async def page(request: Request) -> Response:
        raise AssertionError("it is not asked")

    _, error = client_of(Starlette(routes=[Route("/", page)])).outcome("/")

    assert isinstance(error, UnknownName)
    assert 'Did you mean "advertising"?' in str(error)


# --- FastAPI -------------------------------------------------------------------------------------


def with_us() -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/ads", dependencies=[Depends(fastapi.requires("advertising"))])

    @app.get("/who")
    def who(visit: CurrentVisit, page: int = 1) -> str | None:
        return visit.user_id

    @router.get("/list")
    async def listed(visit: CurrentVisit) -> list[str]:
        return ["shown"]

    app.include_router(router)
    return app


def without_us() -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/ads")

    @app.get("/who")
    def who(page: int = 1) -> str | None:
        return None

    @router.get("/list")
    async def listed() -> list[str]:
        return []

    app.include_router(router)
    return app


def test_the_schema_is_the_same_with_us_and_without() -> None:
    assert with_us().openapi() == without_us().openapi()


def test_a_route_is_given_its_visit() -> None:
    met: list[object] = []
    app = FastAPI()

    @app.get("/async")
    async def coroutine(visit: CurrentVisit) -> bool:
        met.append(visit)
        return visit.allows("statistics")

    @app.get("/plain")
    def plain(visit: CurrentVisit) -> bool:
        met.append(visit)
        return visit.allows("statistics")

    client = client_of(app)
    client.choose("save", purpose=["statistics"])

    assert [client.get(path, SCRIPT).json() for path in ("/async", "/plain")] == [True, True]
    assert all(isinstance(visit, Visit) for visit in met)
    assert len(set(map(id, met))) == 2


def test_a_router_lets_in_only_who_agrees() -> None:
    client = client_of(with_us())
    refused = client.get("/ads/list", SCRIPT)
    client.choose("accept")

    assert refused.status == 403
    assert refused.json()["detail"]["purpose"] == "advertising"
    assert refused.json()["detail"]["choices"] == "/cookiesafe/choices?next=/ads/list"
    assert client.get("/ads/list", SCRIPT).json() == ["shown"]


def test_a_route_of_fastapi_takes_starlettes_decorator_too() -> None:
    app = FastAPI()

    @app.get("/plus/{one}")
    @requires("advertising")
    def plus(one: int, two: int = 1) -> int:
        return one + two

    client = client_of(app)
    refused = client.get("/plus/1?two=2", SCRIPT)
    client.choose("accept")

    assert refused.status == 403
    assert client.get("/plus/1?two=2", SCRIPT).json() == 3


def test_a_websocket_of_fastapi_is_closed() -> None:
    app = FastAPI()

    @app.websocket("/live")
    async def live(
        websocket: WebSocket, needed: Annotated[None, Depends(fastapi.requires("advertising"))]
    ) -> None:
        await websocket.accept()
        await websocket.close()

    client = client_of(app)
    (refused,) = client.connect("/live")
    client.choose("accept")

    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
    assert client.connect("/live")[0]["type"] == "websocket.accept"


def test_a_route_without_the_middleware_is_told_so() -> None:
    _, error = ASGIClient(with_us()).outcome("/who")

    assert error is not None
    assert "[CS300]" in str(error)
