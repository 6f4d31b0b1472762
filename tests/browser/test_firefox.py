"""Visitors with Firefox: with scripts and without, with cookies blocked, and after it was closed and opened again.

ASGI is visited with scripts and WSGI without, unless a test has both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from demo_app.portal.seed import EMAIL, PASSWORD
from tests.support.firefox import Firefox, FirefoxVisitor, firefox
from tests.support.servers import Demo, Edge

BANNER = "section#cookiesafe[data-cookiesafe=banner]"
CHOICES = "/cookiesafe/choices"
DETAILS, STATISTICS, ADVERTS = PURPOSES = ("Remember my details", "Usage statistics", "Advertising")
CALLS = {
    "asgi": {"ad.js": 1, "made.js": 1, "pixel.gif": 2, "frame.html": 1, "beacon": 1},
    "wsgi": {"pixel.gif": 1, "frame.html": 1},
}
"""What one page calls, with scripts and without."""

Demos = Callable[[Edge], Demo]
Browsers = Callable[[bool], Firefox]


@pytest.fixture(scope="module")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    """One with scripts and one without, for all tests."""
    with ExitStack() as stack:

        @cache
        def start(scripts: bool) -> Firefox:
            return stack.enter_context(firefox(tmp_path_factory.mktemp("firefox"), scripts=scripts))

        yield start


@pytest.fixture
def demo(demos: Demos, edge: Edge) -> Demo:
    demo = demos(edge)
    demo.reset()
    return demo


@pytest.fixture
def visitor(browsers: Browsers, edge: Edge) -> FirefoxVisitor:
    return browsers(edge == "asgi").visitor()


def ticked(visitor: FirefoxVisitor, demo: Demo) -> list[str]:
    visitor.go(demo.portal + CHOICES)
    return [purpose for purpose in PURPOSES if visitor.value(purpose)]


def sign_in(visitor: FirefoxVisitor, demo: Demo) -> None:
    """And stay so."""
    visitor.go(f"{demo.portal}/sign-in")
    visitor.type("E-mail address", EMAIL)
    visitor.type("Password", PASSWORD)
    visitor.tick("Keep me signed in")
    visitor.press("Sign in")


# --- choosing ------------------------------------------------------------------------------------


def test_before_a_choice_nobody_is_called_and_nothing_is_stored(
    visitor: FirefoxVisitor, demo: Demo
) -> None:
    for path in ("/", "/usage?topic=heating", "/bills", "/sign-in"):
        visitor.go(demo.portal + path)
        assert visitor.count(BANNER) == 1, path
        assert (visitor.jar, demo.calls()) == (set(), {}), path


def test_a_no_is_kept(visitor: FirefoxVisitor, demo: Demo) -> None:
    visitor.go(f"{demo.portal}/usage")
    visitor.choose("reject")

    assert visitor.url == f"{demo.portal}/usage"
    visitor.go(f"{demo.portal}/")
    assert visitor.count(BANNER) == 0
    assert (visitor.jar, demo.calls()) == ({"cookiesafe"}, {})
    assert ticked(visitor, demo) == []


def test_after_a_yes_every_kind_of_call_is_made_and_after_a_withdrawal_none(
    visitor: FirefoxVisitor, demo: Demo, edge: Edge
) -> None:
    visitor.go(f"{demo.portal}/")
    visitor.choose("accept")

    assert visitor.url == f"{demo.portal}/"
    assert visitor.count(BANNER) == 0
    assert {"hl_stats", "hl_ad", "gw_id"} <= visitor.jar
    assert demo.calls() == CALLS[edge]
    assert ticked(visitor, demo) == list(PURPOSES)
    demo.reset()
    visitor.choose("reject")
    visitor.go(f"{demo.portal}/")
    assert demo.calls() == {}
    assert not {"hl_stats", "hl_ad"} & visitor.jar
    assert ticked(visitor, demo) == []


def test_some_are_chosen_and_others_later(visitor: FirefoxVisitor, demo: Demo) -> None:
    visitor.go(f"{demo.portal}/")
    visitor.open("#cookiesafe summary")
    visitor.tick(STATISTICS)
    visitor.choose("save")

    visitor.go(f"{demo.portal}/")
    assert "hl_stats" in visitor.jar
    assert demo.calls() == {}
    assert ticked(visitor, demo) == [STATISTICS]
    visitor.tick(STATISTICS)
    visitor.tick(DETAILS)
    visitor.choose("save")
    assert ticked(visitor, demo) == [DETAILS]
    assert "hl_stats" not in visitor.jar


# --- what is limited, and embeds -----------------------------------------------------------------


def test_what_was_typed_outlives_the_notice_above_it(visitor: FirefoxVisitor, demo: Demo) -> None:
    sign_in(visitor, demo)
    visitor.choose("reject")
    visitor.press_first("main form button")
    assert "type your contact and billing details again" in visitor.text(
        "[data-cookiesafe=limited]"
    )
    visitor.type("Full name", "Bo Anchor")
    visitor.press("Turn on")

    assert visitor.count("[data-cookiesafe=limited]") == 0
    assert visitor.value("Full name") == "Bo Anchor"
    assert ticked(visitor, demo) == [DETAILS]


def test_an_embed_is_loaded_once_or_always(visitor: FirefoxVisitor, demo: Demo) -> None:
    visitor.go(f"{demo.portal}/")
    visitor.choose("reject")
    visitor.frame().press("Load once")
    assert demo.calls() == {"frame.html": 1}
    assert visitor.jar <= {"cookiesafe", "gw_id"}

    visitor.reload()
    assert demo.calls() == {"frame.html": 1}
    visitor.frame().press("Always load Gullwing Adverts")
    visitor.reload()
    assert demo.calls()["frame.html"] == 3
    assert visitor.count(BANNER) == 0


# --- logins, and closing the browser -------------------------------------------------------------


def test_a_kept_login_and_a_choice_outlive_the_browser(
    demo: Demo, edge: Edge, tmp_path: Path
) -> None:
    scripts, profile = edge == "asgi", tmp_path / "firefox"
    with firefox(profile, scripts=scripts) as browser:
        visitor = browser.owner()
        sign_in(visitor, demo)
        assert visitor.url == f"{demo.portal}/bills"
        visitor.choose("reject")
        assert visitor.jar == {"cookiesafe", "cookiesafe-session", "cookiesafe-remember"}

    with firefox(profile, scripts=scripts) as browser:
        visitor = browser.owner()
        assert visitor.jar == {"cookiesafe", "cookiesafe-remember"}
        visitor.go(f"{demo.portal}/details")
        assert visitor.url == f"{demo.portal}/details"
        assert visitor.count(BANNER) == 0


# --- cookies are blocked -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blocking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("blocking"), cookies=False) as browser:
        yield browser


@pytest.mark.parametrize("choice", ["reject", "accept"])
def test_who_blocks_cookies_is_told_so_once(blocking: Firefox, demo: Demo, choice: str) -> None:
    visitor = blocking.visitor()
    visitor.go(f"{demo.portal}/usage")
    visitor.choose(choice)

    assert visitor.text("h1") == "Your browser is blocking cookies"
    visitor.press("Continue", role="link")
    assert visitor.url == f"{demo.portal}/usage?cookiesafe=blocked"
    assert visitor.count(BANNER) == 0
    assert "no choice can be remembered" in visitor.text("#cookiesafe")
    visitor.reload()
    assert visitor.url == f"{demo.portal}/usage?cookiesafe=blocked"
    assert (visitor.jar, demo.calls()) == (set(), {})


def test_a_login_without_cookies_is_explained(blocking: Firefox, demo: Demo) -> None:
    visitor = blocking.visitor()
    sign_in(visitor, demo)

    assert visitor.text("h1") == "Your browser is blocking cookies"
    visitor.press("Continue", role="link")
    assert visitor.url.startswith(f"{demo.portal}/")
    assert visitor.jar == set()
