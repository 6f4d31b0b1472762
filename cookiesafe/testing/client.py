"""A browser as far as one site is concerned, in this process.

It sends what a Chromium navigation sends, checks what HTTP demands of the answer, and keeps cookies by name and value.
"""

from __future__ import annotations

import json as json_module
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit

from cookiesafe.ledger import Record
from cookiesafe.safe import CookieSafe

Header: TypeAlias = tuple[str, str]
Form: TypeAlias = Mapping[str, str | Several[str]]
Fields: TypeAlias = Mapping[str, str | Several[str] | None]
"""What to send: a value, several fields of one name, or ``None`` to leave out what would be sent by default."""

NO_FIELDS: Fields = MappingProxyType({})
FORM = "application/x-www-form-urlencoded"
WORDS = ("policy", "notice")
"""The events that keep words, and are of no visitor."""


@dataclass(frozen=True)
class Response:
    """What came back."""

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


class Outcome(NamedTuple):
    """What comes of a request in which the app may fail: it answers, raises ``error``, or, as some do, both."""

    response: Response | None
    error: Exception | None = None

    def answer(self) -> Response:
        """The response, where nothing was raised."""
        if self.error is not None:
            raise self.error
        assert self.response is not None, "there is no answer"
        return self.response


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
        self.peer = "203.0.113.7"
        """The address it asks from."""
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

    def another(self) -> Self:
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
        sent = Sent(method, target, query, list(spread(fields)), chunks)
        response = self._send(sent)
        _check(method, response)
        self.keep(response)
        return response

    def outcome(self, path: str, method: str = "GET") -> Outcome:
        """What comes of a request that may fail, before a server makes of it what HTTP demands."""
        return self._attempt(self.prepared(path, method))

    def prepared(
        self, path: str, method: str = "GET", body: bytes = b"", headers: Fields = NO_FIELDS
    ) -> Sent:
        """A request to send by other means than ``request``."""
        target, _, query = path.partition("?")
        fields = {**self._defaults(method, len(body)), "cookie": self._cookies(), **headers}
        return Sent(method, target, query, list(spread(fields)), [body])

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

    def keep(self, response: Response) -> None:
        """Take its cookies, and let go of those that it ends."""
        for line in response.cookies if self.keeps_cookies else []:
            pair, _, attributes = line.partition(";")
            name, _, value = pair.partition("=")
            if "max-age=0" in attributes.lower() or "01 jan 1970" in attributes.lower():
                self.jar.pop(name.strip(), None)
            else:
                self.jar[name.strip()] = value.strip()

    def _send(self, sent: Sent) -> Response:
        return self._attempt(sent).answer()

    @abstractmethod
    def _attempt(self, sent: Sent) -> Outcome: ...


def spread(fields: Fields) -> Iterator[Header]:
    """One header for each value."""
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
