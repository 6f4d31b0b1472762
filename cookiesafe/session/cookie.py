"""The form a session has on the wire.

Its token is signed or sealed, and its first letter says what it is:

    a.DATA.BEGAN.AGE            a session of nobody in particular
    u.DATA.IDENTITY.BEGAN.AGE   one in which a user is signed in, so that the store is asked whether that still holds
    s.ID                        one that the store keeps, under the SHA-256 of the id

``DATA`` is base64 of a JSON object, ``BEGAN`` in unix seconds, ``AGE`` how many seconds later it was written.
"""

from __future__ import annotations

import hashlib
import json
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final, NamedTuple, Protocol

from ..cookies import find_cookie
from ..errors import BadToken, SessionTooLarge
from .terms import MAX_COOKIE_BYTES, TERMS, SessionTerms

_KEYED: Final = ("u.", "s.")
_TIMES: Final = re.compile(r"\.([0-9]{1,12})\.([0-9]{1,12})\.[^.]*\Z")


class Seal(Protocol):
    """Makes a token of a payload that begins with its letter, and gives it back; the token begins with it, too."""

    def sign(self, payload: str) -> str: ...

    def verify(self, token: str) -> str:
        """Raises ``BadToken``."""


class Identity(NamedTuple):
    """Who is signed in in a session.

    ``auth_time`` is when the password was given (unix seconds), ``epoch`` the user's at that time, ``sid`` the id of
    this login. ``series`` is the key of the series that the browser is remembered by, or nothing; with ``remembered`` it
    was let in by that, and no password was given since. ``former`` are the ids that this login had before, the last
    three, parted by dots: a late response may still carry one.
    """

    user: str
    auth_time: int
    sid: str
    epoch: int = 0
    series: str = ""
    remembered: bool = False
    former: str = ""

    @property
    def sids(self) -> list[str]:
        """All ids of this login."""
        return [self.sid, *self.former.split(".")] if self.former else [self.sid]


class Stored(NamedTuple):
    """What a session holds: a JSON object, when it ``began`` and was ``written`` (unix seconds), and who is signed in."""

    text: str
    began: int
    written: int
    identity: Identity | None = None

    def __repr__(self) -> str:
        return "<Stored>"


@dataclass(frozen=True, slots=True)
class Reference:
    """The id of a session that the store keeps."""

    id: str = field(repr=False)

    @property
    def key(self) -> str:
        """What the store finds it by: who reads the database cannot take a session over."""
        return key_of(self.id)


class SessionCookie:
    """Reads and writes sessions under one cookie name.

    ``rows`` seals what the store is given; it is not what seals the cookie, or what the store has would be one.
    """

    def __init__(
        self, name: str, seal: Seal, terms: SessionTerms = TERMS, rows: Seal | None = None
    ) -> None:
        self.name = name
        self.terms = terms
        self._seal = seal
        self._rows = rows

    def read(self, cookies: str) -> tuple[Stored | Reference, ...]:
        """All sessions among ``cookies`` that we have signed, whatever their age."""
        found = (self._open(token) for token in find_cookie(cookies, self.name))
        return tuple(each for each in found if each is not None)

    def is_keyed(self, cookies: str) -> bool:
        """Whether one of them, if it is ours, has the store asked."""
        return any(token.startswith(_KEYED) for token in find_cookie(cookies, self.name))

    def written(self, cookies: str) -> float:
        """When the first of the sessions among ``cookies`` says it was written, without a look at whether it is ours."""
        found = (_TIMES.search(token) for token in find_cookie(cookies, self.name))
        # One that does not say is to be looked at.
        return min((int(times[1]) + int(times[2]) if times else 0 for times in found), default=inf)

    def write(self, stored: Stored) -> str:
        """The token of a session. Raises ``SessionTooLarge`` when it does not fit into a cookie."""
        token = self._seal.sign(pack(stored))
        size = len(self.name) + len(token)
        if size > MAX_COOKIE_BYTES:
            raise SessionTooLarge(
                f"the session takes {size} bytes as a cookie, {len(stored.text)} as JSON; a cookie may have "
                f"{MAX_COOKIE_BYTES}",
                fix='Keep ids in it, and the data in your database; or have it kept in the store: overflow="store".',
            )
        return token

    def refer(self, id: str) -> str:
        """The token of a session that the store keeps."""
        return self._seal.sign(f"s.{id}")

    def dump(self, stored: Stored, key: str) -> bytes:
        """What the store is given to keep under ``key``."""
        payload = pack(stored)
        return (payload if self._rows is None else self._rows.sign(f"{payload}|{key}")).encode()

    def load(self, data: bytes, key: str) -> Stored | None:
        """What ``dump`` made for that key, ``None`` for anything else."""
        try:
            payload = data.decode()
            if self._rows is not None:
                payload, _, bound = self._rows.verify(payload).rpartition("|")
                if bound != key:
                    return None
            return unpack(payload)
        except (BadToken, ValueError):
            return None

    def _open(self, token: str) -> Stored | Reference | None:
        try:
            payload = self._seal.verify(token)
        except BadToken:
            return None
        return Reference(payload[2:]) if payload.startswith("s.") else unpack(payload)


def the_one(
    found: Iterable[Stored | Reference], terms: SessionTerms, now: int
) -> Stored | Reference | None:
    """The session that holds at ``now``.

    Two that differ mean that somebody else has set one of them: then neither is taken (RFC 6265bis, section 8.6).
    """
    holding = [
        each
        for each in found
        if isinstance(each, Reference) or terms.holds(each.began, each.written, now)
    ]
    if len(holding) > 1 and len({_same(each) for each in holding}) > 1:
        return None
    return holding[0] if holding else None


def _same(found: Stored | Reference) -> object:
    """What two have in common that are one: of a session of nobody in particular, what is in it."""
    return found.text if isinstance(found, Stored) and found.identity is None else found


def pack(stored: Stored) -> str:
    """The payload of a session."""
    times = f"{stored.began}.{stored.written - stored.began}"
    data, who = _base64(stored.text), stored.identity
    if who is None:
        return f"a.{data}.{times}"
    fields = [
        who.user,
        who.auth_time,
        who.sid,
        who.epoch,
        who.series,
        int(who.remembered),
        who.former,
    ]
    return f"u.{data}.{_base64(json.dumps(fields, separators=(',', ':')))}.{times}"


def unpack(payload: str) -> Stored | None:
    """What ``pack`` made; ``None`` for anything else."""
    kind, *parts = payload.split(".")
    try:
        if kind == "a":
            data, began, age = parts
            return Stored(_text(data), int(began), int(began) + int(age))
        if kind == "u":
            data, identity, began, age = parts
            user, auth_time, sid, epoch, series, remembered, former = json.loads(_text(identity))
            who = Identity(user, auth_time, sid, epoch, series, bool(remembered), former)
            return Stored(_text(data), int(began), int(began) + int(age), who)
    except (ValueError, TypeError, RecursionError):
        return None
    return None


def key_of(id: str) -> str:
    """SHA-256 in hex. A fast hash is enough for 128 random bits."""
    return hashlib.sha256(id.encode()).hexdigest()


def _base64(text: str) -> str:
    return b2a_base64(text.encode(), newline=False).decode()


def _text(data: str) -> str:
    return a2b_base64(data).decode()
