"""What a robots.txt keeps from the audit (RFC 9309), and that reading one takes no longer than it is long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import async_playwright

from cookiesafe.audit import Pages, Plan
from cookiesafe.audit.plan import AGENT
from cookiesafe.audit.robots import Robots
from cookiesafe.browsing.auditing import robots_txt
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

PATHS = ["/", "/a", "/a.pdf", "/a.pdf?x", "/private", "/private/x", "/list?sort=1", "/caf%c3%A9"]


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("Disallow: /private", {"/private", "/private/x"}),
        ("Disallow: /*?sort=", {"/list?sort=1"}),
        ("Disallow: /*.pdf$", {"/a.pdf"}),
        ("Disallow: /*/x$", {"/private/x"}),
        ("Disallow: /a$", {"/a"}),
        ("Disallow: /\nAllow: /private/\nAllow: /$", set(PATHS) - {"/", "/private/x"}),
        ("Allow: /a\nDisallow: /a", set()),
        ("Disallow: /%61  # ours", {"/a", "/a.pdf", "/a.pdf?x"}),
        ("Disallow: /caf\u00e9", {"/caf%c3%A9"}),
        ("Disallow:", set()),
        ("Nonsense\n: :\n\0", set()),
    ],
)
def test_the_longest_rule_that_matches_counts(rules: str, kept: set[str]) -> None:
    robots = Robots(f"User-agent: *\n{rules}", "cookiesafe-audit")

    assert {each for each in PATHS if not robots.allow(f"https://quay.example{each}")} == kept


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: CookieSafe-Audit/1\nAllow: /", True),
        ("User-agent: other\nUser-agent: cookiesafe-audit\nDisallow: /", False),
        ("User-agent: other\nDisallow: /", True),
        (
            "User-agent: cookiesafe-audit\nDisallow: /a\n\nUser-agent: cookiesafe-audit\nDisallow: /x",
            False,
        ),
        ("Disallow: /", True),
    ],
)
def test_the_rules_are_those_of_its_name_or_of_all(text: str, allowed: bool) -> None:
    assert Robots(text, "cookiesafe-audit").allow("https://quay.example/x") is allowed


@pytest.mark.parametrize(
    "hostile", [" " * 400_000, "Disallow: /" + "a*" * 200_000 + "b$", "Allow: /\n" * 50_000]
)
def test_whatever_it_is_it_takes_no_time(hostile: str) -> None:
    began = time.process_time()

    Robots(f"User-agent: *\n{hostile}", "x").allow("https://quay.example/" + "a" * 1900)

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("status", "open_to_us"),
    [("200 OK", False), ("404 Not Found", True), ("403 Forbidden", True), ("503 Busy", False)],
)
def test_a_site_without_a_robots_txt_is_open_and_one_that_fails_to_tell_is_not(
    status: str, open_to_us: bool
) -> None:
    agents: list[str] = []

    def site(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        agents.append(environ["HTTP_USER_AGENT"])
        start_response(status, [("Content-Type", "text/plain")])
        return [b"User-agent: *\nDisallow: /"]

    with serving(site) as port:
        assert may_go_on(f"http://127.0.0.1:{port}/start") == open_to_us
    assert agents == [AGENT]


def test_a_site_that_does_not_answer_is_not_open() -> None:
    with serving(lambda environ, start_response: []) as port:
        pass
    assert not may_go_on(f"http://127.0.0.1:{port}/start")


def may_go_on(url: str) -> bool:
    """Whether another page of a site elsewhere may be looked at, by the robots.txt at ``url``."""

    plan = Plan.of("https://quay.example", ["quay.example"])

    async def ask() -> str | None:
        async with async_playwright() as playwright:
            return await robots_txt(playwright, plan, url)

    pages = Pages(plan)
    pages.begin("https://quay.example", asyncio.run(ask()))
    pages.found(["https://quay.example/other"])
    return not pages.disallowed
