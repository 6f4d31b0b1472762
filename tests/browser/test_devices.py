"""Who signs in stays so in that browser only where the box was ticked, and ends it from any other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from demo_app.portal.seed import EMAIL, PASSWORD
from tests.support.browser import Visitor, contrasts, faults, outside_landmarks, tab_stops
from tests.support.servers import Demo

DEVICES, CHOICES = "/cookiesafe/devices", "/cookiesafe/choices"
REMEMBER, SESSION = "cookiesafe-remember", "cookiesafe-session"
BOX = "Keep me signed in on this browser (uses cookies)"
END = "Do not keep me signed in on this browser"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"
ENHANCED = 7.0
"""The contrast that WCAG 2.2 asks for at level AAA (1.4.6)."""

NewVisitor = Callable[..., Visitor]


@pytest.fixture
def other(new_visitor: NewVisitor, demo: Demo) -> Visitor:
    """The same customer's telephone, signed in to stay."""
    visitor = new_visitor(demo, user_agent=IPHONE)
    sign_in(visitor, stay=True)
    return visitor


@pytest.fixture(autouse=True)
def nobody_stays(demo: Demo, new_visitor: NewVisitor) -> None:
    """The account is one for all tests."""
    visitor = new_visitor(demo)
    sign_in(visitor, stay=False)
    visitor.go(DEVICES)
    visitor.click(visitor.button("Sign out everywhere"))


def sign_in(visitor: Visitor, *, stay: bool) -> None:
    visitor.go("/sign-in")
    visitor.page.get_by_label("E-mail address").fill(EMAIL)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    expect(visitor.page.get_by_label(BOX)).not_to_be_checked()
    if stay:
        visitor.page.get_by_label(BOX).check()
    visitor.click(visitor.button("Sign in"))
    assert visitor.path == "/bills"


def close_and_open(visitor: Visitor) -> None:
    """What a browser forgets as it is closed. Really closing one is in test_restart."""
    visitor.context.clear_cookies(name=SESSION)


def browsers(page: Page) -> Locator:
    """Those that can be signed out, one by one."""
    return page.locator("section", has=page.locator("button[name=device]"))


def sign_out_of(page: Page, browser: str) -> Locator:
    return page.get_by_role("button", name=f"Sign out {browser}", exact=True)


def is_signed_in(visitor: Visitor) -> bool:
    visitor.go("/details")
    return visitor.path == "/details"


# --- what is there -------------------------------------------------------------------------------


def test_the_list_has_each_browser_that_stays(either_visitor: Visitor, other: Visitor) -> None:
    sign_in(either_visitor, stay=True)
    either_visitor.go("/details")
    either_visitor.click(either_visitor.page.get_by_role("link", name="browsers you stay"))

    assert re.fullmatch(rf"{DEVICES}\?next=/details", either_visitor.path)
    headings = browsers(either_visitor.page).get_by_role("heading")
    expect(headings).to_have_text([re.compile(r"\(this browser\)$"), "Safari, iPhone"])
    either_visitor.click(either_visitor.page.get_by_role("link", name="Back to the site"))
    assert either_visitor.path == "/details"
    assert either_visitor.demo.calls() == {}


def test_one_for_a_visit_is_not_in_it(either_visitor: Visitor) -> None:
    sign_in(either_visitor, stay=False)
    either_visitor.go(DEVICES)

    expect(browsers(either_visitor.page)).to_have_count(0)
    expect(either_visitor.page.get_by_role("status")).to_contain_text("for this visit only")
    assert REMEMBER not in either_visitor.jar


# --- what is ended -------------------------------------------------------------------------------


def test_a_browser_signed_out_from_another_is_out_at_once(
    either_visitor: Visitor, other: Visitor
) -> None:
    sign_in(either_visitor, stay=True)
    either_visitor.go(DEVICES)
    either_visitor.click(sign_out_of(either_visitor.page, "Safari, iPhone"))

    assert either_visitor.path.startswith(DEVICES)
    expect(browsers(either_visitor.page)).to_have_count(1)
    ended = either_visitor.page.locator("main li", has_text="you signed it out on this page")
    expect(ended.filter(has_text="Safari, iPhone").first).to_be_visible()
    assert not is_signed_in(other)
    assert REMEMBER not in other.jar
    assert is_signed_in(either_visitor)


def test_this_browser_can_be_signed_out_there_too(either_visitor: Visitor, other: Visitor) -> None:
    sign_in(either_visitor, stay=True)
    either_visitor.go(DEVICES)
    either_visitor.click(browsers(either_visitor.page).get_by_role("button").first)

    expect(either_visitor.page.get_by_role("status")).to_contain_text("Nobody is signed in")
    assert {REMEMBER, SESSION} & either_visitor.jar == set()
    assert not is_signed_in(either_visitor)
    assert is_signed_in(other)


