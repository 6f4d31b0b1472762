"""axe-core finds nothing in any state, written from right to left, in light and dark, in three widths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.shown import Shown, showing
from tests.support.states import STATES
from tests.support.walks import AROUND


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Shown]:
    with showing(browser, AROUND["right to left"]) as shown:
        yield shown


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_found(shown: Shown, name: str) -> None:
    shown.show(name)

    assert shown.faults() == {}
