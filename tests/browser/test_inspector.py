"""The inspector in a real browser, with scripts and without: what a developer sees at the end of a page."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import NewVisitor
from tests.support.browser import Visitor, contrasts, faults, outside_landmarks
from tests.support.servers import Demo

INSIDE = "aside.cookiesafe-inspector"
ENOUGH = 4.5
"""The contrast that WCAG 2.2 asks for at level AA (1.4.3)."""
EACH = pytest.mark.parametrize(("edge", "scheme"), [("asgi", "light"), ("wsgi", "dark")])
SIZES = [(1280, 800), (390, 800), (320, 640)]


def inspector(visitor: Visitor) -> Locator:
    return visitor.page.locator(INSIDE)


def opened(visitor: Visitor) -> Locator:
    inspector(visitor).locator("summary").first.click()
    return inspector(visitor)


def row(visitor: Visitor, title: str, name: str) -> Locator:
    newest = inspector(visitor).locator("details details").first
    table = newest.locator("table", has=visitor.page.locator("caption", has_text=title))
    return table.locator("tr", has=visitor.page.get_by_role("rowheader", name=name, exact=True))


def test_it_says_what_was_held_then_the_choice_the_redirect_and_what_passes(
    new_visitor: NewVisitor, demo: Demo
) -> None:
    visitor = new_visitor(demo, java_script_enabled=False)
    visitor.go("/usage?topic=garden")
    shown = opened(visitor)

    expect(row(visitor, "Decision", "Source")).to_contain_text("none")
    for name in ("hl_stats", "hl_ad", "hl_experiment"):
        expect(row(visitor, "Cookies the app set", name)).to_contain_text("held back")

    visitor.choose("accept")
    opened(visitor)

    expect(row(visitor, "Decision", "advertising")).to_contain_text("on")
    expect(row(visitor, "Cookies the app set", "hl_ad")).to_contain_text("sent")
    expect(row(visitor, "Cookies the app set", "hl_experiment")).to_contain_text("held back")
    requests = shown.locator("details details > summary")
    expect(requests.nth(1)).to_contain_text("GET /cookiesafe/check 303")
    expect(requests.nth(2)).to_contain_text("POST /cookiesafe/choices 303")
    requests.nth(2).click()
    expect(shown).to_contain_text("source: banner")


def test_it_is_fixed_on_wide_screens_and_in_the_flow_on_small_ones(
    new_visitor: NewVisitor, demo: Demo
) -> None:
    for width, height in SIZES:
        visitor = new_visitor(demo, viewport={"width": width, "height": height})
        visitor.go("/")
        fixed = inspector(visitor).evaluate("each => getComputedStyle(each).position") == "fixed"
        assert fixed == (width == 1280)
        opened(visitor)
        wide = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert wide == width
        box = inspector(visitor).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        if fixed:
            assert box["y"] + box["height"] <= height + 1
        else:
            footer = visitor.page.locator("footer").bounding_box()
            assert footer is not None
            assert box["y"] >= footer["y"] + footer["height"] - 1


@EACH
def test_it_is_legible_and_no_page_is_worse_for_it(
    new_visitor: NewVisitor, demo: Demo, scheme: str
) -> None:
    visitor = new_visitor(demo, color_scheme=scheme, viewport={"width": 320, "height": 640})
    visitor.go("/")
    opened(visitor)

    low = {text: each for text, each in contrasts(visitor.page, INSIDE).items() if each < ENOUGH}
    assert low == {}
    assert faults(visitor.page) == []
    assert outside_landmarks(visitor.page) == []

    visitor.go("/cookiesafe/inspector")
    assert faults(visitor.page) == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 320


def test_it_is_used_by_keyboard(visitor: Visitor) -> None:
    visitor.go("/")
    summary = inspector(visitor).locator("summary").first
    summary.focus()
    visitor.page.keyboard.press("Enter")
    expect(inspector(visitor).locator("table").first).to_be_visible()

    for _ in range(10):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("document.activeElement.tagName") == "A":
            break
    visitor.press("Enter")

    assert visitor.path == "/cookiesafe/inspector"
    expect(visitor.page.get_by_role("heading", name="What the gate did")).to_be_visible()


def test_no_script_and_no_foreign_host_is_needed_for_it(visitor: Visitor) -> None:
    visitor.go("/cookiesafe/inspector")

    assert {request.resource_type for request in visitor.requests} == {"document", "stylesheet"}
    assert visitor.errors == []


# --- what the advertiser knows --------------------------------------------------------------------


def test_the_advertiser_says_what_it_knows_only_when_it_was_agreed_to(
    browser: Browser, visitor: Visitor, demo: Demo
) -> None:
    visitor.go("/usage?topic=garden")
    with closing(browser.new_context()) as context:
        log = context.new_page()
        log.goto(f"{demo.gullwing}/log")
        expect(log.locator("main")).to_contain_text("Nobody. No browser has called us.")

        visitor.choose("accept")
        log.reload()

        expect(log.get_by_role("heading", name=re.compile("Probably you"))).to_be_visible()
        expect(log.locator(".profiles")).to_contain_text("garden")
        expect(log.locator(".profiles")).to_contain_text("/usage")
        log.locator("summary").first.click()
        expect(log.get_by_role("cell", name="harbour.localhost").first).to_be_visible()


@EACH
def test_its_page_fits_and_is_legible(new_visitor: NewVisitor, demo: Demo, scheme: str) -> None:
    visitor = new_visitor(demo, color_scheme=scheme, viewport={"width": 320, "height": 640})
    visitor.go("/")
    visitor.choose("accept")

    visitor.page.goto(f"{demo.gullwing}/log")
    visitor.page.locator("summary").first.click()

    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 320
    assert faults(visitor.page) == []
    assert min(contrasts(visitor.page, "main").values()) >= ENOUGH


# --- a receipt that is tampered with --------------------------------------------------------------


def test_one_changed_digit_of_a_receipt_shows(either_visitor: Visitor) -> None:
    visitor = either_visitor
    visitor.go("/")
    visitor.choose("accept")
    visitor.go("/tamper")

    visitor.click(visitor.button("Change one digit for me"))
    expect(visitor.page.get_by_role("status")).to_contain_text("is now")
    visitor.click(visitor.button("Check it"))

    main = visitor.page.locator("main")
    expect(main).to_contain_text("The receipt does not hold: something in it was changed.")
    expect(main).to_contain_text("What differs from what this site has: time")
    visitor.click(visitor.page.get_by_role("link", name="Back to the site"))
    assert visitor.path == "/tamper"


@EACH
def test_the_page_of_the_receipt_fits_and_is_legible(
    new_visitor: NewVisitor, demo: Demo, scheme: str
) -> None:
    visitor = new_visitor(demo, color_scheme=scheme, viewport={"width": 320, "height": 640})
    visitor.go("/")
    visitor.choose("accept")
    visitor.go("/tamper")

    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 320
    assert faults(visitor.page) == []
    assert min(contrasts(visitor.page, "main").values()) >= ENOUGH
