"""What the notice costs a visitor and the page: how much is sent, when it is there, how much room it takes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from cookiesafe import Theme
from tests.support.browser import assert_side_by_side, computed_style
from tests.support.hosts import STRICT, Host, Hosts, choose, covered, hosts, page_of, stops
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KB = 1024
HTML, CSS, SCRIPT, ALL = KB, 2 * KB, KB, 4 * KB
DECIDED = 300
REQUESTS = 2
LATE_MS = 50
TAB_STOPS = 5
DESKTOP, TELEPHONE, SMALLEST = (
    {"width": 1280, "height": 800},
    {"width": 390, "height": 844},
    {"width": 320, "height": 256},
)
LEAST_TO_FLOAT = {"width": 480, "height": 544}
"""The smallest window over which a banner may lie."""
LAYOUTS = ("top", "bottom", "corner")
THEMES = [
    Theme(),
    Theme(first="accept", buttons="filled", brand=("#1a5fb4", "#78aeed")),
    Theme(layout="bottom", radius="2em", font="serif"),
    Theme(layout="corner", first="accept", scheme="dark"),
]
BANNER = "section#cookiesafe"


@pytest.fixture(scope="module")
def sites(browser: Browser) -> Iterator[Hosts]:
    with hosts(browser) as sites:
        yield sites


@pytest.fixture
def new_host(sites: Hosts) -> Iterator[Hosts]:
    yield sites
    sites.close_pages()


def sent(page: Page, address: str) -> bytes:
    return page.request.get(address).body()


def zipped(*parts: bytes) -> int:
    return sum(len(gzip.compress(part, 9)) for part in parts)


# --- how much is sent --------------------------------------------------------------------------


def loaded(page: Page, inside: str, kind: str) -> list[str]:
    """The addresses of what is ours loads."""
    addresses: list[str] = page.evaluate(
        "([inside, kind]) => [...document.querySelectorAll(inside + ' ' + kind)].map(each => each.href || each.src)",
        [inside, kind],
    )
    return addresses


def put_in(page: Page) -> bytes:
    """What was added to the page as the app has made it."""
    own, whole = page_of().encode(), sent_as_page(page)
    at = re.search(rb"<(?:section|nav) id=\"cookiesafe\"", whole)
    assert at
    added = whole[at.start() : at.start() + len(whole) - len(own)]
    assert whole.replace(added, b"") == own
    return added


def sent_as_page(page: Page) -> bytes:
    """The page, as it came over the wire."""
    with page.expect_response(page.url) as answer:
        page.reload()
    return answer.value.body()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_who_has_not_chosen_gets_no_more_than_four_kilobytes(new_host: Hosts, layout: Any) -> None:
    host = new_host(Theme(layout=layout, brand=("#1a5fb4", "#78aeed")))
    page = host.open()
    html = put_in(page)
    css = [sent(page, each) for each in loaded(page, BANNER, "link[rel=stylesheet]")]
    scripts = [sent(page, each) for each in loaded(page, "body", "script")]

    assert len(css) == 1
    assert html.count(b'type="checkbox"') == 4
    # What stands behind it is there for the script alone.
    assert zipped(html[: html.index(b"</section>")]) <= HTML
    assert zipped(*css) <= CSS
    assert zipped(*scripts) <= SCRIPT
    assert zipped(html, *css, *scripts) <= ALL


def test_who_has_chosen_gets_a_link_and_no_script(new_host: Hosts) -> None:
    host = new_host()
    page = host.open()
    choose(page, "reject")
    html = put_in(page)

    assert b'data-cookiesafe="revisit"' in html
    assert zipped(html) <= DECIDED
    assert b"<script" not in html
    assert b" style=" not in html
    expect(page.locator("script")).to_have_count(0)


def test_nobody_else_is_asked_and_two_things_at_most(new_host: Hosts) -> None:
    host = new_host()
    page = host.open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{host.address}/")
    undecided = [each for each in asked if not each.endswith(("/", "/host.css", "/favicon.ico"))]
    choose(page, "reject")
    asked.clear()
    page.reload()
    ours = [each for each in asked if "/cookiesafe/" in each]

    assert 1 <= len(undecided) <= REQUESTS
    assert all(each.startswith(f"{host.address}/cookiesafe/") for each in undecided)
    assert all(each.startswith(host.address) for each in asked)
    assert len(ours) <= 1


# --- when it is there --------------------------------------------------------------------------


def test_it_is_painted_with_the_page_on_a_slow_telephone(new_host: Hosts) -> None:
    """At a quarter of the speed, 1.6 Mbit/s and 150 ms. Both times are those of frames, as the browser tells them."""
    host = new_host()
    page = host.open(viewport=TELEPHONE)
    page.add_init_script(_WATCH)
    wire = page.context.new_cdp_session(page)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    wire.send("Network.enable")
    speed = 1.6e6 / 8
    conditions = {"offline": False, "latency": 150, "downloadThroughput": speed}
    wire.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": speed})
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(f"{host.address}/", wait_until="load")
    page.wait_for_function("window.seen.size === 3", timeout=30_000)
    painted: dict[str, float] = page.evaluate("Object.fromEntries(window.seen)")

    first = painted.pop("first")
    assert painted.keys() == {"cookiesafe-heading", "reject"}
    assert {name: at - first for name, at in painted.items() if at - first > LATE_MS} == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_moves_but_what_the_visitor_moves(new_host: Hosts, layout: Any) -> None:
    page = new_host(Theme(layout=layout)).open()
    assert shifted(page) == 0
    choose(page, "reject")
    assert shifted(page) == 0
    expect(page.locator("[data-cookiesafe=revisit]")).to_be_visible()

    page.evaluate("document.querySelector('h1').style.marginTop = '3em'")
    assert shifted(page) > 0  # so it is seen when something does


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_moves_while_it_arrives_in_pieces(
    browser: Browser, new_host: Hosts, layout: Any
) -> None:
    host = new_host(Theme(layout=layout))
    pieces: list[bytes] = []
    released: Queue[None] = Queue()
    with (
        serving(in_pieces(host, pieces, released)) as port,
        closing(browser.new_context()) as context,
    ):
        page = context.new_page()
        released.put(None)
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        for _ in pieces[1:]:
            released.put(None)
            page.evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )

        page.wait_for_load_state()
        assert len(pieces) > 30
        expect(page.locator(BANNER)).to_be_visible()
        assert round(shifted(page), 3) == 0


def in_pieces(host: Host, pieces: list[bytes], released: Queue[None]) -> WSGIApplication:
    """The site, whose page leaves by one element after the other as they are ``released``."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        body = b"".join(host.site(environ, start_response))
        if environ["PATH_INFO"] != "/":
            yield body
            return
        head, notice, rest = re.split(rb"(?=<section)|(?<=</section>)", body, maxsplit=2)
        # A browser begins with a page once it has a kilobyte of it.
        pieces[:] = [head + b" " * 2048, *re.split(rb"(?=<[a-z])", notice), rest]
        for piece in pieces:
            released.get(timeout=10)
            yield piece

    return app


