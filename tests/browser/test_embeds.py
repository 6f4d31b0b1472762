"""Embeds in a real browser: offered in their place, loaded once or always, and no call before that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.support import servers
from tests.support.browser import contrasts, faults, layout_shift
from tests.support.servers import Edge, other_site

FILM = """<!doctype html><html lang=en><title>Film</title><style>body { background: teal }</style>
<button onclick="this.textContent = 'Playing'">Play</button>"""
SIZES = [(320, 180), (640, 360)]
TAGS = ["iframe", "embed", "object"]

Vendor = tuple[str, list[str]]
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def tidepool() -> Iterator[Vendor]:
    """A company with a film: its host, and the paths it was asked for."""
    asked: list[str] = []
    with other_site({"/film": FILM}, asked) as port:
        yield f"tidepool.localhost:{port}", asked


@pytest.fixture(scope="module")
def galleries(
    tidepool: Vendor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Edge], str]]:
    with ExitStack() as stack:

        @cache
        def start(edge: Edge) -> str:
            folder = tmp_path_factory.mktemp("gallery")
            return stack.enter_context(servers.gallery(edge, folder, tidepool[0]))

        yield start


@pytest.fixture
def gallery(browser: Browser, galleries: Callable[[Edge], str], edge: Edge) -> str:
    return galleries(edge)


@pytest.fixture
def calls(tidepool: Vendor) -> list[str]:
    """What the company is asked for in this test."""
    tidepool[1].clear()
    return tidepool[1]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    with ExitStack() as stack:

        def new_page(**options: Any) -> Page:
            context = stack.enter_context(closing(browser.new_context(**options)))
            context.set_default_timeout(10_000)
            return context.new_page()

        yield new_page


@pytest.fixture
def page(new_page: NewPage, scripts: bool) -> Page:
    """With scripts and without."""
    return new_page(java_script_enabled=scripts)


def visit(page: Page, gallery: str, path: str = "/", **asked: object) -> None:
    page.goto(f"{gallery}{path}?{urlencode(asked)}", wait_until="load")


def frame(page: Page) -> Frame:
    """What is in the page's embed, whichever element that is."""
    return page.main_frame.child_frames[0]


def press(page: Page, name: str) -> None:
    frame(page).get_by_role("button", name=name).click()


def expect_loaded(page: Page) -> None:
    """In a frame within ours."""
    expect(frame(page).frame_locator("iframe").get_by_role("button", name="Play")).to_be_visible()


def expect_offered(page: Page) -> None:
    expect(frame(page).get_by_role("button", name="Load once")).to_be_visible()


def expect_direct(page: Page) -> None:
    """In the page's own frame, with nothing of ours around it."""
    expect(frame(page).get_by_role("button", name="Play")).to_be_visible()


# --- once ----------------------------------------------------------------------------------------


def test_once_loads_it_and_nothing_around_it(page: Page, gallery: str, calls: list[str]) -> None:
    visit(page, gallery)
    expect_offered(page)
    page.fill("#note", "kept")
    assert calls == []

    press(page, "Load once")

    expect_loaded(page)
    assert calls == ["/film"]
    expect(page.locator("#note")).to_have_value("kept")
    assert page.context.cookies() == []


def test_the_page_loaded_again_offers_it_again(page: Page, gallery: str, calls: list[str]) -> None:
    visit(page, gallery)
    press(page, "Load once")
    expect_loaded(page)

    page.reload(wait_until="load")

    expect_offered(page)
    assert calls == ["/film"]


def test_who_comes_back_to_the_page_is_offered_it_again(
    page: Page, gallery: str, calls: list[str]
) -> None:
    """Browsers go back to where each frame was: that must be no error, and no call."""
    visit(page, gallery)
    press(page, "Load once")
    expect_loaded(page)
    visit(page, gallery, "/later")
    calls.clear()

    page.go_back(wait_until="load")

    expect_offered(page)
    assert calls == []
    press(page, "Load once")
    expect_loaded(page)


@pytest.mark.parametrize("edge", ["asgi"])
def test_the_embed_works_and_its_sandbox_is_kept(new_page: NewPage, gallery: str) -> None:
    page = new_page()
    for sandbox, label in (("allow-scripts allow-same-origin", "Playing"), ("", "Play")):
        visit(page, gallery, sandbox=sandbox)
        press(page, "Load once")
        film = frame(page).frame_locator("iframe").get_by_role("button")
        film.click()
        expect(film).to_have_text(label)


# --- always --------------------------------------------------------------------------------------


def test_always_loads_it_now_and_on_every_page(page: Page, gallery: str, calls: list[str]) -> None:
    visit(page, gallery)
    press(page, "Always load Tidepool Video")
    expect_loaded(page)
    assert {cookie["name"] for cookie in page.context.cookies()} == {"cookiesafe"}

    page.reload(wait_until="load")
    expect_direct(page)
    visit(page, gallery, "/other")
    expect_direct(page)

    expect(page.locator("[data-cookiesafe=banner]")).to_have_count(1)
    assert calls == ["/film"] * 3


