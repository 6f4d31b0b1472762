"""A policy changes, and a browser shows exactly those who must be asked what is new in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.browser import answer, computed_style, contrasts, faults
from tests.support.edges import html, wsgi_app
from tests.support.harbour import KEY
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COMPANIES = ("tidepool", "gullwing", "seabird")
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
LOOKS = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [320, 1280])


class Companies:
    """Other companies, all on one port: who of them was called by name."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.called.append(environ["HTTP_HOST"].partition(".")[0])
        start_response("200 OK", [("Content-Type", "image/svg+xml"), ("Cache-Control", "no-store")])
        return [b'<svg xmlns="http://www.w3.org/2000/svg"/>']

    def those_called(self) -> set[str]:
        called, self.called = set(self.called), []
        return called


class Site:
    """A site that can start again with another policy: the same address, keys and store."""

    def __init__(self, port: int) -> None:
        self.port, self.store = port, MemoryStore()
        self.ahead = 0.0
        self.app: WSGIApplication
        self.start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.app(environ, start_response)

    def start(self, *more: str, **settings: Any) -> CookieSafe:
        safe = CookieSafe(
            self.policy(*more), secret_key=KEY, store=self.store, clock=self.now, **settings
        )
        self.app = CookieSafeMiddleware(wsgi_app(lambda visit, request: html(self.page)), safe)
        return safe

    def now(self) -> float:
        return time.time() + self.ahead

    def policy(self, *more: str) -> Policy:
        """Advertising is for Gullwing, and for ``more``."""
        companies = {"tidepool": "statistics", **dict.fromkeys(("gullwing", *more), "advertising")}
        vendors = "".join(
            f'[vendors.{name}]\nname = "{name.title()}"\nhosts = ["{name}.localhost:{self.port}"]\n'
            f'purposes = ["{purpose}"]\n'
            for name, purpose in companies.items()
        )
        return Policy.from_toml(
            '[site]\nname = "Harbour Light & Water"\n'
            '[purposes.statistics]\ntitle = "Statistics"\ntext = "Lets us count visits."\n'
            '[purposes.advertising]\ntitle = "Advertising"\nsignal = "gpc"\n'
            'category = "advertising"\ntext = "Lets us show adverts that match your interests."\n'
            f"{vendors}"
        )

    @property
    def page(self) -> str:
        pictures = "".join(
            f'<img alt="" src="http://{name}.localhost:{self.port}/a.svg">' for name in COMPANIES
        )
        return (
            '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">'
            f"<title>Bills</title></head><body><main><h1>Bills</h1>{pictures}</main></body></html>"
        )


@pytest.fixture
def companies() -> Companies:
    return Companies()


@pytest.fixture
def site(companies: Companies) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(stack.enter_context(serving(companies)))


@pytest.fixture
def home(site: Site) -> Iterator[str]:
    with serving(site) as port:
        yield f"http://harbour.localhost:{port}"


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """A page in a browser of its own; takes what ``Browser.new_context`` does."""
    with ExitStack() as stack:

        def new_page(**options: Any) -> Page:
            context: BrowserContext = stack.enter_context(closing(browser.new_context(**options)))
            context.set_default_timeout(10_000)
            return context.new_page()

        yield new_page


def press(page: Page, name: str) -> None:
    answer(page, page.locator(f"[data-cookiesafe={name}]"))


def save(page: Page, *titles: str) -> None:
    page.get_by_text("Choose cookies").click()
    for title in titles:
        page.get_by_label(title).check()
    press(page, "save")


def banner(page: Page) -> Locator:
    return page.locator("[data-cookiesafe=banner]")


CHOOSE: dict[str, Callable[[Page], None]] = {
    "all": lambda page: press(page, "accept"),
    "that purpose": lambda page: save(page, "Advertising"),
    "another": lambda page: save(page, "Statistics"),
    "nothing": lambda page: press(page, "reject"),
}
BEFORE = {
    "all": {"tidepool", "gullwing"},
    "that purpose": {"gullwing"},
    "another": {"tidepool"},
    "nothing": set[str](),
}


# --- a company is added ---------------------------------------------------------------------------


@pytest.mark.law("L-08")
@BOTH
@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_who_had_agreed_is_asked_again_by_name_and_nobody_else(
    site: Site,
    home: str,
    companies: Companies,
    new_page: NewPage,
    scripts: bool,
    answer: str,
) -> None:
    pages = {who: new_page(java_script_enabled=scripts) for who in CHOOSE}
    for who, page in pages.items():
        page.goto(home)
        CHOOSE[who](page)
        companies.those_called()
        page.goto(home)
        assert companies.those_called() == BEFORE[who], who

    site.start("seabird")

    for who, page in pages.items():
        page.goto(home)
        asked = who in ("all", "that purpose")
        assert companies.those_called() == BEFORE[who] - ({"gullwing"} if asked else set()), who
        expect(banner(page)).to_have_count(int(asked))
        expect(page.locator("[data-cookiesafe=revisit]")).to_have_count(int(not asked))
        if not asked:
            continue
        expect(banner(page)).to_contain_text("we ask you again about: Advertising.")
        news = page.locator("[data-cookiesafe=news]")
        expect(news).to_have_text("New in “Advertising”: a new company: Seabird.")
        expect(banner(page)).not_to_contain_text("Statistics")

        press(page, answer)
        companies.those_called()
        page.goto(home)
        both = {"gullwing", "seabird"} if answer == "accept" else set()
        assert companies.those_called() == BEFORE[who] - {"gullwing"} | both
        expect(banner(page)).to_have_count(0)


