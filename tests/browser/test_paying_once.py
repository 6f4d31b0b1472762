"""However often the last step of a payment is sent, the bill is paid once, and whoever sent it sees its receipt.

COOKIESAFE_TEST_CLICKS says how many bills are paid so, 2 of each unless it is set.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest
from playwright.sync_api import Error, expect

from tests.support.browser import SETTLING_SECONDS, Visitor

BILLS = int(os.environ.get("COOKIESAFE_TEST_CLICKS", "2"))
CARD = "4242 4242 4242 4242"
STEPS = (
    {"Full name": "Bo", "E-mail address": "bo@harbour.example", "Telephone": "020 7946 0000"},
    {"Street and number": "9 Quay Street", "Town": "Port Marigold", "Postcode": "PM1 1AA"},
)
people = count(1)


def last_steps(visitor: Visitor) -> Iterator[None]:
    """Lead a visitor to the last step of one bill after the other: an account is opened for each two."""
    for number in range(BILLS):
        if number % 2 == 0:
            visitor.context.clear_cookies()
            visitor.go("/register")
            email = f"clicker{next(people)}@harbour.example"
            fill(visitor, {"Full name": "Bo", "E-mail address": email, "Password": "anchorage"})
            visitor.click(visitor.button("Open the account"))
        visitor.go("/bills")
        visitor.click(visitor.page.get_by_role("button", name=re.compile("^Pay bill")).first)
        for step in STEPS:
            fill(visitor, step)
            visitor.click(visitor.button("Continue"))
        fill(visitor, {"Card number": CARD})
        yield


def fill(visitor: Visitor, values: dict[str, str]) -> None:
    for label, value in values.items():
        visitor.page.get_by_label(label, exact=True).fill(value)


def press_pay(visitor: Visitor, how: Callable[..., object]) -> str:
    """The reference on the receipt that it leads to."""
    how(visitor.page.get_by_role("button", name=re.compile("^Pay £")))
    heading = visitor.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Thank you, your bill is paid")
    visitor.settle()
    return visitor.page.locator(".receipt .code").inner_text()


def paid(visitor: Visitor, reference: str) -> bool:
    """Whether the visitor's list of bills has one with this receipt."""
    visitor.go("/bills")
    return visitor.page.locator(f'a[href="/paid?payment={reference}"]').count() == 1


def test_a_double_click_pays_once(either_visitor: Visitor) -> None:
    for _ in last_steps(either_visitor):
        reference = press_pay(either_visitor, lambda button: button.dblclick())

        assert paid(either_visitor, reference)


def test_back_and_on_again_leads_to_the_same_receipt(either_visitor: Visitor) -> None:
    """Browsers ask before they send a page's form anew: they show that there is nothing to go back to, until it is loaded again."""
    for _ in last_steps(either_visitor):
        reference = press_pay(either_visitor, lambda button: button.click())
        with pytest.raises(Error, match="ERR_CACHE_MISS"):
            either_visitor.page.go_back()
        load_again(either_visitor)
        fill(either_visitor, {"Card number": CARD})

        assert press_pay(either_visitor, lambda button: button.click()) == reference
        assert paid(either_visitor, reference)


def load_again(visitor: Visitor) -> None:
    """As soon as Chromium has put up the page that says so: until then, there is no page to load."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < deadline:
        with suppress(Error):
            visitor.page.reload()
            visitor.page.get_by_label("Card number").wait_for(timeout=2000)
            return
    raise AssertionError("the page did not come back")
