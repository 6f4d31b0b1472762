"""A real browser, what a visitor does with it, and what can be read off a page.

It is the one that scripts/browser finds or installs. Where there is none, tests that ask for it are skipped; where
CI=true they fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.support.servers import Demo

WHOLE = ("chromium", "chromium-browser", "google-chrome")
NAMES = ("chromium-headless-shell", *WHOLE)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTLING_SECONDS = 10
Choice = Literal["accept", "reject", "save"]
_BLOCK = 2
"""What Chromium calls *block* in a setting for sites."""
NECESSARY = frozenset({"cookiesafe", "cookiesafe-session", "cookiesafe-swept", "cookiesafe-out"})


@contextmanager
def launched(*arguments: str) -> Iterator[Browser]:
    """A browser without a window. While it runs, its thread cannot use asyncio."""
    executable = installed(NAMES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def launched_whole(
    profile: Path, arguments: Sequence[str], **options: Any
) -> Iterator[BrowserContext]:
    """A whole Chromium with a profile on disk: only so does it take hints, and keep the pages one goes back to.

    ``options`` are those of ``BrowserType.launch_persistent_context``.
    """
    executable = installed(WHOLE)
    unwanted = ["--disable-background-networking", "--disable-back-forward-cache"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", *arguments],
            ignore_default_args=unwanted,
            **options,
        )
        with closing(context):
            context.set_default_timeout(10_000)
            yield context


@contextmanager
def blocking_cookies(browser: Browser, profile: Path, **options: Any) -> Iterator[BrowserContext]:
    """A whole Chromium beside ``browser``, whose settings block all cookies: its jar stays empty, whoever sets some.

    Its ``profile`` is a folder that is not there yet. ``options`` are those of ``launched_whole``.
    """
    preferences = {"profile": {"default_content_setting_values": {"cookies": _BLOCK}}}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences), encoding="utf-8")
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=installed(WHOLE),
        args=["--no-sandbox", "--disable-gpu"],
        **options,
    )
    with closing(context):
        context.set_default_timeout(10_000)
        yield context


def installed(names: Sequence[str]) -> str:
    """Where the first of these browsers is."""
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        missing = f"no browser: none of {', '.join(names)} is here (scripts/browser gets one)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return executable


class Visitor:
    """One who visits the demo with a page, and with cookies of their own.

    ``requests`` are all that were begun, ``errors`` what the console complained about.
    """

    def __init__(self, context: BrowserContext, demo: Demo) -> None:
        self.context = context
        self.demo = demo
        self.requests: list[Request] = []
        self.errors: list[str] = []
        self._under_way: set[Request] = set()
        context.set_default_timeout(10_000)
        context.on("request", self._begun)
        context.on("requestfinished", self._over)
        context.on("requestfailed", self._over)
        context.on("console", self._said)
        self.page = context.new_page()

    def go(self, path: str) -> None:
        """To a page of the portal, and wait for all that it loads."""
        self.page.goto(self.demo.portal + path)
        self.settle()

    def click(self, target: Locator) -> None:
        """What leads to another page, and wait for all that it loads."""
        with self.page.expect_navigation():
            target.click()
        self.settle()

    def press(self, key: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.settle()

    def back(self) -> None:
        self.page.go_back()
        self.settle()

    def forward(self) -> None:
        self.page.go_forward()
        self.settle()

    def reload(self) -> None:
        self.page.reload()
        self.settle()

    def choose(self, choice: Choice) -> None:
        """Press that button of the banner, which is gone then, or of the choices page, which leads on."""
        choose(self.page, choice)
        self.settle()

    def answer_by_key(self, key: str) -> None:
        """A key that presses a button of the banner."""
        self.page.keyboard.press(key)
        expect(self.banner).to_have_count(0)
        self.settle()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    @property
    def banner(self) -> Locator:
        return self.page.locator("section#cookiesafe[data-cookiesafe=banner]")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.demo.portal)

    @property
    def jar(self) -> set[str]:
        """The names of all cookies this browser has, whoever set them."""
        return {cookie["name"] for cookie in self.context.cookies()}

    def settle(self) -> None:
        """Until the page is loaded and no request is under way.

        A page's scripts have begun theirs before it counts as loaded. Those that the browser refuses are over at once.
        """
        self.page.wait_for_load_state("load")
        deadline = time.monotonic() + SETTLING_SECONDS
        while self._under_way:
            assert time.monotonic() < deadline, [request.url for request in self._under_way]
            self.page.evaluate("0")  # lets events come in

    def _begun(self, request: Request) -> None:
        self.requests.append(request)
        self._under_way.add(request)

    def _over(self, request: Request) -> None:
        self._under_way.discard(request)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)


def choose(page: Page, choice: Choice) -> None:
    """Press that button of the banner, which is gone then, or of the choices page, which leads on."""
    answer(page, page.locator(f"[data-cookiesafe={choice}]"))


def answer(page: Page, button: Locator) -> None:
    """Press a button that is a choice, and wait until that is taken: a script may do so without loading the page again."""
    banner = page.locator("section[data-cookiesafe=banner]")
    if banner.count():
        button.click()
        expect(banner).to_have_count(0)
    else:
        with page.expect_navigation():
            button.click()
    page.wait_for_load_state("load")


# --- what can be read off a page -----------------------------------------------------------------


def computed_style(element: Locator) -> dict[str, str]:
    """All of it."""
    style: dict[str, str] = element.evaluate(
        """element => {
            const style = getComputedStyle(element);
            return Object.fromEntries([...style].map(name => [name, style.getPropertyValue(name)]));
        }"""
    )
    return style


def assert_side_by_side(one: Locator, other: Locator) -> None:
    """That two buttons look the same, are of one size, and stand beside each other."""
    # A browser may round the same size differently here and there.
    sizes = {"width", "inline-size", "height", "block-size"}
    sizes |= {"transform-origin", "perspective-origin"}
    looks = [computed_style(each) for each in (one, other)]
    style, same = ({n: v for n, v in look.items() if n not in sizes} for look in looks)
    assert style == same
    assert style["border-top-style"] == "solid"
    left, right = one.bounding_box(), other.bounding_box()
    assert left
    assert right
    assert left["width"] == pytest.approx(right["width"], abs=0.1)
    assert left["height"] == pytest.approx(right["height"], abs=0.1)
    assert left["y"] == right["y"]
    assert 0 < right["x"] - left["x"] - left["width"] <= 16


def tab_stops(page: Page, inside: str, most: int) -> int:
    """How often Tab is pressed, from where the focus is, until it is no longer ``inside``."""
    within = f"document.activeElement.closest({inside!r}) !== null"
    for presses in range(1, most + 1):
        page.keyboard.press("Tab")
        if not page.evaluate(within):
            return presses
    raise AssertionError(f"{most} times Tab, and the focus is still inside {inside}")


def contrast_of(one: str, other: str) -> float:
    """The contrast ratio (WCAG 2.2) of two opaque colours, as ``rgb(r, g, b)``."""
    return _ratio(one, other)


def contrasts(page: Page, inside: str) -> dict[str, float]:
    """The contrast ratio (WCAG 2.2) of each visible text ``inside`` with what is behind it."""
    found: list[dict[str, str]] = page.evaluate(_COLOURS, inside)
    lowest: dict[str, float] = {}
    for each in found:
        ratio = _ratio(each["text colour"], each["ground"])
        lowest[each["text"]] = min(ratio, lowest.get(each["text"], ratio))
    return lowest


def faults(page: Page) -> list[str]:
    """What the document itself gets wrong for who cannot see it."""
    found: list[str] = page.evaluate(_FAULTS)
    return found


def outside_landmarks(page: Page) -> list[str]:
    """The texts that who jumps from landmark to landmark passes over; a link that skips ahead is none."""
    found: list[str] = page.evaluate(_OUTSIDE_LANDMARKS)
    return found


def own_looks(page: Page, inside: str) -> list[dict[str, str]]:
    """How each visible element ``inside`` is set and how tall it is."""
    found: list[dict[str, str]] = page.evaluate(_LOOKS, inside)
    return found


def layout_shift(page: Page) -> float:
    """How far what was painted has moved since the page began (Layout Instability), in the three digits it is told in."""
    moved: Any = page.evaluate(_SHIFTS)
    return round(float(moved), 3)


def _ratio(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of an opaque colour, as ``rgb(r, g, b)``."""
    found = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert found, colour
    red, green, blue = (_linear(int(part) / 255) for part in found.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


_COLOURS = """
inside => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector(inside), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    let behind = element;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)")
      behind = behind.parentElement;
    found.push({
      "text": text,
      "text colour": getComputedStyle(element).color,
      "ground": behind ? getComputedStyle(behind).backgroundColor : "nothing",
    });
  }
  return found;
}
"""

_FAULTS = """
() => {
  const faults = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const fault = (what, element) => faults.push(what + ": " + element.outerHTML.slice(0, 120));
  const text = element => (element.getAttribute("aria-label") || element.textContent).trim();
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  if (all("main").length !== 1) faults.push(all("main").length + " main elements");
  if (all("h1").length !== 1) faults.push(all("h1").length + " first headings");
  let level = 6;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    if (Number(heading.tagName[1]) > level + 1) fault("a heading skips a level", heading);
    if (!text(heading)) fault("an empty heading", heading);
    level = Number(heading.tagName[1]);
  }
  for (const field of all("input:not([type=hidden]), select, textarea"))
    if (![...field.labels].some(text)) fault("a field without a label", field);
  for (const group of all("fieldset"))
    if (!group.querySelector("legend")) fault("a group without a legend", group);
  for (const control of all("a[href], button, summary"))
    if (!text(control)) fault("a control without a name", control);
  for (const image of all("img:not([alt])")) fault("a picture without a text", image);
  for (const frame of all("iframe:not([title])")) fault("a frame without a title", frame);
  for (const cell of all("th:not([scope])")) fault("a table heading without a scope", cell);
  for (const table of all("table"))
    if (!table.caption && !table.hasAttribute("aria-labelledby")) fault("a nameless table", table);
  const ids = all("[id]").map(element => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at)))
    faults.push("an id that is there twice: " + id);
  for (const element of all("[aria-labelledby], [aria-describedby]"))
    for (const name of ["aria-labelledby", "aria-describedby"])
      for (const id of (element.getAttribute(name) || "").split(" ").filter(Boolean))
        if (!document.getElementById(id)) fault("it refers to nothing", element);
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) fault("an own order", element);
  for (const control of all("button, summary, select, input:not([type=hidden])")) {
    const { width, height } = control.getBoundingClientRect();
    if (control.checkVisibility() && Math.min(width, height) < 24) fault("too small", control);
  }
  return faults;
}
"""

_OUTSIDE_LANDMARKS = """
() => {
  const landmarks = "main, nav, aside, header, footer, [role=region], a[href^='#'], "
    + "section[aria-label], section[aria-labelledby], form[aria-label]";
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text && element.checkVisibility() && !element.closest(landmarks)) found.push(text);
  }
  return found;
}
"""

_LOOKS = """
inside => [...document.querySelector(inside).querySelectorAll("*")]
  .filter(element => element.checkVisibility())
  .map(element => {
    const style = getComputedStyle(element);
    const names = ["font-family", "font-size", "font-weight", "line-height", "color", "display",
      "background-color", "margin-top", "padding-top", "text-decoration-line"];
    return {
      element: element.tagName + " " + element.textContent.trim().slice(0, 30),
      height: element.getBoundingClientRect().height.toFixed(),
      ...Object.fromEntries(names.map(name => [name, style.getPropertyValue(name)])),
    };
  })
"""

_SHIFTS = """
() => new Promise(resolve => {
  const painted = callback => requestAnimationFrame(() => requestAnimationFrame(callback));
  let moved = 0;
  const add = entries => entries.forEach(entry => { moved += entry.value; });
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  painted(() => setTimeout(() => { add(observer.takeRecords()); resolve(moved); }));
})
"""
