"""The form Flask's session has in its cookie: ours, compressed where it would not fit otherwise, as Flask's own is."""

from __future__ import annotations

import zlib
from binascii import a2b_base64, b2a_base64
from functools import lru_cache

from cookiesafe.errors import BadToken, SessionTooLarge
from cookiesafe.keys import KeyRing, Signer
from cookiesafe.migration.signed import unpacked
from cookiesafe.session import MAX_COOKIE_BYTES, Reference, SessionCookie, SessionTerms, Stored

_USE = "flask-session"
_NO_END = 10**12
"""Seconds. Flask's sessions end when they were not written for long enough, and at no other time."""
_REMEMBERED = 1024
_COMPRESSED = "z."


class Wire:
    """Reads and writes sessions under one cookie name, which hold for ``lifetime`` seconds after they were written."""

    def __init__(self, name: str, keys: KeyRing, lifetime: int) -> None:
        seal = _Shortening(keys.signer(_USE, name), MAX_COOKIE_BYTES - len(name))
        self.terms = SessionTerms(idle=max(1, lifetime), absolute=_NO_END)
        self._cookie = SessionCookie(name, seal, self.terms)
        self._remembered = lru_cache(_REMEMBERED)(self._cookie.read)

    def read(self, header: str) -> tuple[Stored | Reference, ...]:
        """All sessions in a ``Cookie`` header. Remembered, since a page's requests all send the same one."""
        if len(header) <= MAX_COOKIE_BYTES:
            return self._remembered(header)
        return self._cookie.read(header)

    def write(self, stored: Stored) -> str:
        """The cookie's value. Raises ``SessionTooLarge``."""
        try:
            return self._cookie.write(stored)
        except SessionTooLarge as error:
            fix = "Keep ids in it, and the data in your database."
            raise SessionTooLarge(error.what, where="Flask's session", fix=fix) from None


class _Shortening:
    """Signs payloads; of one that would get longer than ``longest``, the data is compressed before."""

    def __init__(self, signer: Signer, longest: int) -> None:
        self._signer = signer
        self._longest = longest

    def sign(self, payload: str) -> str:
        token = self._signer.sign(payload)
        if len(token) <= self._longest:
            return token
        kind, data, times = payload.split(".", 2)
        shorter = b2a_base64(zlib.compress(a2b_base64(data), 9), newline=False).decode()
        return self._signer.sign(f"{_COMPRESSED}{kind}.{shorter}.{times}")

    def verify(self, token: str) -> str:
        payload = self._signer.verify(token)
        if not payload.startswith(_COMPRESSED):
            return payload
        kind, data, times = payload.removeprefix(_COMPRESSED).split(".", 2)
        return f"{kind}.{_longer(data)}.{times}"


def _longer(data: str) -> str:
    """Raises ``BadToken`` for what none of ours can be, even if somebody has signed it."""
    try:
        return b2a_base64(unpacked(f".{data}".encode()), newline=False).decode()
    except (ValueError, zlib.error) as error:
        raise BadToken("the session in it is cut short, or too long") from error
