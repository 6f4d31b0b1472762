"""After a no, every cookie of the purpose is gone from the browser, wherever and by whomever it was set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import cycle, product
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from cookiesafe.consent import MOST_SWEEPS
from tests.support.browser import choose
from tests.support.servers import EDGES, counter

PAGE = "/shop/cart/item"
DOMAINS = ("", "; Domain=www.harbour.localhost", "; Domain=harbour.localhost")
PATHS = ("", *(f"; Path={path}" for path in ("/", "/shop", "/shop/", "/shop/cart/", PAGE)))
APART = ("", "; Secure; Partitioned")
FLAGS = ("", "; HttpOnly", "; SameSite=Strict", "; Max-Age=9999", "; HttpOnly; Max-Age=9999")
PREFIXED = ("__Host-st=1; Secure; HttpOnly; Path=/", "__Secure-st=1; Secure; Path=/shop")


@pytest.fixture(
    params=[(edge, scheme) for edge in EDGES for scheme in ("http", "https")], ids="-".join
)
def site(
    request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, certificate: tuple[Path, Path]
) -> Iterator[str]:
    edge, scheme = request.param
    tls = certificate if scheme == "https" else None
    with counter(edge, tmp_path, ["k" * 40], certificate=tls) as started:
        yield started.url.replace("harbour", "www.harbour")
        assert b"Traceback" not in started.errors.read_bytes()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with closing(browser.new_context(ignore_https_errors=True)) as context:
        yield context


def agreed(context: BrowserContext, site: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    choose(page, "accept")
    return page


def set_by_header(page: Page, site: str, lines: list[str]) -> None:
    for at in range(0, len(lines), 40):
        page.goto(f"{site}{PAGE}?{urlencode({'set': lines[at : at + 40]}, doseq=True)}")


def statistics(context: BrowserContext) -> list[str]:
    """The cookies of that purpose, as the browser's tools show them."""
    return [
        f"{cookie['name']} {cookie['domain']}{cookie['path']}"
        for cookie in context.cookies()
        if "cookiesafe" not in cookie["name"]
    ]


@pytest.mark.law("L-06")
def test_after_two_pages_every_cookie_of_a_refused_purpose_is_gone(
    context: BrowserContext, site: str
) -> None:
    page = agreed(context, site)
    flags = cycle(FLAGS)
    everywhere = [f"{where}{path}{apart}" for where, path, apart in product(DOMAINS, PATHS, APART)]
    set_by_header(page, site, [f"st_id=1{where}{next(flags)}" for where in everywhere])
    set_by_header(page, site, list(PREFIXED))
    for where in everywhere:
        page.evaluate("line => { document.cookie = line }", f"st_js=1{where}")
    # Chromium keeps them in the background; whoever reads them waits for that.
    page.evaluate("document.cookie")
    assert len(statistics(context)) == 2 * len(everywhere) + len(PREFIXED)

    page.goto(f"{site}/cookiesafe/choices?next={PAGE}")
    choose(page, "reject")
    assert page.url == f"{site}{PAGE}"
    page.reload()

    assert statistics(context) == []
    page.goto(f"{site}/cookiesafe/choices")
    assert page.get_by_role("table").count() == 0


def test_what_a_page_sets_again_is_left_after_a_while_and_told_of(
    context: BrowserContext, site: str
) -> None:
    page = agreed(context, site)
    context.add_init_script("document.cookie = 'st_again=1; Path=/'")
    page.goto(f"{site}/cookiesafe/choices?next={PAGE}")
    choose(page, "reject")

    swept = []
    for _ in range(MOST_SWEEPS + 1):
        response = page.goto(f"{site}{PAGE}")
        assert response is not None
        swept.append("st_again" in (response.header_value("set-cookie") or ""))
    page.goto(f"{site}/cookiesafe/choices")

    assert swept[0]
    assert not swept[-1]
    assert page.get_by_role("rowheader").all_inner_texts() == ["st_again"]


def test_what_was_agreed_to_stays(context: BrowserContext, site: str) -> None:
    page = agreed(context, site)
    set_by_header(page, site, [f"st_id=1{where}" for where in DOMAINS])
    before = statistics(context)

    page.goto(f"{site}/cookiesafe/choices?next={PAGE}")
    page.get_by_role("checkbox").check()
    choose(page, "save")
    page.reload()

    assert len(before) == len(DOMAINS)
    assert statistics(context) == before
