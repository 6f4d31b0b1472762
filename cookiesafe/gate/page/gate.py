"""The page gate: puts one fragment of ours into an HTML document as it streams by, and swaps what is held in it."""

from __future__ import annotations

from ..documents import Markup
from .inner import reader
from .judge import Swapped, Swaps
from .place import MAX_HELD_BACK, Place

_UTF16 = {b"\xff\xfe": b" \0", b"\xfe\xff": b"\0 "}


class PageGate:
    """Places ``placed`` (ASCII) at the start of the body, or with ``at_end`` behind the last byte; swaps by ``swaps``.

    In XML, nothing may be placed.

    Where it only places, exactly ``size`` bytes are added, whatever comes, so a ``Content-Length`` can be told
    beforehand. Where it swaps, ``size`` is ``None``. A page in UTF-16, which only its first bytes may say, gets as many
    bytes of blanks, and nothing in it is swapped.

    All that it is not to touch leaves byte for byte, and at once: what waits for more is an unfinished tag of interest, at
    most 64 KB of it. ``swaps`` edits by inserting only (``judge``), so the page is what left without what was put in.
    """

    def __init__(
        self,
        placed: bytes | None,
        *,
        at_end: bool = False,
        swaps: Swaps | None = None,
        markup: Markup = "html",
    ) -> None:
        fragment = placed or b""
        self._fragment = fragment + b" " * (len(fragment) % 2)
        self.size = len(self._fragment) if swaps is None else None
        self._swapper = None if swaps is None else reader(markup, swaps)
        self._place = None if at_end or placed is None else Place()
        self._begun = False
        self._waiting: list[bytes] = []
        self._waits_with = 0

    def feed(self, chunk: bytes) -> bytes:
        """What may leave now that ``chunk`` has come."""
        if not self._begun:
            chunk = self._take() + chunk
            if len(chunk) < 2:
                return self._wait(chunk)
            self._begin(chunk)
        if self._swapper is not None:
            chunk = self._swapper.feed(chunk)
        return self._search(chunk) if self._place is not None else chunk

    def close(self) -> bytes:
        """What is left when nothing more comes."""
        passed = b"" if self._swapper is None else self._search(self._swapper.close())
        rest = self._take()
        rest = rest + self._fragment if self._place is None else self._fragment + rest
        self._fragment = b""
        return passed + rest

    @property
    def swapped(self) -> list[Swapped]:
        """What was swapped or taken out, the first hundred."""
        return [] if self._swapper is None else self._swapper.swapped

    @property
    def held(self) -> bytes:
        """What has come and not left yet."""
        return b"".join(self._waiting) + (b"" if self._swapper is None else self._swapper.held)

    @property
    def owed(self) -> int:
        """How many bytes are still to be added."""
        return len(self._fragment)

    def _begin(self, page: bytes) -> None:
        self._begun = True
        blank = _UTF16.get(page[:2])
        if blank is not None:
            self._fragment = blank * (len(self._fragment) // 2)
            self._place = self._swapper = None

    def _search(self, page: bytes) -> bytes:
        """Place the fragment where the body begins."""
        place = self._place
        if place is None:
            return page
        if place.tag is not None and self._waits_with + len(page) <= MAX_HELD_BACK:
            place.tag.leave(page, 0, len(page))
            if not place.tag.ended:
                return self._wait(page)
        page = self._take() + page
        at = place.scan(page)
        if place.missing:
            self._place = None
            return page
        if place.found:
            placed, self._fragment, self._place = self._fragment, b"", None
            return page[:at] + placed + page[at:]
        self._wait(page[at:])
        return page[:at]

    def _wait(self, page: bytes) -> bytes:
        self._waiting.append(page)
        self._waits_with += len(page)
        return b""

    def _take(self) -> bytes:
        page = b"".join(self._waiting)
        self._waiting, self._waits_with = [], 0
        return page
