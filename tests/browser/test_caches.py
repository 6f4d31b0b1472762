"""After a withdrawal no page that a browser has kept calls anybody, whichever of its caches it comes from.

The pages call each time they are shown, so one that came back with the policy it was stored with would be seen.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import choose, launched_whole
from tests.support.servers import EDGES, Edge, other_site, served

TRACKER = "tracker.localhost"
HOME = "/"
CHOICES = "/cookiesafe/choices"
PAGES = ["/kept", "/checked", "/free", "/around/kept", "/around/checked"]


@pytest.fixture(scope="module")
def tracker() -> Iterator[str]:
    with other_site({"/": "called"}) as port:
        yield f"{TRACKER}:{port}"


@pytest.fixture(params=EDGES, scope="module")
def site(
    request: pytest.FixtureRequest, tracker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    edge: Edge = request.param
    folder = tmp_path_factory.mktemp("cached")
    with served(["tests.support.cached", edge, tracker], folder) as started:
        yield started.url


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with launched_whole(tmp_path_factory.mktemp("profile"), []) as context:
        yield context


@pytest.fixture
def page(whole: BrowserContext, site: str) -> Iterator[Page]:
    """Of a visitor who has agreed."""
    whole.clear_cookies()
    page = whole.new_page()
    page.goto(site + HOME)
    choose(page, "accept")
    yield page
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_from_the_cache_calls_nobody_after_a_withdrawal(
    page: Page, site: str, path: str
) -> None:
    for _ in range(2):
        page.goto(site + path)
        expect(page).to_have_title("It came")
    withdraw(page, site)

    page.goto(site + path)
    expect(page).to_have_title("Refused")
    page.reload()
    expect(page).to_have_title("Refused")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_gone_back_to_calls_nobody_after_a_withdrawal(
    page: Page, site: str, path: str
) -> None:
    page.goto(site + path)
    expect(page).to_have_title("It came")
    withdraw(page, site)

    back(page, 2, path)
    expect(page).to_have_title("Refused")


def test_a_page_gone_back_to_comes_from_the_cache_while_nothing_is_withdrawn(
    page: Page, site: str
) -> None:
    """So that the test above can fail."""
    page.goto(site + "/free")
    expect(page).to_have_title("It came")
    page.goto(site + CHOICES)

    back(page, 1, "/free")
    assert page.evaluate("window.kept") is True


def withdraw(page: Page, site: str) -> None:
    page.goto(f"{site}{CHOICES}?next={HOME}")
    choose(page, "reject")


def back(page: Page, steps: int, path: str) -> None:
    """By the page's own script: the driver waits for a load that a kept page does not do again."""
    page.evaluate("steps => void setTimeout(() => history.go(-steps))", steps)
    page.wait_for_url(f"**{path}", wait_until="commit")
