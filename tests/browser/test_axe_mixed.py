"""axe-core finds nothing in a notice of one direction in a page of the other, in three widths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.shown import SCHEMES, VIEWPORTS, Shown, showing
from tests.support.states import STATES
from tests.support.walks import AROUND

DOCS = Path(__file__).parents[2] / "docs/accessibility.md"
PLACED = [name for name, state in STATES.items() if state.around]


@pytest.fixture(
    scope="module",
    params=[
        "left to right, in a page from right to left",
        "right to left, in a page from left to right",
    ],
)
def shown(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Shown]:
    with showing(browser, AROUND[request.param]) as shown:
        yield shown


@pytest.mark.parametrize("name", PLACED)
def test_nothing_is_found(shown: Shown, name: str) -> None:
    shown.show(name)

    assert shown.faults(["light"]) == {}


def test_the_docs_say_how_many_states_and_runs_there_are() -> None:
    whole, mixed = len(VIEWPORTS) * len(SCHEMES), len(VIEWPORTS)
    runs = 2 * (len(STATES) * whole + len(PLACED) * mixed)
    said = DOCS.read_text("utf-8")

    assert f"There are {len(STATES)}," in said
    assert f": {runs} runs |" in said
