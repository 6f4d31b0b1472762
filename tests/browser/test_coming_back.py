"""A page that the browser has kept as it was, and shows again, when the banner in it was answered elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.browser import launched_whole
from tests.support.scripted import scripted_site

CHOICES = "/cookiesafe/choices"
BANNER = "section[data-cookiesafe=banner]"
REVISIT = "nav[data-cookiesafe=revisit]"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with scripted_site() as url:
        yield url


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with launched_whole(tmp_path_factory.mktemp("profile"), []) as context:
        yield context


@pytest.mark.parametrize("choice", ["reject", "accept"])
def test_a_page_that_comes_back_asks_nothing_that_was_answered_since(
    whole: BrowserContext, site: str, choice: str
) -> None:
    whole.clear_cookies()
    page = whole.new_page()
    page.goto(site)
    expect(page.locator(BANNER)).to_be_visible()
    page.evaluate(
        "window.kept = true; addEventListener('pageshow', (e) => { window.persisted = e.persisted })"
    )
    page.goto(f"{site}{CHOICES}?next=/other")
    with page.expect_navigation():
        page.locator(f"[data-cookiesafe={choice}]").click()
    page.evaluate("void setTimeout(() => history.go(-2))")
    page.wait_for_url(f"{site}/", wait_until="commit")

    expect(page.locator(BANNER)).to_have_count(0)
    expect(page.locator(REVISIT)).to_have_count(1)
    if choice == "reject":
        assert page.evaluate("[window.kept, window.persisted]") == [True, True]
        assert page.evaluate("[cookieSafe.decided, heard.length]") == [True, 1]
    page.close()
