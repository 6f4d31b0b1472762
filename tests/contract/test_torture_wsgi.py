"""Apps that break the rules of WSGI: with CookieSafe they do no more harm than without, and nothing is left of them."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from contextlib import closing
from contextvars import Context
from functools import partial
from itertools import product
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.validate import validator

import pytest

from cookiesafe import CookieSafe
from cookiesafe.adapters.stores.sql import SQLStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.edges import WSGIClient
from tests.support.misbehaving_wsgi import (
    CASES,
    CLOSED,
    ERROR,
    App,
    Case,
    Environ,
    Start,
    same_as_before,
)
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
    without_ours,
)

LEGAL = (
    "starts: at the first chunk",
    "starts: anew",
    "starts: with an error",
    "headers: upper-case names",
    "headers: hundreds",
    "headers: a list that all requests share",
    "body: an iterator",
    "body: an iterator that is no generator",
    "body: a tuple",
    "body: nothing, many times",
    "body: a byte at a time",
    "body: closed once",
    "body: a wrapped file",
    "app: writes and returns",
    "app: writes and yields",
    "app: deletes the visit",
)
STATUS = re.compile(r"[1-5][0-9]{2}( [^\r\n]*)?")


class TrackedEnviron(dict[str, Any]):
    """One that can be watched."""


class Server:
    """One request's. If it ``minds``, it refuses what servers refuse; if not, it passes on whatever it is given."""

    def __init__(self, case: Case, outcome: Outcome, *, minds: bool) -> None:
        self.case, self.outcome, self.minds = case, outcome, minds
        self.started: Left | None = None
        self.begun = False
        self.wrote = 0
        self.owed: int | None = None

    def start_response(self, status: Any, headers: Any, exc_info: Any = None) -> Any:
        if exc_info:
            if self.begun:
                raise exc_info[1]
        elif self.started is not None and (self.minds or self.begun):
            raise AssertionError("a second start")
        fields = [(name, value) for name, value in headers]
        if self.minds:
            if not isinstance(status, str):
                raise TypeError(status)
            if not STATUS.fullmatch(status):
                raise ValueError(status)
            for name, value in fields:
                self._check(name, value)
        self.started = Left("start", status, fields)
        return self.write

    def _check(self, name: Any, value: Any) -> None:
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(name)
        f"{name}{value}".encode("latin-1")
        if not re.fullmatch(r"[\w-]+", name) or set("\r\n") & set(value):
            raise ValueError(name)
        if name.lower() == "content-length":
            self.owed = int(value)

    def write(self, data: Any) -> None:
        if self.case.goes_after is not None and self.wrote >= self.case.goes_after:
            raise ConnectionResetError
        self.wrote += 1
        chunk = b"".join([data])
        if self.minds and not isinstance(data, bytes):
            raise TypeError(data)
        if self.started is None:
            raise AssertionError("a body before the start")
        if not chunk:
            return
        self._begin()
        if self.owed is not None:
            self.owed -= len(chunk)
            if self.owed < 0:
                raise ValueError("longer than was said")
        self.outcome.say(Left("body", body=chunk))

    def _begin(self) -> None:
        if not self.begun and self.started is not None:
            self.outcome.say(self.started)
        self.begun = True

    def serve(self, app: App, environ: Environ) -> None:
        try:
            body = app(environ, self.start_response)
            try:
                self._send(body)
                if self.started is None:
                    raise AssertionError("no start")
                self._begin()
                if self.owed:
                    raise ValueError("shorter than was said")
            finally:
                if hasattr(body, "close"):
                    body.close()
        except BaseException as error:  # noqa: BLE001
            self.outcome.error = error

    def _send(self, body: Any) -> None:
        if self.case.stops_after == 0:
            return
        for at, chunk in enumerate(body, 1):
            self.write(chunk)
            if at == self.case.stops_after:
                break


