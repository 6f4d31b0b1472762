"""What passes between the core and the outside: a request, a reply, what the core needs, and the store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, TypeVarTuple, runtime_checkable
from urllib.parse import quote

from .blocked import unblocked
from .contact import Contact
from .count import Count
from .fields import AnyHeader, Header
from .ledger import Batch, Checkpoint, Entry, Record, Tile
from .remember import Series

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Updated = Literal["kept", "conflict", "gone"]


class Request(ABC):
    """One request as the core asks about it; an edge knows how to answer from what its world gives it.

    ``scheme`` and ``path`` are plain, the path decoded and below ``root``, what the app is mounted under. ``cookie``,
    ``gpc`` and ``destination`` are the fields ``Cookie``, ``Sec-GPC`` and ``Sec-Fetch-Dest``, several of one name joined;
    of the last only what makes a document or a worker, anything else is empty. ``host`` and ``part`` are known as long
    as they are; the rest is only asked for while the request arrives.
    """

    scheme: str
    path: str
    root: str = ""
    cookie: str = ""
    gpc: str | None = None
    destination: str | None = None

    @property
    @abstractmethod
    def method(self) -> str: ...

    @property
    @abstractmethod
    def part(self) -> bool:
        """Whether ``Sec-Fetch-Dest`` says that it is what a page is made up of."""

    @property
    @abstractmethod
    def host(self) -> str:
        """The field ``Host``, or nothing."""

    @property
    @abstractmethod
    def peer(self) -> str:
        """The address that the connection comes from, or nothing."""

    @property
    @abstractmethod
    def agent(self) -> str:
        """The field ``User-Agent``, or nothing. Known as long as ``host`` is."""

    @property
    @abstractmethod
    def query(self) -> str:
        """The query as it was sent, without its question mark."""

    @abstractmethod
    def header(self, name: str) -> str | None:
        """A field's value by its lower-case name, several of one name joined; ``None`` without one."""

    def params(self) -> Mapping[str, object] | None:
        """What the app's framework has found in the path, such as ids; ``None`` where it does not say."""
        return None

    def fields_of(self, names: frozenset[str]) -> Sequence[AnyHeader]:
        """The fields of these lower-case names, and perhaps others, for when the request is no more."""
        return [(name, value) for name in names if (value := self.header(name)) is not None]

    def address(self) -> str:
        """Path and query as a browser shows them, percent-encoded: what leads back here.

        That a browser blocks cookies is left out of it: it may not be so any more by then.
        """
        path = quote(f"{self.root}{self.path}", safe="/:@!$&'()*+,;=~", errors="replace")
        return unblocked(f"{path}?{self.query}") if self.query else path

    def wants_json(self) -> bool:
        """Whether a script asks, and no page is expected."""
        accept = self.header("accept") or ""
        return "application/json" in accept and "text/html" not in accept

    def asks_privacy(self) -> bool:
        """Whether some ``Sec-GPC`` field is exactly ``1`` (W3C Global Privacy Control, section 3.2)."""
        return self.gpc is not None and any(
            each.strip(" \t") == "1" for each in self.gpc.split(",")
        )

    def is_navigation(self) -> bool:
        """Whether a browser is going to show what comes as a page of its own."""
        if self.destination is not None:
            return self.destination == "document"
        return (
            self.method in ("GET", "HEAD")
            and "text/html" in (self.header("accept") or "")
            and self.header("hx-request") is None
        )


@dataclass(slots=True)
class Reply:
    """A whole response of our own; ``cookies`` are the ``Set-Cookie`` lines that go with it.

    ``policy`` is the Content-Security-Policy for it, where that is not the visitor's.
    """

    status: int
    headers: list[Header] = field(default_factory=list, repr=False)
    body: bytes = field(default=b"", repr=False)
    cookies: list[str] = field(default_factory=list, repr=False)
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class ReadBody:
    """Read the request's body; the answer is its bytes, or ``None`` when it has more than ``limit``."""

    limit: int


