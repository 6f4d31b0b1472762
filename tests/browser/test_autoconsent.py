"""DuckDuckGo's autoconsent, which answers banners for those who ask it to, answers ours: it was never told of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from cookiesafe.languages import catalogues
from cookiesafe.notice import Notice
from tests.support.autoconsent import Action, Autoconsent, Message
from tests.support.browser import Visitor, blocking_cookies
from tests.support.servers import ROOT, Demo, Edge
from tests.support.spoken import LASTING, OWN, notices

PATIENCE_SECONDS = 20
SITE = "http://site.localhost"
PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>A site</title>
<style>{}</style><body>{}<main><h1>A site</h1><a href=/>Home</a></main>"""
ANSWERED = {"de", "en", "es", "fr", "it", "nl", "pl", "pt"}
"""The languages in which its heuristics know a banner and a button that rejects, and we speak."""
SPOKEN = sorted(catalogues() | {"en"})

RULE: Message = {
    "name": "cookiesafe",
    "detectCmp": [{"exists": "section#cookiesafe[data-cookiesafe=banner]"}],
    "detectPopup": [{"visible": "section#cookiesafe[data-cookiesafe=banner]"}],
    "optIn": [{"waitForThenClick": "#cookiesafe [data-cookiesafe=accept]"}],
    "optOut": [{"waitForThenClick": "#cookiesafe [data-cookiesafe=reject]"}],
}
"""As docs/compatibility.md has it."""

NewVisitor = Callable[..., Visitor]


def await_until(page: Page, happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, page.url
        page.wait_for_timeout(20)


def await_rest(visitor: Visitor, tool: Autoconsent) -> None:
    """Until the page has nothing for it to answer, or it has said no, which loads no page again."""
    page = visitor.page
    await_until(page, lambda: at_rest(tool, {page.url}) or page.url in answered(tool))
    visitor.settle()


def answered(tool: Autoconsent) -> list[str]:
    """The pages where it said no."""
    return [each["url"] for each in tool.told("optOutResult")]


def at_rest(tool: Autoconsent, pages: set[str]) -> bool:
    return not pages.isdisjoint(tool.came_to("nothingDetected"))


def steps_of(visitor: Visitor) -> list[str]:
    """What the page asks for to show a page or to take a choice, and not what is framed in it."""
    page = visitor.page.main_frame
    made = [
        each
        for each in visitor.requests
        if each.is_navigation_request() or "/cookiesafe/ch" in each.url
    ]
    return [
        f"{each.method} {each.url.removeprefix(visitor.demo.portal)}"
        for each in made
        if each.frame == page
    ]


# --- opting out: by its heuristics ---------------------------------------------------------------


def test_it_rejects_by_itself_once_and_rests(visitor: Visitor, edge: Edge) -> None:
    """Among the rules that it has for other sites, and without any."""
    tool = Autoconsent(visitor.context, "optOut", knows_sites=edge == "asgi")
    visitor.go("/")
    await_rest(visitor, tool)

    expect(visitor.banner).to_have_count(0)
    assert [each["cmp"] for each in tool.told("popupFound")] == ["HEURISTIC-REJECT"]
    assert [each["result"] for each in tool.told("optOutResult")] == [True]
    check = "GET /cookiesafe/check?next=/cookiesafe/choices"
    steps = ["GET /", "POST /cookiesafe/choices", check, "GET /cookiesafe/choices"]
    assert steps_of(visitor) == steps
    assert visitor.jar == {"cookiesafe"}
    assert visitor.demo.calls() == {}

    visitor.go("/usage")
    await_rest(visitor, tool)
    assert steps_of(visitor) == [*steps, "GET /usage"]
    visitor.go("/cookiesafe/choices")
    for box in visitor.page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
    assert visitor.demo.calls() == {}


@pytest.mark.parametrize("edge", ["asgi"])
def test_with_cookies_blocked_it_answers_once_and_rests(
    browser: Browser, demo: Demo, tmp_path: Path
) -> None:
    """It would answer again on every page, if every page asked again."""
    with blocking_cookies(browser, tmp_path / "blocking") as context:
        visitor = Visitor(context, demo)
        tool = Autoconsent(context, "optOut", knows_sites=False)
        visitor.go("/")
        await_until(visitor.page, lambda: at_rest(tool, {visitor.page.url}))

        told = visitor.page.get_by_role("heading", level=1)
        expect(told).to_have_text("Your browser is blocking cookies")
        visitor.click(visitor.page.get_by_role("link", name="Continue"))
        await_rest(visitor, tool)
        assert visitor.path == "/?cookiesafe=blocked"
        assert len(tool.told("optOutResult")) == 1
        assert visitor.jar == set()


# --- opting in: by a rule ------------------------------------------------------------------------


@pytest.mark.parametrize("edge", ["asgi"])
def test_its_heuristics_accept_nothing(visitor: Visitor) -> None:
    """They cannot, on any site: who wants to accept everywhere is asked here, and nothing is stored meanwhile."""
    tool = Autoconsent(visitor.context, "optIn")
    visitor.go("/")
    await_until(visitor.page, lambda: tool.came_to("runningOptIn"))

    expect(visitor.banner).to_be_visible()
    assert (visitor.jar, visitor.demo.calls()) == (set(), {})


@pytest.mark.parametrize("action", ["optIn", "optOut"])
def test_taught_a_rule_it_accepts_and_rejects(visitor: Visitor, action: Action) -> None:
    tool = Autoconsent(visitor.context, action, knows_sites=False, taught=(RULE,))
    visitor.go("/usage")
    await_rest(visitor, tool)

    assert [each["cmp"] for each in tool.told("popupFound")] == ["cookiesafe"]
    assert [each["result"] for each in tool.told(f"{action}Result")] == [True]
    steps = steps_of(visitor)
    assert steps.count("POST /cookiesafe/choices") == 1
    assert steps.count("GET /usage") == (2 if action == "optIn" else 1)
    expect(visitor.banner).to_have_count(0)
    accepted = action == "optIn"
    assert ({"hl_stats", "hl_ad"} <= visitor.jar) == accepted
    assert bool(visitor.demo.calls()) == accepted


def test_the_documentation_has_that_rule() -> None:
    page = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert json.loads(written) == RULE


# --- in every language ---------------------------------------------------------------------------


def test_it_rejects_in_the_languages_that_it_knows(browser: Browser) -> None:
    banners: dict[str, str] = {}
    for tag in SPOKEN:
        notice = Notice(OWN, f"/{tag}/cookiesafe", LASTING, tag)
        banner = dict(notices(notice))["banner asked first"]
        banners[f"{SITE}/{tag}/"] = PAGE.format(notice.sheets.notice.css.decode(), banner)
    pressed: dict[str, str] = {}

    def serve(route: Route) -> None:
        sent = route.request.post_data
        if sent:
            pressed[urlsplit(route.request.url).path.split("/")[1]] = dict(parse_qsl(sent))[
                "choice"
            ]
        body = banners.get(route.request.url, "<p>Saved.")
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    with closing(browser.new_context()) as context:
        tool = Autoconsent(context, "optOut", knows_sites=False)
        context.route(f"{SITE}/**", serve)
        # All at once: most of its time it waits.
        pages = [context.new_page() for _ in banners]
        for page, url in zip(pages, banners, strict=True):
            page.goto(url)
        for page, url in zip(pages, banners, strict=True):
            await_until(page, partial(at_rest, tool, {url, f"{url}cookiesafe/choices"}))

    assert pressed == dict.fromkeys(ANSWERED, "reject")
