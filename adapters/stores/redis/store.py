"""The store itself: threads, connections, errors and forks. What Redis is told stands in ``scripts``."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from logging import ERROR
from typing import Any, TypeVar

from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.adapters.stores._rest import Rest
from cookiesafe.adapters.stores._turns import Turns
from cookiesafe.adapters.stores.redis import scripts
from cookiesafe.adapters.stores.redis.client import PATIENCE, evicts, new_client, read_url
from cookiesafe.adapters.stores.redis.rows import (
    as_counts,
    as_fields,
    as_series,
    forgotten_at,
    given,
    goes_at,
)
from cookiesafe.adapters.stores.redis.scripts import Command, Given, Script
from cookiesafe.count import Count
from cookiesafe.errors import StoreError
from cookiesafe.events import SETTING, say
from cookiesafe.ports import Updated
from cookiesafe.remember import TOMBSTONE, Series

T = TypeVar("T")


class RedisStore:
    """Remembered logins, epochs and sessions in the Redis at a URL, and what is counted: ``Logins`` and ``Counts``, no ``Ledger``.

    ``?prefix=…`` in the URL is what its keys begin with, ``cookiesafe`` unless it says so; it is their hash tag too, so
    that they lie on one node of a cluster. Each call is one round trip. Redis lets go of what is over by its own clock.
    Threads may share it; after a fork a process has its own connections.
    """

    def __init__(self, url: str) -> None:
        self._address = read_url(url)
        self._closed = False
        tag = f"{{{self._address.prefix}}}"
        self._sessions, self._sessions_of = f"{tag}:session:", f"{tag}:sessions of:"
        self._series, self._series_of = f"{tag}:series:", f"{tag}:series of:"
        self._epochs = f"{tag}:epochs"
        self._counts = [f"{tag}:counts:", f"{tag}:counted days"]
        self._start()
        # The parent's connections are left to it: redis-py says nothing on those of another process.
        call_after_fork(self._start)

    def _start(self) -> None:
        self._client = new_client(self._address)
        self._turns = Turns(self._address.places, PATIENCE)
        self._rest = Rest()
        self._looked_at = False

    def __repr__(self) -> str:
        return f"RedisStore({self._address.shown!r})"

    def add_series(self, row: Series) -> bool:
        return self._put("the login was not kept", scripts.ADD_SERIES, row)

    def load_series(self, key: str) -> tuple[Series, int] | None:
        keys = [self._series + key, self._epochs]
        return self._ask("the login was not read", _known, scripts.LOAD_SERIES, keys, _newborn())

    def swap_series(self, row: Series, gen: int) -> bool:
        return self._put("the login was not renewed", scripts.SWAP_SERIES, row, gen)

    def revoke_series(self, key: str, why: str, now: int) -> bool:
        keys, goes = [self._series + key], goes_at(now + TOMBSTONE)
        given: list[Given] = [key, self._series_of, why, now, goes]
        return self._ask("the login was not ended", bool, scripts.REVOKE_SERIES, keys, *given)

    def revoke_device(self, user: str, device: str, why: str, now: int) -> bool:
        keys, goes = [self._series_of + user], goes_at(now + TOMBSTONE)
        given: list[Given] = [self._series, device, self._series_of, why, now, goes]
        return self._ask("the login was not ended", bool, scripts.REVOKE_DEVICE, keys, *given)

    def list_series(self, user: str) -> list[Series]:
        keys, failure = [self._series_of + user], "the logins were not read"
        rows = self._ask(failure, _all_of, scripts.LIST_SERIES, keys, self._series)
        return sorted(rows, key=lambda row: (-row.used_at, row.key))

    def epoch(self, user: str) -> int:
        keys, given = [self._epochs], (user, _newborn())
        return self._ask("the epoch was not read", int, scripts.EPOCH, keys, *given)

    def advance_epoch(self, user: str) -> int:
        keys, given = [self._epochs], (user, _newborn())
        return self._ask("the epoch was not advanced", int, scripts.ADVANCE_EPOCH, keys, *given)

    def create_session(self, key: str, user: str | None, data: bytes, until: int) -> bool:
        keys = [self._sessions + key, *([] if user is None else [self._sessions_of + user])]
        given: list[Given] = [key, data, until, goes_at(until), *([] if user is None else [user])]
        return self._ask("the session was not kept", bool, scripts.CREATE_SESSION, keys, *given)

    def load_session(self, key: str, now: int) -> tuple[bytes, int] | None:
        keys = [self._sessions + key]
        row = self._ask("the session was not read", _session, scripts.load_session, keys)
        return row[:2] if row is not None and now < row[2] else None

    def update_session(self, key: str, data: bytes, until: int, version: int, now: int) -> Updated:
        keys = [self._sessions + key]
        given = (key, data, until, goes_at(until), version, now, self._sessions_of)
        return self._ask("the session was not kept", _updated, scripts.UPDATE_SESSION, keys, *given)

    def delete_session(self, key: str) -> None:
        keys, given = [self._sessions + key], (key, self._sessions_of)
        self._ask("the session was not deleted", bool, scripts.DELETE_SESSION, keys, *given)

    def delete_sessions(self, user: str) -> None:
        keys = [self._sessions_of + user]
        self._ask(
            "the sessions were not deleted", bool, scripts.DELETE_SESSIONS, keys, self._sessions
        )

    def add_counts(self, counts: Sequence[Count]) -> None:
        failure = "what was counted was not kept"
        self._ask(failure, bool, scripts.ADD_COUNTS, self._counts, *given(counts))

    def counts(self, since: int, until: int) -> list[Count]:
        failure = "what was counted was not read"
        return self._ask(failure, as_counts, scripts.COUNTS, self._counts, since, until)

    def swap_counts(self, gone: Sequence[Count], more: Sequence[Count]) -> bool:
        failure, all_given = (
            "what was counted was not folded",
            (len(gone), *given(gone), *given(more)),
        )
        return self._ask(failure, bool, scripts.SWAP_COUNTS, self._counts, *all_given)

    def remove_counts(self, before: int) -> int:
        failure = "what was counted long ago was not removed"
        return self._ask(failure, int, scripts.REMOVE_COUNTS, self._counts, before)

    def purge(self, now: int) -> int:
        """Nothing is left to do: each key goes by itself."""
        self._check_open()
        return 0

    def close(self) -> None:
        self._closed = True
        self._client.connection_pool.disconnect()

    def _put(self, failure: str, script: Script, row: Series, *given: int) -> bool:
        keys = [self._series + row.key, self._series_of + row.user]
        all_given = (row.key, forgotten_at(row), *given, *as_fields(row))
        return self._ask(failure, bool, script, keys, *all_given)

    def _ask(
        self,
        failure: str,
        read: Callable[[Any], T],
        command: Command,
        keys: list[str],
        *given: Given,
    ) -> T:
        """What is ``read`` in the answer to a command."""
        self._check_open()
        try:
            self._rest.check()
            with self._turns, self._rest.asking():
                self._look()
                answer = command(self._client, keys, *given)
            return read(answer)
        # redis-py raises more than its own errors, such as UnicodeEncodeError; and anybody may have put a row there.
        except Exception as error:
            raise StoreError(failure, where=self._address.shown) from error

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")

    def _look(self) -> None:
        """Tell, once, of a server that may let go of anything."""
        if self._looked_at:
            return
        policy = evicts(self._client)
        self._looked_at = True
        if policy is not None:
            say(
                SETTING,
                "%s: maxmemory-policy is %s, so that Redis lets go of logins, and signs users out, when its memory is "
                "full. Set it to noeviction, or volatile-ttl.",
                self._address.shown,
                policy,
                code="CS510",
                level=ERROR,
                about="maxmemory-policy",
            )


def _known(answer: Any) -> tuple[Series, int] | None:
    return (as_series(answer[0]), int(answer[1])) if answer else None


def _all_of(answer: Any) -> list[Series]:
    return [as_series(each) for each in answer if each]


def _session(answer: Any) -> tuple[bytes, int, int] | None:
    """Data, version, and until when."""
    data, version, until = answer
    return None if data is None else (data, int(version), int(until))


def _updated(answer: Any) -> Updated:
    done: Updated = answer.decode()
    return done


def _newborn() -> int:
    """By which a database is begun that has no epochs, or none any more: a number that no other is begun by."""
    return secrets.randbits(52)
