"""``current_visit()``: the right one wherever the app is at work, and none elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import Any

import pytest

from cookiesafe import UsageError, Visit, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import AppRequest, AppResponse, ASGIClient, WSGIClient, answer, html
from tests.support.harbour import PAGE, MakeClient, MakeSafe


def is_gone() -> bool:
    try:
        current_visit()
    except UsageError:
        return True
    return False


def test_outside_of_a_request_there_is_none() -> None:
    with pytest.raises(UsageError, match="no visit here"):
        current_visit()


@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_it_is_the_visit_the_app_is_given(make_client: MakeClient, content_type: str) -> None:
    same: list[bool] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        same.append(current_visit() is visit)
        return answer(content_type, b"{}")

    make_client(handler).get("/")

    assert same == [True]
    assert is_gone()


@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_it_is_there_while_the_body_streams(make_client: MakeClient, content_type: str) -> None:
    same: list[bool] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        def body() -> Iterator[bytes]:
            try:
                for chunk in (b"<body>", b"<p>x", b"<p>y"):
                    same.append(current_visit() is visit)
                    yield chunk
            finally:
                same.append(current_visit() is visit)

        return answer(content_type, body())

    make_client(handler).get("/")

    assert same == [True] * 4
    assert is_gone()


def test_it_is_gone_after_our_own_pages(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/cookiesafe/choices")
    client.choose("accept")

    assert is_gone()


def test_the_visits_of_two_requests_are_two(make_client: MakeClient) -> None:
    visits: list[Visit] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visits.append(current_visit())
        return html(PAGE)

    client = make_client(handler)
    client.get("/")
    client.get("/")

    assert visits[0] is not visits[1]


# --- ASGI ----------------------------------------------------------------------------------------


def test_requests_that_take_turns_have_each_their_own(make_safe: MakeSafe) -> None:
    right: list[tuple[str, bool]] = []

    async def run() -> None:
        turn = asyncio.Barrier(3)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            def look() -> None:
                right.append((scope["path"], current_visit() is scope["cookiesafe"]))

            look()
            await turn.wait()
            look()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await turn.wait()
            look()
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await turn.wait()
            look()
            await send({"type": "http.response.body"})

        client = ASGIClient(ASGIMiddleware(app, make_safe()))
        await asyncio.gather(*(client.exchange(client.prepared(f"/{n}")) for n in range(3)))

    asyncio.run(run())

    assert len(right) == 12
    assert all(each for _, each in right)


def test_it_is_gone_after_a_request_in_the_same_task(make_safe: MakeSafe) -> None:
    gone: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/raises":
            raise ValueError
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def run() -> None:
        client = ASGIClient(ASGIMiddleware(app, make_safe()))
        await client.exchange(client.prepared("/"))
        gone.append(is_gone())
        with pytest.raises(ValueError):  # noqa: PT011
            await client.exchange(client.prepared("/raises"))
        gone.append(is_gone())

    asyncio.run(run())

    assert gone == [True, True]


def test_a_request_inside_another_leaves_the_outer_visit(make_safe: MakeSafe) -> None:
    """A page that asks a part of itself, as test clients and composed apps do."""
    safe = make_safe()
    right: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/outer":
            await inner.exchange(inner.prepared("/inner"))
        right.append(current_visit() is scope["cookiesafe"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    inner = ASGIClient(ASGIMiddleware(app, safe))
    inner.get("/outer")

    assert right == [True, True]


def test_a_task_that_outlives_the_request_keeps_its_visit(make_safe: MakeSafe) -> None:
    right: list[bool] = []

    async def run() -> None:
        answered = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []

        async def later(visit: Visit) -> None:
            await answered.wait()
            right.append(current_visit() is visit)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            tasks.append(asyncio.create_task(later(scope["cookiesafe"])))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        client = ASGIClient(ASGIMiddleware(app, make_safe()))
        await client.exchange(client.prepared("/"))
        answered.set()
        await tasks[0]

    asyncio.run(run())

    assert right == [True]


# --- WSGI ----------------------------------------------------------------------------------------


def streaming(right: list[bool], closed: list[bool]) -> Any:
    """An app whose body looks at each step, and when it is closed."""

    class Body:
        def __init__(self, visit: Visit) -> None:
            self.visit = visit
            self.left = 3

        def __iter__(self) -> Body:
            return self

        def __next__(self) -> bytes:
            right.append(current_visit() is self.visit)
            self.left -= 1
            if self.left < 0:
                raise StopIteration
            return b"<p>x"

        def close(self) -> None:
            closed.append(current_visit() is self.visit)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return Body(environ["cookiesafe.visit"])

    return app


def test_bodies_that_are_read_by_turns_have_each_their_own(make_safe: MakeSafe) -> None:
    right: list[bool] = []
    closed: list[bool] = []
    app = WSGIMiddleware(streaming(right, closed), make_safe())
    client = WSGIClient(app)

    bodies = [
        app(client.environ(client.prepared("/")), lambda *args: lambda data: None) for _ in range(2)
    ]
    turns = [iter(body) for body in bodies]
    for _ in range(3):
        for turn in turns:
            assert next(turn)
            assert is_gone()
    for body in bodies:
        body.close()  # type: ignore[attr-defined]

    assert right == [True] * 6
    assert closed == [True] * 2
    assert is_gone()


def test_a_body_that_is_read_in_another_thread_has_its_own(make_safe: MakeSafe) -> None:
    right: list[bool] = []
    app = WSGIMiddleware(streaming(right, []), make_safe())
    client = WSGIClient(app)

    body = app(client.environ(client.prepared("/")), lambda *args: lambda data: None)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(list, body).result(5)

    assert right == [True] * 4
    assert is_gone()


def test_threads_have_each_their_own(make_safe: MakeSafe) -> None:
    right: list[bool] = []
    together = Barrier(4, timeout=5)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        together.wait()
        right.append(current_visit() is environ["cookiesafe.visit"])
        start_response("200 OK", [("Content-Type", "text/html")])
        together.wait()
        yield b"<p>x"
        together.wait()
        right.append(current_visit() is environ["cookiesafe.visit"])

    middleware = WSGIMiddleware(app, make_safe())
    with ThreadPoolExecutor(4) as threads:
        results = [threads.submit(WSGIClient(middleware).get, "/") for _ in range(4)]
        assert [result.result(5).status for result in results] == [200] * 4

    assert right == [True] * 8


def test_a_wsgi_request_inside_another_leaves_the_outer_visit(make_safe: MakeSafe) -> None:
    right: list[bool] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/outer":
            client.get("/inner")
            client.get("/cookiesafe/choices")
        right.append(current_visit() is environ["cookiesafe.visit"])
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x"]

    client = WSGIClient(WSGIMiddleware(app, make_safe()))
    client.get("/outer")

    assert right == [True, True]


def test_nothing_of_it_is_left_in_the_servers_context(make_client: MakeClient) -> None:
    context = copy_context()
    before = dict(context.items())

    context.run(make_client().get, "/")

    left = {v: value for v, value in context.items() if v not in before and value is not None}
    assert not [variable.name for variable in left if variable.name.startswith("cookiesafe")]
