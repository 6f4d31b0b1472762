"""One small client per edge, in this process, and apps that are written once for both.

A handler takes the visit and the request and gives an ``AppResponse``; ``asgi_app`` and ``wsgi_app`` make an app of
it. The clients send what a Chromium navigation sends, check what the protocol of their edge demands of the answer,
and keep cookies by name and value.
"""

from __future__ import annotations

import asyncio
import io
import json as json_module
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlencode, urlsplit
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.ledger import Record

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Header: TypeAlias = tuple[str, str]
Form: TypeAlias = Mapping[str, str | Several[str]]
Fields: TypeAlias = Mapping[str, str | Several[str] | None]
"""What to send: a value, several fields of one name, or ``None`` to leave out what would be sent by default."""
Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
EdgeName = Literal["asgi", "wsgi", "wsgi-validated"]

NO_FIELDS: Fields = MappingProxyType({})
FORM = "application/x-www-form-urlencoded"


# --- the app, written once -----------------------------------------------------------------------


WORDS = ("policy", "notice")
"""The events that keep words, and are of no visitor."""


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


# --- the clients ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    status: int
    headers: list[Header]
    chunks: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json_module.loads(self.body)

    def header(self, name: str) -> str | None:
        """The one field of this name; more than one is a failure."""
        values = self.headers_of(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def headers_of(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def leads_to(self) -> str | None:
        """Where a browser is led that keeps cookies: past the look at whether it does."""
        where = self.header("location")
        target, _, query = (where or "").partition("?")
        return parse_qs(query)["next"][0] if target.endswith("/check") else where

    @property
    def cookies(self) -> list[str]:
        """The ``Set-Cookie`` lines."""
        return self.headers_of("set-cookie")

    @property
    def cookie_names(self) -> list[str]:
        return [line.partition("=")[0] for line in self.cookies]


@dataclass
class Sent:
    """One request as it goes over the wire."""

    method: str
    path: str
    query: str
    headers: list[Header]
    body: list[bytes]


class Client(ABC):
    """A browser as far as one site is concerned. ``on_start`` and ``on_chunk`` are told what leaves, when it does."""

    def __init__(self, app: Any, *, base: str = "https://www.example", root: str = "") -> None:
        self.app = app
        self.base = base
        self.root = root
        self.jar: dict[str, str] = {}
        self.on_start: Callable[[], None] = lambda: None
        self.on_chunk: Callable[[bytes], None] = lambda chunk: None
        self.headers: Fields = NO_FIELDS
        """Sent with every request, instead of what is by default."""
        self.safe: CookieSafe | None = None
        self.keeps_cookies = True

    @property
    def records(self) -> list[Record]:
        """What the store has kept."""
        assert self.safe is not None
        return [each for each in self.safe.store.records() if each.event not in WORDS]

    def another(self) -> Client:
        """Somebody else's browser at the same site."""
        other = type(self)(self.app, base=self.base, root=self.root)
        other.safe = self.safe
        return other

    def get(
        self, path: str, headers: Fields = NO_FIELDS, cookies: str | Several[str] | None = None
    ) -> Response:
        return self.request("GET", path, headers=headers, cookies=cookies)

    def head(
        self, path: str, headers: Fields = NO_FIELDS, cookies: str | Several[str] | None = None
    ) -> Response:
        return self.request("HEAD", path, headers=headers, cookies=cookies)

    def post(
        self,
        path: str,
        form: Form | None = None,
        body: bytes | Several[bytes] = b"",
        headers: Fields = NO_FIELDS,
        cookies: str | Several[str] | None = None,
    ) -> Response:
        if form is not None:
            body = urlencode(form, doseq=True).encode()
        return self.request("POST", path, headers=headers, cookies=cookies, body=body)

    def follow(self, response: Response) -> tuple[str, Response]:
        """Where its redirects lead in the end, and what is there. More than three are a failure."""
        where = ""
        for _ in range(4):
            if (led := response.header("location")) is None:
                return where, response
            where = led
            response = self.get(where.partition("#")[0].removeprefix(self.root))
        raise AssertionError(f"it leads on and on: {where}")

    def choose(
        self,
        choice: str,
        *,
        purpose: Several[str] = (),
        vendor: Several[str] = (),
        headers: Fields = NO_FIELDS,
        **fields: str,
    ) -> Response:
        """Post a choice as the banner does."""
        form = {"choice": choice, "purpose": purpose, "vendor": vendor, **fields}
        return self.post("/cookiesafe/choices", form=form, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Fields = NO_FIELDS,
        cookies: str | Several[str] | None = None,
        body: bytes | Several[bytes] = b"",
    ) -> Response:
        """``cookies`` is the header, or several, instead of what the jar holds; several bodies are chunks."""
        chunks = [body] if isinstance(body, bytes) else list(body)
        target, _, query = path.partition("?")
        fields = self._defaults(method, len(b"".join(chunks)))
        fields["cookie"] = self._cookies() if cookies is None else cookies
        fields |= {name.lower(): value for name, value in {**self.headers, **headers}.items()}
        sent = Sent(method, target, query, list(_spread(fields)), chunks)
        response = self._send(sent)
        _check(method, response)
        self._keep(response)
        return response

    def prepared(
        self, path: str, method: str = "GET", body: bytes = b"", headers: Fields = NO_FIELDS
    ) -> Sent:
        """A request to send by other means than ``request``."""
        target, _, query = path.partition("?")
        fields = {**self._defaults(method, len(body)), "cookie": self._cookies(), **headers}
        return Sent(method, target, query, list(_spread(fields)), [body])

    def _defaults(self, method: str, length: int) -> dict[str, str | Several[str] | None]:
        """As Chromium navigates: fetch metadata only where the connection is trustworthy."""
        parts = urlsplit(self.base)
        fields: dict[str, str | Several[str] | None] = {
            "host": parts.netloc,
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36",
            "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            "accept-encoding": "gzip, deflate, br, zstd",
            "accept-language": "en-GB,en;q=0.9",
            "upgrade-insecure-requests": "1",
        }
        host = parts.hostname or ""
        if parts.scheme == "https" or host.endswith("localhost") or host in ("127.0.0.1", "::1"):
            fields["sec-fetch-dest"] = "document"
            fields["sec-fetch-mode"] = "navigate"
            fields["sec-fetch-user"] = "?1"
            fields["sec-fetch-site"] = "none" if method in ("GET", "HEAD") else "same-origin"
        if method not in ("GET", "HEAD"):
            fields["origin"] = self.base
            fields["content-type"] = FORM
            fields["content-length"] = str(length)
        return fields

    def _cookies(self) -> str | None:
        return "; ".join(f"{name}={value}" for name, value in self.jar.items()) or None

    def _keep(self, response: Response) -> None:
        for line in response.cookies if self.keeps_cookies else []:
            pair, _, attributes = line.partition(";")
            name, _, value = pair.partition("=")
            if "max-age=0" in attributes.lower() or "01 jan 1970" in attributes.lower():
                self.jar.pop(name.strip(), None)
            else:
                self.jar[name.strip()] = value.strip()

    @abstractmethod
    def _send(self, sent: Sent) -> Response: ...


def _spread(fields: Fields) -> Iterator[Header]:
    for name, value in fields.items():
        if value is None or (name == "cookie" and not value):
            continue
        for each in [value] if isinstance(value, str) else value:
            yield name, each


def _check(method: str, response: Response) -> None:
    """What HTTP demands of every response (RFC 9110, sections 6.4.1 and 8.6)."""
    length = response.header("content-length")
    if method == "HEAD" or response.status in (204, 304):
        assert response.body == b"", "a body where there is none"
    elif length is not None:
        assert int(length) == len(response.body), "Content-Length is not the body's"


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
            "client": ("203.0.113.7", 54321),
            "server": (parts.hostname, parts.port),
            "state": {},
            "extensions": {"http.response.pathsend": {}, "http.response.zerocopysend": {}},
        }
        if kind == "http":
            scope["method"] = sent.method
        else:
            scope["subprotocols"] = []
        return scope

    def _send(self, sent: Sent) -> Response:
        return asyncio.run(self.exchange(sent))

    async def exchange(self, sent: Sent) -> Response:
        """One request, for tests that run several in one loop."""
        incoming = _incoming(sent.body)
        checked = _CheckedSend(self.on_start, self.on_chunk)

        async def receive() -> Message:
            return next(incoming)

        await self.app(self.scope(sent), receive, checked)
        assert checked.state == "done", f"the response is {checked.state}"
        return Response(checked.status, checked.headers, checked.chunks)

    def connect(self, path: str, headers: Fields = NO_FIELDS) -> list[Message]:
        """Open a websocket and close it at once: the messages that came back."""
        fields = self._defaults("GET", 0) | {
            "accept": None,
            "sec-fetch-dest": "websocket",
            "sec-fetch-mode": "websocket",
            "origin": self.base,
            "cookie": self._cookies(),
        }
        sent = Sent("GET", path, "", list(_spread({**fields, **headers})), [])
        incoming = iter([{"type": "websocket.connect"}])
        messages: list[Message] = []

        async def receive() -> Message:
            return next(incoming, {"type": "websocket.disconnect", "code": 1001})

        async def send(message: Message) -> None:
            messages.append(message)

        async def run() -> None:
            await self.app(self.scope(sent, "websocket"), receive, send)

        asyncio.run(run())
        return messages


def _incoming(body: list[bytes]) -> Iterator[Message]:
    for at, chunk in enumerate(body, 1):
        yield {"type": "http.request", "body": chunk, "more_body": at < len(body)}
    while True:
        yield {"type": "http.disconnect"}


class _CheckedSend:
    """The server's end of ``send``: it takes only what the ASGI specification allows."""

    def __init__(self, on_start: Callable[[], None], on_chunk: Callable[[bytes], None]) -> None:
        self.state: Literal["not begun", "begun", "done"] = "not begun"
        self.status = 0
        self.headers: list[Header] = []
        self.chunks: list[bytes] = []
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
            "REMOTE_ADDR": "203.0.113.7",
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

    def _send(self, sent: Sent) -> Response:
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
            answered[:] = [(int(status[:3]), list(headers))]
            return take

        app = validator(_typed(self.app)) if self.validate else self.app
        body = app(environ, start_response)  # type: ignore[arg-type,unused-ignore]
        try:
            for chunk in body:
                take(chunk)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        if not chunks:
            self.on_start()
        status, headers = answered[0]
        return Response(status, [field for field in headers if field != _UNTYPED], chunks)


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
