"""Cases of a form of 1 KB that is carried one step on, and of what that takes at least: to decrypt, read, write and encrypt it."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .site import BODY, Run, drive_wsgi, safe

FORM = {f"field_{n}": f"What was typed into field {n:02}: {'words, ' * 3}" for n in range(16)}
_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "12")]
_NONCE, _BOUND = (
    bytes(range(12)),
    b"cookiesafe.seal.v1:5:carry:4:form:5:order:19:https://www.example",
)


def _request(*, carries: bool) -> Run:
    """A request that opens the form and seals it again, or lets it be."""
    from cookiesafe.adapters.wsgi import CookieSafeMiddleware

    tokens: list[str] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        if carries:
            carry = environ["cookiesafe.visit"].carry
            data = carry.open("order", tokens[0]).data if tokens else FORM
            tokens[:] = [carry.seal("order", data)]
        start_response("200 OK", list(_HEADERS))
        return [BODY]

    return drive_wsgi(CookieSafeMiddleware(app, safe()), "")


def _bare() -> Run:
    cipher = AESGCM(bytes(32))
    sealed = cipher.encrypt(_NONCE, json.dumps(FORM).encode(), _BOUND)

    def run(n: int) -> None:
        for _ in range(n):
            data = json.loads(cipher.decrypt(_NONCE, sealed, _BOUND))
            cipher.encrypt(_NONCE, json.dumps(data).encode(), _BOUND)

    return run


def _nothing(n: int) -> None:
    for _ in range(n):
        pass


def carry(how: str) -> Run:
    if how == "bare":
        return _bare()
    return _nothing if how == "nothing" else _request(carries=how == "ours")