# --- how much room it takes, and what stands in it -----------------------------------------------


@pytest.mark.parametrize(
    ("viewport", "share"), [(DESKTOP, 0.28), (TELEPHONE, 0.45)], ids=["desktop", "telephone"]
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_leaves_room_for_the_page(
    new_host: Hosts, layout: Any, viewport: dict[str, int], share: float
) -> None:
    page = new_host(Theme(layout=layout)).open(viewport=viewport)
    box = page.locator(BANNER).bounding_box()
    assert box

    area = box["width"] * box["height"] / viewport["width"]
    assert area <= share * viewport["height"]
    if layout != "corner" or viewport is TELEPHONE:
        assert box["width"] == viewport["width"]


@pytest.mark.law("T-D")
@pytest.mark.parametrize("theme", THEMES, ids=["plain", "filled", "bottom", "corner"])
def test_both_buttons_are_equal_beside_each_other_and_in_view(
    new_host: Hosts, theme: Theme
) -> None:
    page = new_host(theme).open()
    for viewport in (DESKTOP, TELEPHONE, LEAST_TO_FLOAT):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            buttons = page.locator(f"{BANNER} > form button").all()
            assert [each.get_attribute("value") for each in buttons] == list(theme.order)
            assert_side_by_side(*buttons)
            for each in buttons:
                expect(each).to_be_in_viewport(ratio=1)
                each.click(trial=True)


# --- how it is passed --------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_a_keyboard_passes_it_and_nothing_it_comes_to_is_covered(
    new_host: Hosts, layout: Any, viewport: dict[str, int]
) -> None:
    page = new_host(Theme(layout=layout)).open(viewport=viewport)
    assert page.evaluate("document.activeElement === document.body")
    seen = list(stops(page))
    ours = [each["ours"] for each in seen]

    assert ours.index(False) + 1 <= TAB_STOPS
    assert not any(ours[ours.index(False) :])
    assert len(seen) == 4 + 3 * 12
    assert covered(seen) == []


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_the_way_back_covers_nothing_that_is_focused(
    new_host: Hosts, viewport: dict[str, int]
) -> None:
    page = new_host().open(viewport=viewport)
    choose(page, "reject")
    box = page.locator(".cookiesafe-revisit > a").bounding_box()
    seen = list(stops(page))

    assert box
    assert (box["width"], box["height"]) == (44, 44)
    assert (box["x"], box["y"]) == (12, viewport["height"] - 56)
    assert seen[-1]["ours"]
    assert covered(seen) == []


