"""Apps that break the rules of ASGI, each in one way of its own, or use what few do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tests.support.edges import ASGIApp, Receive, Scope, Send
from tests.support.torture import HELD, KEPT, PAGE, TheApps

Said = Any
START, BODY = "http.response.start", "http.response.body"
TYPE = (b"content-type", b"text/html; charset=utf-8")
FIELDS = [TYPE, (b"set-cookie", HELD.encode()), (b"x-app", b"1"), (b"set-cookie", KEPT.encode())]
HALF, REST = PAGE[:21], PAGE[21:]
MOST, LAST = PAGE[:-17], PAGE[-17:]


@dataclass(frozen=True)
class Case:
    """``goes_after`` is how many messages a client stays for, ``cancelled`` after how many the server gives up.

    ``differs`` says why the outcome is another with us, on purpose, and ``but`` what of it.
    """

    app: ASGIApp
    kind: str = "http"
    goes_after: int | None = None
    cancelled: int | None = None
    slow: bool = False
    differs: str = ""
    but: frozenset[str] = frozenset()


def start(status: Any = 200, headers: Any = FIELDS, **more: Any) -> Said:
    return {"type": START, "status": status, "headers": headers, **more}


def body(content: Any = PAGE, **more: Any) -> Said:
    return {"type": BODY, "body": content, **more}


def without(message: Said, key: str) -> Said:
    return {name: value for name, value in message.items() if name != key}


def saying(*messages: Said) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


def minding_nothing(*messages: Said) -> ASGIApp:
    """Goes on whatever comes of what it says."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            with suppress(Exception):
                await send(message)

    return app


def fields(*added: Any, plain: bool = False) -> Said:
    """A whole response with these fields."""
    headers = [*([] if plain else FIELDS), *added]
    return saying(start(headers=headers), body())


def raising(error: Callable[[], BaseException], *messages: Said) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        raise error()

    return app


class Mapped(Mapping[str, Any]):
    """A message that is no ``dict``."""

    def __init__(self, message: Said) -> None:
        self._message = message

    def __getitem__(self, key: str) -> Any:
        return self._message[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._message)

    def __len__(self) -> int:
        return len(self._message)


# --- more than to say something ------------------------------------------------------------------


async def headers_from_a_generator(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start(headers=(each for each in FIELDS)))
    await send(body())


async def says_after_its_return(scope: Scope, receive: Receive, send: Send) -> None:
    async def later() -> None:
        with suppress(Exception):
            await send(body(b"<p>late"))

    await send(start())
    await send(body())
    scope["tasks"].append(asyncio.create_task(later()))


async def answers_after_its_return(scope: Scope, receive: Receive, send: Send) -> None:
    async def later() -> None:
        for message in (start(), body()):
            with suppress(Exception):
                await send(message)

    scope["tasks"].append(asyncio.create_task(later()))


async def says_all_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.gather(send(start()), send(body(HALF, more_body=True)), send(body(REST)))


async def says_all_in_tasks(scope: Scope, receive: Receive, send: Send) -> None:
    messages = (start(), body(HALF, more_body=True), body(REST))
    await asyncio.gather(*(asyncio.create_task(send(message)) for message in messages))  # type: ignore[arg-type]


async def starts_twice_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.gather(send(start()), send(start(500)), return_exceptions=True)
    await send(body())


async def streams_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    parts = [PAGE[at : at + 7] for at in range(0, len(PAGE), 7)]
    await asyncio.gather(*(send(body(part, more_body=True)) for part in parts))
    await send(body(b""))


async def receives_after_the_client_left(scope: Scope, receive: Receive, send: Send) -> None:
    for _ in range(4):
        await receive()
    await send(start())
    await send(body())


