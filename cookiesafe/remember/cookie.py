"""The remember cookie, with a store and without.

Without a store, the cookie itself says who is remembered, since when and until when. Then it is never replaced, a copy
of it is not noticed, and nobody can end it before its time but in the browser that has it.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from typing import Protocol

from ..cookies import expire_set_cookie, find_cookie, write_set_cookie
from ..errors import BadToken
from .token import Presented, parse

_UNKEPT = "n."


class Signer(Protocol):
    """What signs the cookie."""

    def sign(self, payload: str) -> str: ...

    def verify(self, token: str) -> str:
        """Raises ``BadToken``."""


@dataclass(frozen=True, slots=True)
class Unkept:
    """A login that no store knows of: whose, when the password was given, and until when (unix seconds).

    ``sid`` is its id, which all sessions have that it begins: so that one mark of a logout ends them all.
    """

    user: str
    auth_time: int
    until: int
    sid: str


class RememberCookie:
    """Reads and writes remembered logins under one cookie name."""

    def __init__(self, name: str, signer: Signer, *, secure: bool) -> None:
        self.name = name
        self._signer = signer
        self._secure = secure

    def presented(self, cookies: str) -> Presented | None:
        """What a browser shows of a series. Two that differ are nobody's: somebody else has set one of them."""
        found = {
            each for payload in self._payloads(cookies) if (each := parse(payload)) is not None
        }
        return found.pop() if len(found) == 1 else None

    def unkept(self, cookies: str) -> Unkept | None:
        """A login that no store knows of, as ``presented``."""
        found = {
            each for payload in self._payloads(cookies) if (each := _unkept(payload)) is not None
        }
        return found.pop() if len(found) == 1 else None

    def write(self, payload: str, max_age: int) -> str:
        """The ``Set-Cookie`` line for a series' payload, kept for so many seconds."""
        token = self._signer.sign(payload)
        return write_set_cookie(self.name, token, max_age=max_age, secure=self._secure)

    def write_unkept(self, login: Unkept, max_age: int) -> str:
        """The line for a login that no store knows of."""
        fields = json.dumps(
            [login.user, login.auth_time, login.until, login.sid], separators=(",", ":")
        )
        return self.write(_UNKEPT + b2a_base64(fields.encode(), newline=False).decode(), max_age)

    def expire(self) -> str:
        """The line that removes it."""
        return expire_set_cookie(self.name, secure=self._secure)

    def _payloads(self, cookies: str) -> list[str]:
        payloads = []
        for token in find_cookie(cookies, self.name):
            try:
                payloads.append(self._signer.verify(token))
            except BadToken:
                continue
        return payloads


def _unkept(payload: str) -> Unkept | None:
    if not payload.startswith(_UNKEPT):
        return None
    try:
        return Unkept(*json.loads(a2b_base64(payload.removeprefix(_UNKEPT))))
    except (ValueError, TypeError, RecursionError):
        return None
