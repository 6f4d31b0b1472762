"""axe-core finds nothing in any state, written from left to right, in light and dark, in three widths;
and what it is there to find, it does find.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.shown import Shown, showing
from tests.support.states import STATES
from tests.support.walks import AROUND


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Shown]:
    with showing(browser, AROUND["left to right"]) as shown:
        yield shown


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_found(shown: Shown, name: str) -> None:
    shown.show(name)

    assert shown.faults() == {}


TINY = "<button style='all: unset !important; display: inline-block !important; width: 9px !important; height: 9px !important'>x</button>"
BREAKS = {
    "image-alt": "document.querySelector('section').innerHTML += '<img src=/x>'",
    "label": "document.querySelector('section').innerHTML += '<input>'",
    "duplicate-id-aria": "document.querySelector('p').id = 'cookiesafe-heading'",
    "region": "document.body.innerHTML += '<p>Beside all</p>'",
    "heading-order": "document.querySelector('h2').outerHTML += '<h5>Cookies</h5>'",
    "landmark-unique": "document.querySelector('main').innerHTML += '<main>Two</main>'",
    "color-contrast": "document.querySelector('section p').style = 'color: #bbb !important'",
    "color-contrast-enhanced": "document.querySelector('section p').style = 'color: #767676 !important'",
    "target-size": f"document.querySelector('section').innerHTML += `{TINY * 2}`",
    "no text was looked at": "document.body.innerHTML = ''",
}


@pytest.mark.parametrize("fault", BREAKS)
def test_such_faults_are_found(shown: Shown, fault: str) -> None:
    shown.show("banner")
    shown.page.evaluate(BREAKS[fault])

    found = shown.faults(["light"])["390, light"]
    assert fault in {each.removeprefix("not decided, ").partition(":")[0] for each in found}


def test_what_is_cut_off_is_found(shown: Shown) -> None:
    shown.show("banner")
    button = shown.page.locator("[data-cookiesafe=accept]")
    button.evaluate(
        "each => { each.style = 'white-space: nowrap !important'; each.textContent += ' of all that there is' }"
    )

    assert any("of all that there is" in each for each in shown.faults(["light"])["320, light"])
