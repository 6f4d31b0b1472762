"""Without styles, pictures and scripts, and in browsers that know neither: every choice can be made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.support.browser import Visitor
from tests.support.servers import Demo, Edge
from tests.support.text_browser import w3m

PURPOSES = ("Remember my details", "Usage statistics", "Advertising", "Videos")
NEXT, ACTIVATE = "\t", "\r"
CHOICES = {
    "reject": ([], "you rejected everything optional"),
    "accept": (list(PURPOSES), f"you agreed to: {', '.join(PURPOSES)}."),
    "save": (["Usage statistics"], "you agreed to: Usage statistics."),
}
EACH = pytest.mark.parametrize("choice", CHOICES)

Demos = Callable[..., Demo]
NewVisitor = Callable[..., Visitor]


@EACH
def test_a_text_browser_makes_each_choice(
    demos: Demos, edge: Edge, tmp_path: Path, choice: str
) -> None:
    browser = w3m(tmp_path)
    # The names of the demo are known to graphical browsers alone.
    site = demos(edge, "--no-inspector").portal.replace("harbour.localhost", "localhost")
    first = browser.read(f"{site}/")
    assert "Cookies on Harbour Light & Water" in first
    assert first.index("Reject all") < first.index("Skip to the content")
    # The buttons, the list, four boxes and the button that saves.
    keys = {
        "reject": [NEXT, ACTIVATE],
        "accept": [NEXT * 2, ACTIVATE],
        "save": [NEXT * 5, ACTIVATE, NEXT * 3, ACTIVATE],
    }

    browser.use(f"{site}/", *keys[choice])

    granted, told = CHOICES[choice]
    assert "Reject all" not in browser.read(f"{site}/")
    page = browser.read(f"{site}/cookiesafe/choices")
    assert told in page
    assert [each for each in PURPOSES if f"[*] {each}" in page] == granted


def only_markup(route: Route) -> None:
    if route.request.resource_type in ("stylesheet", "image", "font"):
        route.abort()
    else:
        route.continue_()


@EACH
def test_bare_html_is_enough(new_visitor: NewVisitor, demo: Demo, choice: str) -> None:
    visitor = new_visitor(demo, java_script_enabled=False)
    visitor.context.route("**/*", only_markup)
    visitor.go("/")
    expect(visitor.banner).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    granted, told = CHOICES[choice]
    if choice == "save":
        visitor.page.locator("summary").first.click()
        visitor.page.get_by_role("checkbox", name=granted[0]).check()
    visitor.click(visitor.page.locator(f"[data-cookiesafe={choice}]"))

    expect(visitor.banner).to_have_count(0)
    visitor.go("/cookiesafe/choices")
    expect(visitor.page.locator("main")).to_contain_text(told)
    boxes = [visitor.page.get_by_role("checkbox", name=each) for each in PURPOSES]
    ticked = [box.is_checked() for box in boxes]
    assert [each for each, is_on in zip(PURPOSES, ticked, strict=True) if is_on] == granted
