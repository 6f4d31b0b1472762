"""The ASGI edge: ``CookieSafeMiddleware(app, safe)`` around any ASGI 3 app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from cookiesafe.adapters._drive import Pool
from cookiesafe.errors import UsageError
from cookiesafe.exchange import HIDDEN_FROM_APP, Exchange, Safe
from cookiesafe.fields import RAW, raw
from cookiesafe.gate.documents import DESTINATIONS, PARTS
from cookiesafe.origin import HANDSHAKE
from cookiesafe.ports import Reply
from cookiesafe.visit import current_visit, enter, leave

Scope = MutableMapping[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_HIDDEN = frozenset(name.encode() for name in HIDDEN_FROM_APP)
_NOTHING_HIDDEN: frozenset[bytes] = frozenset()
_COOKIE = frozenset({b"cookie"})
_WANTED = frozenset({b"cookie", b"sec-gpc", b"sec-fetch-dest"})
_DESTINATION = {text.encode(): text for text in DESTINATIONS}
_PARTS = frozenset(text.encode() for text in PARTS)
_SHORT_CUTS = ("http.response.pathsend", "http.response.zerocopysend")
_HINTS = frozenset({"http.response.early_hint", "http.response.informational"})
_START = "http.response.start"
_OTHER_STARTS = frozenset({"websocket.accept", "websocket.http.response.start"})


class CookieSafeMiddleware:
    """Signs the session, and holds back every cookie and third party the visitor has not agreed to.

    The app finds the visit in ``scope["cookiesafe"]``, in ``scope["state"]["visit"]`` (Starlette's
    ``request.state.visit``) and by ``current_visit()``, and the session in ``scope["session"]`` too.
    """

    def __init__(self, app: App, safe: Safe) -> None:
        self.app = app
        self._safe = safe
        self._pool = Pool(safe.store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind != "http":
            if kind != "websocket":
                await self.app(scope, receive, send)
                return
            if _ASGIExchange(scope, send, self._pool).is_ridden(self._safe.settings):
                await _reply(None, scope, send)
                return
        exchange = _ASGIExchange(scope, send, self._pool)
        if not exchange.arrive(self._safe.settings):
            if exchange.needs:
                body = _Body(receive)
                await self._pool.converse(exchange, body.read)
                if body.again:
                    receive = body.receive
            if exchange.ours:
                await _reply(exchange.reply, scope, send)
                return
            _narrow(scope, exchange)
        scope["cookiesafe"] = exchange
        if "state" in scope:
            scope["state"]["visit"] = exchange
        else:
            scope["state"] = {"visit": exchange}
        if "session" not in scope:
            scope["session"] = _SESSION
        before = enter(exchange)
        try:
            await self.app(scope, receive, exchange.send)
        finally:
            leave(before)
            # A scope that holds an exchange that holds the scope would be left to the garbage collector.
            exchange.scope = None
            # What the server gave may hold the scope too.
            exchange._send = _gone
        if exchange._login is not None:
            exchange.finish()
            if exchange.needs:
                await self._pool.converse(exchange, _no_body)


class _ASGIExchange(Exchange):
    """An exchange over ASGI; its ``send`` is what the app gets."""

    def __init__(self, scope: Scope, send: Send, pool: Pool) -> None:
        self.scope: Scope | None = scope
        self._send = send
        self._pool = pool
        self.path = scope["path"]
        try:
            self.scheme, root = scope["scheme"], scope["root_path"]
        except KeyError:
            self.scheme, root = scope.get("scheme", "http"), scope.get("root_path", "")
        if root:
            self.root = root
            self.path = _below(root, self.path)
        self.cookie = ""
        self.destination = None
        self._fields = fields = scope["headers"]
        wanted = _WANTED
        for name, value in fields:
            if name in wanted:
                if name == b"sec-fetch-dest":
                    self.destination = _DESTINATION[value] if value in _DESTINATION else ""
                elif name == b"cookie":
                    text = value.decode("latin-1")
                    self.cookie = f"{self.cookie}; {text}" if self.cookie else text
                else:
                    text = value.decode("latin-1")
                    self.gpc = text if self.gpc is None else f"{self.gpc}, {text}"

    def send(self, message: Message) -> Awaitable[None]:
        """Gates the headers when they leave, and the body where something is placed in it."""
        kind = message["type"]
        if kind == "http.response.body":
            if self.page is not None:
                last = not message.get("more_body", False)
                message = {**message, "body": self.body(message.get("body", b""), last=last)}
        elif kind == _START or kind in _OTHER_STARTS:
            message = message.copy()
            try:
                fields = message["headers"]
            except KeyError:
                fields = []
            if type(fields) is not list:
                fields = list(fields)
            if self.is_same_for_all(fields):
                message["headers"] = fields + self._settings.constant_raw
            else:
                status = message.get("status", 101)
                if self.leave(status, fields):
                    return self._send_when_kept(message, status, fields)
                message["headers"] = self.depart(status, fields, RAW)
        elif kind in _HINTS:
            message = self._hinting(message)
        return self._send(message)

    async def _send_when_kept(
        self, message: Message, status: int, fields: list[tuple[bytes, bytes]]
    ) -> None:
        await self._pool.converse(self, _no_body)
        await self._send({**message, "headers": self.depart(status, fields, RAW)})

    def _hinting(self, message: Message) -> Message:
        """What may leave ahead of the response (RFC 8297): its links, or in a newer form its fields."""
        links = [("link", link.decode("latin-1")) for link in message.get("links", ())]
        fields = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in message.get("headers", ())]
        kept = {"links": [value.encode("latin-1") for _, value in self.hint(links)]}
        passing = {"headers": [raw(field) for field in self.hint(fields)]}
        return {**message, **(kept if links else {}), **(passing if fields else {})}

    def _request(self) -> Scope:
        if self.scope is None:
            raise UsageError("the request was answered, and is not looked at again")
        return self.scope

    @property
    def method(self) -> str:
        return str(self._request().get("method", HANDSHAKE))

    @property
    def part(self) -> bool:
        return any(n == b"sec-fetch-dest" and value in _PARTS for n, value in self._fields)

    @property
    def host(self) -> str:
        return self._first(b"host")

    @property
    def agent(self) -> str:
        return self._first(b"user-agent")

    def _first(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self._fields if key == name), "")

    @property
    def query(self) -> str:
        return bytes(self._request().get("query_string", b"")).decode("latin-1")

    def header(self, name: str) -> str | None:
        raw = name.encode("latin-1")
        values = [value.decode("latin-1") for key, value in self._fields if key == raw]
        return ", ".join(values) if values else None


def _below(root: str, path: str) -> str:
    """Servers give the path with what the app is mounted under, or, older ones, without."""
    return path[len(root) :] if path == root or path.startswith(f"{root}/") else path


class _Body:
    """A request's body: what was read of it is received ``again``."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.again: list[Message] = []

    async def read(self, limit: int) -> bytes | None:
        parts, size, more = [], 0, True
        while more and size <= limit:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.again = [{**message}]
                break
            if part := message.get("body"):
                parts.append(part)
                size += len(part)
            more = message.get("more_body", False)
        body = b"".join(parts)
        self.again.insert(0, {"type": "http.request", "body": body, "more_body": more})
        return None if more or size > limit else body

    async def receive(self) -> MutableMapping[str, Any]:
        return self.again.pop(0) if self.again else await self._receive()


