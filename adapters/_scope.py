"""A request as ASGI has it: its scope."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from cookiesafe.exchange import HIDDEN_FROM_APP, Exchange

Scope = MutableMapping[str, Any]

_HIDDEN = frozenset(name.encode() for name in HIDDEN_FROM_APP)
_NOTHING_HIDDEN: frozenset[bytes] = frozenset()
_COOKIE = frozenset({b"cookie"})
_SHORT_CUTS = ("http.response.pathsend", "http.response.zerocopysend")


def narrow(scope: Scope, exchange: Exchange) -> None:
    """Let the app see only what it may of the request."""
    cookies, places = exchange.app_cookie, exchange.places
    hidden = _HIDDEN if places else _NOTHING_HIDDEN
    if cookies is not None:
        hidden = hidden | _COOKIE
    fields = [field for field in scope["headers"] if field[0] not in hidden]
    if cookies:
        fields.append((b"cookie", cookies.encode("latin-1")))
    if places:
        fields.append((b"accept-encoding", b"identity"))
        extensions = scope.get("extensions") or {}
        scope["extensions"] = {k: v for k, v in extensions.items() if k not in _SHORT_CUTS}
    scope["headers"] = fields
