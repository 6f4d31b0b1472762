"""Waiting for the rest of a tag, and putting edits into what leaves: what all that read a page as it streams by do."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from .judge import Edit, Judge, Swapped
from .passages import Passage
from .place import MAX_HELD_BACK

AHEAD = 16  # no name and no end of a veil is longer


class Stream(Protocol):
    """A page on its way: ``feed`` gives what may leave, and ``held`` is what it waits with."""

    @property
    def swapped(self) -> list[Swapped]: ...

    @property
    def held(self) -> bytes: ...

    def feed(self, chunk: bytes) -> bytes: ...

    def close(self) -> bytes: ...


class Reader:
    """Edits one page; how it is read is up to ``_read``."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._rest = b""
        self._kept: list[bytes] = []
        self._kept_size = 0
        self._passage: Passage | None = None
        self._edits: list[Edit] = []
        self._final = False

    @property
    def swapped(self) -> list[Swapped]:
        """What was swapped or taken out, the first hundred."""
        return self._judge.swapped

    @property
    def held(self) -> bytes:
        """What has come and not left yet."""
        return b"".join(self._kept) + self._rest

    def feed(self, chunk: bytes) -> bytes:
        """What may leave now that ``chunk`` has come."""
        page, self._rest = self._rest + chunk, b""
        return self._wait(page) if self._kept else self._read(page)

    def close(self) -> bytes:
        """What is left when nothing more comes."""
        self._final = True
        page = self._take_kept() if self._kept else self._rest
        passed = self._read(page)
        rest, self._rest = self._rest, b""
        return passed + rest

    @abstractmethod
    def _read(self, page: bytes) -> bytes:
        """What may leave of ``page``, of which the rest is kept."""

    def _wait(self, page: bytes) -> bytes:
        """Go on with a tag of interest that was not all there."""
        passage = self._passage
        at = passage.leave(page, 0, len(page)) if passage else 0
        self._kept.append(page[:at])
        self._kept_size += at
        self._rest = page[at:]
        waited = self._kept_size + len(self._rest)
        if passage and not passage.ended and waited <= MAX_HELD_BACK + AHEAD:
            return b""
        return self._read(self._take_kept())

    def _take_kept(self) -> bytes:
        page = b"".join(self._kept) + self._rest
        self._kept, self._kept_size, self._rest, self._passage = [], 0, b"", None
        return page

    def _must_wait(self, page: bytes, at: int) -> bool:
        return len(page) - at <= MAX_HELD_BACK + AHEAD and not self._final

    def _keep(self, page: bytes, at: int, passage: Passage, to: int) -> int:
        """Wait for the rest of what begins at ``at``; ``passage`` has understood it up to ``to``."""
        self._passage = passage
        self._kept, self._kept_size, self._rest = [page[at:to]], to - at, page[to:]
        return at

    def _edit(self, at: int, edits: list[Edit]) -> None:
        if edits:
            self._edits += [(at + where, what) for where, what in edits]

    def _edited(self, page: bytes, at: int) -> bytes:
        if not self._edits:
            return page[:at]
        parts, last = [], 0
        for where, what in sorted(self._edits):
            parts += [page[last:where], what]
            last = where
        return b"".join([*parts, page[last:at]])