async def waits_for_ever(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    await send(body(HALF, more_body=True))
    await asyncio.Event().wait()


async def waits_before_it_starts(scope: Scope, receive: Receive, send: Send) -> None:
    scope["cancel"]()
    await asyncio.Event().wait()


async def streams_for_ever(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    while True:
        await send(body(b"<p>more", more_body=True))
        await asyncio.sleep(0)


async def will_not_be_cancelled(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    with suppress(asyncio.CancelledError):
        await send(body(HALF, more_body=True))
        await asyncio.Event().wait()
    await send(body(REST))


async def streams_out_of_a_generator(scope: Scope, receive: Receive, send: Send) -> None:
    async def parts() -> AsyncIterator[bytes]:
        try:
            for at in range(0, len(PAGE), 5):
                yield PAGE[at : at + 5]
        finally:
            scope["closed"] = True

    await send(start())
    async for part in parts():
        await send(body(part, more_body=True))
    await send(body(b""))


async def changes_what_it_said(scope: Scope, receive: Receive, send: Send) -> None:
    headers = list(FIELDS)
    message = start(headers=headers)
    await send(message)
    headers.clear()
    message.clear()
    part = body(HALF, more_body=True)
    await send(part)
    part["body"] = b"no"
    await send(body(REST))


async def says_one_message_again_and_again(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    part = body(b"<p>again", more_body=True)
    for _ in range(3):
        await send(part)
    part["more_body"] = False
    await send(part)


async def clears_its_scope(scope: Scope, receive: Receive, send: Send) -> None:
    scope.clear()
    await send(start())
    await send(body())


async def writes_nonsense_into_its_scope(scope: Scope, receive: Receive, send: Send) -> None:
    for key in ("headers", "query_string", "method", "path", "state", "cookiesafe", "session"):
        scope[key] = None
    await send(start())
    await send(body())


async def has_text_for_a_query(scope: Scope, receive: Receive, send: Send) -> None:
    scope["query_string"] = "page=2"
    await send(start())
    await send(body())


async def empties_the_requests_headers(scope: Scope, receive: Receive, send: Send) -> None:
    scope["headers"].clear()
    await send(start())
    await send(body())


async def replaces_its_scope(scope: Scope, receive: Receive, send: Send) -> None:
    inner = {"type": "http", "path": "/", "headers": []}
    await saying(start(), body())(inner, receive, send)


async def returns_something(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    await send(body())
    return 42  # type: ignore[return-value]


def returns_no_awaitable(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    return None  # type: ignore[return-value]


def raises_when_called(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    raise TheApps


def returns_a_future(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    return asyncio.ensure_future(saying(start(), body())(scope, receive, send))


async def swallows_that_the_client_left(scope: Scope, receive: Receive, send: Send) -> None:
    await send(start())
    for part in (HALF, REST):
        with suppress(OSError):
            await send(body(part, more_body=True))
    await send(body(b""))


async def answers_with_an_error_page(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await send(start("no number"))
    except Exception:  # noqa: BLE001
        await send(start(500))
    await send(body())


def _shared() -> ASGIApp:
    return saying(SHARED_START, SHARED_BODY)


SHARED_START, SHARED_BODY = start(headers=list(FIELDS)), body()

RAISED: dict[str, Callable[[], BaseException]] = {
    "an error": TheApps,
    "CancelledError": asyncio.CancelledError,
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": GeneratorExit,
    "a group": lambda: BaseExceptionGroup("both", [TheApps(), KeyboardInterrupt()]),
    "StopAsyncIteration": StopAsyncIteration,
}
POINTS: dict[str, tuple[Said, ...]] = {
    "before it starts": (),
    "between start and body": (start(),),
    "in mid-body": (start(), body(HALF, more_body=True)),
    "at the end": (start(), body()),
}

_ALL = frozenset({"calls", "error", "kinds", "status", "more", "fields", "body"})
_LENGTH = "a page in which something is swapped leaves without its length, true or not"
_GONE = "the server's send is not kept for longer than the app runs"
_DROPPED = "what is held is not there any more for the server to refuse"

HEADERS: dict[str, Case] = {
    "lists of lists": Case(saying(start(headers=[list(each) for each in FIELDS]), body())),
    "a tuple of tuples": Case(saying(start(headers=tuple(FIELDS)), body())),
    "a generator": Case(headers_from_a_generator),
    "a tuple, of no page": Case(saying(start(headers=((b"content-type", b"text/css"),)), body())),
    "a view of a dict": Case(saying(start(headers=dict(FIELDS).items()), body())),
    "a dict": Case(saying(start(headers=dict(FIELDS)), body())),
    "bytearrays": Case(
        saying(start(headers=[(bytearray(n), bytearray(v)) for n, v in FIELDS]), body())
    ),
    "memoryviews": Case(
        saying(start(headers=[(memoryview(n), memoryview(v)) for n, v in FIELDS]), body())
    ),
    "a bytearray beside a length": Case(
        fields((bytearray(b"content-length"), bytearray(str(len(PAGE)).encode())))
    ),
    "upper-case names": Case(saying(start(headers=[(n.upper(), v) for n, v in FIELDS]), body())),
    "text": Case(saying(start(headers=[(n.decode(), v.decode()) for n, v in FIELDS]), body())),
    "text among bytes": Case(fields(("set-cookie", HELD), ("link", "</a>; rel=preload"))),
    "None": Case(saying(start(headers=None), body())),
    "none given": Case(saying(without(start(), "headers"), body())),
    "a number": Case(saying(start(headers=7), body())),
    "fields of three": Case(fields((b"a", b"b", b"c"))),
    "fields of one": Case(fields((b"a",))),
    "a field that is None": Case(fields(None)),
    "a value that is a number": Case(
        fields((b"content-length", len(PAGE))), differs=_LENGTH, but=_ALL
    ),
    "a value that is None": Case(fields((b"x-none", None))),
    "a type that is None": Case(fields((b"content-type", None), plain=True)),
    "a line break in a value": Case(fields((b"x-two", b"1\r\nset-cookie: " + HELD.encode()))),
    "blanks around a name": Case(fields((b" set-cookie ", HELD.encode()))),
    "an empty name": Case(fields((b"", b""))),
    "bytes that are no ASCII": Case(fields((b"x-\xff", b"\xff\xfe"))),
    "two types": Case(fields((b"content-type", b"text/plain"))),
    "no type": Case(fields((b"x-app", b"1"), plain=True)),
    "no type and a length": Case(fields((b"content-length", str(len(PAGE)).encode()), plain=True)),
    "a length": Case(fields((b"content-length", str(len(PAGE)).encode()))),
    "a length too short": Case(fields((b"content-length", b"9")), differs=_LENGTH, but=_ALL),
    "a length too long": Case(fields((b"content-length", b"9999")), differs=_LENGTH, but=_ALL),
    "a length that is none": Case(fields((b"content-length", b"nine")), differs=_LENGTH, but=_ALL),
    "a length below nothing": Case(fields((b"content-length", b"-1")), differs=_LENGTH, but=_ALL),
    "two lengths": Case(
        fields((b"content-length", b"9"), (b"content-length", str(len(PAGE)).encode()))
    ),
    "hop-by-hop": Case(fields((b"connection", b"close"), (b"transfer-encoding", b"chunked"))),
    "hundreds": Case(fields(*((b"x-%d" % n, b"v" * 50) for n in range(600)))),
    "a list that all requests share": Case(_shared()),
}

STATUSES: dict[str, Case] = {
    "text": Case(saying(start("200"), body())),
    "text that is no number": Case(saying(start("OK"), body())),
    "bytes": Case(saying(start(b"200"), body())),
    "missing": Case(saying(without(start(), "status"), body())),
    "None": Case(saying(start(None), body())),
    "a list": Case(saying(start([200]), body())),
    "a fraction": Case(saying(start(200.0), body())),
    "an HTTPStatus": Case(saying(start(HTTPStatus.OK), body())),
    "below all": Case(saying(start(99), body())),
    "above all": Case(saying(start(1000), body())),
    "below nothing": Case(saying(start(-1), body())),
    "one of no answer": Case(saying(start(103), body())),
    "no content, with content": Case(saying(start(204), body())),
    "not modified, with content": Case(saying(start(304), body())),
    "refused, then an error page": Case(answers_with_an_error_page),
}

BODIES: dict[str, Case] = {
    "text": Case(saying(start(), body(PAGE.decode()))),
    "a bytearray": Case(saying(start(), body(bytearray(PAGE)))),
    "a memoryview": Case(saying(start(), body(memoryview(PAGE)))),
    "memoryviews in parts": Case(
        saying(
            start(),
            *(body(memoryview(PAGE)[at : at + 9], more_body=True) for at in range(0, len(PAGE), 9)),
            body(b""),
        )
    ),
    "bytearrays in parts": Case(
        saying(
            start(),
            *(body(bytearray(PAGE[at : at + 9]), more_body=True) for at in range(0, len(PAGE), 9)),
            body(b""),
        )
    ),
    "None": Case(saying(start(), body(None))),
    "a number": Case(saying(start(), body(7))),
    "a list of bytes": Case(saying(start(), body([PAGE]))),
    "missing": Case(saying(start(), without(body(), "body"))),
    "text, then bytes": Case(
        minding_nothing(
            start(), body("<p>", more_body=True), body(HALF, more_body=True), body(REST)
        )
    ),
    "more of it is a text": Case(saying(start(), body(HALF, more_body="yes"), body(REST))),
    "more of it is None": Case(saying(start(), body(more_body=None))),
    "nothing, many times": Case(
        saying(
            start(),
            *[body(b"", more_body=True)] * 50,
            body(),
        )
    ),
    "a byte at a time": Case(
        saying(
            start(),
            *(body(PAGE[at : at + 1], more_body=True) for at in range(len(PAGE))),
            body(b""),
        )
    ),
}

ORDER: dict[str, Case] = {
    "nothing at all": Case(saying()),
    "a start alone": Case(saying(start())),
    "a body that does not end": Case(saying(start(), body(HALF, more_body=True))),
    "a body that ends in a tag": Case(
        saying(start(), body(PAGE[:40], more_body=True)),
        differs="what may become a tag that is held is not let out before it is known",
        but=frozenset({"body"}),
    ),
    "a body alone": Case(saying(body())),
    "a body before the start": Case(minding_nothing(body(HALF), start(), body())),
    "two starts": Case(saying(start(), start(500), body())),
    "two starts, going on": Case(minding_nothing(start(), start(500), body())),
    "a start in mid-body, going on": Case(
        minding_nothing(start(), body(MOST, more_body=True), start(500), body(LAST))
    ),
    "a page's start in mid-text, going on": Case(
        minding_nothing(
            start(headers=[(b"content-type", b"text/plain")]),
            body(b"<one>", more_body=True),
            start(500),
            body(b"<two>"),
        )
    ),
    "a text's start in mid-page, going on": Case(
        minding_nothing(
            start(),
            body(HALF, more_body=True),
            start(500, headers=[(b"content-type", b"text/plain")]),
            body(REST),
        )
    ),
    "a body after the last": Case(saying(start(), body(), body(b"<p>late"))),
    "a start after the last": Case(minding_nothing(start(), body(), start(500), body())),
    "something after its return": Case(says_after_its_return, differs=_GONE, but=_ALL),
    "all after its return": Case(answers_after_its_return, differs=_GONE, but=_ALL),
    "all at once": Case(says_all_at_once),
    "all in tasks": Case(says_all_in_tasks),
    "two starts at once": Case(starts_twice_at_once),
    "a body at once": Case(streams_at_once),
    "one message again and again": Case(says_one_message_again_and_again),
    "what changes when it was said": Case(changes_what_it_said),
}

MESSAGES: dict[str, Case] = {
    "no type": Case(saying({"status": 200})),
    "None": Case(saying(None)),
    "a text": Case(saying("http.response.start")),
    "a type that is bytes": Case(saying({"type": b"http.response.start", "status": 200})),
    "an unknown type": Case(saying(start(), {"type": "http.response.sing"}, body())),
    "a websocket's": Case(saying({"type": "websocket.accept"}, start(), body())),
    "no dict": Case(saying(Mapped(start()), Mapped(body()))),
    "trailers": Case(
        saying(
            start(trailers=True),
            body(),
            {"type": "http.response.trailers", "headers": [(b"x-t", b"1")]},
        )
    ),
    "a push": Case(
        saying({"type": "http.response.push", "path": "/a", "headers": []}, start(), body())
    ),
    "a file's path": Case(saying(start(), {"type": "http.response.pathsend", "path": "/nowhere"})),
    "a file's number": Case(saying(start(), {"type": "http.response.zerocopysend", "file": 0})),
    "early hints": Case(
        saying(
            {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]},
            start(),
            body(),
        )
    ),
    "early hints that are none": Case(
        saying({"type": "http.response.early_hint", "links": None}, start(), body())
    ),
    "early hints as text": Case(
        saying(
            {"type": "http.response.early_hint", "links": ["</a.css>; rel=preload"]},
            start(),
            body(),
        ),
        differs="what is looked at leaves as the specification has it, in bytes",
        but=frozenset({"more"}),
    ),
    "debug": Case(
        saying({"type": "http.response.debug", "info": {"template": object()}}, start(), body())
    ),
}

ELSE: dict[str, Case] = {
    "receives after the client left": Case(receives_after_the_client_left),
    "the client leaves, and send raises": Case(
        saying(*POINTS["in mid-body"], body(REST)), goes_after=2
    ),
    "the client leaves before the start": Case(saying(start(), body()), goes_after=0),
    "swallows that the client left": Case(swallows_that_the_client_left, goes_after=1),
    "a slow client": Case(streams_out_of_a_generator, slow=True),
    "waits for ever": Case(waits_for_ever, cancelled=2),
    "waits before it starts": Case(waits_before_it_starts),
    "streams for ever": Case(streams_for_ever, cancelled=9),
    "will not be cancelled": Case(will_not_be_cancelled, cancelled=2),
    "clears its scope": Case(clears_its_scope),
    "writes nonsense into its scope": Case(writes_nonsense_into_its_scope),
    "has text for a query": Case(has_text_for_a_query),
    "empties the request's headers": Case(empties_the_requests_headers),
    "replaces its scope": Case(replaces_its_scope),
    "returns something": Case(
        returns_something,
        differs="an app returns nothing, and nothing is handed on",
        but=frozenset({"calls"}),
    ),
    "returns no awaitable": Case(returns_no_awaitable),
    "raises when it is called": Case(raises_when_called),
    "returns a future": Case(returns_a_future),
}

_ACCEPT = {"type": "websocket.accept", "headers": FIELDS[1:]}
_HELLO = {"type": "websocket.send", "text": "hello"}
_DENIAL = {"type": "websocket.http.response.start", "status": 403, "headers": FIELDS}
_DENIED = {"type": "websocket.http.response.body", "body": PAGE}

_ON_PURPOSE = {"has text for fields": _DROPPED, "sends after its return": _GONE}
WEBSOCKETS: dict[str, Case] = {
    name: Case(
        app,
        kind="websocket",
        differs=_ON_PURPOSE.get(name, ""),
        but=_ALL if name in _ON_PURPOSE else frozenset(),
    )
    for name, app in {
        "accepts twice": saying(_ACCEPT, _ACCEPT, _HELLO),
        "accepts twice, going on": minding_nothing(_ACCEPT, _ACCEPT, _HELLO),
        "sends before it accepts": saying(_HELLO, _ACCEPT),
        "closes before it accepts": saying({"type": "websocket.close"}, _ACCEPT),
        "closes twice": saying(_ACCEPT, {"type": "websocket.close"}, {"type": "websocket.close"}),
        "denies with a page": saying(_DENIAL, _DENIED),
        "denies with a page and its length": saying(
            {**_DENIAL, "headers": [*FIELDS, (b"content-length", str(len(PAGE)).encode())]}, _DENIED
        ),
        "denies after it accepted": saying(_ACCEPT, _DENIAL, _DENIED),
        "denies without a start": saying(_DENIED),
        "denies without a body": saying(_DENIAL),
        "answers as if it were HTTP": saying(start(), body()),
        "says nothing": saying(),
        "raises in the handshake": raising(TheApps),
        "raises after it accepted": raising(TheApps, _ACCEPT, _HELLO),
        "is interrupted": raising(KeyboardInterrupt, _ACCEPT),
        "has text for fields": saying({**_ACCEPT, "headers": [("set-cookie", HELD)]}),
        "has None for fields": saying({**_ACCEPT, "headers": None}),
        "accepts without fields": saying({"type": "websocket.accept"}, _HELLO),
        "sends after its return": says_after_its_return,
        "says what nobody knows": saying(_ACCEPT, {"type": "websocket.sing"}, _HELLO),
    }.items()
}

_COMPLETE = {"type": "lifespan.startup.complete"}
LIFESPANS: dict[str, Case] = {
    name: Case(app, kind="lifespan")
    for name, app in {
        "raises": raising(TheApps),
        "raises after it started": raising(TheApps, _COMPLETE),
        "is interrupted": raising(KeyboardInterrupt),
        "says nothing": saying(),
        "says that it failed": saying({"type": "lifespan.startup.failed", "message": "no"}),
        "never answers": waits_before_it_starts,
        "answers as if it were HTTP": saying(start(), body()),
        "starts twice": saying(_COMPLETE, _COMPLETE),
        "clears its scope": clears_its_scope,
    }.items()
}

FAILING: dict[str, Case] = {
    f"{what} {point}": Case(raising(error, *messages))
    for what, error in RAISED.items()
    for point, messages in POINTS.items()
}

CASES: dict[str, Case] = {
    f"{group}: {name}": case
    for group, cases in {
        "headers": HEADERS,
        "status": STATUSES,
        "body": BODIES,
        "order": ORDER,
        "message": MESSAGES,
        "app": ELSE,
        "raises": FAILING,
        "websocket": WEBSOCKETS,
        "lifespan": LIFESPANS,
    }.items()
    for name, case in cases.items()
}