async def _no_body(limit: int) -> None:
    """The request's body is the app's to read."""


def _narrow(scope: Scope, exchange: Exchange) -> None:
    """Let the app see only what it may of the request."""
    cookies, places = exchange.app_cookie, exchange.places
    hidden = _HIDDEN if places else _NOTHING_HIDDEN
    if cookies is not None:
        hidden = hidden | _COOKIE
    fields = [field for field in scope["headers"] if field[0] not in hidden]
    if cookies:
        fields.append((b"cookie", cookies.encode("latin-1")))
    if places:
        fields.append((b"accept-encoding", b"identity"))
        extensions = scope.get("extensions") or {}
        scope["extensions"] = {k: v for k, v in extensions.items() if k not in _SHORT_CUTS}
    scope["headers"] = fields


class _CurrentSession(MutableMapping[str, Any]):
    """Stands for the session of the current visit, so that one is only made where it is asked for."""

    def __getitem__(self, key: str) -> Any:
        return current_visit().session[key]

    def __setitem__(self, key: str, value: Any) -> None:
        current_visit().session[key] = value

    def __delitem__(self, key: str) -> None:
        del current_visit().session[key]

    def __iter__(self) -> Iterator[str]:
        return iter(current_visit().session)

    def __len__(self) -> int:
        return len(current_visit().session)

    def mark_accessed(self) -> None:
        current_visit().session.mark_accessed()


_SESSION = _CurrentSession()


async def _gone(message: Message) -> None:
    raise UsageError("the app sent something after it had returned")


async def _reply(reply: Reply | None, scope: Scope, send: Send) -> None:
    if reply is None or scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    await send(
        {
            "type": _START,
            "status": reply.status,
            "headers": [raw(field) for field in reply.headers],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})
