"""A browser whose settings block all cookies is told so once, after a choice or a login, and goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser import blocking_cookies, choose, contrasts, faults
from tests.support.signing import signing_site

ENHANCED = 7.0
"""The contrast that WCAG 2.2 asks for at level AAA (1.4.6)."""
BILLS = "/bills?year=2026"
TOLD = "Your browser is blocking cookies"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with signing_site() as site:
        yield site


@pytest.fixture(scope="module")
def blocking(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    with blocking_cookies(browser, tmp_path_factory.mktemp("profile") / "blocking") as context:
        yield context


@pytest.fixture
def page(blocking: BrowserContext) -> Iterator[Page]:
    """Of a browser in which nothing was kept when it is over."""
    page = blocking.new_page()
    yield page
    assert blocking.cookies() == []
    page.close()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("choice", ["Reject all", "Accept all"])
def test_a_choice_is_explained_and_leads_on_to_one_line(page: Page, site: str, choice: str) -> None:
    page.goto(site + BILLS)
    press(page, choice)

    expect(page.get_by_role("heading", level=1)).to_have_text(TOLD)
    expect(page.get_by_role("status")).to_contain_text("we cannot remember this choice")
    assert faults(page) == []
    assert min(contrasts(page, "body").values()) >= ENHANCED

    page.get_by_role("link", name="Continue").click()
    line = page.locator("#cookiesafe[data-cookiesafe=blocked]")
    expect(line).to_contain_text("no choice can be remembered")
    expect(line.get_by_role("button")).to_have_count(0)
    assert page.url == f"{site}{BILLS}&cookiesafe=blocked"
    box = line.bounding_box()
    assert box is not None
    assert box["height"] < 64
    assert faults(page) == []
    assert min(contrasts(page, "#cookiesafe").values()) >= ENHANCED


def test_going_back_and_loading_again_do_no_harm(page: Page, site: str) -> None:
    page.goto(site + BILLS)
    press(page, "Reject all")
    told = page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(TOLD)

    page.go_back()
    assert page.url == site + BILLS
    expect(page.locator("[data-cookiesafe=banner]")).to_be_visible()
    page.go_forward()
    assert page.url == told


def test_a_login_is_explained_and_leads_on(page: Page, site: str) -> None:
    page.goto(site + BILLS)
    press(page, "Sign in")

    expect(page.get_by_role("heading", level=1)).to_have_text(TOLD)
    expect(page.get_by_role("status")).to_contain_text("you are not signed in")
    page.get_by_role("link", name="Continue").click()
    expect(page.locator("#user")).to_have_text("None")
    assert page.url == f"{site}{BILLS}&cookiesafe=blocked"


@pytest.mark.parametrize(("button", "user"), [("Reject all", "None"), ("Sign in", "ann")])
def test_with_cookies_nothing_of_it_is_seen(
    browser: Browser, site: str, button: str, user: str
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        # No cookie of the site's own: the choice or the login is the first to set one.
        page.goto(f"{site}{BILLS}")
        context.clear_cookies()
        if button == "Reject all":
            choose(page, "reject")
        else:
            press(page, button)

        assert page.url == f"{site}{BILLS}"
        expect(page.locator("#user")).to_have_text(user)
        expect(page.locator("[data-cookiesafe=blocked]")).to_have_count(0)
