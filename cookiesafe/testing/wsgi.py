"""A browser at a WSGI app, through ``wsgiref.validate``."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

from .client import Client, Header, Outcome, Response, Sent

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class WSGIClient(Client):
    """Talks to a WSGI app through ``wsgiref.validate``, unless a test sends what that refuses to pass on."""

    def __init__(
        self,
        app: WSGIApplication,
        *,
        base: str = "https://www.example",
        root: str = "",
        validate: bool = True,
    ) -> None:
        super().__init__(app, base=base, root=root)
        self.validate = validate

    def environ(self, sent: Sent) -> WSGIEnvironment:
        parts = urlsplit(self.base)
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": sent.method,
            "SCRIPT_NAME": self.root,
            "PATH_INFO": unquote_to_bytes(sent.path).decode("latin-1"),
            "QUERY_STRING": sent.query,
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or {"http": 80, "https": 443}[parts.scheme]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.peer,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(b"".join(sent.body)),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileWrapper,
        }
        for name, value in sent.headers:
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            joint = "; " if key == "HTTP_COOKIE" else ", "
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
        return environ

    def _attempt(self, sent: Sent) -> Outcome:
        environ = self.environ(sent)
        answered: list[tuple[int, list[Header]]] = []
        chunks: list[bytes] = []

        def take(chunk: bytes) -> None:
            if chunk:
                if not chunks:
                    self.on_start()
                chunks.append(chunk)
                self.on_chunk(chunk)

        def start_response(
            status: str,
            headers: list[Header],
            exc_info: tuple[type[BaseException], BaseException, TracebackType] | None = None,
            /,
        ) -> Callable[[bytes], None]:
            assert not answered or exc_info, "a second start_response without exc_info"
            if exc_info and chunks:
                raise exc_info[1]
            # Blanks around a value are none of it (RFC 9110, section 5.5).
            fields = [(name, value.strip(" \t")) for name, value in headers]
            answered[:] = [(int(status[:3]), fields)]
            return take

        app = validator(_typed(self.app)) if self.validate else self.app
        try:
            body = app(environ, start_response)  # type: ignore[arg-type,unused-ignore]
            try:
                for chunk in body:
                    take(chunk)
            finally:
                close = getattr(body, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            return Outcome(None, error)
        if not chunks:
            self.on_start()
        status, headers = answered[0]
        fields = [field for field in headers if field != _UNTYPED]
        return Outcome(Response(status, fields, chunks))


_UNTYPED = ("Content-Type", "x-none/x-none")


def _typed(app: WSGIApplication) -> WSGIApplication:
    """``wsgiref.validate`` asks for a type even of a redirect without content (not so RFC 9110, section 8.3)."""

    def typed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[Header], *exc_info: Any) -> Any:
            untyped = "content-type" not in {name.lower() for name, _ in headers}
            if untyped and status[0] == "3" and status[:3] != "304":
                headers = [*headers, _UNTYPED]
            return start_response(status, headers, *exc_info)

        return app(environ, start)

    return typed
