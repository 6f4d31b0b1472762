"""What passes between the core and the outside: a request, a reply, what the core needs, and the store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote

from .fields import Header
from .ledger import Record


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
    def query(self) -> str:
        """The query as it was sent, without its question mark."""

    @abstractmethod
    def header(self, name: str) -> str | None:
        """A field's value by its lower-case name, several of one name joined; ``None`` without one."""

    def address(self) -> str:
        """Path and query as a browser shows them, percent-encoded: what leads back here."""
        path = quote(f"{self.root}{self.path}", safe="/:@!$&'()*+,;=~", errors="replace")
        return f"{path}?{self.query}" if self.query else path

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
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class ReadBody:
    """Read the request's body; the answer is its bytes, or ``None`` when it has more than ``limit``."""

    limit: int


@dataclass(frozen=True, slots=True)
class Append:
    """Append a record to the store; the answer is ``None``, or the ``StoreError`` that came instead."""

    record: Record


Need = ReadBody | Append
Answer = Any


@runtime_checkable
class Store(Protocol):
    """Where records are kept. Synchronous and safe to share between threads.

    Every method raises ``StoreError`` when the store cannot do it, and nothing else.
    """

    def append(self, record: Record) -> None:
        """Keep a record for good before returning. A record whose ``id`` is there already is not kept twice."""

    def records(self) -> Iterator[Record]:
        """All records, oldest first."""

    def close(self) -> None:
        """Give back what is held. The store is of no use afterwards; a second call does nothing."""
