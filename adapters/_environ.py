"""A request as CGI has it (RFC 3875, section 4.1), and so WSGI and Django: a mapping that has fields as ``HTTP_…``."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from functools import cache
from typing import Any

from cookiesafe.errors import UsageError
from cookiesafe.exchange import HIDDEN_FROM_APP, Exchange
from cookiesafe.gate.documents import PARTS

Environ = MutableMapping[str, Any]
_LONGEST_LENGTH = 12


class EnvironExchange(Exchange):
    """An exchange whose request is an environ, for as long as there is one."""

    environ: Environ | None
    _fetched = ""
    """What ``Sec-Fetch-Dest`` says, whatever it is."""

    def _request(self) -> Environ:
        if self.environ is None:
            raise UsageError("the request was answered, and is not looked at again")
        return self.environ

    @property
    def method(self) -> str:
        return str(self._request()["REQUEST_METHOD"])

    @property
    def peer(self) -> str:
        return str(self._request().get("REMOTE_ADDR") or "")

    @property
    def part(self) -> bool:
        return self._fetched in PARTS

    @property
    def query(self) -> str:
        return str(self._request().get("QUERY_STRING", ""))

    def params(self) -> Mapping[str, object] | None:
        """As Werkzeug's requests, and so Flask's, have them; Bottle; and others by ``wsgiorg.routing_args``."""
        environ = self._request()
        found = getattr(environ.get("werkzeug.request"), "view_args", None)
        if found is None:
            found = environ.get("route.url_args")
        if found is None:
            _, found = environ.get("wsgiorg.routing_args", ((), None))
        params: Mapping[str, object] | None = found
        return params

    def header(self, name: str) -> str | None:
        return self._request().get(_key(name))


def narrow(environ: Environ, exchange: Exchange) -> None:
    """Let the app see only what it may of the request."""
    if exchange.app_cookie is not None:
        environ["HTTP_COOKIE"] = exchange.app_cookie
        if not exchange.app_cookie:
            del environ["HTTP_COOKIE"]
    if exchange.places:
        for name in HIDDEN_FROM_APP:
            environ.pop(_key(name), None)
        environ["HTTP_ACCEPT_ENCODING"] = "identity"


def announced(environ: Environ) -> int | None:
    """How long the request's body is by its own account: 0 where it says nothing, ``None`` for what is no length."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() and len(length) <= _LONGEST_LENGTH else None


@cache
def _key(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
