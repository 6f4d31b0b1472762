"""The banner: first in the page, in nobody's way, and as easy to reject as to accept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import (
    Visitor,
    assert_side_by_side,
    contrasts,
    faults,
    layout_shift,
    outside_landmarks,
    own_looks,
    tab_stops,
)
from tests.support.servers import Demo

BANNER = "section#cookiesafe"
CHOICES = "/cookiesafe/choices"
ENHANCED = 7.0
"""The contrast that WCAG 2.2 asks for at level AAA (1.4.6)."""
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 27)"}
DESKTOP, TELEPHONE, SMALLEST = (
    {"width": 1280, "height": 800},
    {"width": 390, "height": 844},
    {"width": 320, "height": 256},
)

NewVisitor = Callable[..., Visitor]


# --- where it stands -----------------------------------------------------------------------------


def test_it_is_the_first_thing_in_the_page_and_there_once(visitor: Visitor) -> None:
    visitor.go("/")

    assert visitor.page.evaluate("document.body.firstChild.id") == "cookiesafe"
    expect(visitor.banner).to_have_count(1)
    expect(visitor.page.locator("[data-cookiesafe=banner], #cookiesafe")).to_have_count(1)
    expect(visitor.page.locator("dialog, [role=dialog], [aria-modal]")).to_have_count(0)


@pytest.mark.parametrize("host", ["", "body > section:first-of-type { position: fixed; top: 0 }"])
def test_it_moves_the_page_down_and_away_with_it(visitor: Visitor, host: str) -> None:
    """Whatever its position is called: it covers nothing, wherever one has scrolled to."""
    visitor.go("/")
    visitor.page.add_style_tag(content=f"body {{ min-height: 400vh }} {host}")
    box = "each => { const { top, bottom } = each.getBoundingClientRect(); return [top, bottom]; }"
    top, bottom = visitor.banner.evaluate(box)
    assert top == 0
    assert visitor.page.locator("body > header").evaluate(box)[0] >= bottom

    visitor.page.evaluate("scrollTo(0, 700)")

    assert visitor.banner.evaluate(box) == [top - 700, bottom - 700]


@pytest.mark.law("T-A", "T-D")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_rejecting_looks_and_is_as_easy_as_accepting(
    new_visitor: NewVisitor, demo: Demo, viewport: dict[str, int], scheme: str
) -> None:
    visitor = new_visitor(demo, viewport=viewport, color_scheme=scheme)
    for path in ("/", CHOICES):
        visitor.go(path)
        reject = visitor.page.locator("[data-cookiesafe=reject]")
        accept = visitor.page.locator("[data-cookiesafe=accept]")

        assert_side_by_side(reject, accept)
        beside = "[data-cookiesafe=reject] + [data-cookiesafe=accept]"
        expect(visitor.page.locator(beside)).to_have_count(1)


@pytest.mark.parametrize(
    ("viewport", "share"), [(DESKTOP, 0.28), (TELEPHONE, 0.45)], ids=["desktop", "telephone"]
)
def test_it_leaves_room_for_the_page(
    new_visitor: NewVisitor, demo: Demo, viewport: dict[str, int], share: float
) -> None:
    visitor = new_visitor(demo, viewport=viewport)
    visitor.go("/")
    box = visitor.banner.bounding_box()
    assert box

    assert box["y"] == 0
    assert box["width"] == viewport["width"]
    assert box["height"] <= share * viewport["height"]


@pytest.mark.parametrize(
    "viewport", [DESKTOP, TELEPHONE, SMALLEST], ids=["desktop", "telephone", "smallest"]
)
def test_it_fits_any_width(new_visitor: NewVisitor, demo: Demo, viewport: dict[str, int]) -> None:
    visitor = new_visitor(demo, viewport=viewport)
    for path in ("/", CHOICES, "/cookiesafe/cookies"):
        visitor.go(path)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") == viewport["width"]

    visitor.go("/")
    visitor.page.get_by_text("Choose cookies").click()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    for name in ("reject", "accept", "save"):
        button = visitor.page.locator(f"[data-cookiesafe={name}]")
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
    if viewport is not SMALLEST:
        visitor.go("/")
        for name in ("reject", "accept"):
            button = visitor.page.locator(f"[data-cookiesafe={name}]")
            expect(button).to_be_in_viewport(ratio=1)


def test_nothing_moves_while_it_loads(visitor: Visitor) -> None:
    visitor.go("/")
    assert layout_shift(visitor.page) == 0

    visitor.page.evaluate("document.body.prepend(document.createElement('hr'))")
    assert layout_shift(visitor.page) > 0  # so it is seen when something does


def test_it_is_not_printed(visitor: Visitor) -> None:
    visitor.go("/")
    expect(visitor.banner).to_be_visible()
    visitor.page.emulate_media(media="print")

    expect(visitor.banner).to_be_hidden()


def test_the_way_back_to_the_choices_is_not_printed(visitor: Visitor) -> None:
    visitor.go("/")
    visitor.choose("reject")
    way_back = visitor.page.locator("[data-cookiesafe=revisit]")
    assert way_back.is_visible()
    visitor.page.emulate_media(media="print")

    assert not way_back.is_visible()


# --- how it is used ------------------------------------------------------------------------------


def test_a_keyboard_passes_it_in_a_few_steps(visitor: Visitor) -> None:
    visitor.go("/")
    page = visitor.page
    assert page.evaluate("document.activeElement === document.body")

    assert tab_stops(page, BANNER, most=5) > 2
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(f"document.activeElement.closest('{BANNER}') !== null")


@pytest.mark.law("T-C")
def test_a_keyboard_alone_rejects(either_visitor: Visitor) -> None:
    either_visitor.go("/usage")
    page = either_visitor.page
    page.keyboard.press("Escape")
    expect(either_visitor.banner).to_be_visible()
    page.keyboard.press("Tab")
    focused = page.locator(":focus-visible")
    expect(focused).to_have_text("Reject all")
    expect(focused).to_have_css("outline-style", "solid")
    expect(focused).to_have_css("outline-width", "3px")
    either_visitor.answer_by_key("Enter")

    expect(either_visitor.banner).to_have_count(0)
    assert either_visitor.path == "/usage"
    assert either_visitor.jar == {"cookiesafe"}
    assert either_visitor.demo.calls() == {}


def test_a_keyboard_alone_chooses_one_purpose(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    keyboard = either_visitor.page.keyboard
    either_visitor.banner.locator("summary").focus()
    keyboard.press("Enter")
    for _ in range(2):
        keyboard.press("Tab")
    keyboard.press("Space")
    expect(either_visitor.page.get_by_role("checkbox", name="Usage statistics")).to_be_checked()
    for _ in range(3):
        keyboard.press("Tab")
    either_visitor.answer_by_key("Enter")

    either_visitor.go("/")
    assert either_visitor.jar == {"cookiesafe", "hl_stats"}


@pytest.mark.law("L-09")
def test_nothing_but_a_button_is_a_choice(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    page = either_visitor.page
    page.mouse.wheel(0, 4000)
    page.locator("h1").first.click()
    for key in ("Escape", "End", "Space", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Choose cookies").click()
    page.get_by_role("checkbox").first.check()
    for path in ("/usage", "/cookiesafe/cookies", f"{CHOICES}?choice=accept&purpose=advertising"):
        either_visitor.go(path)
    either_visitor.back()
    either_visitor.go("/bills")

    expect(either_visitor.banner).to_be_visible()
    assert either_visitor.jar == set()
    assert either_visitor.demo.calls() == {}


@pytest.mark.law("L-06", "T-K")
def test_the_way_back_to_the_choices_is_on_every_page(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    either_visitor.choose("reject")
    for page in ("/", "/usage", "/bills", "/sign-in", "/nowhere"):
        either_visitor.go(page)
        ways = either_visitor.page.get_by_role("link", name="Cookie choices")
        assert ways.count() >= 1, page
        either_visitor.click(ways.last)
        assert either_visitor.path.partition("?")[0] == CHOICES


# --- how it looks --------------------------------------------------------------------------------


@pytest.mark.law("T-E")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "inside"),
    [("/", BANNER), (CHOICES, "body"), ("/cookiesafe/cookies", "body")],
    ids=["banner", "choices", "cookies"],
)
def test_its_text_stands_out(
    new_visitor: NewVisitor, demo: Demo, path: str, inside: str, scheme: str
) -> None:
    visitor = new_visitor(demo, color_scheme=scheme, extra_http_headers={"Sec-GPC": "1"})
    visitor.go(path)
    if inside == BANNER:
        visitor.page.get_by_text("Choose cookies").click()
    ratios = contrasts(visitor.page, inside)

    assert len(ratios) > 8
    assert {text: ratio for text, ratio in ratios.items() if ratio < ENHANCED} == {}
    expect(visitor.page.locator(inside)).to_have_css("background-color", GROUNDS[scheme])


def test_a_document_with_it_is_well_formed_for_who_cannot_see_it(either_visitor: Visitor) -> None:
    for path in ("/", "/usage", "/details", CHOICES, "/cookiesafe/cookies"):
        either_visitor.go(path)
        assert faults(either_visitor.page) == [], path
    either_visitor.go("/")
    either_visitor.page.get_by_text("Choose cookies").click()
    assert faults(either_visitor.page) == []
    either_visitor.choose("reject")
    for path in ("/", "/register", CHOICES, "/cookiesafe/nothing"):
        either_visitor.go(path)
        assert faults(either_visitor.page) == [], path


def test_all_of_a_page_is_in_landmarks(visitor: Visitor) -> None:
    for path in ("/", CHOICES, "/cookiesafe/cookies", "/cookiesafe/nothing"):
        visitor.go(path)
        assert outside_landmarks(visitor.page) == [], path
    visitor.go("/")
    visitor.choose("reject")

    assert outside_landmarks(visitor.page) == []


def test_the_style_of_the_site_does_not_reach_into_it(visitor: Visitor) -> None:
    visitor.go("/sign-in")
    visitor.page.get_by_text("Choose cookies").click()
    with_it = own_looks(visitor.page, BANNER)
    visitor.page.evaluate(
        "document.querySelector('head link[rel=stylesheet][href^=\"/static/\"]').disabled = true"
    )

    assert len(with_it) > 20
    assert own_looks(visitor.page, BANNER) == with_it


def test_such_faults_are_found(visitor: Visitor) -> None:
    visitor.go("/")
    visitor.page.evaluate(
        """() => {
            document.documentElement.lang = "";
            document.body.insertAdjacentHTML("beforeend",
                "<h1>two</h1><h6>skips</h6><input><a href=/></a><img><p id=cookiesafe><button>x</button>");
        }"""
    )

    assert len(faults(visitor.page)) == 8
    assert outside_landmarks(visitor.page) == ["two", "skips", "x"]
