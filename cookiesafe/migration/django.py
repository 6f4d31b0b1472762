"""Django's ``signed_cookies`` sessions with its ``JSONSerializer``."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from dataclasses import dataclass, field

import itsdangerous

from ..keys import key_list
from .signed import SessionReader, unpacked

_BASE62 = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()


@dataclass(frozen=True, kw_only=True)
class DjangoSession(SessionReader):
    """``base64url(JSON):time:signature``, HMAC-SHA256. ``_auth_user_id`` and the like stand in it as Django has them.

    ``fallback_keys`` are its ``SECRET_KEY_FALLBACKS``, ``max_age`` its ``SESSION_COOKIE_AGE``. As in Django, an expiry
    set for one session is the browser's to keep.
    """

    cookie: str = "sessionid"
    fallback_keys: Sequence[str | bytes] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        key_list(self.secret_key, self.fallback_keys)

    def _signer(self) -> itsdangerous.Signer:
        return itsdangerous.Signer(
            key_list(self.secret_key, self.fallback_keys),
            "django.contrib.sessions.backends.signed_cookies",
            sep=":",
            key_derivation="django-concat",
            digest_method=hashlib.sha256,
        )

    def _time(self, written: bytes) -> int:
        seconds = 0
        for digit in written:
            seconds = seconds * 62 + _BASE62.index(digit)
        return seconds

    def _text(self, payload: bytes) -> str:
        return unpacked(payload).decode("latin-1")