# --- it is announced ------------------------------------------------------------------------------


def announced(site: Site, days: int = 10) -> date:
    safe = site.start()
    day = datetime.fromtimestamp(site.now(), UTC).date() + timedelta(days=days)
    policy = site.policy("seabird")
    safe.publish(policy, summary=["We will work with one more company, Seabird."], in_force=day)
    return day


@BOTH
@pytest.mark.parametrize("answer", ["keep", "change"])
def test_an_announcement_is_read_answered_and_comes_true(
    site: Site, home: str, companies: Companies, new_page: NewPage, scripts: bool, answer: str
) -> None:
    page = new_page(java_script_enabled=scripts)
    page.goto(home)
    press(page, "accept")
    day = announced(site)

    page.goto(f"{home}/bills?page=2")
    notice = page.locator("[data-cookiesafe=announcement]")
    expect(notice).to_contain_text(f"From {day}: We will work with one more company, Seabird.")
    page.get_by_role("link", name="All that differs").click()
    expect(page.locator("table")).to_contain_text("Vendor “Seabird” (added)")
    page.goto(f"{home}/bills?page=2")
    press(page, answer)
    there = "/bills?page=2" if answer == "keep" else "/cookiesafe/choices?next=/bills%3Fpage%3D2"
    assert page.url == home + there
    companies.those_called()
    page.goto(home)
    expect(notice).to_have_count(0)
    assert companies.those_called() == {"tidepool", "gullwing"}

    site.ahead = 11 * 86_400
    page.goto(home)
    expect(banner(page)).to_contain_text("a new company: Seabird")
    assert companies.those_called() == {"tidepool"}


# --- how it looks ---------------------------------------------------------------------------------


def look_of(button: Locator) -> dict[str, str]:
    """All of its style but what goes by its place and its words."""
    sizes = {"width", "inline-size", "height", "block-size"}
    origins = {"transform-origin", "perspective-origin"}
    return {k: v for k, v in computed_style(button).items() if k not in sizes | origins}


@pytest.mark.law("T-D", "T-E")
@LOOKS
@WIDTHS
def test_to_keep_looks_and_is_as_easy_as_to_change(
    site: Site, home: str, new_page: NewPage, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(home)
    press(page, "accept")
    announced(site)

    for path in ("/", "/cookiesafe/changes"):
        page.goto(home + path)
        keep, change = (page.locator(f"[data-cookiesafe={name}]") for name in ("keep", "change"))
        assert look_of(keep) == look_of(change)
        one, other = keep.bounding_box(), change.bounding_box()
        assert one
        assert other
        assert (one["width"], one["height"], one["y"]) == (
            other["width"],
            other["height"],
            other["y"],
        )
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert min(contrasts(page, "#cookiesafe" if path == "/" else "main").values()) >= 4.5
        assert faults(page) == []


@pytest.mark.law("N-US2")
@BOTH
def test_a_child_is_asked_once_and_stays_one(
    home: str, companies: Companies, new_page: NewPage, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts)
    page.goto(home)
    press(page, "accept")
    companies.those_called()

    page.goto(f"{home}/cookiesafe/age?next=/games")
    page.get_by_label("Month").select_option("June")
    page.get_by_label("Year").select_option(str(datetime.now(UTC).year - 8))
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    assert page.url == f"{home}/games"
    page.goto(home)
    expect(page.locator("[data-cookiesafe]")).to_have_count(0)
    assert companies.those_called() == set()

    page.goto(f"{home}/cookiesafe/age")
    expect(page.locator("main")).to_contain_text("You have answered this already.")
    expect(page.locator("main select")).to_have_count(0)


@pytest.mark.law("N-CA3")
@LOOKS
@WIDTHS
def test_where_people_opt_out_each_page_ends_with_the_way_to_it(
    site: Site, home: str, companies: Companies, new_page: NewPage, scheme: str, width: int
) -> None:
    site.start(place_headers=["X-Country"])
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    page = new_page(extra_http_headers={"X-Country": "US-CA", "Sec-GPC": "1"}, **options)
    page.goto(home)
    press(page, "reject")
    page.goto(home)

    link = page.get_by_role("link", name="Your privacy choices")
    expect(link).to_be_visible()
    expect(page.locator("#cookiesafe")).to_contain_text("Opt-out request honoured")
    assert page.evaluate("document.body.lastElementChild.id") == "cookiesafe"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    companies.those_called()
    page.goto(home)
    assert companies.those_called() == set()
    with page.expect_navigation():
        link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cookie choices")
