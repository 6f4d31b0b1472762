"""The page gate: puts one fragment of ours into an HTML document as it streams by, and swaps what is held in it."""

from __future__ import annotations

from collections.abc import Callable

from ..documents import Markup
from .inner import reader
from .judge import Swapped, Swaps
from .place import MAX_HELD_BACK, HeadPlace, Place

InLanguage = Callable[[str], bytes]
"""What is placed, for the language tag that the page gives itself, which may be any text, or none."""

MOST_HEARD = 4096
"""How much of an unfinished tag is looked at once more, in bytes, where nothing waits for it."""

_UTF16 = {b"\xff\xfe": b" \0", b"\xfe\xff": b"\0 "}


class PageGate:
    """Places ``placed`` (ASCII) at the start of the body, or with ``at_end`` behind the last byte; swaps by ``swaps``.
    What is ``placed`` may depend on the language of the page. What is ``first`` (ASCII) is placed where the head begins.

    In XML, nothing may be placed.

    Where it only places, and what does not depend on the page, exactly ``size`` bytes are added, whatever comes, so a
    ``Content-Length`` can be told beforehand. Otherwise ``size`` is ``None``. A page in UTF-16, which only its first
    bytes may say, gets as many bytes of blanks, and nothing in it is swapped.

    All that it is not to touch leaves byte for byte, and at once: what waits for more is an unfinished tag of interest, at
    most 64 KB of it. ``swaps`` edits by inserting only (``judge``), so the page is what left without what was put in.
    """

    _places: type[Place] = Place

    def __init__(
        self,
        placed: bytes | InLanguage | None,
        *,
        at_end: bool = False,
        swaps: Swaps | None = None,
        first: bytes | None = None,
        markup: Markup = "html",
    ) -> None:
        self._head = _HeadGate(first) if first else None
        self._choose = placed if callable(placed) else None
        fragment = b"" if placed is None or callable(placed) else placed
        self._fragment = fragment + b" " * (len(fragment) % 2)
        known = swaps is None and self._choose is None and self._head is None
        self.size = len(self._fragment) if known else None
        self._swapper = None if swaps is None else reader(markup, swaps)
        self._at_end = at_end
        self._place = (
            None if placed is None or (at_end and self._choose is None) else self._places()
        )
        self._heard = b""
        self._begun = False
        self._waiting: list[bytes] = []
        self._waits_with = 0

    def feed(self, chunk: bytes) -> bytes:
        """What may leave now that ``chunk`` has come."""
        if self._head is not None:
            chunk = self._head.feed(chunk)
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
        passed = b""
        if self._head is not None:
            head, self._head = self._head, None
            passed = self.feed(head.close())
        if self._swapper is not None:
            passed += self._search(self._swapper.close())
        rest = self._take()
        if self._place is not None and self._choose is not None:
            self._fragment = self._choose(self._place.language)
        first = self._place is not None and not self._at_end
        rest = self._fragment + rest if first else rest + self._fragment
        self._fragment = b""
        return passed + rest

    @property
    def swapped(self) -> list[Swapped]:
        """What was swapped or taken out, the first hundred."""
        return [] if self._swapper is None else self._swapper.swapped

    @property
    def held(self) -> bytes:
        """What has come and not left yet."""
        if self._swapper is None and self._head is None:
            return b"".join(self._waiting)
        behind = [each.held for each in (self._swapper, self._head) if each is not None]
        return b"".join(self._waiting + behind)

    @property
    def owed(self) -> int:
        """How many bytes are still to be added."""
        return len(self._fragment)

    def _begin(self, page: bytes) -> None:
        self._begun = True
        blank = _UTF16.get(page[:2])
        if blank is not None:
            self._fragment = blank * (len(self._fragment) // 2)
            self._place = self._swapper = self._choose = None

    def _search(self, page: bytes) -> bytes:
        """Place the fragment where the body begins."""
        place = self._place
        if place is None:
            return page
        if self._at_end and self._choose is not None:
            return self._listen(page, place, self._choose)
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
            if self._choose is not None:
                self._fragment = self._choose(place.language)
            placed, self._fragment, self._place = self._fragment, b"", None
            return page[:at] + placed + page[at:]
        self._wait(page[at:])
        return page[:at]

    def _listen(self, page: bytes, place: Place, choose: InLanguage) -> bytes:
        """Let the page go on while it says which language it is in, as it does where it begins."""
        self._heard += page
        self._heard = self._heard[place.scan(self._heard) :]
        known = place.root is not None or place.found or place.missing
        if known or len(self._heard) > MOST_HEARD:
            self._fragment, self._place, self._heard = choose(place.language), None, b""
        return page

    def _wait(self, page: bytes) -> bytes:
        self._waiting.append(page)
        self._waits_with += len(page)
        return b""

    def _take(self) -> bytes:
        page = b"".join(self._waiting)
        self._waiting, self._waits_with = [], 0
        return page


class _HeadGate(PageGate):
    _places = HeadPlace