@pytest.mark.parametrize("where", ["/details", DEVICES])
def test_signing_out_everywhere_is_everywhere(
    either_visitor: Visitor, other: Visitor, where: str
) -> None:
    sign_in(either_visitor, stay=False)
    either_visitor.go(where)
    either_visitor.click(either_visitor.button("Sign out everywhere"))

    assert not is_signed_in(either_visitor)
    assert not is_signed_in(other)
    close_and_open(other)
    assert not is_signed_in(other)


# --- the choices ---------------------------------------------------------------------------------


@pytest.mark.law("W-02")
@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_the_banner_neither_begins_nor_ends_it(
    either_visitor: Visitor, new_visitor: NewVisitor, choice: Literal["accept", "reject"]
) -> None:
    visiting = new_visitor(either_visitor.demo)
    for visitor, stays in ((either_visitor, True), (visiting, False)):
        sign_in(visitor, stay=stays)
        visitor.choose(choice)
        assert (REMEMBER in visitor.jar) == stays
        close_and_open(visitor)
        assert is_signed_in(visitor) == stays


def test_the_choices_end_it_and_leave_the_visit(either_visitor: Visitor) -> None:
    sign_in(either_visitor, stay=True)
    either_visitor.go(f"{CHOICES}?next=/usage")
    either_visitor.click(either_visitor.button(END))

    assert either_visitor.path == f"{CHOICES}?next=/usage"
    expect(either_visitor.button(END)).to_have_count(0)
    assert REMEMBER not in either_visitor.jar
    assert is_signed_in(either_visitor)
    close_and_open(either_visitor)
    assert not is_signed_in(either_visitor)


# --- what is asked again -------------------------------------------------------------------------


def test_who_stayed_signed_in_gives_the_password_before_a_change(either_visitor: Visitor) -> None:
    page = either_visitor.page
    sign_in(either_visitor, stay=True)
    close_and_open(either_visitor)
    either_visitor.go("/details")
    page.get_by_label("Town").fill("Port Lantern")
    save = page.locator("main").get_by_role("button", name="Save")
    either_visitor.click(save)

    expect(page.get_by_role("heading", level=1)).to_have_text("Your password, please")
    page.get_by_label("Password").fill("not this one")
    either_visitor.click(save)
    expect(page.get_by_role("alert")).to_contain_text("This is not your password")
    page.get_by_label("Password").fill(PASSWORD)
    either_visitor.click(save)

    expect(page.locator("main").get_by_role("status")).to_have_text("Your details are saved.")
    expect(page.get_by_label("Town")).to_have_value("Port Lantern")
    page.get_by_label("Town").fill("Port Marigold")
    either_visitor.click(save)
    expect(page.get_by_label("Town")).to_have_value("Port Marigold")
    either_visitor.go(DEVICES)
    expect(browsers(page)).to_have_count(1)


# --- for everybody -------------------------------------------------------------------------------


def test_all_of_it_is_done_with_keys(either_visitor: Visitor, other: Visitor) -> None:
    page = either_visitor.page
    sign_in(either_visitor, stay=True)
    either_visitor.go(DEVICES)
    focused: list[str] = []
    page.locator("h1").click()
    while not focused or "Safari, iPhone" not in focused[-1]:
        page.keyboard.press("Tab")
        named = "document.activeElement.closest('section')?.innerText ?? ''"
        focused.append(page.evaluate(named))
        assert len(focused) < 10, focused
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    either_visitor.press("Enter")

    expect(browsers(page)).to_have_count(1)
    assert not is_signed_in(other)


def test_the_focus_is_nowhere_caught(either_visitor: Visitor, other: Visitor) -> None:
    sign_in(either_visitor, stay=True)
    either_visitor.go(DEVICES)
    stops = either_visitor.page.locator("main :is(a, button, input:not([type=hidden]))").count()
    either_visitor.page.locator("h1").click()

    assert tab_stops(either_visitor.page, "main", stops + 1) == stops + 1


@pytest.mark.parametrize("edge", ["asgi"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_everybody_can_read_it(
    new_visitor: NewVisitor, demo: Demo, other: Visitor, scheme: str, width: int
) -> None:
    visitor = new_visitor(
        demo, color_scheme=scheme, viewport={"width": width, "height": 600}, user_agent=IPHONE
    )
    visitor.go(DEVICES)
    assert_readable(visitor, width)
    sign_in(visitor, stay=True)
    for path in (DEVICES, CHOICES):
        visitor.errors.clear()
        visitor.go(path)
        assert_readable(visitor, width)
        assert visitor.errors == []
    visitor.go(DEVICES)
    visitor.click(browsers(visitor.page).get_by_role("button").last)
    expect(visitor.page.locator("main li").first).to_be_visible()
    assert_readable(visitor, width)


def assert_readable(visitor: Visitor, width: int) -> None:
    page = visitor.page
    assert faults(page) == []
    assert outside_landmarks(page) == []
    assert {
        text: ratio for text, ratio in contrasts(page, "body").items() if ratio < ENHANCED
    } == {}
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_it_calls_nobody(visitor: Visitor) -> None:
    sign_in(visitor, stay=True)
    visitor.requests.clear()
    visitor.go(DEVICES)

    assert {request.url.startswith(visitor.demo.portal) for request in visitor.requests} == {True}
