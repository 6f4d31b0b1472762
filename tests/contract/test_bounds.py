"""What one visitor sends does not stay with us, and does not stand in another's way."""

from __future__ import annotations

import asyncio
import gc
import io
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import AppRequest, AppResponse, html
from tests.support.harbour import MakeClient, MakeSafe

FORM = b"choice=reject"


@pytest.mark.parametrize("name", ["hl_ad_" + "x" * 5000, "hl_ad_[]", "hl_ad_\xff"])
def test_no_name_a_browser_sends_stands_in_the_way_of_a_refusal(
    make_client: MakeClient, name: str
) -> None:
    client = make_client()

    response = client.post(
        "/cookiesafe/choices",
        form={"choice": "reject"},
        headers={"Cookie": f"{name}=1; hl_ad_7=2"},
    )

    assert response.status == 303
    assert len(client.records) == 1
    assert "hl_ad_7" in response.cookie_names


def test_what_a_refusal_covers_and_the_browser_sent_is_ended_with_the_answer(
    make_client: MakeClient,
) -> None:
    client = make_client()

    response = client.post(
        "/cookiesafe/choices",
        form={"choice": "reject"},
        headers={"Cookie": "hl_ad_7=a; cart=7; nobody=1; sessionid=x"},
    )

    ended = [line for line in response.cookies if "Max-Age=0" in line]
    assert {line.partition("=")[0] for line in ended} == {"hl_ad_7"}


def test_long_names_are_not_remembered(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/")
    tracemalloc.start()
    try:
        for number in range(40):
            client.get("/", headers={"Cookie": f"{'x' * 50_000}{number}=1; cart=7"})
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 1_000_000


def test_an_error_that_comes_instead_of_a_page_is_no_page(make_safe: MakeSafe) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "4")])
        plain = [("Content-Type", "text/plain"), ("Content-Length", "5")]
        start_response("500 Oh no", plain, (ValueError, ValueError(), None))
        return [b"oh no"]

    started: list[list[tuple[str, str]]] = []

    def server(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:
        started.append(headers)

    body = WSGIMiddleware(app, make_safe())(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "wsgi.url_scheme": "https",
            "HTTP_HOST": "www.example",
            "HTTP_SEC_FETCH_DEST": "document",
            "wsgi.input": io.BytesIO(),
        },
        server,
    )

    assert b"".join(body) == b"oh no"
    assert ("Content-Length", "5") in started[-1]


def test_an_error_page_leaves_though_the_session_could_not_be_kept(
    make_client: MakeClient,
) -> None:
    def keeps_too_much(visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/much":
            visit.session["all"] = "x" * 9000
        return html("<body>page")

    client = make_client(keeps_too_much)

    with pytest.raises(Exception, match="9"):
        client.get("/much")
    assert client.get("/").status == 200


async def _post(app: ASGIMiddleware) -> int:
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": FORM, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [
        (b"host", b"www.example"),
        (b"sec-fetch-site", b"same-origin"),
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "https",
        "path": "/cookiesafe/choices",
        "query_string": b"",
        "headers": headers,
    }
    await app(scope, receive, send)
    return statuses[0]


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the app is not asked")


def test_one_middleware_serves_one_event_loop_after_another(make_safe: MakeSafe) -> None:
    app = ASGIMiddleware(_nothing, make_safe(store=MemoryStore()))

    async def many() -> list[int]:
        return list(await asyncio.gather(*(_post(app) for _ in range(30))))

    assert asyncio.run(many()) == [303] * 30
    assert asyncio.run(many()) == [303] * 30


class _Server:
    """Holds the scope and gives its own method as ``send``, as servers do."""

    def __init__(self) -> None:
        self.scope = {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "path": "/",
            "query_string": b"",
            "headers": [(b"host", b"www.example"), (b"cookie", b"cart=7; nobody=1")],
        }

    async def send(self, message: Any) -> None:
        pass


async def _page(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<p>Hello"})


def _over_asgi(safe: CookieSafe, requests: int) -> None:
    app = ASGIMiddleware(_page, safe)

    async def run() -> None:
        for _ in range(requests):
            server = _Server()
            await app(server.scope, lambda: None, server.send)

    asyncio.run(run())


def _over_wsgi(safe: CookieSafe, requests: int, *, whole: bool) -> None:
    def page(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<p>Hello"] if whole else iter([b"<p>", b"Hello"])

    app = WSGIMiddleware(page, safe)
    for _ in range(requests):
        fields = {"HTTP_HOST": "www.example", "HTTP_COOKIE": "cart=7; nobody=1"}
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https", **fields}
        body: Any = app(environ, lambda status, headers, error=None, /: lambda data: None)
        list(body)
        if not isinstance(body, list):
            body.close()


Serve = Callable[[CookieSafe, int], None]


def _garbage_of(serve: Serve, safe: CookieSafe, requests: int) -> int:
    serve(safe, requests)
    gc.collect()
    gc.disable()
    try:
        serve(safe, requests)
        return gc.collect()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "serve",
    [_over_asgi, partial(_over_wsgi, whole=True), partial(_over_wsgi, whole=False)],
    ids=["ASGI", "WSGI", "WSGI, in parts"],
)
def test_a_request_leaves_nothing_to_the_garbage_collector(
    make_safe: MakeSafe, serve: Serve
) -> None:
    few, many = (_garbage_of(serve, make_safe(), requests) for requests in (1, 101))

    assert many - few < 100
