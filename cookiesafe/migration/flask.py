"""Flask's session cookie, as its ``SecureCookieSessionInterface`` writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import itsdangerous

from ..keys import key_list
from .signed import SessionReader, unpacked

_UUID = re.compile("([0-9a-f]{8})" + 3 * "([0-9a-f]{4})" + "([0-9a-f]{12})")


@dataclass(frozen=True, kw_only=True)
class TaggedFlaskSession(SessionReader):
    """``base64url(JSON).time.signature``, HMAC-SHA1, values left in Flask's tags, such as ``{" t": [1, 2]}``.

    ``fallback_keys`` are its ``SECRET_KEY_FALLBACKS``, ``max_age`` its ``PERMANENT_SESSION_LIFETIME`` in seconds.
    """

    cookie: str = "session"
    max_age: int | None = 31 * 86_400
    fallback_keys: Sequence[str | bytes] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        key_list(self.secret_key, self.fallback_keys)

    def _signer(self) -> itsdangerous.Signer:
        keys = key_list(self.secret_key, self.fallback_keys)
        return itsdangerous.Signer(keys, "cookie-session", key_derivation="hmac")

    def _text(self, payload: bytes) -> str:
        return unpacked(payload).decode()


@dataclass(frozen=True, kw_only=True)
class FlaskSession(TaggedFlaskSession):
    """As ``TaggedFlaskSession``, with values that JSON holds in the place of tags.

    A tuple becomes a list, bytes their base64 text, ``Markup`` its text, a ``UUID`` its text with dashes, and a
    datetime ISO 8601 text in UTC, such as ``2027-01-15T08:00:00+00:00``.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        # What reads dates loads the network, which nobody else needs: here, so that no request waits for it.
        import_module("email.utils")

    def _read(self, value: str, now: int) -> dict[str, Any]:
        return {key: _untagged(each) for key, each in super()._read(value, now).items()}


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _untagged(each) for key, each in value.items()}
    if len(plain) == 1:
        ((key, each),) = plain.items()
        return _TAGS[key](each) if key in _TAGS else plain
    return plain


def _uuid(hexadecimal: str) -> str:
    """As RFC 9562, section 4, writes one."""
    parts = _UUID.fullmatch(hexadecimal)
    if parts is None:
        raise ValueError("not a UUID")
    return "-".join(parts.groups())


def _date(http_date: str) -> str:
    """As ISO 8601 writes it."""
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(http_date).isoformat()


def _escaped(value: dict[str, Any]) -> dict[str, Any]:
    """An object of one key that looks like a tag."""
    ((key, each),) = value.items()
    return {key.removesuffix("__"): each}


_TAGS: dict[str, Callable[[Any], Any]] = {
    " t": list,
    " b": str,
    " m": str,
    " u": _uuid,
    " d": _date,
    " di": _escaped,
}
