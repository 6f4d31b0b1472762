"""The WSGI edge: ``CookieSafeMiddleware(app, safe)`` around any WSGI app (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, partial
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cookiesafe.adapters._perform import converse
from cookiesafe.errors import UsageError
from cookiesafe.exchange import HIDDEN_FROM_APP, Exchange, Safe
from cookiesafe.fields import TEXT, Header
from cookiesafe.gate.documents import DESTINATIONS, PARTS
from cookiesafe.ports import Reply, Store
from cookiesafe.visit import enter, leave

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LONGEST_LENGTH = 12
_NO_REPLY = Reply(503, [("Content-Type", "text/plain"), ("Content-Length", "0")])
_WHOLE = (list, tuple)
_READY: frozenset[type] = frozenset({type(iter([])), type(iter(()))})
"""What nothing of the app's runs in, as it is gone through."""
_HINTS = "wsgi.early_hints"
Write = Callable[[bytes], object]


class CookieSafeMiddleware:
    """Signs the session, and holds back every cookie and third party the visitor has not agreed to.

    The app finds the visit in ``environ["cookiesafe.visit"]`` and by ``current_visit()``.
    """

    def __init__(self, app: WSGIApplication, safe: Safe) -> None:
        self.app = app
        self.safe = safe

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        exchange = _WSGIExchange(environ, start_response, self.safe.store)
        if not exchange.arrive(self.safe.settings):
            if exchange.needs:
                converse(exchange, self.safe.store, partial(_read_body, environ))
            if exchange.ours:
                return _reply(exchange.reply or _NO_REPLY, start_response)
            _narrow(environ, exchange)
        environ["cookiesafe.visit"] = exchange
        if _HINTS in environ:
            environ[_HINTS] = partial(_hint, environ[_HINTS], exchange)
        before = enter(exchange)
        try:
            body = self.app(environ, exchange.start_response)
        finally:
            leave(before)
        if exchange.page is None and isinstance(body, _WHOLE):
            exchange.end()
            return body
        return _Body(body, exchange)


class _WSGIExchange(Exchange):
    """An exchange over WSGI; its ``start_response`` is what the app gets."""

    _fetched = ""

    def __init__(
        self, environ: WSGIEnvironment, start_response: StartResponse, store: Store
    ) -> None:
        self.environ: WSGIEnvironment | None = environ
        self._start_response = start_response
        self._store = store
        self.scheme = environ["wsgi.url_scheme"]
        # A look with ``in`` costs a third of a call of ``get``.
        path = environ["PATH_INFO"] if "PATH_INFO" in environ else ""
        self.path = path if path.isascii() else _text(path)
        root = environ["SCRIPT_NAME"] if "SCRIPT_NAME" in environ else ""
        if root:
            self.root = _text(root)
        self._host: str = environ["HTTP_HOST"] if "HTTP_HOST" in environ else ""
        self._agent: str = environ["HTTP_USER_AGENT"] if "HTTP_USER_AGENT" in environ else ""
        self.cookie = environ["HTTP_COOKIE"] if "HTTP_COOKIE" in environ else ""
        if "HTTP_SEC_GPC" in environ:
            self.gpc = environ["HTTP_SEC_GPC"]
        if "HTTP_SEC_FETCH_DEST" in environ:
            destination = environ["HTTP_SEC_FETCH_DEST"]
            self.destination = destination if destination in DESTINATIONS else ""
            self._fetched = destination

    def start_response(self, status: str, headers: list[Header], exc_info: Any = None, /) -> Write:
        """Gates the headers, and what is written where something is placed in it."""
        if exc_info:
            self.page = None
        if self.is_same_for_all(headers):
            departed = headers + self._settings.constant_text
        else:
            code = int(status[:3]) if status[:3].isdecimal() else 0
            if self.leave(code, headers):
                converse(self, self._store, _no_body)
            departed = self.depart(code, headers, TEXT)
        if exc_info:
            write = self._start_response(status, departed, exc_info)
        else:
            write = self._start_response(status, departed)
        return write if self.page is None else partial(self._write, write)

    def end(self) -> None:
        """Keep what is left to keep when the app has answered."""
        # An environ that holds an exchange that holds the environ would be left to the garbage collector.
        self.environ = None
        if self._login is not None:
            self.finish()
            if self.needs:
                converse(self, self._store, _no_body)

    def _write(self, write: Write, data: bytes) -> object:
        return write(self.body(data, last=False))

    def _request(self) -> WSGIEnvironment:
        if self.environ is None:
            raise UsageError("the request was answered, and is not looked at again")
        return self.environ

    @property
    def method(self) -> str:
        return str(self._request()["REQUEST_METHOD"])

    @property
    def part(self) -> bool:
        return self._fetched in PARTS

    @property
    def host(self) -> str:
        return self._host

    @property
    def agent(self) -> str:
        return self._agent

    @property
    def query(self) -> str:
        return str(self._request().get("QUERY_STRING", ""))

    def header(self, name: str) -> str | None:
        return self._request().get(_key(name))


def _hint(send: Callable[[list[Header]], object], exchange: Exchange, fields: list[Header]) -> None:
    """What may leave ahead of the response (RFC 8297), where the server offers it."""
    send(exchange.hint(fields))


@cache
def _key(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _text(path: str) -> str:
    """WSGI hands over each byte as a character; a path is UTF-8."""
    return path.encode("latin-1").decode("utf-8", "replace")


def _read_body(environ: WSGIEnvironment, limit: int) -> bytes | None:
    """What was read is there to be read again."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > _LONGEST_LENGTH or int(length) > limit:
        return None
    body, read = b"", environ["wsgi.input"].read
    # Whatever a server raises where a client has left, it is not known how much came.
    with suppress(Exception):
        while (missing := int(length) - len(body)) and (part := read(missing)):
            body += part
    if body:
        environ["wsgi.input"] = BytesIO(body)
    return body if len(body) == int(length) else None


def _no_body(limit: int) -> None:
    """The request's body is the app's to read."""


def _narrow(environ: WSGIEnvironment, exchange: Exchange) -> None:
    """Let the app see only what it may of the request."""
    if exchange.app_cookie is not None:
        environ["HTTP_COOKIE"] = exchange.app_cookie
        if not exchange.app_cookie:
            del environ["HTTP_COOKIE"]
    if exchange.places:
        for name in HIDDEN_FROM_APP:
            environ.pop(_key(name), None)
        environ["HTTP_ACCEPT_ENCODING"] = "identity"
        environ.pop("wsgi.file_wrapper", None)


class _Body:
    """The app's body, through the page gate if there is one. While the app makes it, the visit is the current one."""

    def __init__(self, body: Iterable[bytes], exchange: _WSGIExchange) -> None:
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
        return self._passing(chunks)

    def _passing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        exchange = self._exchange
        while True:
            before = enter(exchange)
            try:
                chunk = next(chunks, None)
            finally:
                leave(before)
            if chunk is None:
                break
            yield chunk if exchange.page is None else exchange.body(chunk, last=False)
        if exchange.page is not None:
            yield exchange.body(b"", last=True)

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            before = enter(self._exchange)
            try:
                close()
            finally:
                leave(before)
        self._exchange.end()


def _reply(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", reply.headers)
    return [reply.body]
