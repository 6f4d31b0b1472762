"""What only ASGI has: websockets, lifespan, odd but legal messages, and frameworks on top."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from cookiesafe import CookieSafe, Visit, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.migration import FlaskLoginRemember
from tests.support.edges import ASGIClient, Message
from tests.support.harbour import (
    BANNER,
    CONSENT,
    PAGE,
    REVISIT,
    SESSION,
    MakeSafe,
    lets_in,
    next_of,
    policies,
)
from tests.support.portal import REMEMBER

START = "http.response.start"
BODY = "http.response.body"


def client_of(app: Any, safe: CookieSafe) -> ASGIClient:
    client = ASGIClient(CookieSafeMiddleware(app, safe))
    client.safe = safe
    return client


def saying(*messages: Message) -> Any:
    """An app that sends just these messages."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


def said_by(app: Any, safe: CookieSafe, **headers: str) -> list[Message]:
    """What leaves to the server, unchecked."""
    middleware = CookieSafeMiddleware(app, safe)
    client = ASGIClient(middleware)
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = client.scope(client.prepared("/", headers=fields))
    asyncio.run(middleware(scope, None, send))
    return said


# --- websockets and lifespan ---------------------------------------------------------------------


class Socket:
    """An app of one websocket, which sets cookies as it accepts."""

    def __init__(self, *headers: tuple[bytes, bytes]) -> None:
        self.headers = headers
        self.scope: dict[str, Any] = {}
        self.same = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        self.same = current_visit() is scope["cookiesafe"]
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept", "headers": self.headers})
        await send({"type": "websocket.send", "text": "hello"})
        assert (await receive())["type"] == "websocket.disconnect"

    @property
    def cookies(self) -> list[bytes]:
        return [value for name, value in self.scope["headers"] if name == b"cookie"]


def test_a_websocket_has_a_visit(make_safe: MakeSafe) -> None:
    socket = Socket()
    client = client_of(socket, make_safe())
    client.choose("save", purpose=["statistics"])
    client.connect("/live")

    assert isinstance(socket.scope["cookiesafe"], Visit)
    assert socket.scope["cookiesafe"].allows("statistics")
    assert not socket.scope["cookiesafe"].allows("advertising")
    assert socket.same


def test_a_websocket_reads_only_the_cookies_it_may(make_safe: MakeSafe) -> None:
    socket = Socket()
    client_of(socket, make_safe()).connect("/live", {"cookie": "cart=7; hl_ad_7=a1; surprise=1"})

    assert socket.cookies == [b"cart=7"]


def test_a_websocket_sets_only_the_cookies_it_may(make_safe: MakeSafe) -> None:
    lines = [b"cart=7", b"hl_ad_7=a1", b"surprise=1"]
    socket = Socket(*((b"set-cookie", line) for line in lines), (b"x-kept", b"1"))

    accept, hello = client_of(socket, make_safe()).connect("/live")

    assert accept["type"] == "websocket.accept"
    assert [value for name, value in accept["headers"] if name == b"set-cookie"] == [b"cart=7"]
    assert (b"x-kept", b"1") in accept["headers"]
    assert hello == {"type": "websocket.send", "text": "hello"}


def test_a_websocket_that_accepts_without_headers_is_accepted(make_safe: MakeSafe) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    (accept,) = client_of(app, make_safe()).connect("/live")

    assert accept["type"] == "websocket.accept"


def test_a_session_of_a_websocket_is_kept_as_it_accepts(make_safe: MakeSafe) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["session"]["socket"] = True
        await send({"type": "websocket.accept", "headers": []})

    (accept,) = client_of(app, make_safe()).connect("/live")

    names = [value.partition(b"=")[0] for name, value in accept["headers"] if name == b"set-cookie"]
    assert names == [SESSION.encode()]


def test_a_websocket_that_is_refused_with_a_page_is_gated(make_safe: MakeSafe) -> None:
    fields = [(b"content-type", b"text/plain"), (b"set-cookie", b"hl_ad_7=a1")]
    app = saying(
        {"type": "websocket.http.response.start", "status": 403, "headers": fields},
        {"type": "websocket.http.response.body", "body": b"no"},
    )

    start, body = client_of(app, make_safe()).connect("/live")

    assert start["status"] == 403
    assert b"set-cookie" not in dict(start["headers"])
    assert body["body"] == b"no"


