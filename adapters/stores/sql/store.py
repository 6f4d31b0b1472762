"""The store itself: threads, connections, errors and forks. What is said to a table stands in a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import Pool

from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.adapters._later import Later
from cookiesafe.adapters._patience import left
from cookiesafe.adapters.stores._rest import SLOW, Rest
from cookiesafe.adapters.stores._turns import Turns
from cookiesafe.adapters.stores.sql import contacts, counts, log, series, sessions, traces
from cookiesafe.adapters.stores.sql import records as rows
from cookiesafe.adapters.stores.sql.engine import HURRIED, hurry, make_engine, places, remedy, shown
from cookiesafe.adapters.stores.sql.schema import ensure_tables
from cookiesafe.contact import Contact
from cookiesafe.count import Count
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.ledger import Batch, Checkpoint, Entry, Record, Tile
from cookiesafe.ports import Updated
from cookiesafe.remember import Series

T = TypeVar("T")
CALM = 10.0
"""Seconds between two removals of what is left of erased records."""
_READS_ONLY = ("25006", 1290, 1792, 1836)
"""What a server says that only reads by now, as after a failover: PostgreSQL, and MariaDB and MySQL."""
_UNDONE = ("40P01", "40001", 1213)
"""Deadlock and serialization failure of PostgreSQL (its Appendix A), and the deadlock of MariaDB and MySQL."""


class SQLStore:
    """The store at a SQLAlchemy URL. Its tables are made at its first use, by whoever comes first.

    A database with tables of a later version raises ``SettingError`` at the first use. Threads may
    share it; after a fork a process has its own connections, and of an in-memory SQLite its own.
    """

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._closed = False
        self._start()
        call_after_fork(self._forked)

    def _start(self) -> None:
        self._turns = Turns(places(self._engine.url))
        self._rest = Rest()
        self._idle: list[Connection] = []
        self._set_up = Lock()
        self._ready = False
        self._owed = False
        self._cleaned_at = -CALM
        self._cleaning = Later(
            self._remove_traces, CALM, "traces of erased records were not removed"
        )

    def __repr__(self) -> str:
        return f"SQLStore({shown(self._engine.url)!r})"

    def append(self, records: Sequence[Record]) -> None:
        self._do("the record was not kept", partial(rows.append, records=records))

    def records(self) -> Iterator[Record]:
        last = 0
        while found := self._do("the records were not read", partial(rows.page, after=last)):
            for seq, body in found:
                yield self._parsed(seq, body)
            last = found[-1][0]

    def entries(self, start: int, limit: int) -> list[Entry]:
        return self._read_records(partial(rows.sealed, start=start, limit=limit))

    def pending(self, limit: int) -> list[Entry]:
        return self._read_records(partial(rows.pending, limit=limit))

    def entries_of(self, receipt: str) -> list[Entry]:
        return self._read_records(partial(rows.of_receipt, receipt=receipt))

    def find_entries(self, event: str, before: int | None, limit: int) -> list[Entry]:
        return self._read_records(partial(rows.of_event, event=event, before=before, limit=limit))

    def erase(self, entries: Sequence[Entry], record: Record) -> bool:
        """What SQLite has left of them is gone too, unless readers or the size of its file are in the way: see ``purge``."""
        work = partial(rows.erase, entries=entries, record=record)
        gone = self._do("the records were not erased", work)
        if gone:
            self._remove_traces_soon()
        return gone

    def seal(self, batch: Batch) -> bool:
        """Raises ``StoreError`` too for a batch that does not add up."""
        if not batch.adds_up:
            raise StoreError("the batch does not add up, and was not sealed")
        return self._do("the batch was not sealed", partial(log.seal, batch=batch))

    def checkpoint(self) -> Checkpoint | None:
        return self._do("the checkpoint was not read", log.newest_checkpoint)

    def checkpoints(self, after: int, limit: int) -> list[Checkpoint]:
        work = partial(log.checkpoints_after, after=after, limit=limit)
        return self._do("the checkpoints were not read", work)

    def tiles(self, tiles: Sequence[Tile]) -> dict[Tile, bytes]:
        return self._do("the tiles were not read", partial(log.load_tiles, wanted=tiles))

    def load_contact(self, user: str) -> Contact | None:
        return self._do("the contact was not read", partial(contacts.load, user=user))

    def save_contact(self, contact: Contact) -> bool:
        return self._do("the contact was not kept", partial(contacts.save, contact=contact))

    def delete_contact(self, user: str) -> None:
        self._do("the contact was not deleted", partial(contacts.remove, user=user))

    def add_series(self, row: Series) -> bool:
        return self._do("the login was not kept", partial(series.add, row=row))

    def load_series(self, key: str) -> tuple[Series, int] | None:
        return self._do("the login was not read", partial(series.load, key=key))

    def swap_series(self, row: Series, gen: int) -> bool:
        return self._do("the login was not renewed", partial(series.swap, row=row, gen=gen))

    def revoke_series(self, key: str, why: str, now: int) -> bool:
        work = partial(series.revoke, key=key, why=why, now=now)
        return self._do("the login was not ended", work)

    def revoke_device(self, user: str, device: str, why: str, now: int) -> bool:
        work = partial(series.revoke_device, user=user, device=device, why=why, now=now)
        return self._do("the login was not ended", work)

    def list_series(self, user: str) -> list[Series]:
        return self._do("the logins were not read", partial(series.of_user, user=user))

    def epoch(self, user: str) -> int:
        return self._do("the epoch was not read", partial(series.epoch, user=user))

    def advance_epoch(self, user: str) -> int:
        return self._do("the epoch was not advanced", partial(series.advance_epoch, user=user))

    def create_session(self, key: str, user: str | None, data: bytes, until: int) -> bool:
        work = partial(sessions.create, key=key, user=user, data=data, until=until)
        return self._do("the session was not kept", work)

    def load_session(self, key: str, now: int) -> tuple[bytes, int] | None:
        return self._do("the session was not read", partial(sessions.load, key=key, now=now))

    def update_session(self, key: str, data: bytes, until: int, version: int, now: int) -> Updated:
        work = partial(sessions.update, key=key, data=data, until=until, version=version, now=now)
        return self._do("the session was not kept", work)

    def delete_session(self, key: str) -> None:
        self._do("the session was not deleted", partial(sessions.remove, key=key))

    def delete_sessions(self, user: str) -> None:
        self._do("the sessions were not deleted", partial(sessions.remove_of, user=user))

    def add_counts(self, counted: Sequence[Count]) -> None:
        self._do("what was counted was not kept", partial(counts.add, counts=counted))

    def counts(self, since: int, until: int) -> list[Count]:
        work = partial(counts.load, since=since, until=until)
        return self._do("what was counted was not read", work)

    def swap_counts(self, gone: Sequence[Count], more: Sequence[Count]) -> bool:
        work = partial(counts.swap, gone=gone, more=more)
        return self._do("what was counted was not folded", work)

    def remove_counts(self, before: int) -> int:
        work = partial(counts.remove, before=before)
        return self._do("what was counted long ago was not removed", work)

    def purge(self, now: int) -> int:
        """Sessions first; what fails is done by the next purge.

        After an erasure of the last two days SQLite writes its file anew, some 6 ms a megabyte, in which others wait.
        """
        failure = "what is over was not removed"
        over = self._do(failure, partial(sessions.purge, now=now))
        over += self._do(failure, partial(series.purge, now=now))
        with suppress(StoreError):
            self._do("traces were not removed", partial(traces.remove_late, now=now))
        return over

    def close(self) -> None:
        self._cleaning.close()
        if self._owed and not self._closed:
            self._remove_traces()
        self._closed = True
        self._close_idle()
        self._engine.dispose()

    def _remove_traces_soon(self) -> None:
        """At once, unless that was done a moment ago: others wait meanwhile, and anybody may have themselves forgotten."""
        if monotonic() - self._cleaned_at >= CALM:
            self._remove_traces()
        else:
            self._owed = True
            self._cleaning.due()

    def _remove_traces(self) -> None:
        self._owed = True
        with suppress(StoreError):
            self._owed = not self._do("traces were not removed", traces.remove)
        self._cleaned_at = monotonic()

    def _read_records(self, work: Callable[[Connection], list[Entry]]) -> list[Entry]:
        return self._do("the records were not read", work)

    def _parsed(self, seq: int, body: str) -> Record:
        try:
            return Record.from_json(body)
        except (ValueError, TypeError) as error:
            where = shown(self._engine.url)
            raise StoreError(f"record {seq} is damaged", where=where) from error

    def _do(self, failure: str, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns. It is done again, once, if its connection was lost or the server undid it, at once."""
        if self._closed:
            raise StoreError("the store is closed")
        began = monotonic()
        try:
            try:
                return self._connected(work)
            except DBAPIError as error:
                mended = error.connection_invalidated or _was_undone(error) or _only_reads(error)
                if not mended or monotonic() - began >= SLOW:
                    raise
                return self._connected(work)
        except SettingError:
            raise
        # Drivers raise more than their own errors, such as OverflowError.
        except Exception as error:
            url = self._engine.url
            fix = remedy(url) or getattr(error, "fix", "")
            raise StoreError(failure, where=shown(url), fix=fix) from error

    def _connected(self, work: Callable[[Connection], T]) -> T:
        self._rest.check()
        with self._turns, self._rest.asking() as asking:
            idle = self._idle
            try:
                connection = idle.pop()
            except IndexError:
                asking.reaching = True
                connection = self._engine.connect()
                asking.reaching = False
            try:
                if not self._ready:
                    self._make_ready(connection)
                done = self._in_a_hurry(work, connection) if left() < HURRIED else work(connection)
            except BaseException as error:
                # What has cost this connection may have cost all: those that are in use now are not kept either.
                self._close_idle(lost=connection.invalidated)
                _give_back(connection)
                if _only_reads(error):
                    # The name in the URL may lead to another server by now.
                    self._engine.dispose()
                raise
            idle.append(connection)
            if idle is not self._idle:
                _close(idle)
            return done

    def _make_ready(self, connection: Connection) -> None:
        if not self._set_up.acquire(timeout=max(0.0, left())):
            raise TimeoutError("another thread is making the tables")
        try:
            ensure_tables(connection)
            self._ready = True
        finally:
            self._set_up.release()

    def _in_a_hurry(self, work: Callable[[Connection], T], connection: Connection) -> T:
        """For whoever has waited for long already, or for something else."""
        calm = hurry(connection, left())
        try:
            return work(connection)
        finally:
            hurry(connection, calm)

    def _close_idle(self, *, lost: bool = False) -> None:
        idle, self._idle = self._idle, []
        _close(idle, lost=lost)

    def _forked(self) -> None:
        # To close these connections would be to speak on the parent's sockets.
        _inherited.append((self._engine.pool, self._idle))
        self._engine.dispose(close=False)
        self._start()


_inherited: list[tuple[Pool, list[Connection]]] = []


def _close(connections: list[Connection], *, lost: bool = False) -> None:
    """Several threads may do it to the same. Where they are ``lost``, nothing is said to the server, which may not answer."""
    with suppress(IndexError):
        while True:
            connection = connections.pop()
            if lost:
                connection.invalidate()
            _give_back(connection)


def _give_back(connection: Connection) -> None:
    """To the pool, which has room for no other until then."""
    try:
        connection.close()
    except SQLAlchemyError:
        # To close it rolls back what it left open, and that may fail, too. If it was lost, it is closed by that.
        if not connection.closed:
            connection.invalidate()
            connection.close()


def _was_undone(error: DBAPIError) -> bool:
    """Whether the server gave the statement up for another one's sake."""
    return not _codes_of(error).isdisjoint(_UNDONE)


def _only_reads(error: BaseException) -> bool:
    return not _codes_of(error).isdisjoint(_READS_ONLY)


def _codes_of(error: BaseException) -> set[object]:
    """PostgreSQL's SQLSTATE, or the number of MariaDB's and MySQL's error."""
    cause = getattr(error, "orig", None)
    return {getattr(cause, "sqlstate", None), *getattr(cause, "args", ())[:1]}
