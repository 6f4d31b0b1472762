"""The ASGI edge: ``CookieSafeMiddleware(app, safe)`` around any ASGI 3 app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from cookiesafe.adapters._current import CURRENT_SESSION
from cookiesafe.adapters._inspect import exchanges
from cookiesafe.adapters._start import at_start
from cookiesafe.current import enter, leave, visiting
from cookiesafe.errors import UsageError
from cookiesafe.fields import raw

if TYPE_CHECKING:
    from cookiesafe.adapters._scope import Scope
    from cookiesafe.exchange import Safe
    from cookiesafe.ports import Reply

Message = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
"""Any ASGI 3 app: frameworks have types of their own for what it is given, and none takes another's."""

_VISIT = "cookiesafe"
_ENDS = frozenset({"lifespan.shutdown.complete", "lifespan.shutdown.failed"})

at_start("cookiesafe.adapters._asgi")


class CookieSafeMiddleware:
    """Signs the session, and holds back every cookie and third party the visitor has not agreed to.

    The app finds the visit in ``scope["cookiesafe"]``, in ``scope["state"]["visit"]`` (Starlette's
    ``request.state.visit``) and by ``current_visit()``, and the session in ``scope["session"]`` too.
    """

    def __init__(self, app: App, safe: Safe) -> None:
        from cookiesafe.adapters._asgi import ASGIExchange
        from cookiesafe.adapters._drive import Pool

        self.app = app
        self._safe = safe
        self._exchange = exchanges(ASGIExchange, safe)
        self._pool = Pool(safe.store)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if _VISIT in scope and scope[_VISIT] is visiting.get():
            # The one around it does all of that: two would ask twice, and each know half of what passes.
            await self.app(scope, receive, send)
            return
        kind = scope["type"]
        if kind != "http":
            if kind != "websocket":
                await self.app(scope, receive, self._settling(send))
                return
            if self._exchange(scope, send, self._pool).is_ridden(self._safe.settings):
                await _reply(None, scope, send)
                return
        # Called as if it were a method, what an instance has is looked up in a slower way.
        begin = self._exchange
        exchange = begin(scope, send, self._pool)
        if not exchange.arrive(self._safe.settings):
            if exchange.needs:
                body = _Body(receive)
                await self._pool.converse(exchange, body.read)
                if body.again:
                    receive = body.receive
            if exchange.ours:
                await _reply(exchange.reply, scope, send)
                return
            exchange.narrow(scope)
        scope[_VISIT] = exchange
        if "state" in scope:
            scope["state"]["visit"] = exchange
        else:
            scope["state"] = {"visit": exchange}
        if "session" not in scope:
            scope["session"] = CURRENT_SESSION
        before = enter(exchange)
        try:
            await self.app(scope, receive, exchange.send)
        finally:
            # A scope that holds an exchange that holds the scope would be left to the garbage collector.
            exchange.scope = None
            # What the server gave may hold the scope too.
            exchange._send = _gone
            try:  # noqa: SIM105, since ``suppress`` costs every request something
                leave(before)
            except ValueError:
                # Ended from elsewhere, as by a loop that is no more: there, no visit was entered.
                pass
        if exchange._login is not None:
            await exchange.end()

    def _settling(self, send: Send) -> Send:
        """When the app has shut down, or could not, bring what was counted: some servers let nothing be done later."""
        counting = self._safe.settings.counting
        if counting is None:
            return send

        async def settle_and_send(message: Message) -> None:
            if message["type"] in _ENDS:
                from asyncio import to_thread

                await to_thread(counting.settle)
            await send(message)

        return settle_and_send


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


async def _gone(message: Message) -> None:
    raise UsageError("the app sent something after it had returned")


async def _reply(reply: Reply | None, scope: Scope, send: Send) -> None:
    if reply is None or scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [raw(field) for field in reply.headers],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})
