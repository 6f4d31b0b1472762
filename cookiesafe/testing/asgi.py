"""A browser at an ASGI app, and the server's end of the protocol, which takes only what it allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from .client import NO_FIELDS, Client, Fields, Header, Outcome, Response, Sent, spread

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
_TURNS = 20
"""Of the event loop, that all of an app's tasks get before a websocket is closed."""


class ASGIClient(Client):
    """Talks to an ASGI app. ``old_root``: as servers before 2024, which gave the path without ``root_path``."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        base: str = "https://www.example",
        root: str = "",
        old_root: bool = False,
    ) -> None:
        super().__init__(app, base=base, root=root)
        self.old_root = old_root
        self.strict = True
        """Whether fields must be as the ASGI specification has them: Django's are not in lower case."""
        self.state: Mapping[str, Any] = {}
        """What the app has kept as it was started, of which each request has a copy."""
        self.leaves = False
        """Whether it is gone as soon as it has sent its request, as it is before that where a body has no chunks."""

    def scope(self, sent: Sent, kind: str = "http") -> Scope:
        parts = urlsplit(self.base)
        path = unquote(sent.path)
        scheme = parts.scheme
        if kind == "websocket":
            scheme = scheme.replace("http", "ws")
        scope: Scope = {
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": scheme,
            "path": path if self.old_root else f"{self.root}{path}",
            "raw_path": sent.path.encode("latin-1"),
            "query_string": sent.query.encode("latin-1"),
            "root_path": self.root,
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in sent.headers],
            "client": (self.peer, 54321),
            "server": (parts.hostname, parts.port),
            "state": dict(self.state),
            "extensions": {"http.response.pathsend": {}, "http.response.zerocopysend": {}},
        }
        if kind == "http":
            scope["method"] = sent.method
        else:
            scope["subprotocols"] = []
        return scope

    def _attempt(self, sent: Sent) -> Outcome:
        return asyncio.run(self.attempt(sent))

    async def exchange(self, sent: Sent) -> Response:
        """One request, for tests that run several in one loop."""
        return (await self.attempt(sent)).answer()

    async def attempt(self, sent: Sent) -> Outcome:
        """What comes of one request that may fail, in a loop that is there."""
        incoming = _incoming(sent.body)
        checked = _CheckedSend(self.on_start, self.on_chunk, strict=self.strict)

        async def receive() -> Message:
            message = next(incoming)
            if message["type"] == "http.disconnect" and sent.body and not self.leaves:
                await checked.done.wait()
            return message

        error = None
        try:
            await self.app(self.scope(sent), receive, checked)
        except Exception as raised:
            error = raised
        else:
            assert checked.state == "done", f"the response is {checked.state}"
        if checked.state != "done":
            return Outcome(None, error)
        return Outcome(Response(checked.status, checked.headers, checked.chunks), error)

    def lifespan(self) -> list[Message]:
        """Start the app and shut it down: what it said to that."""
        incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
        return asyncio.run(self._converse({"type": "lifespan", "state": {}}, incoming))

    def connect(self, path: str, headers: Fields = NO_FIELDS) -> list[Message]:
        """Open a websocket and close it at once: the messages that came back."""
        fields = self._defaults("GET", 0) | {
            "accept": None,
            "sec-fetch-dest": "websocket",
            "sec-fetch-mode": "websocket",
            "origin": self.base,
            "cookie": self._cookies(),
        }
        sent = Sent("GET", path, "", list(spread({**fields, **headers})), [])
        incoming = iter([{"type": "websocket.connect"}])
        return asyncio.run(self._converse(self.scope(sent, "websocket"), incoming))

    async def _converse(self, scope: Scope, incoming: Iterator[Message]) -> list[Message]:
        messages: list[Message] = []

        async def receive() -> Message:
            message = next(incoming, None)
            if message is not None:
                return message
            # What the app does in a task beside the one that listens, it has done by then.
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            return {"type": "websocket.disconnect", "code": 1001}

        async def send(message: Message) -> None:
            messages.append(message)

        scope.setdefault("asgi", {"version": "3.0", "spec_version": "2.4"})
        await self.app(scope, receive, send)
        return messages


def _incoming(body: list[bytes]) -> Iterator[Message]:
    for at, chunk in enumerate(body, 1):
        yield {"type": "http.request", "body": chunk, "more_body": at < len(body)}
    while True:
        yield {"type": "http.disconnect"}


class _CheckedSend:
    """The server's end of ``send``: it takes only what the ASGI specification allows."""

    def __init__(
        self,
        on_start: Callable[[], None],
        on_chunk: Callable[[bytes], None],
        *,
        strict: bool = True,
    ) -> None:
        self.strict = strict
        self.state: Literal["not begun", "begun", "done"] = "not begun"
        self.status = 0
        self.headers: list[Header] = []
        self.chunks: list[bytes] = []
        self.done = asyncio.Event()
        self._on_start = on_start
        self._on_chunk = on_chunk

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start(message)
        else:
            assert message["type"] == "http.response.body", message["type"]
            self._body(message)

    def _start(self, message: Message) -> None:
        assert self.state == "not begun", "a second start"
        self.state = "begun"
        assert isinstance(message["status"], int)
        self.status = message["status"]
        for name, value in message.get("headers", ()):
            assert isinstance(name, bytes)
            assert isinstance(value, bytes)
            if self.strict:
                assert name == name.lower(), f"{name!r} is not in lower case"
                assert value.strip(b" \t") == value, f"{name!r} has blanks around its value"
                assert not set(b"\r\n\0") & set(value), f"{name!r} has a line break in its value"
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        self._on_start()

    def _body(self, message: Message) -> None:
        assert self.state == "begun", f"a body when the response is {self.state}"
        chunk = message.get("body", b"")
        assert isinstance(chunk, bytes)
        if chunk:
            self.chunks.append(chunk)
            self._on_chunk(chunk)
        if not message.get("more_body", False):
            self.state = "done"
            self.done.set()