CLOSED = [{"type": "websocket.close", "code": 1000}]
ELSEWHERE = [
    {"origin": "https://evil.example"},
    {"origin": "https://www.example.evil.example"},
    {"origin": "https://sub.www.example"},
    {"origin": "https://www.example:8443"},
    {"origin": "http://www.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://www.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://www.example", "sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("fields", ELSEWHERE, ids=str)
@pytest.mark.parametrize("name", [SESSION, REMEMBER])
def test_a_websocket_that_another_site_opens_with_our_cookies_is_closed(
    make_safe: MakeSafe, fields: dict[str, str], name: str
) -> None:
    socket = Socket()
    headers = {"sec-fetch-site": None, "cookie": f"{name}=any", **fields}

    assert client_of(socket, make_safe()).connect("/live", headers) == CLOSED
    assert socket.scope == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "https://www.example", "sec-fetch-site": None},
        {"origin": "https://www.example", "sec-fetch-site": "same-origin"},
        {"origin": "https://app.example"},
        {"origin": "https://app.example", "sec-fetch-site": "cross-site"},
        {"origin": None, "sec-fetch-site": None},
        {"origin": "https://evil.example", "cookie": "cart=7"},
        {"origin": "https://evil.example", "cookie": f"x{SESSION}=any"},
    ],
    ids=str,
)
def test_a_websocket_of_the_site_or_without_our_cookies_is_let_through(
    make_safe: MakeSafe, fields: dict[str, str | None]
) -> None:
    safe = make_safe(trusted_origins=["https://app.example"])
    headers = {"sec-fetch-site": None, "cookie": f"{SESSION}=any", **fields}

    accept, _ = client_of(Socket(), safe).connect("/live", headers)

    assert accept["type"] == "websocket.accept"


def test_a_websocket_on_this_machine_has_its_pages_origin(make_safe: MakeSafe) -> None:
    client = ASGIClient(CookieSafeMiddleware(Socket(), make_safe()), base="http://localhost:8000")
    cookie = {"cookie": "cookiesafe-session=any", "sec-fetch-site": None}

    assert client.connect("/live", cookie)[0]["type"] == "websocket.accept"
    assert client.connect("/live", {**cookie, "origin": "http://localhost:9000"}) == CLOSED


