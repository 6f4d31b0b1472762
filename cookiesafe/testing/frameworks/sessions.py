"""What is kept for one browser."""

from __future__ import annotations

from cookiesafe.session import SessionTerms

from ..client import Client
from ..reading import cache_rules
from ..site import SESSION
from .opening import Opening


def held_by(browser: Client) -> object:
    """What the session holds."""
    return browser.get("/told").json()["session"]


class Sessions(Opening):
    """The session: kept, changed, cleared, and nobody else's."""

    def test_a_session_is_kept_from_one_request_to_the_next(self) -> None:
        browser = self.browser()
        answer = browser.post("/keep", form={"cart": "7", "quay": "Süd"})

        assert answer.status == 303
        assert held_by(browser) == {"cart": "7", "quay": "Süd"}
        assert held_by(browser) == {"cart": "7", "quay": "Süd"}

    def test_a_session_can_be_changed_and_cleared(self) -> None:
        browser = self.browser()
        browser.post("/keep", form={"cart": "7"})
        browser.post("/keep", form={"cart": "8"})
        assert held_by(browser) == {"cart": "8"}

        browser.post("/keep", form={})
        assert held_by(browser) == {}
        assert SESSION not in browser.jar

    def test_a_session_is_kept_in_the_store_where_it_is_to_be(self) -> None:
        browser = self.browser(session=SessionTerms(kept="store"))
        browser.post("/keep", form={"cart": "7"})

        assert held_by(browser) == {"cart": "7"}

    def test_each_browser_has_a_session_of_its_own(self) -> None:
        browser = self.browser()
        browser.post("/keep", form={"cart": "7"})

        assert held_by(browser.another()) == {}

    def test_who_puts_nothing_into_a_session_gets_no_cookie(self) -> None:
        browser = self.browser()
        browser.get("/hello/Ada")
        browser.get("/told")

        assert browser.jar == {}

    def test_what_sets_the_session_is_one_visitors_alone(self) -> None:
        assert "private" in cache_rules(self.browser().post("/keep", form={"cart": "7"}))

    def test_a_forged_session_is_nothing(self) -> None:
        browser = self.browser()
        browser.post("/keep", form={"cart": "7"})
        token = browser.jar[SESSION]

        for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), f"x{token}", token[:20]):
            browser.jar[SESSION] = forged
            assert held_by(browser) == {}

    def test_a_session_that_nobody_used_for_long_is_over(self) -> None:
        browser = self.browser()
        browser.post("/keep", form={"cart": "7"})
        self.clock.days(15)

        assert held_by(browser) == {}
