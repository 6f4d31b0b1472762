"""What a real browser does with fields that make it call somebody, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Condition
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.harbour import KEY, POLICY
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE_SECONDS = 10


@pytest.fixture
def asked() -> list[str]:
    """The paths that the third party was asked for."""
    return []


@pytest.fixture
def tracker(asked: list[str]) -> Iterator[str]:
    """A third party that nobody declared."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Access-Control-Allow-Origin", "*")])
        return []

    with serving(telling(app)) as port:
        yield f"http://tracker.localhost:{port}"


def a_site(tracker: str) -> WSGIApplication:
    """A page whose fields call the tracker in ways that no policy covers, and whose markup has a pixel of it."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        fields = [
            ("Content-Type", "text/html"),
            ("Link", f"<{tracker}/dictionary>; rel=compression-dictionary"),
            ("Content-Security-Policy-Report-Only", f"img-src 'none'; report-uri {tracker}/report"),
        ]
        start_response("200 OK", fields)
        return [f'<!doctype html><title>Site</title><img src="{tracker}/pixel">'.encode()]

    return app


ANSWERED = Condition()
"""Told of each request that the tracker or the site has answered."""


def telling(app: WSGIApplication) -> WSGIApplication:
    """The app, which tells of each answer."""

    def middleware(environ: Any, start_response: Any) -> Any:
        body = list(app(environ, start_response))
        with ANSWERED:
            ANSWERED.notify_all()
        return body

    return middleware


def until(found: Callable[[], bool]) -> bool:
    """Whether it comes true in time."""
    with ANSWERED:
        return ANSWERED.wait_for(found, PATIENCE_SECONDS)


def test_bare_the_fields_call_the_tracker(browser: Browser, tracker: str, asked: list[str]) -> None:
    with serving(a_site(tracker)) as port, browser.new_context() as context:
        context.new_page().goto(f"http://harbour.localhost:{port}/")

        assert until(lambda: {"/dictionary", "/report", "/pixel"} <= set(asked)), asked


def test_behind_the_gate_they_do_not_and_the_browser_says_whom_it_refused(
    browser: Browser, tracker: str, asked: list[str]
) -> None:
    safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())
    host = tracker.removeprefix("http://")
    site = CookieSafeMiddleware(a_site(tracker), safe)
    with serving(telling(site)) as port, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://harbour.localhost:{port}/")

        # Once for the fields, and once for the picture, which only the browser can have told.
        assert until(lambda: safe.settings.sightings.hosts.get(host, 0) == 2)
        assert asked == []
        assert f'hosts = ["{host}"]' in safe.suggestions()
