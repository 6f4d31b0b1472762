"""After signing out of a shared computer nothing of the site is left in the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser import answer, faults
from tests.support.signing import signing_site

STORED = "[localStorage.length, (await indexedDB.databases()).length]"
DEVICES = "/cookiesafe/devices"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with signing_site() as site:
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        yield context


@pytest.fixture
def page(context: BrowserContext, site: str) -> Page:
    """Of who has chosen, is signed in, and left something behind in every place."""
    page = context.new_page()
    page.goto(f"{site}/bills?year=2026")
    for button in ("Accept all", "Sign in"):
        answer(page, page.get_by_role("button", name=button))
    page.evaluate(
        """() => new Promise(resolve => {
            localStorage.draft = "my address";
            indexedDB.open("bills").onsuccess = event => resolve(event.target.result.close());
        })"""
    )
    assert stored(page) == [1, 1]
    assert len(context.cookies()) == 3
    return page


def stored(page: Page) -> list[int]:
    counted: list[int] = page.evaluate(f"async () => {STORED}")
    return counted


def names(context: BrowserContext) -> set[str]:
    return {cookie.get("name", "") for cookie in context.cookies()}


def leave(page: Page, button: str, *, shared: bool) -> None:
    if shared:
        page.get_by_label("This is a shared computer").check()
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def test_the_apps_own_form_clears_it(page: Page, context: BrowserContext) -> None:
    leave(page, "Sign out", shared=True)

    expect(page.locator("#user")).to_have_text("None")
    expect(page.locator("[data-cookiesafe=banner]")).to_be_visible()
    assert stored(page) == [0, 0]
    assert names(context) == {"cookiesafe-out", "cart"}, "the page that followed has set a new cart"


def test_our_page_clears_it(page: Page, context: BrowserContext, site: str) -> None:
    page.goto(site + DEVICES)
    expect(page.get_by_label("This is a shared computer")).not_to_be_checked()
    assert faults(page) == []

    leave(page, "Sign out on this browser", shared=True)

    expect(page.locator("main")).to_contain_text("Nobody is signed in")
    assert names(context) == {"cookiesafe-out"}
    assert stored(page) == [0, 0]


def test_it_stays_where_the_box_is_not_ticked(page: Page, context: BrowserContext) -> None:
    leave(page, "Sign out", shared=False)

    expect(page.locator("#user")).to_have_text("None")
    expect(page.locator("[data-cookiesafe=banner]")).to_have_count(0)
    assert stored(page) == [1, 1]
    assert names(context) == {"cookiesafe", "cookiesafe-out", "cart"}
