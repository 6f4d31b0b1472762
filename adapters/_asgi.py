"""One request over ASGI, as the edge drives it: imported where a site starts, so that the edge alone takes little to import."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters._scope import Scope, narrow
from cookiesafe.errors import UsageError
from cookiesafe.exchange import Exchange
from cookiesafe.fields import RAW, AnyHeader, raw, text_of
from cookiesafe.gate.documents import DESTINATIONS, PARTS
from cookiesafe.origin import HANDSHAKE

F = TypeVar("F", bound=Callable[..., Any])
Message = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]

_WANTED = frozenset({b"cookie", b"sec-gpc", b"sec-fetch-dest"})
_DESTINATION = {text.encode(): text for text in DESTINATIONS}
_PARTS = frozenset(text.encode() for text in PARTS)
_BESIDE = frozenset(
    {"http.response.early_hint", "http.response.informational", "http.response.trailers"}
)
"""What has fields of its own, ahead of the response or behind it."""
_START = "http.response.start"
_OTHER_STARTS = frozenset({"websocket.accept", "websocket.http.response.start"})


def _as_coroutine_function(function: F) -> F:
    """For those who look for that, as ``asgiref`` does before it calls one out of a thread."""
    if sys.version_info >= (3, 12):
        return inspect.markcoroutinefunction(function)
    function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined,unused-ignore]
    return function


class ASGIExchange(Exchange):
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

    @_as_coroutine_function
    def send(self, message: Message) -> Awaitable[None]:
        """Gates the headers when they leave, and the body where something is placed in it."""
        kind = message["type"]
        if kind == "http.response.body":
            if self.page is not None:
                last = not message.get("more_body", False)
                message = {**message, "body": self.body(message.get("body", b""), last=last)}
        elif kind == _START or kind in _OTHER_STARTS:
            message = {**message}
            try:
                fields = message["headers"]
            except KeyError:
                fields = []
            if type(fields) is not list:
                fields = list(fields)
            if self.is_same_for_all(fields):
                message["headers"] = fields + self._settings.constant_raw
            elif self.departed or self.scope is None:
                return self._send_again(message, fields)
            else:
                status = message.get("status", 101)
                if type(status) is not int:
                    status = _number(status)
                if self.leave(status, fields):
                    return self._send_when_kept(message, status, fields)
                message["headers"] = self.depart(status, fields, RAW)
        elif kind in _BESIDE:
            message = self._beside(message)
        return self._send(message)

    def _send_when_kept(
        self, message: Message, status: int, fields: list[tuple[bytes, bytes]]
    ) -> Awaitable[None]:
        """The start, when all is kept. What the app says beside it, not waiting, has its turn after that."""
        turn, send = asyncio.Lock(), self._send
        self._send = partial(self._send_after, turn, send)
        return self._keep_and_send(turn, send, message, status, fields)

    async def _keep_and_send(
        self,
        turn: asyncio.Lock,
        send: Send,
        message: Message,
        status: int,
        fields: list[tuple[bytes, bytes]],
    ) -> None:
        async with turn:
            try:
                await self._pool.converse(self, _no_body)
            finally:
                self._go_on_with(send)
            if self.scope is not None:
                message["headers"] = self.depart(status, fields, RAW)
        await self._send(message)

    async def _send_after(self, turn: asyncio.Lock, send: Send, message: Message) -> None:
        async with turn:
            self._go_on_with(send)
        await self.send(message)

    def _go_on_with(self, send: Send) -> None:
        if self.scope is not None:
            self._send = send

    async def _send_again(self, message: Message, fields: list[tuple[bytes, bytes]]) -> None:
        """A second start, which servers take only if they refused the first. If they do not, what has begun goes on."""
        page = self.page
        if self.scope is not None:
            status = _number(message.get("status", 101))
            if self.leave(status, fields):
                await self._pool.converse(self, _no_body)
            message["headers"] = self.depart(status, fields, RAW)
        try:
            await self._send(message)
        except BaseException:
            self.page = page
            raise

    async def end(self) -> None:
        """Keep what is left to keep when the app has answered."""
        self.finish()
        if self.needs:
            await self._pool.converse(self, _no_body)

    def _beside(self, message: Message) -> Message:
        """What may leave ahead of the response (RFC 8297), its links, or in a newer form its fields; and behind it."""
        links = [("link", text_of(link)) for link in message.get("links") or ()]
        fields = [(text_of(name), text_of(value)) for name, value in message.get("headers") or ()]
        kept = {"links": [value.encode("latin-1") for _, value in self.hint(links)]}
        passing = {"headers": [raw(field) for field in self.hint(fields)]}
        return {**message, **(kept if links else {}), **(passing if fields else {})}

    def _request(self) -> Scope:
        if self.scope is None:
            raise UsageError("the request was answered, and is not looked at again")
        return self.scope

    def narrow(self, scope: Scope) -> None:
        """Let the app see only what it may of the request."""
        narrow(scope, self)

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
    def peer(self) -> str:
        address = self._request().get("client")
        return str(address[0]) if address else ""

    @property
    def agent(self) -> str:
        return self._first(b"user-agent")

    def _first(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self._fields if key == name), "")

    def params(self) -> Mapping[str, object] | None:
        """As Starlette and FastAPI leave them."""
        scope = self.scope
        if scope is None or "path_params" not in scope:
            return None
        params: Mapping[str, object] = scope["path_params"]
        return params

    def fields_of(self, names: frozenset[str]) -> Sequence[AnyHeader]:
        fields: Sequence[AnyHeader] = self._fields
        return fields

    @property
    def query(self) -> str:
        try:
            return bytes(self._request().get("query_string", b"")).decode("latin-1")
        except TypeError:
            # The app has put something else in its place.
            return ""

    def header(self, name: str) -> str | None:
        raw = name.encode("latin-1")
        values = [value.decode("latin-1") for key, value in self._fields if key == raw]
        return ", ".join(values) if values else None


def _number(status: object) -> int:
    """The number of what the server may take for a status, or refuse."""
    try:
        return int(status)  # type: ignore[call-overload,no-any-return]
    except (TypeError, ValueError, OverflowError):
        return 0


def _below(root: str, path: str) -> str:
    """Servers give the path with what the app is mounted under, or, older ones, without."""
    return path[len(root) :] if path == root or path.startswith(f"{root}/") else path


async def _no_body(limit: int) -> None:
    """The request's body is the app's to read."""
