"""The site of the contract tests: its pages, and what its apps are seen to do."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.testing.reading import cache_rules, lets_in, next_of, policies, varies_by
from cookiesafe.testing.site import BANNER, CONSENT, KEY, NOW, POLICY, REVISIT, SESSION, Clock
from tests.support.edges import AppRequest, AppResponse, Client, Handler, answer, html

__all__ = [
    "BANNER",
    "CONSENT",
    "KEY",
    "NOW",
    "ONLY_ASGI",
    "ONLY_WSGI",
    "OTHER_KEY",
    "PAGE",
    "POLICY",
    "REVISIT",
    "SESSION",
    "SWEPT",
    "Asks",
    "Clock",
    "Cookies",
    "MakeClient",
    "MakeSafe",
    "cache_rules",
    "counting",
    "lets_in",
    "next_of",
    "page",
    "policies",
    "setting",
    "varies_by",
]

ONLY_ASGI = pytest.mark.parametrize("edge", ["asgi"])
ONLY_WSGI = pytest.mark.parametrize("edge", ["wsgi"])

OTHER_KEY = "another key has more than 32 bytes too"

PAGE = "<!doctype html><html><head><title>Harbour</title></head><body class=a><h1>Bills</h1></body></html>"
SWEPT = "__Host-cookiesafe-swept"


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
