"""Every state in a browser whose user has set text to twice its size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.browser import launched
from tests.support.layout import cut_off, overlapping
from tests.support.shown import LANDSCAPE, TELEPHONE, Shown, showing
from tests.support.states import STATES
from tests.support.walks import AROUND

ACCEPT = "[data-cookiesafe=accept]"


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    with (
        launched("--blink-settings=defaultFontSize=32") as browser,
        showing(browser, AROUND["left to right"]) as shown,
    ):
        yield shown


@pytest.mark.parametrize("name", STATES)
def test_text_of_twice_the_size_has_room(shown: Shown, name: str) -> None:
    shown.show(name)

    assert shown.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    for viewport in (LANDSCAPE, TELEPHONE):
        shown.page.set_viewport_size(viewport)
        assert cut_off(shown.page) == []
        assert overlapping(shown.page) == []
    reject = shown.page.locator("[data-cookiesafe=reject]")
    if reject.count():
        one, other = reject.bounding_box(), shown.page.locator(ACCEPT).bounding_box()
        assert one
        assert other
        assert one["width"] == pytest.approx(other["width"], abs=0.1)
        assert one["height"] == pytest.approx(other["height"], abs=0.1)