def test_always_is_taken_back_among_the_choices(page: Page, gallery: str, calls: list[str]) -> None:
    visit(page, gallery)
    press(page, "Always load Tidepool Video")
    expect_loaded(page)
    visit(page, gallery, "/cookiesafe/choices")
    page.get_by_role("checkbox", name="Tidepool Video").uncheck()
    page.get_by_role("button", name="Save my choices").click()
    calls.clear()

    visit(page, gallery)

    expect_offered(page)
    assert calls == []


# --- in its place --------------------------------------------------------------------------------


@pytest.mark.parametrize("edge", ["asgi"])
@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_and_the_box_stays_as_it_is(
    new_page: NewPage, gallery: str, calls: list[str], tag: str, size: tuple[int, int]
) -> None:
    width, height = size
    page = new_page()
    film, after = page.locator("#film"), page.locator("#after")
    visit(page, gallery, tag=tag, width=width, height=height)
    expect_offered(page)
    box, below = film.bounding_box(), after.bounding_box()
    assert calls == []

    press(page, "Load once")
    expect_loaded(page)

    assert (film.bounding_box(), after.bounding_box()) == (box, below)
    assert layout_shift(page) == 0
    inner = frame(page).locator("iframe").bounding_box()
    assert inner is not None
    assert (inner["width"], inner["height"]) == (width, height)
    press_always = new_page()
    visit(press_always, gallery, tag=tag, width=width, height=height)
    press(press_always, "Always load")
    expect_loaded(press_always)
    press_always.reload(wait_until="load")
    expect_direct(press_always)
    assert press_always.locator("#film").bounding_box() == box


@pytest.mark.parametrize("edge", ["asgi"])
@pytest.mark.parametrize("size", SIZES)
def test_all_of_the_offer_is_seen_and_its_buttons_are_equal(
    new_page: NewPage, gallery: str, size: tuple[int, int]
) -> None:
    page = new_page()
    visit(page, gallery, width=size[0], height=size[1])

    once, always = (
        frame(page).get_by_role("button", name=name) for name in ("Load once", "Always load")
    )
    boxes = [button.bounding_box() for button in (once, always)]
    assert all(boxes)
    assert len({(box["width"], box["height"], box["y"]) for box in boxes if box}) == 1
    looks = [
        button.evaluate(
            "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.borderColor, s.font] }"
        )
        for button in (once, always)
    ]
    assert looks[0] == looks[1]
    assert frame(page).locator("html").evaluate("e => e.scrollHeight <= innerHeight")


@pytest.mark.parametrize("edge", ["asgi"])
def test_a_box_too_small_for_the_offer_scrolls(new_page: NewPage, gallery: str) -> None:
    page = new_page()
    visit(page, gallery, width=200, height=120)
    html = frame(page).locator("html")
    assert html.evaluate("e => e.scrollWidth <= innerWidth")
    assert html.evaluate("e => e.scrollHeight > innerHeight")
    assert frame(page).locator("main").evaluate("e => e.getBoundingClientRect().top >= 0")

    page.locator("#film").hover()
    page.mouse.wheel(0, 1000)
    expect(frame(page).get_by_role("link", name="Privacy policy")).to_be_in_viewport()
    press(page, "Load once")

    expect_loaded(page)


@pytest.mark.parametrize("edge", ["asgi"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_offer_is_readable_in_light_and_dark(
    new_page: NewPage, gallery: str, tidepool: Vendor, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    for url in (
        f"http://{tidepool[0]}/film",
        "http://nobody.localhost/",
        "http://[",
        "/film" * 999,
    ):
        page.goto(f"{gallery}/cookiesafe/embed?{urlencode({'url': url})}")
        ratios = contrasts(page, "body")
        assert ratios
        assert min(ratios.values()) >= 7, ratios
        assert faults(page) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 24, 27)"
        )


# --- by keyboard ---------------------------------------------------------------------------------


def test_it_is_loaded_and_used_by_keyboard(new_page: NewPage, gallery: str) -> None:
    page = new_page()
    visit(page, gallery)
    page.focus("#note")
    page.keyboard.press("Tab")
    expect(frame(page).get_by_role("button", name="Load once")).to_be_focused()
    page.keyboard.press("Tab")
    expect(frame(page).get_by_role("button", name="Always load")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect_loaded(page)

    play = frame(page).frame_locator("iframe").get_by_role("button")
    page.keyboard.press("Tab")
    expect(play).to_be_focused()
    page.keyboard.press("Space")
    expect(play).to_have_text("Playing")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#note")).to_be_focused()


# --- signals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("edge", ["asgi"])
def test_the_browser_complains_about_nothing(new_page: NewPage, gallery: str) -> None:
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    visit(page, gallery)
    press(page, "Load once")
    expect_loaded(page)
    press_always = page
    press_always.reload(wait_until="load")
    press(press_always, "Always load")
    expect_loaded(press_always)

    assert said == []
