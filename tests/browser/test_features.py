"""The notice above a form: what was typed outlives both of its buttons, and neither is pressed by accident."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.billing import POLICY, Billing
from tests.support.browser import assert_side_by_side, contrasts, faults
from tests.support.edges import wsgi_app
from tests.support.harbour import KEY
from tests.support.serving import serving

ENHANCED = 7.0
"""The contrast that WCAG 2.2 asks for at level AAA (1.4.6)."""
NOTICE = "[data-cookiesafe=limited]"
DESKTOP, SMALLEST = {"width": 1280, "height": 800}, {"width": 320, "height": 256}
TYPED = {"name": ["Ada & Co"], "note": ["by the gate"], "paper": ["on"]}


@dataclass
class Site:
    """The form of a site, as one browser has it open."""

    app: Billing
    safe: CookieSafe
    address: str
    browser: Browser
    stack: ExitStack = field(default_factory=ExitStack)

    def open(self, **options: Any) -> Page:
        context = self.stack.enter_context(closing(self.browser.new_context(**options)))
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(self.address)
        return page

    @property
    def grants(self) -> int:
        return [each.event for each in self.safe.store.records()].count("grant")


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    app = Billing()
    safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())
    with serving(CookieSafeMiddleware(wsgi_app(app), safe)) as port:
        site = Site(app, safe, f"http://127.0.0.1:{port}/bill", browser)
        with site.stack:
            yield site


def fill_in(page: Page) -> None:
    page.get_by_label("Name").fill("Ada & Co")
    page.get_by_label("Note").fill("by the gate")
    page.get_by_label("On paper").check()


def button(page: Page, words: str) -> Locator:
    return page.locator(NOTICE).get_by_role("button", name=words, exact=True)


@pytest.mark.parametrize(("words", "grants"), [("Turn on", 1), ("Keep off", 0)])
def test_what_was_typed_outlives_both_buttons(
    site: Site, scripts: bool, words: str, grants: int
) -> None:
    page = site.open(java_script_enabled=scripts)
    fill_in(page)

    button(page, words).click()

    expect(page.locator(f"{NOTICE} button")).to_have_count(0)
    expect(page.get_by_label("Name")).to_have_value("Ada & Co")
    expect(page.get_by_label("Note")).to_have_value("by the gate")
    expect(page.get_by_label("On paper")).to_be_checked()
    expect(page.locator(NOTICE)).to_have_count(1 - grants)
    assert (site.grants, site.app.paid) == (grants, [])
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("status")).to_have_text("Paid by Ada & Co")
    assert site.app.paid == [{**TYPED, "do": ["pay"]}]


def test_an_empty_form_is_answered_from_too(site: Site) -> None:
    """A field that must be filled in does not stand in the way."""
    page = site.open()
    button(page, "Turn on").click()

    expect(page.locator(NOTICE)).to_have_count(0)
    assert site.grants == 1


@pytest.mark.parametrize("styled", [True, False], ids=["styled", "without its style"])
def test_enter_in_a_field_sends_the_form_and_answers_nothing(site: Site, styled: bool) -> None:
    page = site.open(java_script_enabled=styled)
    if not styled:
        page.route("**/notice.css*", lambda route: route.abort())
        page.reload()
    expect(page.get_by_role("button", name="Send this form")).to_have_count(0 if styled else 1)
    page.get_by_label("Name").press("Enter")
    assert site.app.paid == [], "a field that must be filled in is not"
    fill_in(page)

    page.get_by_label("Name").press("Enter")

    expect(page.get_by_role("status")).to_have_text("Paid by Ada & Co")
    assert (site.grants, site.app.paid) == (0, [TYPED])
    expect(page.locator(f"{NOTICE} button[name]")).to_have_count(2)


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (SMALLEST, "dark")])
def test_it_is_as_easy_to_keep_off_as_to_turn_on(
    site: Site, viewport: dict[str, int], scheme: str
) -> None:
    page = site.open(viewport=viewport, color_scheme=scheme)
    off, on = button(page, "Keep off"), button(page, "Turn on")

    assert_side_by_side(off, on)
    assert min(contrasts(page, NOTICE).values()) >= ENHANCED
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(NOTICE).evaluate("notice => { notice.tabIndex = -1; notice.focus(); }")
    for each in (off, on, page.get_by_label("Name")):
        page.keyboard.press("Tab")
        expect(each).to_be_focused()


def test_nobody_prints_it(site: Site) -> None:
    page = site.open(viewport=DESKTOP)
    page.emulate_media(media="print")

    expect(page.locator(NOTICE)).to_be_hidden()
    expect(page.locator("#cookiesafe")).to_be_hidden()
    expect(page.get_by_label("Name")).to_be_visible()


def test_in_forced_colours_its_edges_are_seen(site: Site) -> None:
    page = site.open(forced_colors="active")

    for each in (page.locator(NOTICE), button(page, "Keep off"), button(page, "Turn on")):
        expect(each).to_have_css("border-top-style", "solid")
        edge = "element => getComputedStyle(element).borderTopColor"
        ground = "element => getComputedStyle(element).backgroundColor"
        assert each.evaluate(edge) != each.evaluate(ground)
