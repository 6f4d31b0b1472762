"""One request over WSGI, as the edge drives it: imported where a site starts, so that the edge alone takes little to import."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cookiesafe.adapters._environ import Environ, EnvironExchange, announced, narrow
from cookiesafe.adapters._perform import converse, no_body
from cookiesafe.fields import TEXT, Header
from cookiesafe.gate.documents import DESTINATIONS
from cookiesafe.ports import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Write = Callable[[bytes], object]


class WSGIExchange(EnvironExchange):
    """An exchange over WSGI; its ``start_response`` is what the app gets."""

    def __init__(
        self, environ: WSGIEnvironment, start_response: StartResponse, store: Store
    ) -> None:
        self.environ = environ
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

    def start_response(self, status: str, headers: list[Header], exc_info: Any = None) -> Write:
        """Gates the headers, and what is written where something is placed in it."""
        if type(headers) is not list:
            headers = list(headers)
        if exc_info:
            return self._start_again(status, headers, exc_info)
        if self.is_same_for_all(headers):
            departed = headers + self._settings.constant_text
        elif self.departed:
            return self._start_again(status, headers)
        else:
            departed = self._departing(status, headers)
        write = self._start_response(status, departed)
        return write if self.page is None else partial(self._write, write)

    def _start_again(self, status: str, headers: list[Header], *exc_info: Any) -> Write:
        """A start instead of another. The server refuses one that comes too late, and what has begun goes on."""
        page = self.page
        try:
            if self.is_same_for_all(headers):
                self.page = None
                departed = headers + self._settings.constant_text
            else:
                departed = self._departing(status, headers)
            write = self._start_response(status, departed, *exc_info)
        except BaseException:
            self.page = page
            raise
        return write if self.page is None else partial(self._write, write)

    def _departing(self, status: str, headers: list[Header]) -> list[Header]:
        try:
            code = int(status[:3]) if status[:3].isdecimal() else 0
        except (TypeError, AttributeError):
            # It is the server's to refuse.
            code = 0
        if self.leave(code, headers):
            converse(self, self._store, no_body)
        return self.depart(code, headers, TEXT)

    def prepare(self) -> None:
        """Give it what it needs before the app is asked."""
        converse(self, self._store, partial(_read_body, self._request()))

    def narrow(self, environ: WSGIEnvironment) -> None:
        """Let the app see only what it may of the request."""
        narrow(environ, self)

    def end(self) -> None:
        """Keep what is left to keep when the app has answered."""
        # An environ that holds an exchange that holds the environ would be left to the garbage collector.
        self.environ = None
        if self._login is not None:
            self.finish()
            if self.needs:
                converse(self, self._store, no_body)

    def _write(self, write: Write, data: bytes) -> object:
        return write(self.body(data, last=False))

    @property
    def host(self) -> str:
        return self._host

    @property
    def agent(self) -> str:
        return self._agent


def _text(path: str) -> str:
    """WSGI hands over each byte as a character; a path is UTF-8."""
    return path.encode("latin-1").decode("utf-8", "replace")


def _read_body(environ: Environ, limit: int) -> bytes | None:
    """What was read is there to be read again."""
    length = announced(environ)
    if length is None or length > limit:
        return None
    body, read = b"", environ["wsgi.input"].read
    # Whatever a server raises where a client has left, it is not known how much came.
    with suppress(Exception):
        while (missing := length - len(body)) and (part := read(missing)):
            body += part
    if body:
        environ["wsgi.input"] = BytesIO(body)
    return body if len(body) == length else None
