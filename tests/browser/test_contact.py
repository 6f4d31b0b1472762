"""Who gets mails stops them by the link in one, in a browser without JavaScript and signed out, and takes that back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.browser import contrasts, faults, outside_landmarks
from tests.support.contacts import CONTACTS, SITE, app
from tests.support.edges import wsgi_app
from tests.support.harbour import KEY
from tests.support.serving import serving

ENHANCED = 7.0
"""The contrast that WCAG 2.2 asks for at level AAA (1.4.6)."""


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[CookieSafe]:
    safe = CookieSafe(
        Policy.from_toml(CONTACTS), secret_key=KEY, store=f"sqlite:///{tmp_path}/cookiesafe.db"
    )
    safe.choose_contact("ann", {"newsletter": True})
    yield safe
    safe.close()


@pytest.fixture(params=[False, True], ids=["no scripts", "scripts"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser.new_context(java_script_enabled=request.param) as context:
        yield context.new_page()


@pytest.fixture
def site(safe: CookieSafe) -> Iterator[str]:
    with serving(CookieSafeMiddleware(wsgi_app(app), safe)) as port:
        yield f"http://harbour.localhost:{port}"


def link(safe: CookieSafe, site: str) -> str:
    """As it stands in a mail, at where the site is in this test."""
    field = safe.unsubscribe_headers("ann", "newsletter", SITE)["List-Unsubscribe"]
    return field.strip("<>").replace(SITE, site)


def test_the_link_stops_mails_by_one_press_and_another_takes_it_back(
    safe: CookieSafe, site: str, page: Page
) -> None:
    page.goto(link(safe, site))
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop these mails?")
    assert safe.may_contact("ann", "newsletter")

    page.get_by_role("button", name="Stop these mails").click()
    expect(page.get_by_role("status")).to_contain_text("You get no more mails")
    assert not safe.may_contact("ann", "newsletter")

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("is on again")
    assert safe.may_contact("ann", "newsletter")
    events = [each.event for each in safe.store.records() if each.event != "policy"]
    assert events == ["grant", "withdrawal", "grant"]


def test_reloading_what_the_press_answered_keeps_the_way_back(
    safe: CookieSafe, site: str, page: Page
) -> None:
    page.goto(link(safe, site))
    page.get_by_role("button", name="Stop these mails").click()
    expect(page.get_by_role("status")).to_contain_text("You get no more mails")
    page.reload()

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("status")).to_contain_text("is on again")


def test_who_is_signed_in_ticks_and_unticks_among_the_choices(
    safe: CookieSafe, site: str, page: Page
) -> None:
    page.goto(f"{site}/in/bob")
    page.goto(f"{site}/cookiesafe/choices?next=/bills")
    box = page.get_by_label("Offers by e-mail")
    expect(box).not_to_be_checked()
    box.check()
    page.get_by_role("button", name="Save how you may reach me").click()

    expect(page).to_have_url(f"{site}/cookiesafe/choices?next=/bills#contact")
    expect(page.get_by_label("Offers by e-mail")).to_be_checked()
    assert safe.may_contact("bob", "newsletter")
    page.get_by_label("Offers by e-mail").uncheck()
    page.get_by_role("button", name="Save how you may reach me").click()
    expect(page.get_by_label("Offers by e-mail")).not_to_be_checked()
    assert not safe.may_contact("bob", "newsletter")


@pytest.mark.parametrize("page", [True], indirect=True)
def test_the_pages_are_for_everybody(safe: CookieSafe, site: str, page: Page) -> None:
    page.goto(f"{site}/in/ann")
    page.goto(f"{site}/cookiesafe/choices")
    _check(page)
    page.goto(link(safe, site))
    _check(page)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Stop these mails").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stopped")
    _check(page)


def _check(page: Page) -> None:
    assert faults(page) == []
    assert outside_landmarks(page) == []
    low = {text: ratio for text, ratio in contrasts(page, "body").items() if ratio < ENHANCED}
    assert low == {}
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 720})
