"""The session for who comes from Starlette: the same to use, and nothing is lost."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import itsdangerous
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from cookiesafe import NotStorable, SessionTooLarge
from cookiesafe.adapters.starlette import Session, SessionMiddleware
from cookiesafe.errors import WeakKey
from cookiesafe.migration import StarletteSession
from tests.support.edges import ASGIClient, Response

KEY = "a key of these tests, which has 32 bytes"
DAY = datetime(2026, 11, 25, tzinfo=UTC)


class Browser:
    """Sends one request, with these cookies."""

    def __init__(self, app: Any, cookies: dict[str, str]) -> None:
        self.app = app
        self.cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def get(self, cookies: str = "") -> Response:
        return ASGIClient(self.app).get("/", cookies=cookies or self.cookies)


def client_of(endpoint: Any, cookies: dict[str, str] | None = None, **settings: Any) -> Browser:
    options = {"secret_key": KEY, "clock": DAY.timestamp, **settings}
    app = Starlette(
        routes=[Route("/", endpoint), WebSocketRoute("/socket", socket)],
        middleware=[Middleware(SessionMiddleware, **options)],
    )
    return Browser(app, cookies or {})


async def socket(websocket: WebSocket) -> None:
    websocket.session["seen"] = True
    await websocket.accept()
    await websocket.send_json(dict(websocket.session))
    await websocket.close()


def shown(request: Request) -> JSONResponse:
    return JSONResponse(request.session)


def put(**values: Any) -> Any:
    def endpoint(request: Request) -> JSONResponse:
        request.session.update(values)
        return JSONResponse({})

    return endpoint


def cookie_with(value: dict[str, Any], **settings: Any) -> dict[str, str]:
    """The cookie of a browser that was given these values."""
    response = client_of(put(**value), **settings).get()
    return {"session": value_of(response)}


def set_cookie(response: Response) -> str:
    (line,) = response.cookies
    return line


def value_of(response: Response) -> str:
    return set_cookie(response).partition("=")[2].partition(";")[0]


def test_what_was_put_in_is_there_at_the_next_request() -> None:
    cookies = cookie_with({"user": 7, "cart": {"gas": [1, 2]}, "é": "ü"})

    assert client_of(shown, cookies).get().json() == {
        "user": 7,
        "cart": {"gas": [1, 2]},
        "é": "ü",
    }


def test_a_change_inside_a_list_is_kept() -> None:
    def append(request: Request) -> JSONResponse:
        request.session["cart"].append(2)
        return JSONResponse({})

    response = client_of(append, cookie_with({"cart": [1]})).get()
    value = value_of(response)

    assert client_of(shown, {"session": value}).get().json() == {"cart": [1, 2]}


def test_a_session_that_is_only_looked_at_is_not_written() -> None:
    response = client_of(shown, cookie_with({"a": [1]})).get()

    assert response.cookies == []
    assert response.header("vary") == "Cookie"


def test_a_session_nobody_touches_is_not_read() -> None:
    def nothing(request: Request) -> JSONResponse:
        session = request.scope["session"]
        assert session._came is not None
        return JSONResponse({})

    assert client_of(nothing, cookie_with({"a": 1})).get().header("vary") is None


USES: dict[str, Any] = {
    "get": lambda session: session["a"],
    "get with a default": lambda session: session.get("a"),
    "in": lambda session: "a" in session,
    "len": lambda session: len(session) == 1,
    "bool": bool,
    "list": list,
    "items": lambda session: dict(session.items()),
    "copy": lambda session: session.copy(),
    "equal": lambda session: session == {"a": 1},
    "not equal": lambda session: session != {},
    "or": lambda session: session | {},
    "pop": lambda session: session.pop("a"),
}


@pytest.mark.parametrize("use", USES)
def test_whoever_takes_it_from_the_scope_reads_it_too_and_caches_are_told(use: str) -> None:
    def endpoint(request: Request) -> JSONResponse:
        assert USES[use](request.scope["session"])
        return JSONResponse({})

    assert client_of(endpoint, cookie_with({"a": 1})).get().header("vary") == "Cookie"


def test_a_response_that_sets_the_cookie_is_kept_out_of_shared_caches() -> None:
    def public(request: Request) -> JSONResponse:
        request.session["a"] = 1
        return JSONResponse({}, headers={"cache-control": "public, max-age=60", "vary": "Accept"})

    response = client_of(public).get()

    assert response.header("cache-control") == "max-age=60, private"
    assert response.header("vary") == "Accept, Cookie"


def test_what_is_too_large_raises_and_says_how_large() -> None:
    with pytest.raises(SessionTooLarge, match="4096"):
        client_of(put(a="x" * 4000)).get()


def test_what_json_does_not_hold_raises() -> None:
    with pytest.raises(NotStorable):
        client_of(put(a={1, 2})).get()


def test_a_retired_key_still_verifies_and_one_that_is_gone_does_not() -> None:
    cookies = cookie_with({"a": 1})
    new = "another key of these tests, 32 bytes long"

    assert client_of(shown, cookies, secret_key=new, fallback_keys=[KEY]).get().json() == {"a": 1}
    assert client_of(shown, cookies, secret_key=new).get().json() == {}


def test_a_short_key_is_taken_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "cookiesafe"):
        client_of(shown, secret_key="example").get()

    assert "CS501" in caplog.text or "bytes" in caplog.text
    assert "example" not in caplog.text


def test_no_key_is_refused() -> None:
    with pytest.raises(WeakKey):
        client_of(shown, secret_key="").get()


@pytest.mark.parametrize(
    ("age", "found"), [(0, True), (59, True), (60, True), (61, False), (-30, True), (-31, False)]
)
def test_a_session_ends_after_max_age(age: int, found: bool) -> None:
    cookies = cookie_with({"a": 1}, max_age=60)
    later = (DAY + timedelta(seconds=age)).timestamp
    response = client_of(shown, cookies, max_age=60, clock=later).get()

    assert response.json() == ({"a": 1} if found else {})


def test_without_max_age_it_ends_with_the_browser() -> None:
    response = client_of(put(a=1), max_age=None).get()

    assert "Max-Age" not in set_cookie(response)


def test_an_emptied_session_is_deleted_as_it_was_set() -> None:
    def clear(request: Request) -> JSONResponse:
        request.session.clear()
        return JSONResponse({})

    options: dict[str, Any] = {
        "path": "/a", "domain": "site.example", "https_only": True,
        "same_site": "none", "partitioned": True,
    }  # fmt: skip
    was_set = set_cookie(client_of(put(a=1), **options).get())
    deleted = set_cookie(client_of(clear, cookie_with({"a": 1}), **options).get())

    attributes = set(was_set.split("; ")[1:]) - {"Max-Age=1209600"}
    assert attributes < set(deleted.split("; "))
    assert "expires=Thu, 01 Jan 1970 00:00:00 GMT" in deleted


def test_an_empty_session_sets_nothing() -> None:
    def nothing_kept(request: Request) -> JSONResponse:
        request.session["a"] = 1
        del request.session["a"]
        return JSONResponse({})

    assert client_of(nothing_kept).get().cookies == []


@settings(deadline=None, max_examples=60)
@given(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\'), max_size=80
    )
)
def test_whatever_a_client_sends_is_no_session(value: str) -> None:
    response = client_of(shown).get(f"session={value}")

    assert (response.status, response.json()) == (200, {})


def test_two_sessions_that_differ_are_none() -> None:
    one, other = (cookie_with({"a": n})["session"] for n in (1, 2))
    response = client_of(shown).get(f"session={one}; session={other}")

    assert response.json() == {}


def test_a_session_of_another_cookie_is_none() -> None:
    value = cookie_with({"a": 1}, session_cookie="other")["session"]

    assert client_of(shown, {"session": value}).get().json() == {}


def theirs(data: object, key: str = KEY) -> str:
    """What Starlette's own middleware writes now."""
    return itsdangerous.TimestampSigner(key).sign(b64encode(json.dumps(data).encode())).decode()


