"""Every state where colours are forced, on paper, and for who wants nothing to move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.layout import cut_off, edgeless, moving, overlapping
from tests.support.shown import LANDSCAPE, TELEPHONE, Shown, showing
from tests.support.states import STATES
from tests.support.walks import AROUND

PAPER = 718
"""What an A4 page is wide between margins of a centimetre, in CSS pixels."""


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Shown]:
    with showing(browser, AROUND["left to right"]) as shown:
        yield shown


@pytest.fixture(scope="module", params=STATES)
def shown_once(shown: Shown, request: pytest.FixtureRequest) -> Shown:
    """One state after the other: all tests look at it before the next is shown."""
    shown.page.emulate_media(media="screen", forced_colors="none")
    shown.show(request.param)
    return shown


@pytest.fixture(name="page")
def page_fixture(shown_once: Shown) -> Page:
    shown_once.page.emulate_media(media="screen", forced_colors="none")
    shown_once.page.set_viewport_size(LANDSCAPE)
    return shown_once.page


def test_nothing_moves_so_nobody_need_ask_for_that(page: Page) -> None:
    assert moving(page) == []


def test_forced_colours_leave_an_edge_around_what_can_be_pressed(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.set_viewport_size(TELEPHONE)

    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert edgeless(page) == []
    assert cut_off(page) == []


def test_on_paper_is_what_is_to_be_read_and_nothing_to_be_pressed(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})

    assert cut_off(page) == []
    assert overlapping(page) == []
    if page.locator("body.cookiesafe-frame").count() == 0:
        expect(page.locator("h1")).to_be_visible()
    for unprinted in page.locator("#cookiesafe, section.cookiesafe, .cookiesafe-page nav").all():
        expect(unprinted).to_be_hidden()


@pytest.mark.parametrize("name", ["banner", "choices, undecided", "form, limited", "frame, held"])
def test_forced_colours_show_where_the_focus_is(shown: Shown, name: str) -> None:
    shown.page.emulate_media(media="screen", forced_colors="active")
    shown.show(name)
    shown.page.keyboard.press("Tab")

    expect(shown.page.locator(":focus-visible")).to_have_css("outline-style", "solid")
    expect(shown.page.locator(":focus-visible")).to_have_css("outline-width", "3px")


def test_such_faults_are_found(shown: Shown) -> None:
    shown.page.emulate_media(media="screen", forced_colors="active")
    shown.show("banner")
    accept = shown.page.locator("[data-cookiesafe=accept]")

    accept.evaluate("each => each.style.setProperty('margin-inline-start', '-5rem', 'important')")
    assert "Reject all / Accept all" in overlapping(shown.page)
    accept.evaluate("each => each.style.setProperty('border', '0', 'important')")
    assert edgeless(shown.page) == ["BUTTON Accept all"]
    accept.evaluate("each => each.style.setProperty('transition', 'all 1s', 'important')")
    assert moving(shown.page) == ["BUTTON"]
