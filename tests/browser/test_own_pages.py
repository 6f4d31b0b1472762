"""The pages under /cookiesafe/: they call nobody, and nobody else can use them on a visitor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.support.browser import Visitor
from tests.support.servers import Demo, other_site

CHOICES = "/cookiesafe/choices"
OWN_PAGES = (
    CHOICES,
    f"{CHOICES}?next=/usage",
    "/cookiesafe/cookies",
    "/cookiesafe/devices",
    "/cookiesafe/receipt",
    "/cookiesafe/nothing",
)
PAGE = "<!doctype html><html lang=en><title>A prize</title><h1>You have won</h1>"


@pytest.fixture(params=["attacker.localhost", "harbour.localhost"], ids=["site", "port"])
def attacker(request: pytest.FixtureRequest, demo: Demo) -> Iterator[str]:
    """A page of another site, or only of another port, which is another origin: its address."""
    pages = {
        "/frame": f'{PAGE}<iframe src="{demo.portal}{CHOICES}" width=900 height=700></iframe>',
        "/frame-home": f'{PAGE}<iframe src="{demo.portal}/" width=900 height=700></iframe>',
        "/form": f"""{PAGE}<form method="post" action="{demo.portal}{CHOICES}">
            <input type="hidden" name="choice" value="accept">
            <input type="hidden" name="next" value="/"><button>Get it</button></form>""",
    }
    with other_site(pages) as port:
        yield f"http://{request.param}:{port}"


def origins(visitor: Visitor) -> set[str]:
    """Of everything that was asked for."""
    urls = [urlsplit(request.url) for request in visitor.requests]
    return {f"{url.scheme}://{url.netloc}" for url in urls}


# --- what they do --------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [None, "accept", "reject"])
def test_they_ask_nobody_else_and_complain_about_nothing(
    visitor: Visitor, choice: Literal["accept", "reject"] | None
) -> None:
    visitor.go("/")
    if choice:
        visitor.choose(choice)
    visitor.requests.clear()
    for path in OWN_PAGES:
        visitor.errors.clear()
        visitor.go(path)
        missing = [error for error in visitor.errors if "404" not in error]
        assert missing == [], path

    assert len(visitor.requests) >= len(OWN_PAGES)
    assert origins(visitor) == {visitor.demo.portal}


def test_they_are_styled(visitor: Visitor) -> None:
    for path in OWN_PAGES:
        visitor.go(path)
        expect(visitor.page.locator("body")).to_have_css("max-width", "832px")


def test_the_list_has_every_cookie_this_browser_keeps(visitor: Visitor) -> None:
    visitor.go("/usage?topic=heating")
    visitor.choose("accept")
    visitor.go("/cookiesafe/cookies")
    listed = visitor.page.locator("th[scope=row] code").all_inner_texts()

    own = {cookie["name"] for cookie in visitor.context.cookies(visitor.demo.portal)}
    assert own - {"hl_ad", "hl_ad_topic"} <= set(listed)
    assert "hl_ad*" in listed
    expect(visitor.page.locator("main")).to_contain_text("Gullwing Adverts")
    assert "gw_id" in visitor.jar


# --- what others cannot do with them -------------------------------------------------------------


def test_the_choices_are_not_shown_in_a_frame(visitor: Visitor, attacker: str) -> None:
    frame = frame_on(visitor.page, f"{attacker}/frame")

    expect(frame.locator("button")).to_have_count(0)
    expect(frame.locator("body")).not_to_contain_text("Cookie choices")
    assert any("frame-ancestors" in error for error in visitor.errors)


def test_a_framed_page_has_no_banner_to_be_clicked_on(visitor: Visitor, attacker: str) -> None:
    frame = frame_on(visitor.page, f"{attacker}/frame-home")

    expect(frame.get_by_role("heading", level=1)).to_contain_text("Light and water")
    expect(frame.locator("[data-cookiesafe]")).to_have_count(0)
    assert visitor.demo.calls() == {}


@pytest.mark.law("L-09")
@pytest.mark.parametrize("choice", [None, "reject"], ids=["undecided", "rejected"])
def test_another_sites_form_changes_nothing(
    either_visitor: Visitor, attacker: str, choice: str | None
) -> None:
    if choice:
        either_visitor.go("/")
        either_visitor.choose("reject")
    kept = either_visitor.context.cookies()
    either_visitor.page.goto(f"{attacker}/form")
    with either_visitor.page.expect_response(either_visitor.demo.portal + CHOICES) as answer:
        either_visitor.click(either_visitor.button("Get it"))

    assert answer.value.status == 403
    assert either_visitor.context.cookies() == kept
    expect(either_visitor.page.locator("main")).to_contain_text("nothing was changed")
    either_visitor.go("/")
    expect(either_visitor.banner).to_have_count(0 if choice else 1)
    assert either_visitor.demo.calls() == {}


def frame_on(page: Page, url: str) -> Frame:
    """The first frame of a page, which has loaded by then."""
    page.goto(url)
    return page.frames[1]