def test_what_starlette_wrote_is_read_until_a_day_and_written_anew() -> None:
    cookies = {"session": theirs({"user": 7})}
    now = datetime.now(UTC)
    reader = StarletteSession(secret_key=KEY, until=(now + timedelta(days=9)).date())

    def more(request: Request) -> JSONResponse:
        request.session["more"] = 1
        return JSONResponse(request.session)

    response = client_of(more, cookies, migrate=reader, clock=now.timestamp).get()
    value = value_of(response)

    assert response.json() == {"user": 7, "more": 1}
    again = client_of(shown, {"session": value}, clock=now.timestamp)
    assert again.get().json() == {"user": 7, "more": 1}
    assert client_of(shown, cookies, clock=now.timestamp).get().json() == {}
    late = (now + timedelta(days=10)).timestamp
    assert client_of(shown, cookies, migrate=reader, clock=late).get().json() == {}


def test_a_websocket_reads_the_session_and_may_change_it_until_it_accepts() -> None:
    browser = client_of(shown, cookie_with({"a": 1}))
    accepted, sent, *_ = ASGIClient(browser.app).connect("/socket", {"cookie": browser.cookies})
    line = dict(accepted["headers"])[b"set-cookie"].decode()
    value = line.partition("=")[2].partition(";")[0]

    assert json.loads(sent["text"]) == {"a": 1, "seen": True}
    assert client_of(shown, {"session": value}).get().json() == {"a": 1, "seen": True}


def test_a_session_by_itself_tells_what_was_done_to_it() -> None:
    session = Session({"a": [1]})
    session.pop("b", None)
    assert not session.modified

    session["a"].append(2)
    session.mark_modified()
    assert session.modified
    assert session == {"a": [1, 2]}