@dataclass(frozen=True, slots=True)
class Append:
    """Append records to the store, all or none; the answer is ``None``, or the ``StoreError`` that came instead."""

    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Call a method of the store; the answer is what it returns, or the ``StoreError`` that came instead.

    ``then`` makes the answer of what was returned, where that takes long: it is called where the store is.
    """

    method: str
    args: tuple[Any, ...] = field(repr=False)
    then: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Call what may wait, or takes long; the answer is what it returns, or the exception that came instead."""

    function: Callable[[], Any]


def ask(
    method: Callable[[Store, *Ts], T], *args: *Ts, then: Callable[[T], Any] | None = None
) -> Ask:
    """The need to call a method of the store: ``ask(Store.load_series, key)``."""
    return Ask(method.__name__, args, then)


Need = ReadBody | Append | Ask | Call
Answer = Any
Flow = Generator[tuple[Need, ...], list[Answer], T]
"""What needs something from outside before it comes to a ``T``: it yields needs, and is sent the answers in their order."""


@runtime_checkable
class Ledger(Protocol):
    """Where records are kept, and the ways to be contacted: what may not be lost once it was answered.

    Synchronous and safe to share between threads. Every method raises ``StoreError`` when the store cannot do it, and
    nothing else. What a method changes is changed wholly or not at all, and for good before it returns. Times are unix
    seconds.
    """

    # --- records ---

    def append(self, records: Sequence[Record]) -> None:
        """Keep records, in one go. One whose ``id`` is there already is not kept twice."""

    def records(self) -> Iterator[Record]:
        """All records that were not erased, in the order they came, pending ones too."""

    def entries(self, start: int, limit: int) -> Sequence[Entry]:
        """Sealed records from the index ``start`` on, by index, no more than ``limit``. Erased ones are left out."""

    def pending(self, limit: int) -> Sequence[Entry]:
        """Records that are not sealed yet, in the order they came, no more than ``limit``."""

    def entries_of(self, receipt: str) -> Sequence[Entry]:
        """The records of one receipt, in the order they came, pending ones too."""

    def find_entries(self, event: str, before: int | None, limit: int) -> Sequence[Entry]:
        """Records of one event, whose ``time`` is before that (in ms) if it is given, in the order they came."""

    def erase(self, entries: Sequence[Entry], record: Record) -> bool:
        """Remove records for good, so that none of their bytes are left, and keep ``record``, which says so.

        ``False``, and nothing changed, if one of them is not there any more, or by now has another index than given:
        what was pending may be sealed meanwhile. Indexes and tiles of the log stay as they are.
        """

    # --- the sealed log ---

    def seal(self, batch: Batch) -> bool:
        """Add a batch to the log: its records get the next indexes, its tiles and its checkpoint are kept.

        ``False``, and nothing changed, if the log has another size than ``batch.base`` by now, or if one of its records
        is not there any more, or sealed already. Of two at once, one is done.
        """

    def checkpoint(self) -> Checkpoint | None:
        """The newest one; ``None`` before the first sealing."""

    def checkpoints(self, after: int, limit: int) -> Sequence[Checkpoint]:
        """Those of a size above ``after``, the smallest first, no more than ``limit``."""

    def tiles(self, tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
        """The hashes at these places, as many as there are; places without any are left out."""

    # --- ways to be contacted ---

    def load_contact(self, user: str) -> Contact | None:
        """A user's choices about being contacted."""

    def save_contact(self, contact: Contact) -> bool:
        """Keep them, with a version one higher, if the store has them in ``contact.version`` (0: not at all).

        Otherwise ``False``, and nothing changed.
        """

    def delete_contact(self, user: str) -> None:
        """Remove them, if they are there."""

    # --- the store itself ---

    def purge(self, now: int) -> int:
        """Remove what is over; how much that was. Records are none of it: those ``erase`` removes."""

    def close(self) -> None:
        """Give back what is held. The store is of no use afterwards; a second call does nothing."""


@runtime_checkable
class Logins(Protocol):
    """Where remembered logins, epochs and sessions are kept: what signs users out where it is lost.

    As ``Ledger`` it is synchronous, shared between threads, and raises ``StoreError`` and nothing else; what a method
    changes is changed wholly or not at all before it returns. A crash of the store may take the last changes with it.
    """

    # --- remembered logins ---

    def add_series(self, row: Series) -> bool:
        """Keep a new series. ``False``, and nothing changed, if its ``key`` is there already."""

    def load_series(self, key: str) -> tuple[Series, int] | None:
        """The series of that key, whatever its state, and its user's epoch."""

    def swap_series(self, row: Series, gen: int) -> bool:
        """Put ``row`` in the place of the one with its key, if that has generation ``gen`` and is not revoked.

        Otherwise ``False``, and nothing changed.
        """

    def revoke_series(self, key: str, why: str, now: int) -> bool:
        """End the series of that key: ``revoked_why`` and ``revoked_at``. ``False`` if none is there to end."""

    def revoke_device(self, user: str, device: str, why: str, now: int) -> bool:
        """End the series that a user's page calls ``device``, as ``revoke_series`` does."""

    def list_series(self, user: str) -> Sequence[Series]:
        """All series of a user, those that have ended too, the last used first."""

    # --- epochs ---

    def epoch(self, user: str) -> int:
        """What every session and series of the user must be of.

        0 says more: that it was never advanced. Only a store that loses nothing may know that; any other says some number
        instead that it has said at no earlier time for what it has lost since, so that nothing of then is of it.
        """

    def advance_epoch(self, user: str) -> int:
        """Make it one more, and return that: all sessions and series of before are void. Two at once count twice."""

    # --- sessions ---

    def create_session(self, key: str, user: str | None, data: bytes, until: int) -> bool:
        """Keep a new session until a time. ``False``, and nothing changed, if its key is there already."""

    def load_session(self, key: str, now: int) -> tuple[bytes, int] | None:
        """Data and version of a session, unless there is none or its time is over."""

    def update_session(self, key: str, data: bytes, until: int, version: int, now: int) -> Updated:
        """Change a session that still has that version, which is one more afterwards: ``kept``.

        ``conflict``: it has another version. ``gone``: it is not there, or its time is over. It is never made anew.
        """

    def delete_session(self, key: str) -> None:
        """Remove a session, if it is there."""

    def delete_sessions(self, user: str) -> None:
        """Remove all sessions of a user."""

    # --- the store itself ---

    def purge(self, now: int) -> int:
        """Remove sessions whose time is over, and series ``TOMBSTONE`` seconds after their end; how many these were.

        A store in which each goes by itself, by its own clock, has nothing to do.
        """

    def close(self) -> None:
        """Give back what is held. The store is of no use afterwards; a second call does nothing."""


@runtime_checkable
class Counts(Protocol):
    """Where what was counted is kept: a store may do that too, beside what it keeps as ``Ledger`` or ``Logins``.

    As these it is synchronous, shared between threads and processes, and raises ``StoreError`` and nothing else. A crash of
    the store may take the last changes with it. Days are since 1970-01-01.
    """

    def add_counts(self, counts: Sequence[Count]) -> None:
        """Add each ``n`` to what is there of its day, figure, cut and value, all or none. Of several at once none is lost."""

    def counts(self, since: int, until: int) -> Sequence[Count]:
        """All of these days and those between."""

    def swap_counts(self, gone: Sequence[Count], more: Sequence[Count]) -> bool:
        """Remove ``gone`` and add ``more``, if each of ``gone`` is there with that very ``n``.

        Otherwise ``False``, and nothing changed.
        """

    def remove_counts(self, before: int) -> int:
        """Remove those of earlier days; how many these were."""


@runtime_checkable
class Store(Ledger, Logins, Protocol):
    """Where all of it is kept."""


_OF_THE_LEDGER = frozenset(vars(Ledger))


def part_of(need: Append | Ask) -> Literal["ledger", "logins"]:
    """Which part of a store is asked."""
    asks_ledger = isinstance(need, Append) or need.method in _OF_THE_LEDGER
    return "ledger" if asks_ledger else "logins"
