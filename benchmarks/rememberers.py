"""Three ways to remember a login, as far as a simulator needs them: what is in the store, and what comes of a cookie.

Spring's is ``PersistentTokenBasedRememberMeServices``: every use replaces the token. Symfony's is
``PersistentRememberMeHandler`` with a token verifier: for a minute after a change the token stays, and the one before
it is good too, but is not answered with the new one. Ours is ``cookiesafe.remember`` itself;
``STRICT`` is it with recovery off, ``LATE`` with new cookies in whatever response, however late it leaves.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import inf
from random import Random
from typing import NamedTuple, Protocol

from cookiesafe.remember import Terms, begin, parse, present
from cookiesafe.remember.series import CAP


class Answer(NamedTuple):
    """``cookie`` is what to set, if anything, where the response leaves by ``send_until``."""

    theft: bool = False
    cookie: str | None = None
    send_until: float = inf


class Rememberer(Protocol):
    """The rules, with one login in its store."""

    def login(self, now: int) -> str:
        """The first cookie."""

    def present(self, cookie: str, now: int) -> Answer: ...


class _Spring:
    def __init__(self, random: Random) -> None:
        self._random = random

    def login(self, now: int) -> str:
        return self._new()

    def present(self, cookie: str, now: int) -> Answer:
        if cookie != self._token:
            return Answer(theft=True)
        return Answer(cookie=self._new())

    def _new(self) -> str:
        self._token = f"{self._random.getrandbits(64):x}"
        return self._token


class _Symfony:
    MINUTE = 60

    def __init__(self, random: Random) -> None:
        self._random = random
        self._before = ""

    def login(self, now: int) -> str:
        return self._new(now)

    def present(self, cookie: str, now: int) -> Answer:
        recent = now <= self._used + self.MINUTE
        if cookie != self._token and not (recent and cookie == self._before):
            return Answer(theft=True)
        if recent:
            return Answer()
        self._before = cookie
        return Answer(cookie=self._new(now))

    def _new(self, now: int) -> str:
        self._token, self._used = f"{self._random.getrandbits(64):x}", now
        return self._token


class _Ours:
    def __init__(self, random: Random, *, recovery: bool = True, late: bool = False) -> None:
        self._random = random
        self._late = late
        self._terms = Terms(idle=CAP, absolute=CAP, recovery=recovery)

    def login(self, now: int) -> str:
        self._row, payload = begin(
            "ann",
            epoch=0,
            record="",
            now=now,
            entropy=self._random.randbytes,
            terms=self._terms,
        )
        return payload

    def present(self, cookie: str, now: int) -> Answer:
        presented = parse(cookie)
        if presented is None:
            raise AssertionError(f"not a cookie of ours: {cookie}")
        # One request at a time: what it reads is there when it writes. Whoever ends a login here stays ended.
        verdict = present(presented, self._row, 0, now, self._terms)
        self._row = verdict.replace or self._row
        if verdict.outcome == "stolen":
            self._row = replace(self._row, revoked_at=now, revoked_why="theft")
        send_until = inf if self._late else verdict.send_until
        return Answer(verdict.outcome != "accepted", verdict.payload, send_until)


SPRING = _Spring
SYMFONY = _Symfony
OURS = _Ours
STRICT = partial(_Ours, recovery=False)
LATE = partial(_Ours, late=True)
