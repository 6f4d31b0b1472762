"""The site of the contract tests: a policy, a clock to move, pages, and how to read the answers."""

from __future__ import annotations

import re
from typing import Any, Protocol

import pytest

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.consent import DAY
from tests.support.edges import AppRequest, AppResponse, Client, Handler, Response, answer, html

ONLY_ASGI = pytest.mark.parametrize("edge", ["asgi"])
ONLY_WSGI = pytest.mark.parametrize("edge", ["wsgi"])

KEY = "the first key has more than 32 bytes"
OTHER_KEY = "another key has more than 32 bytes too"
NOW = 1_800_000_000

POLICY = """
[site]
name = "Harbour Light & Water"
hosts = ["static.harbour.example"]

[purposes.statistics]
title = "Statistics"
text = "Lets us count visits."

[purposes.advertising]
title = "Advertising"
text = "Lets us show adverts that match your interests."
signal = "gpc"

[vendors.tidepool]
name = "Tidepool"
hosts = ["count.tidepool.example"]
purposes = ["statistics"]

[vendors.gullwing]
name = "Gullwing Adverts"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]

[vendors.payfast]
name = "Payfast"
hosts = ["js.payfast.example"]
purposes = ["necessary"]
why = "shows the card form"

[cookies.cart]
purpose = "necessary"
why = "holds your payment until it is sent"

[cookies.hl_stat]
purpose = "statistics"

[cookies."hl_ad*"]
purpose = "advertising"
vendor = "gullwing"

[cookies.hl_taste]
purpose = "advertising"

[features.tips]
purpose = "statistics"
without = "you see the same tips as everybody"
"""

PAGE = "<!doctype html><html><head><title>Harbour</title></head><body class=a><h1>Bills</h1></body></html>"
CONSENT = "__Host-cookiesafe"
SESSION = "__Host-cookiesafe-session"
SWEPT = "__Host-cookiesafe-swept"
BANNER = 'data-cookiesafe="banner"'
REVISIT = 'data-cookiesafe="revisit"'


class Clock:
    def __init__(self) -> None:
        self.now: float = NOW

    def __call__(self) -> float:
        return self.now

    def days(self, count: float) -> None:
        self.now += count * DAY


class MakeClient(Protocol):
    def __call__(
        self,
        handler: Handler = ...,
        *,
        base: str = ...,
        root: str = ...,
        options: dict[str, Any] = ...,
        policy: str | Policy = ...,
        **settings: Any,
    ) -> Client: ...


class MakeSafe(Protocol):
    def __call__(self, policy: str | Policy = ..., **settings: Any) -> CookieSafe: ...


def page(visit: Visit, request: AppRequest) -> AppResponse:
    """What every path answers by default."""
    return html(PAGE)


def setting(*lines: str, body: str = PAGE) -> Handler:
    """A page that sets these cookies."""
    return lambda visit, request: html(body, *(("Set-Cookie", line) for line in lines))


def counting(visit: Visit, request: AppRequest) -> AppResponse:
    """Counts the visits of one session."""
    visit.session["count"] = visit.session.get("count", 0) + 1
    return answer("text/plain", str(visit.session["count"]))


class Cookies:
    """An app that remembers which cookies it was shown."""

    def __init__(self) -> None:
        self.seen: list[str | None] = []

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        self.seen.append(request.cookies)
        return html(PAGE)

    @property
    def last(self) -> str | None:
        return self.seen[-1]


class Asks:
    """An app that remembers what the visit answered."""

    def __init__(self) -> None:
        self.allowed: set[str] = set()
        self.vendors: set[str] = set()
        self.visit: Visit | None = None

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        self.visit = visit
        self.allowed = {p for p in ("statistics", "advertising") if visit.allows(p)}
        self.vendors = {v for v in ("tidepool", "gullwing") if visit.allows_vendor(v)}
        return html(PAGE)


# --- how to read an answer -----------------------------------------------------------------------


def policies(response: Response) -> list[str]:
    return response.headers_of("content-security-policy")


def lets_in(response: Response, host: str) -> bool:
    """Whether every policy of the response lets the browser call ``host``."""
    found = policies(response)
    assert found, "no policy at all"
    return all(host in policy for policy in found)


def varies_by(response: Response) -> set[str]:
    return _listed(response.header("vary"))


def cache_rules(response: Response) -> set[str]:
    return _listed(response.header("cache-control"))


def _listed(value: str | None) -> set[str]:
    return {part.strip().lower() for part in (value or "").split(",")} - {""}


def next_of(response: Response) -> str:
    """Where the first form of the page leads back to, as written in the markup."""
    found = re.search(r'name="next" value="([^"]*)"', response.text)
    assert found, "there is no form"
    return found[1]
