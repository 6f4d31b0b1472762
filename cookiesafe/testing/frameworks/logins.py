"""Who is signed in, and in which browsers they stay so."""

from __future__ import annotations

from typing import Any

from ..client import Client
from ..reading import cache_rules
from ..site import REMEMBER, SESSION
from .opening import Opening


def sign_in(browser: Client, **fields: str) -> None:
    assert browser.post("/sign-in", form={"user": "ann", **fields}).status == 303


def reopened(browser: Client) -> Client:
    """The browser, closed and opened again: the session is gone."""
    browser.jar.pop(SESSION, None)
    return browser


def who(browser: Client) -> tuple[Any, ...]:
    """Who is signed in, whether by a password in this session, and whether by being remembered."""
    told = browser.get("/told").json()
    return told["user"], told["fresh"], told["remembered"]


NOBODY = (None, False, False)


class Logins(Opening):
    """Signing in and out, and being remembered."""

    def test_who_signs_in_is_signed_in_until_they_sign_out(self) -> None:
        browser = self.browser()
        assert who(browser) == NOBODY

        sign_in(browser)
        assert who(browser) == ("ann", True, False)

        browser.post("/sign-out", form={})
        assert who(browser) == NOBODY

    def test_a_login_is_a_session_of_its_own(self) -> None:
        browser = self.browser()
        browser.post("/keep", form={"cart": "7"})
        before = browser.jar[SESSION]
        sign_in(browser)

        assert browser.get("/told").json()["session"] == {"cart": "7"}
        browser.post("/sign-out", form={})
        assert browser.get("/told").json()["session"] == {}
        assert who_with(browser, before) is None

    def test_without_the_box_a_closed_browser_is_signed_out(self) -> None:
        browser = self.browser()
        sign_in(browser)

        assert REMEMBER not in browser.jar
        assert who(reopened(browser)) == NOBODY

    def test_with_the_box_it_is_signed_in_again_and_not_fresh(self) -> None:
        browser = self.browser()
        sign_in(browser, stay="on")

        assert who(reopened(browser)) == ("ann", False, True)
        assert who(browser) == ("ann", False, True)

    def test_the_token_is_another_one_each_time_it_was_used(self) -> None:
        browser = self.browser()
        sign_in(browser, stay="on")
        tokens = {browser.jar[REMEMBER]}
        for _ in range(3):
            self.clock.days(1)
            who(reopened(browser))
            tokens.add(browser.jar[REMEMBER])

        assert len(tokens) == 4

    def test_who_signs_out_is_forgotten_by_this_browser(self) -> None:
        browser = self.browser()
        sign_in(browser, stay="on")
        browser.post("/sign-out", form={})

        assert REMEMBER not in browser.jar
        assert who(reopened(browser)) == NOBODY

    def test_who_signs_out_everywhere_is_signed_out_in_other_browsers(self) -> None:
        browser = self.browser()
        other = browser.another()
        sign_in(browser)
        sign_in(other, stay="on")

        browser.post("/sign-out", form={"everywhere": "on"})

        assert who(other) == NOBODY
        assert who(reopened(other)) == NOBODY

    def test_a_page_that_asks_who_is_signed_in_is_kept_by_no_shared_cache(self) -> None:
        browser = self.browser()
        sign_in(browser)

        assert "private" in cache_rules(browser.get("/told"))

    def test_a_login_is_listed_among_the_users_devices(self) -> None:
        browser = self.browser()
        sign_in(browser, stay="on")

        assert "(this browser)" in browser.get("/cookiesafe/devices").text


def who_with(browser: Client, session: str) -> object:
    """Who is signed in with an earlier session's cookie."""
    return browser.another().get("/told", cookies=f"{SESSION}={session}").json()["user"]
