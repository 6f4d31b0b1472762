"""Starlette's ``SessionMiddleware``, and the ``CookieStore`` of starsessions, which writes the same."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass

import itsdangerous

from .signed import SessionReader


@dataclass(frozen=True, kw_only=True)
class StarletteSession(SessionReader):
    """``base64(JSON).time.signature``, HMAC-SHA1. ``max_age`` is the middleware's, 14 days unless it was told."""

    cookie: str = "session"

    def _signer(self) -> itsdangerous.Signer:
        return itsdangerous.Signer(self.secret_key, key_derivation="django-concat")

    def _text(self, payload: bytes) -> str:
        return b64decode(payload).decode()
