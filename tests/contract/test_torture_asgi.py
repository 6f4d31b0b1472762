"""Apps that break the rules of ASGI: with CookieSafe they do no more harm than without, and nothing is left of them."""

from __future__ import annotations

import asyncio
import copy
import weakref
from collections.abc import Callable, Generator
from contextlib import closing
from contextvars import copy_context
from functools import partial
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import CookieSafe, UsageError, Visit, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.adapters.stores.sql import SQLStore
from tests.support.edges import ASGIApp, ASGIClient, Message, Receive, Scope, Send
from tests.support.misbehaving_asgi import CASES, SHARED_BODY, SHARED_START, START, Case
from tests.support.torture import (  # noqa: F401
    PAGE,
    VISITORS,
    Left,
    Outcome,
    Visitor,
    differences,
    frozen_fixture,
    let_through,
    make_safe,
    nothing_left,
    one_safe,
    sent_by,
    sign_in,
    watch,
)

STARTS = (START, "websocket.accept", "websocket.http.response.start")
BODIES = ("http.response.body", "websocket.http.response.body")
LAST = ("websocket.close",)


class TrackedScope(dict[str, Any]):
    """One that can be watched."""


class Server:
    """One request's. If it ``minds``, it refuses what servers refuse; if not, it passes on whatever it is given."""

    def __init__(self, case: Case, outcome: Outcome, *, minds: bool) -> None:
        self.case, self.outcome, self.minds = case, outcome, minds
        self.cancel: Callable[[], object] = lambda: None
        self.said = self.received = 0
        self.begun = self.done = False
        self.owed: int | None = None

    async def receive(self) -> Message:
        self.received += 1
        if self.case.kind == "http":
            kind = "http.request" if self.received == 1 else "http.disconnect"
            return {"type": kind, "body": b"", "more_body": False}
        return {"type": f"{self.case.kind}.connect"}

    async def send(self, message: Message) -> None:
        if self.case.slow:
            await asyncio.sleep(0)
        self.said += 1
        if self.case.goes_after is not None and self.said > self.case.goes_after:
            raise ConnectionResetError
        if message["type"] in STARTS:
            self._start(message)
        elif message["type"] in BODIES:
            self._body(message)
        else:
            self.outcome.say(Left("message", more={**message}))
            self.done |= message["type"] in LAST
        if self.said == self.case.cancelled:
            self.cancel()

    def _start(self, message: Message) -> None:
        fields = [(name, value) for name, value in message.get("headers", ())]
        kind = message["type"]
        status = message["status"] if kind != "websocket.accept" else 101
        if self.minds:
            if self.begun or self.done:
                raise RuntimeError(kind)
            if kind != "websocket.accept":
                HTTPStatus(status)
            for name, value in fields:
                joined = b"".join((name, value))
                if b"\r" in joined or not name:
                    raise RuntimeError("an invalid field")
                if bytes(name).lower() == b"content-length":
                    self.owed = int(bytes(value))
        self.begun = True
        more = {k: v for k, v in message.items() if k not in ("status", "headers")}
        self.outcome.say(Left("start", status, fields, more=more))

    def _body(self, message: Message) -> None:
        body = b"".join([message.get("body", b"")])
        last = not message.get("more_body", False)
        if self.minds:
            if not self.begun or self.done:
                raise RuntimeError(message["type"])
            if self.owed is not None:
                self.owed -= len(body)
                if self.owed < 0 or (last and self.owed):
                    raise RuntimeError("a length that is not the body's")
        self.done = self.done or last
        self.outcome.say(Left("body", body=body, more=last))


