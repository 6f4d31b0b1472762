"""The tools of the ASGI specification's own authors, on both sides of the middleware."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.compatibility import guarantee_single_callable, is_double_callable
from asgiref.testing import ApplicationCommunicator
from asgiref.wsgi import WsgiToAsgi

from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import ASGIClient
from tests.support.harbour import BANNER
from tests.support.torture import HELD, KEPT, PAGE, make_safe

if TYPE_CHECKING:
    from asgiref.typing import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        HTTPResponseStartEvent,
        Scope,
    )

FIELDS = [("Content-Type", "text/html"), ("Set-Cookie", HELD), ("Set-Cookie", KEPT)]
START: HTTPResponseStartEvent = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(name.lower().encode(), value.encode()) for name, value in FIELDS],
    "trailers": False,
}


async def typed(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": PAGE, "more_body": False})


def double(scope: Any) -> Callable[[Any, Any], Any]:
    """As in ASGI 2."""

    async def instance(receive: Any, send: Any) -> None:
        await typed(scope, receive, send)

    return instance


def wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", FIELDS)
    return [PAGE]


single: Callable[[Any], ASGI3Application] = guarantee_single_callable
is_double: Callable[[Any], bool] = is_double_callable
communicator_of: Callable[[Any, Any], Any] = ApplicationCommunicator
around_wsgi: Callable[[Any], Any] = WsgiToAsgi

THEIRS: ASGI3Application = typed
OURS: ASGI3Application = CookieSafeMiddleware(THEIRS, make_safe())
APPS: dict[str, Any] = {
    "typed": OURS,
    "a single callable already": single(OURS),
    "around a double callable": CookieSafeMiddleware(single(double), make_safe()),
    "around WSGI": CookieSafeMiddleware(around_wsgi(wsgi), make_safe()),
    "WSGI with us": around_wsgi(WSGIMiddleware(wsgi, make_safe())),
}


@pytest.mark.parametrize("name", APPS)
def test_their_tools_get_a_page_that_is_gated(name: str) -> None:
    client = ASGIClient(APPS[name])
    scope = client.scope(client.prepared("/", headers={"accept-encoding": None}))

    async def talk() -> tuple[dict[str, Any], bytes]:
        communicator = communicator_of(APPS[name], scope)
        await communicator.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await communicator.receive_output(5)
        body, more = b"", True
        while more:
            message = await communicator.receive_output(5)
            body += message.get("body", b"")
            more = message.get("more_body", False)
        assert await communicator.receive_nothing()
        await communicator.wait(5)
        return start, body

    start, body = asyncio.run(talk())

    assert [value for name, value in start["headers"] if name == b"set-cookie"] == [KEPT.encode()]
    assert body.count(BANNER.encode()) == 1
    assert b" rel=preconnect" not in body


def test_the_middleware_is_one_callable() -> None:
    assert not is_double(OURS)
    assert single(OURS) is OURS


def test_an_error_of_the_apps_comes_out_of_their_tools() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("the app's")

    client = ASGIClient(CookieSafeMiddleware(app, make_safe()))
    scope = client.scope(client.prepared("/"))

    async def talk() -> None:
        await communicator_of(client.app, scope).wait(5)

    with pytest.raises(LookupError, match="the app's"):
        asyncio.run(talk())