def test_the_log_names_each_origin_once_whose_websocket_was_closed(
    make_safe: MakeSafe, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(Socket(), make_safe())
    for _ in range(9):
        for origin in ("https://evil.example\r\nx", "e" * 9000):
            headers = {"cookie": f"{SESSION}=any", "origin": origin, "sec-fetch-site": None}
            assert client.connect("/live", headers) == CLOSED

    assert caplog.text.count("[CS603]") == 2
    assert len(caplog.text) < 2000
    assert "evil.example\r" not in caplog.text


def test_a_flood_of_origins_leaves_room_to_say_what_else_is_wrong(
    make_safe: MakeSafe, caplog: pytest.LogCaptureFixture
) -> None:
    safe = make_safe()
    client = client_of(Socket(), safe)
    for number in range(1100):
        origin = f"https://n{number}.evil.example"
        headers = {"cookie": f"{SESSION}=any", "origin": origin, "sec-fetch-site": None}
        assert client.connect("/live", headers) == CLOSED

    assert caplog.text.count("[CS603]") == 20
    safe.settings.telling.report_store("a session was not kept", "the disk is full")
    assert "the disk is full" in caplog.text


def test_a_websocket_with_a_cookie_that_is_still_read_is_closed_too(make_safe: MakeSafe) -> None:
    reader = FlaskLoginRemember(secret_key="their key", until=date(2099, 12, 31))
    client = client_of(Socket(), make_safe(migrate=[reader]))
    headers = {"cookie": "remember_token=any", "origin": "https://evil.example"}

    assert client.connect("/live", {**headers, "sec-fetch-site": None}) == CLOSED


@pytest.mark.parametrize("fields", ELSEWHERE, ids=str)
@pytest.mark.parametrize("cookie", [None, "cart=7", f"{SESSION}=any"])
def test_where_that_is_checked_a_websocket_is_closed_whatever_cookies_it_brings(
    make_safe: MakeSafe, fields: dict[str, str], cookie: str | None
) -> None:
    socket = Socket()
    headers = {"sec-fetch-site": None, "cookie": cookie, **fields}

    assert client_of(socket, make_safe(check_origin=True)).connect("/live", headers) == CLOSED
    assert socket.scope == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"sec-fetch-site": None},
        {"sec-fetch-site": "same-origin"},
        {"origin": "https://app.example", "sec-fetch-site": "cross-site"},
        {"origin": None, "sec-fetch-site": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("cookie", [None, "cart=7", f"{SESSION}=any"])
def test_where_that_is_checked_a_websocket_of_the_site_or_of_no_browser_is_let_through(
    make_safe: MakeSafe, fields: dict[str, str | None], cookie: str | None
) -> None:
    safe = make_safe(check_origin=True, trusted_origins=["https://app.example"])

    accept, _ = client_of(Socket(), safe).connect("/live", {"cookie": cookie, **fields})

    assert accept["type"] == "websocket.accept"


def test_observe_lets_a_websocket_of_another_site_through_unless_it_brings_a_login(
    make_safe: MakeSafe, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(Socket(), make_safe(check_origin=True, mode="observe"))
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}

    accept, _ = client.connect("/live", {**foreign, "cookie": "cart=7"})

    assert accept["type"] == "websocket.accept"
    assert "'(WebSocket) /live', from 'https://evil.example', would be refused" in caplog.text
    assert client.connect("/live", {**foreign, "cookie": f"{SESSION}=any"}) == CLOSED
    assert "[CS603]" in caplog.text


def test_our_own_pages_are_no_websockets(make_safe: MakeSafe) -> None:
    safe = make_safe()
    (message,) = client_of(Socket(), safe).connect("/cookiesafe/choices")

    assert message["type"] == "websocket.close"
    assert list(safe.store.records()) == []


@pytest.mark.parametrize("kind", ["lifespan", "something.else"])
def test_other_protocols_pass_through_untouched(make_safe: MakeSafe, kind: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    scope = {"type": kind, "state": {}}
    receive, send = object(), object()
    asyncio.run(CookieSafeMiddleware(app, make_safe())(scope, receive, send))

    assert seen == [(scope, receive, send)]
    assert scope == {"type": kind, "state": {}}


# --- messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"Set-Cookie", b"SET-COOKIE", b"set-Cookie"])
@pytest.mark.parametrize("content_type", [b"application/json", b"text/html"])
def test_a_cookie_in_capitals_is_held_as_well(
    make_safe: MakeSafe, name: bytes, content_type: bytes
) -> None:
    """The specification asks for lower case; servers pass on what they are given all the same."""
    fields = [(b"content-type", content_type), (name, b"hl_ad_7=a1")]
    app = saying({"type": START, "status": 200, "headers": fields}, {"type": BODY})

    start, _ = said_by(app, make_safe(), sec_fetch_dest="empty")

    assert b"set-cookie" not in {name.lower() for name, _ in start["headers"]}


def test_a_type_in_capitals_is_a_document_as_well(make_safe: MakeSafe) -> None:
    fields = [(b"Content-Type", b"text/html")]
    app = saying({"type": START, "status": 200, "headers": fields}, {"type": BODY, "body": b"<p>"})

    start, body = said_by(app, make_safe(), sec_fetch_dest="document")

    assert fields[0] in start["headers"]
    assert BANNER in body["body"].decode()


@pytest.mark.parametrize(
    "headers",
    [
        lambda fields: [list(field) for field in fields],
        lambda fields: tuple(fields),
        lambda fields: iter(fields),
        lambda fields: dict(fields).items(),
    ],
    ids=["lists", "a tuple", "an iterator", "a view"],
)
def test_headers_come_in_any_iterable(
    make_safe: MakeSafe, headers: Callable[[list[tuple[bytes, bytes]]], Any]
) -> None:
    for content_type in (b"text/html", b"text/css"):
        fields = [(b"content-type", content_type), (b"set-cookie", b"hl_ad_7=a1")]
        app = saying({"type": START, "status": 200, "headers": headers(fields)}, {"type": BODY})
        response = client_of(app, make_safe()).get("/")

        assert response.header("content-type") == content_type.decode()
        assert response.cookies == []


def test_a_response_without_headers_is_a_response(make_safe: MakeSafe) -> None:
    response = client_of(saying({"type": START, "status": 200}, {"type": BODY}), make_safe()).get(
        "/"
    )

    assert response.status == 200
    assert len(policies(response)) == 1


def test_the_apps_messages_are_not_changed(make_safe: MakeSafe) -> None:
    start = {"type": START, "status": 200, "headers": [(b"content-type", b"text/html")]}
    body = {"type": BODY, "body": PAGE.encode()}
    app = saying(start, body)

    response = client_of(app, make_safe()).get("/")

    assert BANNER in response.text
    assert start == {"type": START, "status": 200, "headers": [(b"content-type", b"text/html")]}
    assert body == {"type": BODY, "body": PAGE.encode()}


def test_what_else_an_app_says_passes_through(make_safe: MakeSafe) -> None:
    start = {"type": START, "status": 200, "headers": [], "trailers": True}
    trailers = {"type": "http.response.trailers", "headers": [(b"x", b"1")]}

    said = said_by(saying(start, {"type": BODY}, trailers), make_safe())

    assert [message["type"] for message in said] == [START, BODY, "http.response.trailers"]
    assert said[0]["trailers"] is True
    assert said[2] == trailers


def test_a_client_that_goes_away_is_told_to_the_app(make_safe: MakeSafe) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": START, "status": 204, "headers": []})
        await send({"type": BODY})

    client = client_of(app, make_safe())
    client.leaves = True

    assert client.get("/").status == 204


def test_a_scope_without_extensions_and_state_will_do(make_safe: MakeSafe) -> None:
    app = CookieSafeMiddleware(saying({"type": START, "status": 204}, {"type": BODY}), make_safe())
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(app(scope, None, send))

    assert said[0]["status"] == 204


# --- Starlette on top ----------------------------------------------------------------------------


def starlette(safe: CookieSafe, routes: list[Any], *middleware: Middleware) -> ASGIClient:
    app = Starlette(
        routes=routes, middleware=[Middleware(CookieSafeMiddleware, safe=safe), *middleware]
    )
    client = ASGIClient(app)
    client.safe = safe
    return client


def home(request: Request) -> HTMLResponse:
    """A plain function: Starlette runs it in a thread."""
    response = HTMLResponse(PAGE)
    response.set_cookie("hl_ad_7", "a1")
    response.set_cookie("cart", "7")
    response.headers["x-allows"] = str(current_visit().allows("advertising"))
    assert current_visit() is request.state.visit
    return response


def test_a_page_in_a_thread_has_its_visit(make_safe: MakeSafe) -> None:
    client = starlette(make_safe(), [Route("/", home)])
    response = client.get("/")
    assert response.header("x-allows") == "False"
    assert response.cookie_names == ["cart"]
    assert BANNER in response.text

    client.choose("accept")
    response = client.get("/")

    assert response.header("x-allows") == "True"
    assert response.cookie_names == ["hl_ad_7", "cart"]
    assert REVISIT in response.text


def test_a_mounted_app_is_led_back_to(make_safe: MakeSafe) -> None:
    client = starlette(make_safe(), [Mount("/bills", routes=[Route("/{year}", home)])])

    assert next_of(client.get("/bills/2026?page=2")) == "/bills/2026?page=2"


def test_a_page_is_not_compressed_before_the_banner_is_in(make_safe: MakeSafe) -> None:
    async def style(request: Request) -> PlainTextResponse:
        return PlainTextResponse("a{}" * 1000, media_type="text/css")

    client = starlette(
        make_safe(),
        [Route("/", home), Route("/a.css", style)],
        Middleware(GZipMiddleware, minimum_size=10),
    )

    assert BANNER in client.get("/").text
    packed = client.get("/a.css", {"Sec-Fetch-Dest": "style"})
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == b"a{}" * 1000


def test_a_file_is_served_whole_with_the_banner_in(make_safe: MakeSafe, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE)

    async def serve(request: Request) -> FileResponse:
        return FileResponse(path)

    client = starlette(make_safe(), [Route("/", serve)])
    response = client.get("/", {"Range": "bytes=0-9"})

    assert response.status == 200
    assert BANNER in response.text
    assert response.header("etag") is None
    assert (
        client.get("/", {"Sec-Fetch-Dest": "empty", "Range": "bytes=0-9"}).body
        == PAGE[:10].encode()
    )


def test_the_banner_stands_under_starlettes_own_middlewares(make_safe: MakeSafe) -> None:
    async def stream(request: Request) -> StreamingResponse:
        async def body() -> Any:
            yield "<body><p>one"
            yield "<p>two"

        return StreamingResponse(body(), media_type="text/html")

    class Plain(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Any:
            response = await call_next(request)
            response.headers["x-visit"] = str(current_visit() is request.state.visit)
            return response

    response = starlette(make_safe(), [Route("/", stream)], Middleware(Plain)).get("/")

    assert response.header("x-visit") == "True"
    assert response.text.startswith("<body><section")
    assert response.text.endswith("<p>one<p>two")


def test_an_error_page_of_starlettes_is_gated(make_safe: MakeSafe) -> None:
    async def fail(request: Request) -> HTMLResponse:
        request.session["lost"] = True
        raise ValueError("the app's")

    client = starlette(make_safe(), [Route("/", fail)])

    missing = client.get("/nothing")
    assert missing.status == 404
    assert not lets_in(missing, "ads.gullwing.example")
    with pytest.raises(ValueError, match="the app's"):
        client.get("/")


def test_a_starlette_websocket_has_session_and_visit(make_safe: MakeSafe) -> None:
    async def live(websocket: WebSocket) -> None:
        websocket.session["live"] = True
        await websocket.accept(headers=[(b"set-cookie", b"hl_ad_7=a1")])
        await websocket.send_text(str(websocket.state.visit.allows("advertising")))
        await websocket.close()

    client = starlette(make_safe(), [WebSocketRoute("/live", live)])
    client.choose("reject")

    accept, text, _ = client.connect("/live")

    names = [value.partition(b"=")[0] for name, value in accept["headers"] if name == b"set-cookie"]
    assert names == [SESSION.encode()]
    assert text["text"] == "False"
    assert client.jar[CONSENT]