async def run(
    case: Case,
    visitor: Visitor,
    around: Callable[[ASGIApp], ASGIApp],
    watched: list[weakref.ref[Any]],
    *,
    minds: bool,
) -> Outcome:
    """The case for this visitor."""
    outcome = Outcome()
    server = Server(case, outcome, minds=minds)
    tasks: list[asyncio.Task[None]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(scope.get("cookiesafe"), Visit):
            watch(watched, scope["cookiesafe"])
        sign_in(visitor)
        scope["tasks"], scope["cancel"] = tasks, server.cancel
        try:
            return await case.app(scope, _told(outcome, receive), _told(outcome, send))
        except BaseException as error:
            outcome.raised = error
            raise

    client = ASGIClient(app)
    scope = TrackedScope(client.scope(sent_by(visitor, client), case.kind))
    if case.kind == "lifespan":
        scope = TrackedScope({"type": "lifespan", "state": {}})
    watch(watched, scope, server)
    own = asyncio.current_task()
    assert own is not None
    server.cancel = own.cancel
    try:
        returned = await around(app)(scope, server.receive, server.send)  # type: ignore[func-returns-value]
    except BaseException as error:  # noqa: BLE001
        outcome.error = error
    else:
        outcome.calls.append(f"returned {returned}")
    own.uncancel()
    with pytest.raises(UsageError):
        current_visit()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
    outcome.tasks = len(asyncio.all_tasks()) - 1
    return outcome


def _told(outcome: Outcome, call: Callable[..., Any]) -> Callable[..., Any]:
    """What comes of a call is told to the outcome."""

    def told(*arguments: Any) -> Any:
        name = [each.get("type") for each in arguments if isinstance(each, dict)]
        try:
            awaitable = call(*arguments)
        except BaseException as error:
            outcome.calls.append(f"{name}: {type(error).__name__}")
            raise

        async def wait() -> Any:
            try:
                result = await awaitable
            except BaseException as error:
                outcome.calls.append(f"{name}: {type(error).__name__}")
                raise
            outcome.calls.append(f"{name}: {result}")
            return result

        return wait()

    return told


@pytest.mark.parametrize("name", CASES)
def test_an_app_that_breaks_the_rules_fares_as_without_us(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    shared = copy.deepcopy([SHARED_START, SHARED_BODY])
    watched: list[weakref.ref[Any]] = []
    case, differing = CASES[name], set[str]()
    with nothing_left(watched):
        for who, minds in product(VISITORS, (True, False)):
            found = _compare(case, VISITORS[who], watched, minds=minds)
            differing |= found.keys() & case.but
            unlike = {what: pair for what, pair in found.items() if what not in case.but}
            assert not unlike, f"{who}, {'a strict' if minds else 'a lax'} server"
            assert "CS900" not in caplog.text
    assert bool(differing) == bool(case.differs)
    assert shared == [SHARED_START, SHARED_BODY]


def _compare(
    case: Case, visitor: Visitor, watched: list[weakref.ref[Any]], *, minds: bool
) -> dict[str, Any]:
    bare = asyncio.run(run(case, visitor, lambda app: app, [], minds=minds))
    ours = asyncio.run(run(case, visitor, behind(one_safe()), watched, minds=minds))
    try:
        if case.kind != "lifespan":
            assert let_through(ours, visitor) == []
        return differences(bare, ours, visitor)
    finally:
        # Their tracebacks hold what is to be gone.
        for outcome in (bare, ours):
            outcome.error = outcome.raised = None


def behind(safe: CookieSafe) -> Callable[[ASGIApp], ASGIApp]:
    return partial(CookieSafeMiddleware, safe=safe)


class Never:
    """What never comes."""

    def __await__(self) -> Generator[None, None, None]:
        while True:
            yield


async def nobody(message: Any = None) -> Any:
    raise AssertionError("nobody is asked")


def test_an_app_that_is_ended_from_elsewhere_just_ends() -> None:
    """As by a loop that is closed with tasks in it: no visit was entered there."""
    ended = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await Never()
        finally:
            ended.append(True)

    client = ASGIClient(app)
    scope = client.scope(client.prepared("/"))
    running: Any = CookieSafeMiddleware(app, make_safe())(scope, nobody, nobody)
    copy_context().run(running.send, None)

    running.close()

    assert ended == [True]
    assert scope["cookiesafe"].scope is None


@pytest.mark.parametrize("who", VISITORS)
def test_a_start_that_is_not_awaited_holds_up_nothing(who: str) -> None:
    outcomes: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        sign_in(VISITORS[who])
        start: Any = send({"type": START, "status": 200, "headers": []})
        try:
            await send({"type": "http.response.body", "body": PAGE})
        except RuntimeError as error:
            outcomes.append(str(error))
        start.close()

    client = ASGIClient(CookieSafeMiddleware(app, make_safe()))
    server = Server(Case(app), Outcome(), minds=True)
    scope = client.scope(sent_by(VISITORS[who], client))
    asyncio.run(asyncio.wait_for(client.app(scope, server.receive, server.send), 5))

    assert outcomes == ["http.response.body"]


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("raises: an error")])
def test_what_an_app_raises_leaves_nothing_to_the_garbage_collector(name: str) -> None:
    """An error's traceback ends with the error."""
    case, visitor, safe = CASES[name], VISITORS["undecided, a page"], one_safe()
    watched: list[weakref.ref[Any]] = []
    with nothing_left(watched, at_once=True):
        outcome = asyncio.run(run(case, visitor, behind(safe), watched, minds=True))
        outcome.error = outcome.raised = None


def test_no_connection_of_the_store_stays_in_use(tmp_path: Path) -> None:
    """It has one, so that whoever kept it would leave none for the next."""
    with closing(SQLStore(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        safe = make_safe(store=store)
        for case in CASES.values():
            asyncio.run(run(case, VISITORS["signing in"], behind(safe), [], minds=True))

            assert list(store.records()) == []
