"""The session: a mapping of JSON values in a signed cookie.

It is read when it is first touched and written only when it changed, nested values included. Its token is the
payload, when it was written (unix seconds), and the signature: ``base64(JSON).time.signature``.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple, Protocol, Self

from .cookies import find_cookie
from .errors import BadToken, NotStorable, SessionTooLarge, TooLate
from .keys import Signer

LIFETIME = 14 * 86_400
"""How long a session can be read after it was last written, in seconds."""
MAX_COOKIE_BYTES = 4096
LEEWAY = 30
"""How far ahead of ours the clock of another server may be, in seconds."""

_EMPTY = "{}"
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder().raw_decode
_MUTABLE = (dict, list)


class SessionCookie:
    """The form a session has on the wire, under one cookie name."""

    def __init__(self, name: str, signer: Signer) -> None:
        self.name = name
        self._signer = signer

    def read(self, cookies: str) -> tuple[Stored, ...]:
        """All sessions among ``cookies`` that we have signed, whatever their age."""
        found = (self._open(token) for token in find_cookie(cookies, self.name))
        return tuple(stored for stored in found if stored is not None)

    def write(self, text: str, now: int) -> str:
        """The token for a JSON object. Raises ``SessionTooLarge`` when it does not fit into a cookie."""
        token = self._signer.sign(f"{b2a_base64(text.encode(), newline=False).decode()}.{now}")
        size = len(self.name) + len(token)
        if size > MAX_COOKIE_BYTES:
            raise SessionTooLarge(
                f"the session takes {size} bytes as a cookie, {len(text)} as JSON; a cookie may have {MAX_COOKIE_BYTES}",
                fix="Keep ids in it, and the data in your database.",
            )
        return token

    def _open(self, token: str) -> Stored | None:
        try:
            data, _, written = self._signer.verify(token).rpartition(".")
            return Stored(a2b_base64(data).decode(), int(written))
        except (BadToken, ValueError):
            return None


class Stored(NamedTuple):
    """What a cookie holds: a JSON object, and when it was ``written`` (unix seconds)."""

    text: str
    written: int

    def holds(self, now: int) -> bool:
        """Whether it can still be read at ``now``."""
        return -LEEWAY <= now - self.written < LIFETIME


def the_one(stored: Iterable[Stored], now: int) -> str:
    """The JSON object that holds at ``now``, or an empty one.

    Two that differ mean that somebody else has set one of them: then neither is taken (RFC 6265bis, section 8.6).
    """
    texts = {each.text for each in stored if each.holds(now)}
    return texts.pop() if len(texts) == 1 else _EMPTY


class Source(Protocol):
    """Where a session is read from, when it is first touched."""

    @property
    def stored(self) -> tuple[Stored, ...]: ...


class Session(MutableMapping[str, Any]):
    """What the app keeps from one request of a browser to the next: JSON values by string keys.

    ``accessed`` and ``modified`` say whether it was touched and changed. Changing it after the headers have left
    raises ``TooLate``.
    """

    accessed = False
    closed = False
    late: Callable[[], None] | None = None
    """Called when it is first read after the headers have left, where caches could have been told but were not."""
    _data: dict[str, Any] | None = None
    _text = _EMPTY
    _changed = False
    _exposed = False

    def __init__(self, cookie: SessionCookie, source: Source, now: int) -> None:
        self._cookie = cookie
        self._source = source
        self._now = now

    def __getitem__(self, key: str) -> Any:
        value = self._load()[key]
        if isinstance(value, _MUTABLE):
            self._exposed = True
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise NotStorable(f"a session key is {type(key).__name__}, not str")
        self._change()[key] = value

    def __delitem__(self, key: str) -> None:
        if key in self._load():
            self._change()
        del self._load()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def __contains__(self, key: object) -> bool:
        return key in self._load()

    def clear(self) -> None:
        """Remove everything; the cookie is expired with the response."""
        if self._load():
            self._change().clear()

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**self, **other}

    def __ior__(self, other: Mapping[str, Any]) -> Self:
        self.update(other)
        return self

    def __repr__(self) -> str:
        return "<Session>"

    def mark_accessed(self) -> None:
        """Say that the response depends on the session, as Starlette's ``Request.session`` does."""
        self.accessed = True

    @property
    def modified(self) -> bool:
        """Whether it now holds something else than it came with, at whatever depth."""
        return (self._changed or self._exposed) and self._written() != self._text

    def token(self) -> str | None:
        """What to set: a new token, ``""`` to expire the cookie, or ``None`` when nothing changed.

        Raises ``NotStorable`` and ``SessionTooLarge``.
        """
        if not (self._changed or self._exposed):
            return None
        text = self._written()
        if text == self._text:
            return None
        return self._cookie.write(text, self._now) if text != _EMPTY else ""

    def _load(self) -> dict[str, Any]:
        if self._data is None:
            if self.late is not None and not self.accessed:
                self.late()
            self._text = the_one(self._source.stored, self._now)
            self._data, _ = _decode(self._text)
        self.accessed = True
        return self._data

    def _change(self) -> dict[str, Any]:
        if self.closed:
            raise TooLate(
                "the session was changed after the response's headers had left",
                fix="Change it before the response begins.",
            )
        data = self._load()
        self._changed = True
        return data

    def _written(self) -> str:
        try:
            return _encode(self._data)
        except (TypeError, ValueError, RecursionError) as error:
            raise NotStorable(
                f"the session holds what JSON does not: {error}",
                fix="Store text, numbers, lists and dicts.",
            ) from error
