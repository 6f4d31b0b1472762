"""The dashboard in a real browser, at the demo: who works there reads it, wide and narrow, in light and dark, without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from demo_app.portal.seed import KEEPER_EMAIL, KEEPER_PASSWORD
from tests.browser.conftest import NewVisitor
from tests.support import axe
from tests.support.browser import Visitor
from tests.support.layout import cut_off
from tests.support.servers import Demo

DASHBOARD = "/cookiesafe/dashboard?days=90"
SIZES = [(1280, 800), (800, 600), (320, 640)]
EACH = pytest.mark.parametrize(("edge", "scheme"), [("asgi", "light"), ("wsgi", "dark")])


@pytest.fixture
def keeper(new_visitor: NewVisitor, demo: Demo) -> Visitor:
    visitor = new_visitor(demo, java_script_enabled=True)
    axe.prepare(visitor.context)
    sign_in(visitor)
    return visitor


def sign_in(visitor: Visitor) -> None:
    visitor.go("/sign-in?next=/cookiesafe/dashboard")
    visitor.page.get_by_label("E-mail address").fill(KEEPER_EMAIL)
    visitor.page.get_by_label("Password").fill(KEEPER_PASSWORD)
    visitor.click(visitor.button("Sign in"))


@EACH
def test_axe_finds_nothing_and_nothing_is_cut_off(keeper: Visitor, scheme: str) -> None:
    found = {}
    for width, height in SIZES:
        keeper.page.set_viewport_size({"width": width, "height": height})
        keeper.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        keeper.go(DASHBOARD)
        for summary in keeper.page.locator("summary").all():
            summary.click()
        found[width] = axe.findings(keeper.page) + cut_off(keeper.page)
        assert keeper.page.evaluate("document.documentElement.scrollWidth") == width

    assert {width: each for width, each in found.items() if each} == {}


def test_it_asks_for_one_style_sheet_and_nothing_else(keeper: Visitor) -> None:
    keeper.requests.clear()
    keeper.errors.clear()
    keeper.go(DASHBOARD)

    assert [each.resource_type for each in keeper.requests] in (
        ["document", "stylesheet"],
        ["document"],  # it was kept from before
    )
    assert keeper.errors == []
    assert keeper.page.evaluate("document.scripts.length") == 0


def test_in_forced_colours_its_lines_are_seen(keeper: Visitor) -> None:
    keeper.page.emulate_media(forced_colors="active")
    keeper.go(DASHBOARD)

    chart = keeper.page.get_by_role("img", name="Answers, day by day")
    strokes = chart.evaluate(
        "each => [...each.querySelectorAll('[class^=s]')].map("
        "p => [getComputedStyle(p).stroke, getComputedStyle(p).strokeDasharray])"
    )
    ground = keeper.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(strokes) == len({dash for _, dash in strokes}) == 3
    assert ground not in {stroke for stroke, _ in strokes}


def test_days_are_chosen_and_numbers_opened_by_keyboard(keeper: Visitor) -> None:
    keeper.go("/cookiesafe/dashboard")
    keeper.page.get_by_role("link", name="7 days").focus()
    keeper.press("Enter")
    assert keeper.path == "/cookiesafe/dashboard?days=7"

    section = keeper.page.locator("section[aria-labelledby=h-days]")
    section.locator("summary").focus()
    keeper.page.keyboard.press("Enter")
    expect(section.get_by_role("row")).to_have_count(8)


def test_on_paper_the_numbers_are_open(keeper: Visitor) -> None:
    keeper.go("/cookiesafe/dashboard?days=7")
    numbers = keeper.page.locator("section[aria-labelledby=h-days] table")
    expect(numbers).to_be_hidden()

    keeper.page.emulate_media(media="print")

    assert numbers.bounding_box()
    expect(keeper.page.get_by_role("navigation", name="Days")).to_be_hidden()


def test_its_csv_is_a_file(keeper: Visitor) -> None:
    keeper.go(DASHBOARD)
    with keeper.page.expect_download() as download:
        keeper.page.get_by_role("link", name="CSV of held", exact=True).click()

    assert download.value.suggested_filename.startswith("held-")
    assert download.value.suggested_filename.endswith(".csv")


def test_a_customer_has_no_such_page_and_no_link_to_it(
    new_visitor: NewVisitor, demo: Demo, keeper: Visitor
) -> None:
    keeper.go("/bills")
    expect(keeper.page.get_by_role("link", name="Dashboard")).to_have_count(1)
    visitor = new_visitor(demo)
    visitor.go(DASHBOARD)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("No such page")
    visitor.go("/bills")
    expect(visitor.page.get_by_role("link", name="Dashboard")).to_have_count(0)
