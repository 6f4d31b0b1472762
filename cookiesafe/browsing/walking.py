"""One walk through the site: a visitor who gives one answer, and looks at every page."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Error, Page
from playwright.async_api import TimeoutError as TooLong

from ..audit import Evidence, Moment, Pages, Picture, Plan, Trouble, Walk, Walked
from ..audit.evidence import without_query
from .looking import PATIENCE, asked, look, texts
from .pressing import Button, find
from .scripts import LINKS, LIST_LINK, SCROLL
from .watching import Watch, host_of

ANSWERS: Final = {Walk.REJECT: Moment.REJECTED, Walk.ACCEPT: Moment.ACCEPTED}
_ASKING_SECONDS: Final = 3.0
"""For how long a notice may take to come up."""
_NET: Final = re.compile(r"net::(\w+)")
_NO_PAGE: Final = ("ERR_ABORTED", "Download is starting")
Robots = Callable[[str], Awaitable[str | None]]
"""Gives the text of the robots.txt that is for a page, or ``None`` where it cannot be had."""


@dataclass(slots=True)
class Album:
    """What all walks have come to so far."""

    evidence: Evidence
    troubles: list[Trouble] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    list_link: str = ""


@dataclass(slots=True)
class Walker:
    """``selectors`` name the buttons, by answer. ``step`` is told of each page."""

    page: Page
    watch: Watch
    plan: Plan
    album: Album
    selectors: dict[str, str]
    step: Callable[[], object]
    robots: Robots
    _opened_at: float = 0
    _stuck: bool = False
    _visited: list[str] = field(default_factory=list)

    async def go(self, walk: Walk, pages: Pages, known: list[str]) -> Walked:
        """Where nobody answers, ``pages`` are found on the way; else they are ``known``, and the first is seen again."""
        first = self.plan.start
        looked = await self._open(walk, first)
        if walk is Walk.NONE:
            await self._picture()
            pages.next()
            if looked:
                await self._roam(pages)
                await self._provoke(first)
            return Walked(walk, first, tuple(dict.fromkeys(self._visited)), looked=looked)
        answer = "reject" if walk is Walk.REJECT else "accept"
        button = await self._ask(answer) if looked else None
        if button is None:
            return Walked(walk, first, tuple(self._visited), looked=looked)
        self.watch.collect()
        self.watch.moment = ANSWERS[walk]
        await button.press()
        await self._settle()
        await look(self.page, self.watch, self.album.evidence)
        await self._picture()
        for each in [*known[1:], first]:
            await self._open(walk, each)
        return Walked(walk, first, tuple(dict.fromkeys(self._visited)), button.label)

    async def _roam(self, pages: Pages) -> None:
        """To all other pages, as they are found."""
        pages.begin(self.page.url, await self.robots(self.page.url))
        pages.found(texts(await asked(self.page, LINKS)))
        self.album.list_link = next(iter(texts([await asked(self.page, LIST_LINK)])), "")
        while (page := pages.next()) is not None:
            if await self._open(Walk.NONE, page):
                pages.found(texts(await asked(self.page, LINKS)))

    async def _provoke(self, first: str) -> None:
        """What is no answer: scrolling to the end, and closing what closes."""
        evidence = self.album.evidence
        before = len(evidence.things)
        if not await self._open(Walk.NONE, first):
            return
        self.watch.collect()
        self.watch.moment = Moment.SCROLLED
        await asked(self.page, SCROLL)
        await self._settle()
        await look(self.page, self.watch, evidence)
        closing = await find(self.page, "close")
        if closing is not None:
            self.watch.moment = Moment.CLOSED
            await closing.press()
            await self._settle()
            await look(self.page, self.watch, evidence)
        if len(evidence.things) > before:
            await self._picture()

    async def _ask(self, answer: str) -> Button | None:
        """The button, as soon as it is there."""
        end = time.monotonic() + _ASKING_SECONDS
        other = "accept" if answer == "reject" else "reject"
        while True:
            button = await find(self.page, answer, self.selectors.get(answer, ""))
            if button is not None or time.monotonic() > end:
                return button
            if await find(self.page, other, self.selectors.get(other, "")) is not None:
                end = min(end, time.monotonic() + self.plan.limits.still)
            await asyncio.sleep(0.2)

    async def _open(self, walk: Walk, url: str) -> bool:
        """Go to a page and look at it; whether there was one."""
        limits = self.plan.limits
        if self._opened_at:
            await asyncio.sleep(max(0, self._opened_at + limits.delay - time.monotonic()))
        self._opened_at = time.monotonic()
        await self._renew()
        self.watch.collect()
        self.watch.page = without_query(url)
        opened = await self._navigate(walk, url) and await self._stays(walk, url)
        if opened:
            self._visited.append(without_query(url))
            if not await look(self.page, self.watch, self.album.evidence):
                shown = without_query(url)
                what = f"the page {shown} did not say what it has stored: it, or a frame in it, is busy"
                self._trouble(walk, shown, what)
        self.step()
        return opened

    async def _navigate(self, walk: Walk, url: str) -> bool:
        shown, seconds = without_query(url), self.plan.limits.page
        try:
            answer = await self.page.goto(url, timeout=seconds * 1000)
        except TooLong:
            self._trouble(walk, shown, f"the page {shown} did not load within {seconds:g} seconds")
            self._stuck = True
            return without_query(self.page.url) == shown
        except Error as error:
            said = _NET.search(error.message)
            reason = said[1] if said else error.message.splitlines()[0]
            if any(each in error.message for each in _NO_PAGE):
                what = f"the page {shown} is no page, but something to download"
                self._trouble(walk, shown, what, counts=url == self.plan.start)
            else:
                self._trouble(walk, shown, f"the page {shown} could not be opened: {reason}")
            return False
        if answer is not None and answer.status >= 500:
            self._trouble(walk, shown, f"the page {shown} is answered with {answer.status}")
        return True

    async def _stays(self, walk: Walk, url: str) -> bool:
        """Whether it is a page of the site's, and still is once it has come to rest: a script in it may lead elsewhere."""
        if self._is_own():
            await self._settle()
            if self._is_own():
                return True
        shown, host = without_query(url), host_of(self.page.url)
        what = f"the page {shown} leads to {host}, which was not named as the site: --site {host}"
        self._trouble(walk, shown, what, counts=url == self.plan.start)
        return False

    def _is_own(self) -> bool:
        return self.plan.is_own(host_of(self.page.url))

    async def _renew(self) -> None:
        """Leave a page behind that may be busy for ever: no other could be opened in its place."""
        if self._stuck or await asked(self.page, "true") is None:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(self.page.close(), PATIENCE)
            self.page = await self.watch.new_page()
            self._stuck = False

    async def _settle(self) -> None:
        """Until the page is loaded and nothing happens on it."""
        limits = self.plan.limits
        with suppress(Error):
            await self.page.wait_for_load_state("load", timeout=limits.page * 1000)
        await self.watch.still(limits.still, limits.page)

    async def _picture(self) -> None:
        with suppress(Error, TimeoutError):
            taking = self.page.screenshot(type="jpeg", quality=50, timeout=PATIENCE * 1000)
            jpeg = await asyncio.wait_for(taking, PATIENCE)
            self.album.pictures.append(Picture(self.watch.moment, self.watch.page, jpeg))

    def _trouble(self, walk: Walk, page: str, what: str, *, counts: bool = True) -> None:
        """Once, in whichever walk it is first met."""
        if all(each.what != what for each in self.album.troubles):
            self.album.troubles.append(Trouble(page, what, walk, counts))
