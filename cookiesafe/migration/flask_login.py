"""Flask-Login's remember cookie: who it was, for ever. It says neither when it was made nor for which browser."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from ..errors import SettingError
from .reader import Reader

_ESCAPED = re.compile(rb"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class FlaskLoginRemember(Reader[str]):
    """``user_id|hex(HMAC-SHA512)``; what is read is the user's id. ``secret_key`` is Flask's, latin-1 as text.

    Who it names has not just signed in: begin a new series, and not a fresh one.
    """

    cookie: str = "remember_token"

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            _latin(self.secret_key)
        except UnicodeEncodeError:
            raise SettingError(
                "secret_key has letters beyond Latin-1",
                where=type(self).__name__,
                fix="Flask-Login cannot sign with it: take the key that it did sign with.",
            ) from None

    def _read(self, value: str, now: int) -> str:
        user_id, _, digest = _unquoted(value.encode("latin-1")).rpartition(b"|")
        expected = hmac.new(_latin(self.secret_key), user_id, "sha512").hexdigest()
        if not user_id or not hmac.compare_digest(expected.encode(), digest):
            raise ValueError("not signed with this key")
        return user_id.decode()


def _latin(key: str | bytes) -> bytes:
    return key.encode("latin-1") if isinstance(key, str) else key


def _unquoted(value: bytes) -> bytes:
    """As Werkzeug writes a value with letters beyond ASCII: quoted, each such byte a backslash and three octal digits."""
    if len(value) < 2 or not value.startswith(b'"') or not value.endswith(b'"'):
        return value
    return _ESCAPED.sub(lambda found: _byte(found[1]) if found[1] else found[2], value[1:-1])


def _byte(octal: bytes) -> bytes:
    return bytes([int(octal, 8)])