def run(
    case: Case,
    visitor: Visitor,
    around: Callable[[App], App],
    watched: list[weakref.ref[Any]],
    *,
    minds: bool,
) -> Outcome:
    """The case for this visitor."""
    outcome = Outcome(raised=case.error())

    def app(environ: Environ, start_response: Start) -> Any:
        if "cookiesafe.visit" in environ:
            watch(watched, environ["cookiesafe.visit"])
        sign_in(visitor)
        environ[ERROR], environ[CLOSED] = outcome.raised, closings
        return case.app(environ, _told(outcome, start_response))

    closings: list[bool] = []
    client = WSGIClient(app)
    environ = TrackedEnviron(client.environ(sent_by(visitor, client)))
    for key in case.without:
        environ.pop(key, None)
    server = Server(case, outcome, minds=minds)
    watch(watched, environ, server)
    whole = around(app)
    if case.elsewhere:
        _serve_in_two(server, whole, environ)
    else:
        server.serve(whole, environ)
    outcome.closed = len(closings)
    # Its traceback holds the environ.
    environ.pop(ERROR, None)
    return outcome


def _serve_in_two(server: Server, app: App, environ: Environ) -> None:
    """The app is asked here, and its body gone through in another thread."""
    body = app(environ, server.start_response)
    thread = Thread(target=Context().run, args=(server.serve, lambda e, s: body, environ))
    thread.start()
    thread.join()


def _told(outcome: Outcome, start_response: Start) -> Start:
    """What comes of a call is told to the outcome."""

    def told(*arguments: Any, **named: Any) -> Any:
        name = f"start {arguments[0]!r}"
        try:
            write = start_response(*arguments, **named)
        except BaseException as error:
            outcome.calls.append(f"{name}: {type(error).__name__}")
            raise
        outcome.calls.append(name)
        return write

    return told


@pytest.mark.parametrize("name", CASES)
def test_an_app_that_breaks_the_rules_fares_as_without_us(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
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
    assert same_as_before()


def _compare(
    case: Case, visitor: Visitor, watched: list[weakref.ref[Any]], *, minds: bool
) -> dict[str, Any]:
    bare = run(case, visitor, lambda app: app, [], minds=minds)
    ours = run(case, visitor, behind(one_safe()), watched, minds=minds)
    try:
        assert let_through(ours, visitor) == []
        return differences(bare, ours, visitor)
    finally:
        # Their tracebacks hold what is to be gone.
        for outcome in (bare, ours):
            outcome.error = outcome.raised = None


def behind(safe: CookieSafe) -> Callable[[App], Any]:
    return partial(CookieSafeMiddleware, safe=safe)


@pytest.mark.parametrize("who", VISITORS)
@pytest.mark.parametrize("name", LEGAL)
def test_what_is_odd_but_right_is_so_for_the_validator_too(name: str, who: str) -> None:
    case, visitor = CASES[name], VISITORS[who]

    def app(environ: Environ, start_response: Start) -> Any:
        sign_in(visitor)
        environ[ERROR], environ[CLOSED] = case.error(), closings
        return case.app(environ, start_response)

    closings: list[bool] = []
    around = behind(make_safe())
    client = WSGIClient(around(validator(app)))
    response = client._send(sent_by(visitor, client))

    assert without_ours(response.body, PAGE, visitor)
    assert closings in ([], [True])


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("raises: an error")])
def test_what_an_app_raises_leaves_nothing_to_the_garbage_collector(name: str) -> None:
    """An error's traceback ends with the error."""
    case, visitor, safe = CASES[name], VISITORS["undecided, a page"], one_safe()
    watched: list[weakref.ref[Any]] = []
    with nothing_left(watched, at_once=True):
        outcome = run(case, visitor, behind(safe), watched, minds=True)
        outcome.error = outcome.raised = None


def test_no_connection_of_the_store_stays_in_use(tmp_path: Path) -> None:
    """It has one, so that whoever kept it would leave none for the next."""
    with closing(SQLStore(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        for case in CASES.values():
            run(case, VISITORS["signing in"], behind(make_safe(store=store)), [], minds=True)

            assert list(store.records()) == []
