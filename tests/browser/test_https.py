"""Over https our cookies have the __Host- prefix, which browsers hold to conditions (RFC 6265bis, section 4.1.3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import choose
from tests.support.servers import EDGES, Counter, counter

SESSION, CONSENT = "__Host-cookiesafe-session", "__Host-cookiesafe"


@pytest.fixture(params=EDGES)
def site(
    request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, certificate: tuple[Path, Path]
) -> Iterator[Counter]:
    with counter(request.param, tmp_path, ["k" * 40], certificate=certificate) as started:
        yield started


def test_the_browser_keeps_our_cookies_and_sends_them_back(site: Counter, browser: Browser) -> None:
    with closing(browser.new_context(ignore_https_errors=True)) as context:
        page = context.new_page()
        count = page.locator("#count")
        page.goto(site.url)
        expect(count).to_have_text("1, not agreed")
        page.goto(site.url)
        expect(count).to_have_text("2, not agreed")
        choose(page, "accept")
        page.goto(site.url)
        expect(count).to_have_text("3, agreed")

        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert set(cookies) == {SESSION, CONSENT}
        for cookie in cookies.values():
            assert cookie["secure"]
            assert cookie["httpOnly"]
            assert cookie["sameSite"] == "Lax"
            assert (cookie["domain"], cookie["path"]) == ("harbour.localhost", "/")
        assert cookies[SESSION]["expires"] == -1
        assert cookies[CONSENT]["expires"] > 0