def test_what_is_covered_is_found(new_host: Hosts) -> None:
    host = new_host()
    host.style += " main::after { content: ''; position: fixed; inset: 40% 0 0; background: red }"

    assert covered(list(stops(host.open())))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_can_be_used_in_the_smallest_window(new_host: Hosts, layout: Any) -> None:
    page = new_host(Theme(layout=layout)).open(viewport=SMALLEST)
    expect(page.locator(BANNER)).not_to_have_css("position", "fixed")
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == SMALLEST["width"]
    for name in ("reject", "accept", "save"):
        button = page.locator(f"[data-cookiesafe={name}]")
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
    choose(page, "reject")
    expect(page.locator(".cookiesafe-revisit > a")).to_have_css("position", "static")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_grows_with_the_text_size_of_the_browser(new_host: Hosts, layout: Any) -> None:
    """At 200 % (WCAG 2.2, 1.4.4), told as the settings of Chromium do."""
    page = new_host(Theme(layout=layout)).open(viewport=TELEPHONE)
    before = computed_style(page.locator(BANNER))["font-size"]
    page.context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    page.reload()

    assert (before, computed_style(page.locator(BANNER))["font-size"]) == ("16px", "32px")
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    for name in ("reject", "accept"):
        button = page.locator(f"[data-cookiesafe={name}]")
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)


class Said:
    """What the console said."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def hear(self, message: ConsoleMessage) -> None:
        self.texts.append(message.text)


# --- under a strict policy of the site's own ------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_looks_and_works_under_a_policy_without_a_nonce(new_host: Hosts, layout: Any) -> None:
    host = new_host(Theme(layout=layout))
    looks = {}
    for csp in ("", STRICT):
        host.csp = csp
        page, said = host.open(), Said()
        page.on("console", said.hear)
        page.reload()
        looks[csp] = [computed_style(page.locator(each)) for each in (BANNER, f"{BANNER} h2")]
        page.locator("summary").click()
        page.get_by_role("checkbox").first.check()
        choose(page, "save")
        looks[csp].append(computed_style(page.locator(".cookiesafe-revisit > a")))
        assert [each for each in said.texts if "favicon" not in each] == []

    assert looks[""] == looks[STRICT]


# --- other ways of looking ------------------------------------------------------------------------


def test_colours_that_the_system_forces_leave_every_control_an_edge(new_host: Hosts) -> None:
    for theme in THEMES[:2]:
        page = new_host(theme).open(forced_colors="active")
        page.locator("summary").click()
        for each in [*page.locator(f"{BANNER} button").all(), page.locator("fieldset")]:
            style = computed_style(each)
            assert style["border-top-style"] == "solid"
            assert float(style["border-top-width"].removesuffix("px")) >= 1
            assert (
                style["border-top-color"]
                != computed_style(page.locator(BANNER))["background-color"]
            )
        choose(page, "reject")
        expect(page.locator(".cookiesafe-revisit > a")).to_contain_text("Cookie choices")
        box = page.locator(".cookiesafe-revisit span").bounding_box()
        assert box
        assert box["width"] > 44


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_of_it_is_printed(new_host: Hosts, layout: Any) -> None:
    page = new_host(Theme(layout=layout)).open()
    page.emulate_media(media="print")
    expect(page.locator(BANNER)).to_be_hidden()
    assert computed_style(page.locator("html"))["margin-bottom"] == "0px"
    page.emulate_media(media="screen")
    choose(page, "reject")
    page.emulate_media(media="print")
    expect(page.locator(".cookiesafe-revisit")).to_be_hidden()


def shifted(page: Page) -> float:
    """How far what was painted has moved without the visitor's doing (Cumulative Layout Shift)."""
    moved: Any = page.evaluate(_SHIFTED)
    return float(moved)


_SHIFTED = """
() => new Promise(resolve => {
  let moved = 0;
  const add = entries => entries.forEach(each => { if (!each.hadRecentInput) moved += each.value; });
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    add(observer.takeRecords());
    resolve(moved);
  })));
})
"""
_WATCH = """
window.seen = new Map();
new PerformanceObserver(list => list.getEntries().forEach(each => {
  if (each.name === "first-contentful-paint") window.seen.set("first", each.startTime);
})).observe({ type: "paint", buffered: true });
new PerformanceObserver(list => list.getEntries().forEach(each => {
  window.seen.set(each.identifier, each.renderTime);
})).observe({ type: "element", buffered: true });
new MutationObserver(() => {
  const mark = (selector, name) => document.querySelector(selector)?.setAttribute("elementtiming", name);
  mark("#cookiesafe-heading", "cookiesafe-heading");
  mark("[data-cookiesafe=reject]", "reject");
}).observe(document, { childList: true, subtree: true });
"""
