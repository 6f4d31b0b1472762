"""Apps that are written once for both edges, and the clients of ``cookiesafe.testing`` at them.

A handler takes the visit and the request and gives an ``AppResponse``; ``asgi_app`` and ``wsgi_app`` make an app of
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from wsgiref.validate import validator

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.testing.asgi import ASGIApp, ASGIClient, Message, Receive, Scope, Send
from cookiesafe.testing.client import (
    FORM,
    NO_FIELDS,
    Client,
    Fields,
    Header,
    Outcome,
    Response,
    Sent,
)
from cookiesafe.testing.wsgi import WSGIClient

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = [
    "FORM",
    "NO_FIELDS",
    "ASGIApp",
    "ASGIClient",
    "AppRequest",
    "AppResponse",
    "Client",
    "EdgeName",
    "Fields",
    "Handler",
    "Header",
    "Message",
    "Outcome",
    "Receive",
    "Response",
    "Scope",
    "Send",
    "Sent",
    "WSGIClient",
    "answer",
    "asgi_app",
    "client_at",
    "html",
    "wsgi_app",
]

EdgeName = Literal["asgi", "wsgi", "wsgi-validated"]


# --- the app, written once -----------------------------------------------------------------------


@dataclass(frozen=True)
class AppRequest:
    """What the app is given, whichever edge it came by. ``raw`` is the scope or the environ."""

    method: str
    path: str
    root: str
    query: str
    headers: list[Header]
    body: bytes
    short_cuts: frozenset[str]
    raw: Mapping[str, Any]

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    @property
    def cookies(self) -> str | None:
        """The ``Cookie`` header, several joined as RFC 9113 (8.2.3) joins them."""
        values = [value for key, value in self.headers if key == "cookie"]
        return "; ".join(values) if values else None


@dataclass(frozen=True)
class AppResponse:
    """What the app answers; a list or a generator leaves chunk by chunk."""

    status: int = 200
    headers: list[Header] = field(default_factory=list)
    body: bytes | Iterable[bytes] = b""


Handler: TypeAlias = Callable[[Visit, AppRequest], AppResponse]


def html(body: str | bytes | Iterable[bytes], *headers: Header, status: int = 200) -> AppResponse:
    """A page; whole ones tell their length."""
    return answer("text/html; charset=utf-8", body, *headers, status=status)


def answer(
    content_type: str,
    body: str | bytes | Iterable[bytes] = b"",
    *headers: Header,
    status: int = 200,
) -> AppResponse:
    """A response of a type; whole ones tell their length."""
    if isinstance(body, str):
        body = body.encode()
    fields = [("Content-Type", content_type), *headers]
    if isinstance(body, bytes):
        fields.append(("Content-Length", str(len(body))))
    return AppResponse(status, fields, body)


def asgi_app(handler: Handler) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        root = scope.get("root_path", "")
        path = scope["path"]
        request = AppRequest(
            scope["method"],
            path.removeprefix(root),
            root,
            scope["query_string"].decode("latin-1"),
            [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]],
            await _whole_body(receive),
            frozenset(scope.get("extensions") or ()),
            scope,
        )
        response = handler(scope["cookiesafe"], request)
        fields = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        body = b"" if request.method == "HEAD" else response.body
        if isinstance(body, bytes):
            await send({"type": "http.response.body", "body": body})
            return
        for chunk in body:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})

    return app


async def _whole_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def wsgi_app(handler: Handler) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        request = AppRequest(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            environ["SCRIPT_NAME"],
            environ["QUERY_STRING"],
            list(_environ_headers(environ)),
            environ["wsgi.input"].read(length) if length else b"",
            frozenset({"wsgi.file_wrapper"} & environ.keys()),
            environ,
        )
        response = handler(environ["cookiesafe.visit"], request)
        start_response(_status_line(response.status), list(response.headers))
        if request.method == "HEAD":
            return []
        return [response.body] if isinstance(response.body, bytes) else response.body

    return app


def _environ_headers(environ: WSGIEnvironment) -> Iterator[Header]:
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield key[5:].lower().replace("_", "-"), value
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            yield key.lower().replace("_", "-"), value


def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


# --- an edge around a handler --------------------------------------------------------------------


def client_at(edge: EdgeName, safe: CookieSafe, handler: Handler, **options: Any) -> Client:
    """A client of one app behind the middleware; ``wsgi-validated`` has a validator around the app too."""
    client: Client
    if edge == "asgi":
        client = ASGIClient(ASGIMiddleware(asgi_app(handler), safe), **options)
    else:
        app = wsgi_app(handler)
        if edge == "wsgi-validated":
            app = validator(app)
        client = WSGIClient(WSGIMiddleware(app, safe), **options)
    client.safe = safe
    return client
