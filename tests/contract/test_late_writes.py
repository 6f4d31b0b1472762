"""A session in the store can be changed for as long as the response lasts: it is kept when that has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cookiesafe import NotStorable, SessionTerms, TooLate, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from tests.support.edges import AppRequest, AppResponse, ASGIClient, Client, answer, asgi_app
from tests.support.harbour import MakeClient, MakeSafe
from tests.support.portal import DownStore, Portal, sent

STORE = SessionTerms(kept="store")
Change = Callable[[Any], object]


class Streams(Portal):
    """``/stream`` does ``early`` before its headers leave, and ``late`` in the middle of its body."""

    def __init__(self, late: Change, early: Change = len, status: int = 200) -> None:
        super().__init__()
        self.late, self.early, self.status = late, early, status
        self.others: Callable[[], object] = lambda: None
        self.raised: list[Exception] = []

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        if request.path != "/stream":
            return super().__call__(visit, request)
        self.early(visit.session)
        kind = "text/html" if request.query == "page" else "text/plain"
        return answer(kind, self._body(visit), status=self.status)

    def _body(self, visit: Visit) -> Iterator[bytes]:
        yield b"<p>a"
        self.meanwhile = self.others
        self.wait()
        try:
            self.late(visit.session)
        except TooLate as error:
            self.raised.append(error)
        yield b"b"


def put(**values: Any) -> Change:
    return lambda session: session.update(values)


def store_of(client: Client) -> Any:
    assert client.safe is not None
    return client.safe.store


def holds(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/me").json()["holds"]
    return told


@pytest.mark.parametrize("kind", ["page", "text"])
@pytest.mark.parametrize("terms", [STORE, SessionTerms(overflow="store")])
def test_what_is_changed_late_is_kept(
    make_client: MakeClient, kind: str, terms: SessionTerms
) -> None:
    large = "x" * (1 if terms is STORE else 5000)
    client = make_client(Streams(put(b=2)), session=terms)
    client.get("/put?a=" + large)

    response = client.get(f"/stream?{kind}")

    assert response.cookies == []
    assert holds(client) == {"a": large, "b": 2}


@pytest.mark.parametrize(
    ("early", "late", "result"),
    [
        (put(b=2), put(c=3), {"a": [0], "b": 2, "c": 3}),
        (put(b=2), put(b=3), {"a": [0], "b": 3}),
        (put(b=2), lambda session: session.pop("a"), {"b": 2}),
        (put(b=2), lambda session: session.clear(), {}),
        (put(b=2), lambda session: session["a"].append(1), {"a": [0, 1], "b": 2}),
        (put(b=2), len, {"a": [0], "b": 2}),
        (len, len, {"a": [0]}),
    ],
)
def test_early_and_late_changes_come_together(
    make_client: MakeClient, early: Change, late: Change, result: dict[str, Any]
) -> None:
    first = make_client(Streams(len, lambda session: session.update(a=[0])), session=STORE)
    first.get("/stream")
    client = make_client(Streams(late, early), session=STORE, store=store_of(first))
    client.jar = first.jar
    client.get("/stream")

    assert holds(client) == result


def test_a_session_that_began_with_the_response_can_be_changed_late(
    make_client: MakeClient,
) -> None:
    client = make_client(Streams(put(b=2), put(a=1)), session=STORE)
    client.get("/stream")

    assert holds(client) == {"a": 1, "b": 2}


def test_what_is_not_changed_late_is_not_written_again(make_client: MakeClient) -> None:
    client = make_client(Streams(lambda session: session["a"], put(a=[1])), session=STORE)
    client.get("/stream")
    client.get("/stream")
    (kept,) = store_of(client)._sessions.values()

    assert kept.version == 1


def test_what_others_have_changed_meanwhile_stays(make_client: MakeClient) -> None:
    app = Streams(put(late=1), put(early=1))
    client = make_client(app, session=STORE)
    client.get("/put?a=1")
    app.others = lambda: client.get("/put?theirs=1&a=2")
    client.get("/stream")

    assert holds(client) == {"a": "2", "early": 1, "late": 1, "theirs": "1"}


@pytest.mark.parametrize("ended", ["/out", "/in?user=ben", "/everywhere"])
def test_a_session_that_was_ended_meanwhile_is_not_brought_back(
    make_client: MakeClient, ended: str
) -> None:
    app = Streams(put(late=1))
    client = make_client(app, session=STORE)
    client.post("/in?user=ann")
    before = sent(client)
    app.others = lambda: client.post(ended)
    client.another().get("/stream", cookies=before)

    told = client.another().get("/me", cookies=before).json()
    assert (told["user"], told["holds"]) == (None, {})
    assert "late" not in holds(client)


@pytest.mark.parametrize(
    ("path", "early", "status"),
    [
        ("/me", len, 200),
        ("/put?a=1", put(b=1), 500),
        ("/put?a=1", lambda session: session.clear(), 200),
    ],
    ids=["there is none", "the page has failed", "it was emptied"],
)
def test_where_nothing_can_be_kept_it_is_too_late(
    make_client: MakeClient, path: str, early: Change, status: int
) -> None:
    app = Streams(put(late=1), early, status)
    client = make_client(app, session=STORE)
    client.get(path)
    client.get("/stream")

    assert len(app.raised) == 1
    assert "late" not in holds(client)


def test_with_the_store_down_it_is_too_late_or_lost_and_that_is_logged(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    app, store = Streams(put(late=1)), DownStore()
    client = make_client(app, session=STORE, store=store)
    client.get("/put?a=1")

    def fail() -> None:
        store.down = True

    app.others = fail
    assert client.get("/stream").status == 200
    assert client.get("/stream").status == 200
    store.down = False

    assert len(app.raised) == 1
    assert holds(client) == {"a": "1"}
    assert "a session was not kept" in caplog.text


def test_what_json_does_not_hold_raises_in_the_app_though_late(make_client: MakeClient) -> None:
    client = make_client(Streams(put(a=object())), session=STORE)
    client.get("/put?b=1")

    with pytest.raises(NotStorable):
        client.get("/stream")

    assert holds(client) == {"b": "1"}


# --- websockets ----------------------------------------------------------------------------------


async def talking(scope: Any, receive: Any, send: Any) -> None:
    """A WebSocket that counts its messages in the session."""
    await receive()
    await send({"type": "websocket.accept", "headers": []})
    session = scope["session"]
    session["messages"] = session.get("messages", 0) + 1
    await receive()


def page(visit: Visit, request: AppRequest) -> AppResponse:
    visit.session.setdefault("a", 1)
    return answer("text/plain", str(visit.session.get("messages")))


async def app(scope: Any, receive: Any, send: Any) -> None:
    await (talking if scope["type"] == "websocket" else asgi_app(page))(scope, receive, send)


def test_a_websocket_changes_a_session_in_the_store(make_safe: MakeSafe) -> None:
    client = ASGIClient(CookieSafeMiddleware(app, make_safe(session=STORE)))
    client.get("/")
    client.connect("/live")
    client.connect("/live")

    assert client.get("/").text == "2"


@pytest.mark.parametrize("terms", [STORE, SessionTerms()])
def test_a_websocket_changes_no_session_that_its_browser_does_not_get(
    make_safe: MakeSafe, terms: SessionTerms
) -> None:
    client = ASGIClient(CookieSafeMiddleware(app, make_safe(session=terms)))
    if terms is not STORE:
        client.get("/")

    with pytest.raises(TooLate):
        client.connect("/live")


def test_what_an_app_that_raises_has_changed_late_is_not_kept(make_safe: MakeSafe) -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        scope["session"]["messages"] = 1
        raise RuntimeError("a fault of the app")

    safe = make_safe(session=STORE)
    client = ASGIClient(CookieSafeMiddleware(app, safe))
    client.get("/")
    broken = ASGIClient(CookieSafeMiddleware(failing, safe))
    broken.jar = client.jar
    with pytest.raises(RuntimeError):
        broken.get("/")

    assert client.get("/").text == "None"
