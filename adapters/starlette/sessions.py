"""Starlette's ``SessionMiddleware`` and ``Session``.

A change in a list or dict inside the session is kept, what is too large for a cookie raises instead of vanishing, retired
keys still verify, a session is read only where it is touched, and what sets the cookie is kept out of shared caches.
"""

from __future__ import annotations

import json
import time
from binascii import a2b_base64, b2a_base64
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Literal

from cookiesafe.cookies import find_cookie
from cookiesafe.errors import BadToken, NotStorable, SessionTooLarge
from cookiesafe.gate.caches import make_private, vary
from cookiesafe.keys import KeyRing
from cookiesafe.migration import StarletteSession
from cookiesafe.session import LEEWAY, MAX_COOKIE_BYTES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_STARTS = frozenset({"http.response.start", "websocket.accept"})
_EMPTY = "{}"
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Session(dict[str, Any]):
    """A dict that is read when it is first touched, and knows whether it was changed, at whatever depth.

    Python's ``json`` touches no dict that it finds empty: give it a ``copy()`` of what ``scope["session"]`` is, or
    ``Request.session``, which is read by then.
    """

    accessed: bool = False
    _changed: bool = False
    _came: Callable[[], str] | None = None
    _text: str | None = None

    @classmethod
    def coming(cls, came: Callable[[], str]) -> Session:
        """One whose JSON object ``came`` gives when it is asked."""
        session = cls()
        session._came = came
        return session

    @property
    def modified(self) -> bool:
        """Whether it was changed."""
        return self._changed or (self._text is not None and self.text() != self._text)

    def text(self) -> str:
        """The JSON object it holds. Raises ``NotStorable``."""
        try:
            return _encode(self)
        except (TypeError, ValueError, RecursionError) as error:
            raise NotStorable(
                f"the session holds what JSON does not: {error}",
                fix="Store text, numbers, lists and dicts.",
            ) from error

    def mark_accessed(self) -> None:
        """Say that the response depends on it, as ``Request.session`` does."""
        self._load()
        self.accessed = True

    def mark_modified(self) -> None:
        """Say that it is to be written."""
        self.mark_accessed()
        self._changed = True

    def pop(self, key: str, *default: Any) -> Any:
        self._load()
        if dict.__contains__(self, key):
            self.mark_modified()
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        self.mark_accessed()
        if not dict.__contains__(self, key):
            self.mark_modified()
        return super().setdefault(key, default)

    def _load(self) -> None:
        came, self._came = self._came, None
        if came is not None:
            self._text = came()
            dict.update(self, json.loads(self._text))


def _after(mark: str, name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def touching(self: Session, *args: Any, **kwargs: Any) -> Any:
        getattr(self, mark)()
        return method(self, *args, **kwargs)

    return touching


for _name in ("__getitem__", "__contains__", "__iter__", "__len__", "__eq__", "__ne__", "__or__", "__ror__",
              "__repr__", "__reversed__", "copy", "get", "items", "keys", "values"):  # fmt: skip
    setattr(Session, _name, _after("mark_accessed", _name))
for _name in ("__setitem__", "__delitem__", "__ior__", "clear", "popitem", "update"):
    setattr(Session, _name, _after("mark_modified", _name))


class SessionMiddleware:
    """Takes what Starlette's does, ``fallback_keys`` that still verify, and ``migrate``, which reads what that wrote.

    Keys may be short, as they may be there, which is logged. ``max_age`` is in seconds, ``None`` for as long as the
    browser is open. Raises ``WeakKey`` without a key.
    """

    def __init__(
        self,
        app: App,
        secret_key: object,
        session_cookie: str = "session",
        max_age: int | None = 14 * 24 * 60 * 60,
        path: str = "/",
        same_site: Literal["lax", "strict", "none"] = "lax",
        https_only: bool = False,
        domain: str | None = None,
        partitioned: bool = False,
        *,
        fallback_keys: Sequence[object] = (),
        migrate: StarletteSession | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app = app
        self.session_cookie = session_cookie
        self.max_age = max_age
        keys = KeyRing(str(secret_key), [str(key) for key in fallback_keys], short="log")
        self._signer = keys.signer("starlette", session_cookie)
        self._migrate = migrate
        self._clock = clock
        flags = ["httponly", f"samesite={same_site}"]
        flags += ["secure"] if https_only else []
        flags += [f"domain={domain}"] if domain is not None else []
        flags += ["partitioned"] if partitioned else []
        self._before_life, self._flags = f"; path={path}; ", "; ".join(flags)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        cookies = "; ".join(v.decode("latin-1") for n, v in scope["headers"] if n == b"cookie")
        session = Session.coming(lambda: self._read(cookies) or _EMPTY)
        scope["session"] = session

        async def sending(message: Message) -> None:
            # What the app has put there instead of ours is its own.
            if message["type"] in _STARTS and scope["session"] is session and session.accessed:
                message = {**message, "headers": self._fields(message, session, cookies)}
            await send(message)

        await self.app(scope, receive, sending)

    def _fields(
        self, message: Message, session: Session, cookies: str
    ) -> list[tuple[bytes, bytes]]:
        headers = [
            (n.decode("latin-1"), v.decode("latin-1")) for n, v in message.get("headers", ())
        ]
        vary(headers, ["Cookie"])
        line = self._line(session, cookies) if session.modified else None
        if line is not None:
            headers.append(("set-cookie", line))
            make_private(headers)
        return [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]

    def _line(self, session: Session, cookies: str) -> str | None:
        """The ``Set-Cookie`` line for what it holds now. Raises ``NotStorable`` and ``SessionTooLarge``."""
        text = session.text()
        if text == _EMPTY:
            if self._read(cookies) is None:
                return None
            value, life = "null", "expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        else:
            data = b2a_base64(text.encode(), newline=False).decode()
            value = self._signer.sign(f"{data}.{int(self._clock())}")
            life = "" if self.max_age is None else f"Max-Age={self.max_age}; "
        size = len(self.session_cookie) + len(value)
        if size > MAX_COOKIE_BYTES:
            raise SessionTooLarge(
                f"the session takes {size} bytes as a cookie; a cookie may have {MAX_COOKIE_BYTES}",
                fix="Keep ids in it, and the data in your database.",
            )
        return f"{self.session_cookie}={value}{self._before_life}{life}{self._flags}"

    def _read(self, cookies: str) -> str | None:
        """The JSON object that came. Two that differ are nobody's: somebody else has set one of them."""
        tokens = find_cookie(cookies, self.session_cookie)
        found = {text for token in tokens if (text := self._open(token)) is not None}
        return found.pop() if len(found) == 1 else None

    def _open(self, token: str) -> str | None:
        now = int(self._clock())
        try:
            data, _, written = self._signer.verify(token).partition(".")
            age = now - int(written)
            if age < -LEEWAY or (self.max_age is not None and age > self.max_age):
                return None
            return a2b_base64(data).decode()
        except (BadToken, ValueError):
            old = None if self._migrate is None else self._migrate.read(token, now)
            return None if old is None else _encode(old)
