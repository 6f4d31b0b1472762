"""The sites, once for a module, and an audit of one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest
from playwright.async_api import Browser, Playwright, async_playwright

from cookiesafe.audit import Evidence, Finding, Limits, Plan, find
from cookiesafe.audit.judging import Judge
from cookiesafe.browsing import Manner, Seen
from cookiesafe.browsing.auditing import tour
from cookiesafe.browsing.chromium import launched
from cookiesafe.policy import Policy
from tests.support.browser import NAMES, installed

from .sites import Sites, serving

QUICK = Limits(pages=2, page=10, total=60, delay=0, still=0.3)


class Audited(NamedTuple):
    """What a site was found to do."""

    seen: Seen
    findings: list[Finding]

    @property
    def evidence(self) -> Evidence:
        return self.seen.evidence

    @property
    def found(self) -> set[tuple[str, str]]:
        """Each finding's code, and what it is about."""
        return {(each.code, each.about) for each in self.findings}


Audit = Callable[..., Audited]


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    with serving() as sites:
        yield sites


@pytest.fixture(scope="module")
def audit() -> Iterator[Audit]:
    """Audits what is at a URL with the browser of this machine, which is started once."""
    manner = Manner(browser=installed(NAMES))

    def audit(url: str, policy: Policy | None = None, limits: Limits = QUICK) -> Audited:
        plan = Plan.of(url, (), limits)
        seen = runner.run(tour(playwright, browser, plan, manner, lambda done, of: None))
        declared = policy or (seen.published.policy if seen.published else None)
        return Audited(seen, find(seen.evidence, Judge(plan, declared), seen.walks, seen.troubles))

    async def start(stack: AsyncExitStack) -> tuple[Playwright, Browser]:
        playwright = await stack.enter_async_context(async_playwright())
        return playwright, await stack.enter_async_context(launched(playwright, manner.browser))

    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        playwright, browser = runner.run(start(stack))
        yield audit
        runner.run(stack.aclose())
