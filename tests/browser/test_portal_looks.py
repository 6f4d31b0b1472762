"""The demo's pages can be read and used: in light and dark, on a phone and on a desk."""

from __future__ import annotations

import pytest

from tests.browser.conftest import NewVisitor
from tests.support.browser import contrasts, faults, outside_landmarks
from tests.support.servers import Demo

PAGES = (
    "/",
    "/usage",
    "/outages",
    "/privacy",
    "/newsletter",
    "/young",
    "/young/quiz",
    "/demo",
    "/demo/mail",
    "/demo/anew",
    "/demo/nothing",
)
MINIMUM = 4.5
"""The contrast that WCAG 2.2 asks for at level AA (1.4.3)."""
STRIP = ".demo-strip"


@pytest.mark.parametrize("edge", ["asgi"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_each_page_can_be_read(
    new_visitor: NewVisitor, demo: Demo, scheme: str, width: int
) -> None:
    visitor = new_visitor(demo, color_scheme=scheme, viewport={"width": width, "height": 800})
    page = visitor.page
    visitor.go("/")
    visitor.choose("reject")
    for path in PAGES:
        visitor.go(path)

        assert faults(page) == [], path
        assert outside_landmarks(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        low = {t: r for t, r in contrasts(page, "main").items() if r < MINIMUM}
        assert low == {}, path


@pytest.mark.parametrize("edge", ["asgi"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_the_strip_is_one_line_and_opens_over_the_page(
    new_visitor: NewVisitor, demo: Demo, scheme: str, width: int
) -> None:
    visitor = new_visitor(demo, color_scheme=scheme, viewport={"width": width, "height": 640})
    page, strip = visitor.page, visitor.page.locator(STRIP)
    for step in (1, 10, 13):
        visitor.go(f"/demo/step/{step}")
        box = strip.bounding_box()
        assert box is not None
        assert (box["y"] + box["height"], box["width"]) == (640, width)
        assert box["height"] < 50

        strip.locator("summary").click()

        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert faults(page) == []
        assert min(contrasts(page, STRIP).values()) >= MINIMUM
    visitor.go("/demo/step/1")
