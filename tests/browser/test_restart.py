"""A browser that is closed and opened again, with its profile on disk; and answers that come late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from cookiesafe import CookieSafe, Policy, SessionTerms, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from demo_app.portal.seed import EMAIL, PASSWORD
from tests.support.browser import Visitor, launched_whole
from tests.support.edges import AppRequest, AppResponse, answer, wsgi_app
from tests.support.harbour import KEY, POLICY, Clock
from tests.support.servers import Demo, Edge
from tests.support.serving import serving

DEVICES = "/cookiesafe/devices"
SESSION, REMEMBER = "cookiesafe-session", "cookiesafe-remember"
PATIENCE_SECONDS = 10

Demos = Callable[[Edge], Demo]


@pytest.fixture
def portal(demos: Demos, edge: Edge) -> Demo:
    return demos(edge)


@contextmanager
def opened(profile: Path, demo: Demo) -> Iterator[Visitor]:
    """A browser from its start to its end."""
    with launched_whole(profile, []) as context:
        yield Visitor(context, demo)


def sign_in(visitor: Visitor, *, stay: bool) -> None:
    visitor.go("/sign-in")
    visitor.page.get_by_label("E-mail address").fill(EMAIL)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_label("Keep me signed in").set_checked(stay)
    visitor.click(visitor.button("Sign in"))
    assert visitor.path == "/bills"


def is_signed_in(visitor: Visitor) -> bool:
    visitor.go("/details")
    return visitor.path == "/details"


def own_section(page: Page) -> str:
    """What the list says of this browser."""
    return page.locator("section", has_text="(this browser)").inner_text()


# --- closed and opened again ---------------------------------------------------------------------


def test_the_box_outlasts_the_browser_until_another_ends_it(portal: Demo, tmp_path: Path) -> None:
    one, another = tmp_path / "one", tmp_path / "another"
    with opened(one, portal) as visitor:
        sign_in(visitor, stay=False)
        visitor.go(DEVICES)
        visitor.click(visitor.button("Sign out everywhere"))  # what other tests have left
        sign_in(visitor, stay=True)
        assert {SESSION, REMEMBER} <= visitor.jar

    with opened(one, portal) as visitor:
        assert visitor.jar & {SESSION, REMEMBER} == {REMEMBER}
        assert is_signed_in(visitor)
        visitor.go(DEVICES)
        assert "Last used" in own_section(visitor.page)
        visitor.go("/details")
        visitor.click(visitor.page.locator("main").get_by_role("button", name="Save"))
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your password, please")

    with opened(another, portal) as visitor:
        sign_in(visitor, stay=False)
        visitor.go(DEVICES)
        visitor.click(visitor.page.locator("button[name=device]"))
        expect(visitor.page.locator("button[name=device]")).to_have_count(0)

    with opened(one, portal) as visitor:
        assert not is_signed_in(visitor)
        assert REMEMBER not in visitor.jar


@pytest.mark.law("W-02")
def test_without_the_box_it_ends_with_the_browser(portal: Demo, tmp_path: Path) -> None:
    with opened(tmp_path, portal) as visitor:
        sign_in(visitor, stay=False)
        assert is_signed_in(visitor)
        assert REMEMBER not in visitor.jar

    with opened(tmp_path, portal) as visitor:
        assert not is_signed_in(visitor)


# --- late answers --------------------------------------------------------------------------------


class App:
    """``/in`` signs in, ``/stay`` for longer, ``/out`` out. ``/slow`` changes the session, and answers when told to."""

    def __init__(self) -> None:
        self.begun, self.told = threading.Event(), threading.Event()

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        if request.path in ("/in", "/stay"):
            visit.login("ann", remember=request.path == "/stay")
        elif request.path == "/out":
            visit.logout()
        elif request.path == "/slow":
            visit.session["slow"] = True
            self.begun.set()
            assert self.told.wait(PATIENCE_SECONDS)
        how = "fresh" if visit.fresh else "remembered" if visit.remembered else "out"
        return answer("text/plain", f"{visit.user_id} {how}")


@pytest.mark.parametrize(
    ("kept", "login", "way"),
    [
        ("cookie", "session", "out"),
        ("cookie", "remembered", "everywhere"),
        ("store", "session", "everywhere"),
        ("store", "remembered", "out"),
    ],
)
def test_an_answer_that_is_late_signs_nobody_in_again(
    tmp_path: Path,
    kept: Literal["cookie", "store"],
    login: Literal["session", "remembered"],
    way: Literal["out", "everywhere"],
) -> None:
    app, clock = App(), Clock()
    safe = CookieSafe(
        Policy.from_toml(POLICY),
        secret_key=KEY,
        store=MemoryStore(),
        session=SessionTerms(kept=kept),
        clock=clock,
    )
    guarded = CookieSafeMiddleware(wsgi_app(app), safe)
    with serving(guarded) as port, launched_whole(tmp_path, []) as context:
        home = f"http://harbour.localhost:{port}"
        page, late = context.new_page(), context.new_page()
        page.goto(f"{home}/{'in' if login == 'session' else 'stay'}")
        page.goto(f"{home}{DEVICES}")
        if login == "remembered":
            context.clear_cookies(name=SESSION)
            clock.now += 120
        late.evaluate("address => { setTimeout(() => { location = address }) }", f"{home}/slow")
        assert app.begun.wait(PATIENCE_SECONDS)
        if way == "out":
            page.goto(f"{home}/out")
        else:
            with page.expect_navigation():
                page.get_by_role("button", name="Sign out everywhere").click()
        app.told.set()
        late.wait_for_url(f"{home}/slow")
        said = "remembered" if login == "remembered" else "fresh"
        expect(late.locator("body")).to_have_text(f"ann {said}")

        page.goto(f"{home}/who")

        expect(page.locator("body")).to_have_text("None out")
