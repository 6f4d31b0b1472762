"""The WSGI edge: ``CookieSafeMiddleware(app, safe)`` around any WSGI app (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from cookiesafe.adapters._body import passing
from cookiesafe.adapters._inspect import exchanges
from cookiesafe.adapters._start import at_start
from cookiesafe.current import enter, leave, visiting

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from cookiesafe.adapters._wsgi import WSGIExchange
    from cookiesafe.exchange import Exchange, Safe
    from cookiesafe.fields import Header
    from cookiesafe.ports import Reply

_WHOLE: tuple[type, ...] = (list, tuple)
_READY: frozenset[type] = frozenset({type(iter([])), type(iter(()))})
"""What nothing of the app's runs in, as it is gone through."""
VISIT = "cookiesafe.visit"
"""Where the app finds it in its environ."""
_HINTS = "wsgi.early_hints"

at_start("cookiesafe.adapters._wsgi")


class CookieSafeMiddleware:
    """Signs the session, and holds back every cookie and third party the visitor has not agreed to.

    The app finds the visit in ``environ["cookiesafe.visit"]`` and by ``current_visit()``.
    """

    def __init__(self, app: WSGIApplication, safe: Safe) -> None:
        from cookiesafe.adapters._wsgi import WSGIExchange

        self.app = app
        self.safe = safe
        self._exchange = exchanges(WSGIExchange, safe)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if VISIT in environ and environ[VISIT] is visiting.get():
            # The one around it does all of that: two would ask twice, and each know half of what passes.
            return self.app(environ, start_response)
        # Called as if it were a method, what an instance has is looked up in a slower way.
        begin = self._exchange
        exchange = begin(environ, start_response, self.safe.store)
        if not exchange.arrive(self.safe.settings):
            if exchange.needs:
                exchange.prepare()
            if exchange.ours:
                return _reply(exchange.reply, start_response)
            exchange.narrow(environ)
        environ[VISIT] = exchange
        if _HINTS in environ:
            environ[_HINTS] = partial(_hint, environ[_HINTS], exchange)
        before = enter(exchange)
        try:
            body = self.app(environ, exchange.start_response)
        except BaseException:
            exchange.environ = None
            raise
        finally:
            leave(before)
        # A file the server may have a faster way to send, as it is (PEP 3333); to close it is no part of the visit.
        if exchange.page is None and (
            (kind := type(body)) in _WHOLE or kind is environ.get("wsgi.file_wrapper")
        ):
            exchange.end()
            return body
        return _Body(body, exchange)


def _hint(send: Callable[[list[Header]], object], exchange: Exchange, fields: list[Header]) -> None:
    """What may leave ahead of the response (RFC 8297), where the server offers it."""
    send(exchange.hint(fields))


class _Body:
    """The app's body, through the page gate if there is one. While the app makes it, the visit is the current one."""

    __slots__ = ("_body", "_exchange")

    def __init__(self, body: Iterable[bytes], exchange: WSGIExchange) -> None:
        self._body = body
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        before = enter(self._exchange)
        try:
            chunks = iter(self._body)
        finally:
            leave(before)
        if type(chunks) in _READY and self._exchange.page is None:
            return chunks
        return passing(self._exchange, chunks)

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            before = enter(self._exchange)
            try:
                close()
            except BaseException:
                self._exchange.environ = None
                raise
            finally:
                leave(before)
        self._exchange.end()


def _reply(reply: Reply | None, start_response: StartResponse) -> Iterable[bytes]:
    if reply is None:
        start_response(
            "503 Service Unavailable", [("Content-Type", "text/plain"), ("Content-Length", "0")]
        )
        return [b""]
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", reply.headers)
    return [reply.body]
