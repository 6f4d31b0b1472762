"""Looks through a site three times, each time as a new visitor: who chooses nothing, who rejects, who accepts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Error, Playwright, async_playwright

from ..audit import Evidence, Pages, Picture, Plan, Published, Trouble, Walk, Walked, published
from ..audit.evidence import without_query
from ..audit.plan import AGENT, origin_of
from ..audit.published import Group
from .chromium import launched
from .looking import PATIENCE, asked
from .scripts import LIST
from .walking import Album, Robots, Walker
from .watching import Watch

_ROBOTS_MS: Final = 5000
_LONGEST_ROBOTS: Final = 500_000
_WHY_NOT: Final = {
    True: "is not for robots, as the site's robots.txt says",
    False: "was left out, since the site's robots.txt could not be had: try it again",
}
"""By whether the robots.txt said so."""
Step = Callable[[int, int | None], object]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the visitor comes: which ``browser``, its ``agent`` if it is to call itself otherwise, its ``language``, and the
    selectors of the buttons, where they are not found by their words."""

    browser: str = ""
    agent: str = ""
    language: str = "en"
    selectors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it. ``published`` is the policy that the site shows, if it is one of ours."""

    evidence: Evidence
    walks: tuple[Walked, ...]
    troubles: tuple[Trouble, ...]
    pictures: tuple[Picture, ...]
    published: Published | None = None


async def look_through(
    plan: Plan, manner: Manner | None = None, step: Step = lambda done, of: None
) -> Seen:
    """All three walks, one page at a time. ``step`` is told how many pages were opened, of how many.

    Whatever the site does, it ends, in about ``plan.limits.total`` seconds. Raises ``NoBrowser``.
    """
    manner = manner or Manner()
    async with async_playwright() as playwright, launched(playwright, manner.browser) as browser:
        return await tour(playwright, browser, plan, manner, step)


async def tour(
    playwright: Playwright, browser: Browser, plan: Plan, manner: Manner, step: Step
) -> Seen:
    """The same in a browser that runs."""
    walks = _Walks(browser, plan, manner, step, partial(robots_txt, playwright, plan))
    limit = plan.limits.total
    try:
        async with asyncio.timeout(limit):
            await walks.run()
    except TimeoutError:
        walks.failed(f"the audit was not done within {limit:g} seconds")
    except Error as error:
        walks.failed(f"the browser was lost: {error.message.splitlines()[0]}")
    return walks.seen()


class _Walks:
    def __init__(
        self, browser: Browser, plan: Plan, manner: Manner, step: Step, robots: Robots
    ) -> None:
        self._browser = browser
        self._plan = plan
        self._manner = manner
        self._step = step
        self._robots = robots
        self._done = 0
        self.pages = Pages(plan)
        self.album = Album(Evidence())
        self.walks: list[Walked] = []
        self.published: Published | None = None

    async def run(self) -> None:
        for walk in Walk:
            async with self._visitor() as context:
                watch = Watch(context, self._plan, self.album.evidence)
                page = await watch.begin()
                selectors = dict(self._manner.selectors)
                walker = Walker(
                    page, watch, self._plan, self.album, selectors, self._count, self._robots
                )
                known = self.pages.opened
                self.walks.append(await walker.go(walk, self.pages, known))
                watch.collect()
            if not self.walks[0].looked:
                return
            if walk is Walk.NONE:
                await self._read_list()

    def failed(self, what: str) -> None:
        """What ended them before their time."""
        self.album.troubles.append(Trouble(self._plan.start, what))

    def seen(self) -> Seen:
        album = self.album
        for each in sorted(self.pages.disallowed):
            what = f"{without_query(each)} {_WHY_NOT[self.pages.told]}"
            album.troubles.append(Trouble(without_query(each), what, counts=False))
        return Seen(
            album.evidence,
            tuple(self.walks),
            tuple(album.troubles),
            tuple(album.pictures),
            self.published,
        )

    def _count(self) -> None:
        self._done += 1
        self._step(self._done, max(self._done, 3 * self.pages.expected + 3))

    @asynccontextmanager
    async def _visitor(self) -> AsyncIterator[BrowserContext]:
        options: dict[str, Any] = {"user_agent": self._manner.agent} if self._manner.agent else {}
        context = await self._browser.new_context(
            locale=self._manner.language,
            accept_downloads=False,
            viewport={"width": 1280, "height": 800},
            # The certificate of a site that is being built is nobody's.
            ignore_https_errors=self._plan.local,
            **options,
        )
        try:
            yield context
        finally:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(context.close(), PATIENCE)

    async def _read_list(self) -> None:
        """The site's own list of cookies, by a visitor of its own."""
        address = self.album.list_link
        if origin_of(address) != self.pages.origin:
            return
        async with self._visitor() as context:
            # What is no list of ours may be anything.
            with suppress(Error, TypeError, LookupError):
                page = await context.new_page()
                await page.goto(f"{address}?lang=en", timeout=self._plan.limits.page * 1000)
                found = await asked(page, LIST)
                groups = [Group.of(each) for each in found or ()]
                self.published = published(groups, address, self._plan.hosts[0])


async def robots_txt(playwright: Playwright, plan: Plan, url: str) -> str | None:
    """The robots.txt for a page, which is asked for by our name; empty where there is none, and on this machine.

    ``None`` where the server fails, or does not answer (RFC 9309, sections 2.3.1.3 and 2.3.1.4).
    """
    if plan.local:
        return ""
    request = await playwright.request.new_context(user_agent=AGENT)
    try:
        answer = await request.get(f"{origin_of(url)}/robots.txt", timeout=_ROBOTS_MS)
        if answer.ok:
            return (await answer.body())[:_LONGEST_ROBOTS].decode("utf-8", "replace")
        return "" if 400 <= answer.status < 500 else None
    except Error:
        return None
    finally:
        await request.dispose()
