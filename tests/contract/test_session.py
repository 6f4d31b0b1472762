"""The session: a signed mapping that costs nothing until it is used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cookiesafe import CookieSafe, NotStorable, SessionTooLarge, TooLate, UsageError, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from tests.support.edges import (
    AppRequest,
    AppResponse,
    ASGIClient,
    Client,
    Handler,
    answer,
    html,
)
from tests.support.harbour import (
    CONSENT,
    KEY,
    ONLY_ASGI,
    OTHER_KEY,
    PAGE,
    SESSION,
    Clock,
    MakeClient,
    MakeSafe,
    counting,
)

Change = Callable[[Any], object]


class Script:
    """An app that does one thing after another to the session; ``look`` remembers what is in it."""

    def __init__(self, *steps: Change) -> None:
        self.steps = list(steps)
        self.held: dict[str, Any] = {}

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        step = self.steps.pop(0)
        if step is look:
            self.held = dict(visit.session)
        else:
            step(visit.session)
        return html(PAGE)


def look(session: Any) -> None:
    """Stands for a step that only looks."""


def setting(**values: Any) -> Change:
    return lambda session: session.update(values)


# --- only when it is needed ----------------------------------------------------------------------


def test_an_app_that_does_not_use_it_sends_nothing(make_client: MakeClient) -> None:
    client = make_client()
    response = client.get("/")

    assert response.cookies == []
    assert response.header("cache-control") is None


LOOKS: dict[str, Change] = {
    "get": lambda s: s.get("user"),
    "in": lambda s: "user" in s,
    "len": lambda s: len(s),
    "iterate": lambda s: list(s),
    "pop": lambda s: s.pop("user", None),
    "clear": lambda s: s.clear(),
    "update with nothing": lambda s: s.update({}),
    "compare": lambda s: s == {},
}


@pytest.mark.parametrize("use", LOOKS.values(), ids=list(LOOKS))
def test_looking_into_an_empty_one_sends_nothing(make_client: MakeClient, use: Change) -> None:
    assert make_client(Script(use)).get("/").cookies == []


def test_it_is_not_read_until_it_is_touched(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()

    def read(*args: object) -> str:
        raise AssertionError("the session was read")

    monkeypatch.setattr("cookiesafe.session.SessionCookie.read", read)

    assert client.get("/", cookies=f"{SESSION}=anything").status == 200


def test_what_is_put_in_is_there_the_next_time(make_client: MakeClient) -> None:
    value: dict[str, Any] = {
        "text": "café ☕ 𝄞 \ud83d",
        "n": [1, 2.5, None, True, {"deep": []}],
        "": "",
    }
    app = Script(setting(a=value), look)
    client = make_client(app)
    (line,) = client.get("/").cookies
    client.get("/")

    assert app.held == {"a": value}
    assert line.startswith(f"{SESSION}=")
    assert set(line.split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}


def test_what_did_not_change_is_not_written(make_client: MakeClient) -> None:
    def use(session: Any) -> None:
        session["a"]["b"].count(1)
        list(session.items())

    def same(session: Any) -> None:
        session["a"] = {"b": [1]}

    client = make_client(Script(setting(a={"b": [1]}), look, use, same))
    client.get("/")

    for _ in range(3):
        assert client.get("/").cookies == []


CHANGES: dict[str, Change] = {
    "a list grows": lambda s: s["a"]["b"].append(2),
    "a list is emptied": lambda s: s["a"]["b"].clear(),
    "a dict grows": lambda s: s["a"].update(c=1),
    "a dict shrinks": lambda s: s.get("a").pop("b"),
    "by way of values": lambda s: list(s.values())[1]["b"].extend([3]),
    "by way of items": lambda s: dict(s.items())["a"].clear(),
    "by way of setdefault": lambda s: s.setdefault("a", {})["b"].insert(0, 0),
    "a default is filled": lambda s: s.setdefault("new", []).append(1),
    "a value is put in and filled": lambda s: s.update(new=[]) or s["new"].append(1),
    "a value is replaced": lambda s: s.__setitem__("x", 2),
    "a value of another type": lambda s: s.__setitem__("x", "1"),
    "a key is deleted": lambda s: s.__delitem__("x"),
    "a key is popped": lambda s: s.pop("a"),
    "another mapping is merged in": lambda s: s.__ior__({"new": 1}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_is_noticed_however_deep(make_client: MakeClient, change: Change) -> None:
    app = Script(setting(x=1, a={"b": [1]}), change, look)
    client = make_client(app)
    client.get("/")

    assert client.get("/").cookie_names == [SESSION]

    client.get("/")
    expected = {"x": 1, "a": {"b": [1]}}
    change(expected)
    assert app.held == expected


@pytest.mark.parametrize(
    "empty", [lambda s: s.clear(), lambda s: s.pop("a"), lambda s: s.__delitem__("a")]
)
def test_an_emptied_one_is_expired_as_it_was_set(make_client: MakeClient, empty: Change) -> None:
    app = Script(setting(a=1), empty, look)
    client = make_client(app)
    (written,) = client.get("/").cookies

    (expired,) = client.get("/").cookies

    scope = set(written.split("; ")[1:])
    assert expired.startswith(f"{SESSION}=;")
    assert set(expired.split("; ")[1:]) - scope == {
        "Max-Age=0",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    }
    assert scope <= set(expired.split("; "))
    assert client.jar == {}
    client.get("/")
    assert app.held == {}


def test_set_and_removed_in_one_visit_is_nothing(make_client: MakeClient) -> None:
    def both(session: Any) -> None:
        session["a"] = 1
        del session["a"]

    assert make_client(Script(both)).get("/").cookies == []


def test_it_needs_no_consent(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.choose("reject")
    client.get("/")

    assert client.get("/").text == "2"


def test_a_choice_leaves_the_session_alone(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")
    client.choose("accept")
    client.choose("reject")

    assert client.get("/").text == "2"


def test_a_redirect_carries_it_and_no_page_of_a_server_that_failed(make_client: MakeClient) -> None:
    for status in (303, 404, 500, 503, 204):
        fields = [] if status == 204 else [("Content-Type", "text/html")]

        def handler(
            visit: Visit,
            request: AppRequest,
            status: int = status,
            fields: list[tuple[str, str]] = fields,
        ) -> AppResponse:
            visit.session["a"] = status
            return AppResponse(status, fields)

        names = make_client(handler).get("/").cookie_names
        assert names == ([] if status >= 500 else [SESSION]), status


def test_it_leaves_after_the_apps_own_cookies(make_client: MakeClient) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session["a"] = 1
        return html(PAGE, ("Set-Cookie", "cart=7"), ("X-After", "1"))

    assert make_client(handler).get("/").cookie_names == ["cart", SESSION]


# --- what it does not take -----------------------------------------------------------------------


def failing(change: Change) -> Handler:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        change(visit.session)
        return html(PAGE)

    return handler


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"bytes", float("nan"), float("inf"), [{"a": object()}], 1j]
)
def test_a_value_that_is_no_json_raises_in_the_app(make_client: MakeClient, value: object) -> None:
    client = make_client(failing(setting(a=value)))

    with pytest.raises(NotStorable) as raised:
        client.get("/")

    assert isinstance(raised.value, TypeError)


def test_a_value_that_holds_itself_raises_in_the_app(make_client: MakeClient) -> None:
    circle: list[object] = []
    circle.append(circle)

    with pytest.raises(NotStorable):
        make_client(failing(setting(a=circle))).get("/")


def test_a_key_that_is_no_text_raises_at_once(make_client: MakeClient) -> None:
    with pytest.raises(NotStorable, match="int"):
        make_client(failing(lambda s: s.__setitem__(1, "a"))).get("/")


def test_too_much_raises_in_the_app_and_says_how_much(make_client: MakeClient) -> None:
    client = make_client(failing(setting(a="x" * 4000)))

    with pytest.raises(SessionTooLarge, match=r"54\d\d bytes as a cookie, 4008 as JSON.*4096"):
        client.get("/")


def test_what_just_fits_is_kept(make_client: MakeClient) -> None:
    for size in range(2900, 3100):
        client = make_client(Script(setting(a="x" * size), look))
        try:
            (line,) = client.get("/").cookies
        except SessionTooLarge:
            break
        name, _, value = line.partition(";")[0].partition("=")
        assert len(name) + len(value) <= 4096
    else:
        raise AssertionError("nothing was too large")
    assert size > 2950


def test_a_change_after_the_headers_have_left_raises(make_client: MakeClient) -> None:
    raised: list[TooLate] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        def body() -> Any:
            yield b"<body>"
            assert visit.session.get("a") is None
            for change in (setting(a=1), lambda s: s.clear() or s.update(b=1)):
                try:
                    change(visit.session)
                except TooLate as error:
                    raised.append(error)
            yield b"<p>x"

        return html(body())

    response = make_client(handler).get("/")

    assert len(raised) == 2
    assert isinstance(raised[0], UsageError)
    assert response.cookies == []


def test_a_change_after_the_headers_of_a_file_have_left_raises(make_client: MakeClient) -> None:
    raised: list[TooLate] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        def body() -> Any:
            yield b"a"
            try:
                visit.session["a"] = 1
            except TooLate as error:
                raised.append(error)
            yield b"b"

        return answer("text/plain", body())

    make_client(handler).get("/a.txt", {"Sec-Fetch-Dest": "empty"})

    assert len(raised) == 1


# --- keys ----------------------------------------------------------------------------------------


def moved(client: Client, make_client: MakeClient, **settings: Any) -> Client:
    other = make_client(counting, **settings)
    other.jar = client.jar
    return other


def test_a_second_instance_with_the_same_keys_reads_it(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")

    assert moved(client, make_client).get("/").text == "2"


def test_a_retired_key_still_reads_and_the_new_one_writes(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")
    rotated = moved(client, make_client, secret_key=OTHER_KEY, fallback_keys=[KEY])
    assert rotated.get("/").text == "2"

    after = moved(rotated, make_client, secret_key=OTHER_KEY)

    assert after.get("/").text == "3"


def test_a_session_that_is_only_read_is_not_signed_again(make_client: MakeClient) -> None:
    app = Script(setting(a=1), look)
    client = make_client(app)
    client.get("/")
    rotated = make_client(app, secret_key=OTHER_KEY, fallback_keys=[KEY])
    rotated.jar = client.jar

    assert rotated.get("/").cookies == []
    assert app.held == {"a": 1}


def test_after_its_key_is_gone_a_new_one_begins(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")

    response = moved(client, make_client, secret_key=OTHER_KEY).get("/")

    assert response.status == 200
    assert response.text == "1"


def test_a_consent_survives_a_rotation_too(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")
    rotated = make_client(secret_key=OTHER_KEY, fallback_keys=[KEY])
    rotated.jar = client.jar

    assert rotated.get("/").text.startswith(PAGE)


# --- what is no session --------------------------------------------------------------------------


def test_it_ends_two_weeks_after_it_was_written(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(counting)
    client.get("/")
    clock.days(13.99)
    assert client.get("/").text == "2"
    clock.days(14)

    assert client.get("/").text == "1"


def test_one_from_the_future_is_none(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(counting)
    clock.now += 31
    client.get("/")
    clock.now -= 31

    assert client.get("/").text == "1"


def test_a_consent_is_no_session_and_a_session_is_no_consent(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.choose("accept")
    client.get("/")
    swapped = f"{CONSENT}={client.jar[SESSION]}; {SESSION}={client.jar[CONSENT]}"

    response = client.get("/", cookies=swapped)

    assert response.text == "1"


def test_a_session_of_plain_http_is_none_under_https(make_client: MakeClient) -> None:
    plain = make_client(counting, base="http://localhost:8000")
    plain.get("/")
    token = plain.jar["cookiesafe-session"]
    client = make_client(counting)

    assert client.get("/", cookies=f"{SESSION}={token}").text == "1"
    assert client.get("/", cookies=f"cookiesafe-session={token}").text == "1"


def test_two_different_valid_ones_are_none(make_client: MakeClient) -> None:
    """Somebody else has tossed one of them in (RFC 6265bis, section 8.6)."""
    client = make_client(counting)
    client.get("/")
    first = client.jar[SESSION]
    client.get("/")
    second = client.jar[SESSION]

    for both in ((first, second), (second, first)):
        assert client.get("/", cookies="; ".join(f"{SESSION}={t}" for t in both)).text == "1"


def test_an_invalid_one_beside_the_valid_one_is_ignored(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")
    sent = f"{SESSION}=forged.1.x; {SESSION}={client.jar[SESSION]}; {SESSION}="

    assert client.get("/", cookies=sent).text == "2"


def test_a_copy_under_another_name_is_none(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")

    assert client.get("/", cookies=f"x{SESSION}={client.jar[SESSION]}").text == "1"


# --- as frameworks know it -----------------------------------------------------------------------


def starlette_app(safe: CookieSafe) -> ASGIClient:
    async def count(request: Request) -> PlainTextResponse:
        request.session["count"] = request.session.get("count", 0) + 1
        request.session.setdefault("seen", []).append(request.url.path)
        assert request.state.visit.session["count"] == request.session["count"]
        return PlainTextResponse(str(request.session["count"]))

    async def leave(request: Request) -> PlainTextResponse:
        request.session.clear()
        return PlainTextResponse("bye")

    return ASGIClient(
        Starlette(
            routes=[Route("/", count), Route("/leave", leave)],
            middleware=[Middleware(CookieSafeMiddleware, safe=safe)],
        )
    )


def test_starlettes_request_session_is_ours(make_safe: MakeSafe) -> None:
    client = starlette_app(make_safe())

    assert [client.get("/").text for _ in range(3)] == ["1", "2", "3"]
    client.get("/leave")
    assert client.jar == {}
    assert client.get("/").text == "1"


def test_a_session_somebody_else_provides_stays_theirs(make_safe: MakeSafe) -> None:
    theirs: dict[str, Any] = {"a": 1}
    seen: list[object] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["session"])

    middleware = CookieSafeMiddleware(app, make_safe())
    client = ASGIClient(middleware)
    scope = {**client.scope(client.prepared("/")), "session": theirs}
    asyncio.run(middleware(scope, None, None))

    assert seen == [theirs]


@ONLY_ASGI
def test_the_session_of_the_visit_is_the_session_of_the_scope(
    make_client: MakeClient,
) -> None:
    """There is no scope."""
    same: list[bool] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        ours, theirs = visit.session, request.raw["session"]
        for one, other in ((ours, theirs), (theirs, ours)):
            one["list"] = [1]
            other["list"].append(2)
            same.append(one == other and one["list"] == other["list"] == [1, 2])
            del other["list"]
            same.append("list" not in one and dict(one) == dict(other))
        theirs["seen"] = request.path
        same.append(request.raw["state"]["visit"] is visit)
        return html(PAGE)

    client = make_client(handler)
    client.get("/")
    stored = client.jar
    client.get("/again")

    assert same == [True] * 10
    assert len(stored) == 1
