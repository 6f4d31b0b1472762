"""Visitors on the portal: what they have not agreed to does not happen, and everything else works."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser import NECESSARY, Visitor
from tests.support.servers import Demo

EVERY_KIND = {"ad.js": 1, "made.js": 1, "pixel.gif": 2, "frame.html": 1, "beacon": 1}
"""What one page calls: tags in the page, and a script, a picture and a beacon made by its own script."""
WITHOUT_SCRIPTS = {"pixel.gif": 1, "frame.html": 1}
CHOICES = "/cookiesafe/choices"

CONTACT = {
    "Full name": "Bo Anchor",
    "E-mail address": "bo@harbour.example",
    "Telephone": "020 7946 0000",
}
BILLING = {
    "Street and number": "9 Quay Street",
    "Town": "Port Marigold",
    "Postcode": "PM1 1AA",
}
TYPED = CONTACT | BILLING
CARD = {"Card number": "4242 4242 4242 4242"}
numbers = count(1)

NewVisitor = Callable[..., Visitor]


@pytest.fixture
def calls_of_a_page(scripts: bool) -> dict[str, int]:
    return EVERY_KIND if scripts else WITHOUT_SCRIPTS


def pages(visitor: Visitor) -> list[str]:
    """Of every sort."""
    return ["/", "/usage?topic=heating", "/bills", "/details", "/sign-in"]


def register(visitor: Visitor) -> str:
    """Open an account with two open bills; its e-mail address."""
    email = f"bo{next(numbers)}@harbour.example"
    visitor.go("/register")
    fill(visitor, {"Full name": "Bo Anchor", "E-mail address": email, "Password": "anchorage"})
    visitor.click(visitor.button("Open the account"))
    assert visitor.path == "/details?new=yes"
    return email


def sign_in(visitor: Visitor, email: str) -> None:
    visitor.go("/sign-in")
    fill(visitor, {"E-mail address": email, "Password": "anchorage"})
    visitor.click(visitor.button("Sign in"))


def fill(visitor: Visitor, values: dict[str, str]) -> None:
    for label, value in values.items():
        visitor.page.get_by_label(label, exact=True).fill(value)


def filled_in(visitor: Visitor, labels: Iterable[str]) -> dict[str, str]:
    """What the form to pay with holds already."""
    values = {label: visitor.page.get_by_label(label, exact=True).input_value() for label in labels}
    return {label: value for label, value in values.items() if value}


def box(visitor: Visitor, purpose: str) -> Locator:
    return visitor.page.get_by_role("checkbox", name=purpose)


def open_a_bill(visitor: Visitor) -> None:
    visitor.go("/bills")
    visitor.click(visitor.page.get_by_role("button", name=re.compile(r"^Pay bill")).first)


def pay(visitor: Visitor) -> dict[str, str]:
    """Type what is asked for, and get a receipt; what was filled in already."""
    found: dict[str, str] = {}
    for step in (CONTACT, BILLING):
        found |= filled_in(visitor, step)
        fill(visitor, step)
        visitor.click(visitor.button("Continue"))
    found |= filled_in(visitor, CARD)
    fill(visitor, CARD)
    visitor.click(visitor.page.get_by_role("button", name=re.compile("^Pay £")))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(
        "Thank you, your bill is paid"
    )
    return found


# --- before a choice -----------------------------------------------------------------------------


@pytest.mark.law("L-01", "N-UK2", "N-QC1")
def test_before_a_choice_nobody_is_called_and_nothing_is_stored(any_visitor: Visitor) -> None:
    for page in pages(any_visitor):
        any_visitor.go(page)

        expect(any_visitor.banner).to_have_count(1)
        assert any_visitor.demo.calls() == {}, page
        assert any_visitor.jar == set(), page


def test_the_bare_site_calls_on_every_page(
    new_visitor: NewVisitor, bare: Demo, scripts: bool, calls_of_a_page: dict[str, int]
) -> None:
    """So that the tests above and below can fail."""
    visitor = new_visitor(bare, java_script_enabled=scripts)
    for page in pages(visitor):
        bare.reset()
        visitor.go(page)

        assert bare.calls() == calls_of_a_page, page
    assert {"hl_stats", "hl_ad", "hl_ad_topic", "gw_id"} <= visitor.jar


# --- accept, and withdraw ------------------------------------------------------------------------


def test_after_a_yes_every_kind_of_call_is_made(
    any_visitor: Visitor, calls_of_a_page: dict[str, int]
) -> None:
    any_visitor.go("/")
    any_visitor.choose("accept")

    expect(any_visitor.banner).to_have_count(0)
    assert any_visitor.path == "/"
    assert any_visitor.demo.calls() == calls_of_a_page
    assert {"hl_stats", "hl_ad", "gw_id"} <= any_visitor.jar
    for page in pages(any_visitor):
        any_visitor.demo.reset()
        any_visitor.go(page)
        assert any_visitor.demo.calls() == calls_of_a_page, page


def test_after_a_yes_the_adverts_are_there(visitor: Visitor) -> None:
    visitor.go("/usage?topic=heating")
    visitor.choose("accept")

    assert visitor.path == "/usage?topic=heating"
    expect(visitor.page.locator("#gullwing-ad")).to_contain_text("you read about heating")
    expect(visitor.page.locator("html")).to_have_attribute("data-gullwing", "made")
    frame = visitor.page.frame_locator("iframe[title='Advert from Gullwing']")
    expect(frame.locator("body")).to_contain_text("Gullwing Adverts")


@pytest.mark.law("L-02", "L-06")
def test_after_a_withdrawal_nobody_is_called_any_more(any_visitor: Visitor) -> None:
    any_visitor.go("/")
    any_visitor.choose("accept")
    any_visitor.go("/usage")
    any_visitor.go("/bills")
    any_visitor.go(CHOICES)
    any_visitor.demo.reset()
    any_visitor.choose("reject")
    assert any_visitor.path == "/"

    def expect_silence() -> None:
        assert any_visitor.demo.calls() == {}, any_visitor.path
        expect(any_visitor.banner).to_have_count(0)

    expect_silence()
    any_visitor.reload()
    expect_silence()
    for page in pages(any_visitor):
        any_visitor.go(page)
        expect_silence()


def test_no_page_from_before_a_withdrawal_calls_when_it_comes_back(any_visitor: Visitor) -> None:
    """Browsers show pages they have been on from their caches, with the policy they came with."""
    before = ["/", "/usage", "/bills", "/sign-in"]
    any_visitor.go("/")
    any_visitor.choose("accept")
    for page in before[1:]:
        any_visitor.go(page)
    any_visitor.go(CHOICES)
    any_visitor.demo.reset()
    any_visitor.choose("reject")

    any_visitor.back()
    assert any_visitor.path == CHOICES
    for page in reversed(before):
        any_visitor.back()
        assert any_visitor.path == page
        assert any_visitor.demo.calls() == {}
    for page in before[1:]:
        any_visitor.forward()
        assert any_visitor.path == page
        assert any_visitor.demo.calls() == {}


@pytest.mark.law("L-02", "L-06")
def test_a_withdrawal_deletes_the_cookies_of_the_site(any_visitor: Visitor) -> None:
    any_visitor.go("/usage?topic=heating")
    any_visitor.choose("accept")
    assert {"hl_stats", "hl_ad", "hl_ad_topic"} <= any_visitor.jar
    any_visitor.go(CHOICES)
    any_visitor.choose("reject")

    assert {name for name in any_visitor.jar if name.startswith("hl_")} == set()


def test_a_yes_comes_back_after_a_withdrawal(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    either_visitor.choose("reject")
    either_visitor.go(CHOICES)
    either_visitor.choose("accept")
    either_visitor.demo.reset()
    either_visitor.go("/usage")

    assert {"pixel.gif", "frame.html"} <= set(either_visitor.demo.calls())


# --- reject --------------------------------------------------------------------------------------


@pytest.mark.law("L-11")
def test_who_rejects_pays_a_bill_and_types_the_details_each_time(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    either_visitor.choose("reject")
    expect(either_visitor.banner).to_have_count(0)
    assert either_visitor.path == "/"
    register(either_visitor)
    assert either_visitor.jar <= NECESSARY

    for _ in range(2):
        open_a_bill(either_visitor)
        assert pay(either_visitor) == {}
        expect(either_visitor.banner).to_have_count(0)
        assert either_visitor.jar <= NECESSARY
    assert either_visitor.demo.calls() == {}


def test_who_agrees_finds_them_filled_in(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    either_visitor.choose("accept")
    email = register(either_visitor)
    open_a_bill(either_visitor)
    pay(either_visitor)
    open_a_bill(either_visitor)

    assert pay(either_visitor) == TYPED | {"E-mail address": email}


# --- some of it ----------------------------------------------------------------------------------


def test_who_allows_statistics_gets_no_adverts(either_visitor: Visitor) -> None:
    either_visitor.go("/")
    either_visitor.page.get_by_text("Choose cookies").click()
    boxes = either_visitor.banner.get_by_role("checkbox").all()
    assert [box.is_checked() for box in boxes] == [False] * 4
    box(either_visitor, "Usage statistics").check()
    either_visitor.choose("save")

    expect(either_visitor.banner).to_have_count(0)
    for page in pages(either_visitor):
        either_visitor.go(page)
    assert either_visitor.jar == {"cookiesafe", "hl_stats"}
    assert either_visitor.demo.calls() == {}
    either_visitor.go("/usage")
    expect(either_visitor.page.locator(".matched")).to_contain_text(
        "Because you read about heating"
    )


def test_the_choices_page_shows_and_changes_the_choice(either_visitor: Visitor) -> None:
    page = either_visitor.page
    either_visitor.go(f"{CHOICES}?next=/usage")
    expect(page.get_by_role("status")).to_contain_text("You have not chosen yet")
    box(either_visitor, "Advertising").check()
    either_visitor.choose("save")
    assert either_visitor.path == "/usage"
    assert either_visitor.demo.calls()["frame.html"] == 1

    either_visitor.go(CHOICES)
    expect(page.get_by_role("status")).to_contain_text("you agreed to: Advertising.")
    expect(box(either_visitor, "Advertising")).to_be_checked()
    expect(box(either_visitor, "Usage statistics")).not_to_be_checked()
    box(either_visitor, "Advertising").uncheck()
    either_visitor.demo.reset()
    either_visitor.choose("save")

    assert either_visitor.demo.calls() == {}
    either_visitor.go(CHOICES)
    expect(page.get_by_role("status")).to_contain_text("you rejected everything optional")


# --- accounts ------------------------------------------------------------------------------------


def test_an_account_works_before_any_choice(either_visitor: Visitor) -> None:
    page = either_visitor.page
    email = register(either_visitor)
    assert either_visitor.jar == {"cookiesafe-session"}

    fill(either_visitor, TYPED | {"Full name": "Bo Harbourmaster", "E-mail address": email})
    either_visitor.click(either_visitor.button("Save").and_(page.locator("main button")))
    expect(page.locator("main").get_by_role("status")).to_have_text("Your details are saved.")
    either_visitor.go("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Bo")
    either_visitor.go("/details")
    expect(page.get_by_label("Full name")).to_have_value("Bo Harbourmaster")

    either_visitor.click(page.get_by_role("navigation").get_by_role("button", name="Sign out"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert either_visitor.jar == {"cookiesafe-out"}
    either_visitor.go("/details")
    assert either_visitor.path == "/sign-in?next=%2Fdetails"

    sign_in(either_visitor, email)
    assert either_visitor.path == "/bills"
    expect(either_visitor.banner).to_have_count(1)
    assert either_visitor.jar == {"cookiesafe-session", "cookiesafe-out"}
    assert either_visitor.demo.calls() == {}


# --- signals -------------------------------------------------------------------------------------


@pytest.mark.law("N-CA1", "G-04")
def test_a_signal_keeps_advertising_off_whatever_is_chosen(
    new_visitor: NewVisitor, demo: Demo
) -> None:
    visitor = new_visitor(demo, extra_http_headers={"Sec-GPC": "1"})
    off = "this is off: Advertising."
    visitor.go("/")
    expect(visitor.banner).to_contain_text(off)
    visitor.choose("accept")
    for page in pages(visitor):
        visitor.go(page)

    assert demo.calls() == {}
    assert visitor.jar == {"cookiesafe", "hl_stats"}
    visitor.go(CHOICES)
    expect(visitor.page.locator("main")).to_contain_text(off)
