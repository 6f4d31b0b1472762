"""What passes, out to the browser and in to the app, before and after a choice."""

from __future__ import annotations

from ..client import Response
from ..reading import cache_rules, lets_in, policies, varies_by
from ..site import (
    ADVERTISER,
    BANNER,
    CHUNKS,
    CONSENT,
    COOKIES,
    PAGE,
    PUBLIC,
    REVISIT,
    STYLE,
)
from .opening import Opening

JAR = "; ".join(f"{name}={value}" for name, value in COOKIES.items())
STREAMED = b"".join(CHUNKS).decode()


def set_by(response: Response) -> set[str]:
    """Which of the site's cookies leave."""
    return COOKIES.keys() & set(response.cookie_names)


class Gate(Opening):
    """Cookies, third parties, and what is put into a page."""

    def test_before_a_choice_only_necessary_cookies_leave(self) -> None:
        assert set_by(self.browser().get("/")) == {"cart"}

    def test_after_a_no_only_necessary_cookies_leave(self) -> None:
        browser = self.browser()
        browser.choose("reject")

        assert set_by(browser.get("/")) == {"cart"}

    def test_after_a_yes_declared_cookies_leave_and_no_others(self) -> None:
        browser = self.browser()
        browser.choose("accept")

        assert set_by(browser.get("/")) == {"cart", "hl_ad"}

    def test_while_a_signal_says_no_a_yes_does_not_count(self) -> None:
        browser = self.browser()
        browser.choose("accept")

        assert set_by(browser.get("/", {"Sec-GPC": "1"})) == {"cart"}

    def test_the_app_reads_only_the_cookies_it_may(self) -> None:
        assert self.browser().get("/told", cookies=JAR).json()["cookies"] == {"cart": "7"}

    def test_after_a_yes_the_app_reads_what_is_declared(self) -> None:
        browser = self.browser()
        browser.choose("accept")
        browser.jar |= COOKIES

        read = browser.get("/told").json()["cookies"]

        assert {name: value for name, value in read.items() if name in COOKIES} == {
            "cart": "7",
            "hl_ad": "a1",
        }

    def test_browsers_may_call_only_whom_the_visitor_agreed_to(self) -> None:
        browser = self.browser()
        assert not lets_in(browser.get("/"), ADVERTISER)

        browser.choose("accept")
        assert lets_in(browser.get("/"), ADVERTISER)

        browser.choose("reject")
        assert not lets_in(browser.get("/"), ADVERTISER)

    def test_the_banner_stands_first_in_the_body_once(self) -> None:
        text = self.browser().get("/").text

        assert text.index("<body>") < text.index(BANNER) < text.index("<h1>")
        assert text.count(BANNER) == 1

    def test_who_has_chosen_gets_the_way_back_instead(self) -> None:
        browser = self.browser()
        browser.choose("reject")

        text = browser.get("/").text

        assert BANNER not in text
        assert text.count(REVISIT) == 1

    def test_a_streamed_page_gets_the_banner_and_leaves_whole(self) -> None:
        text = self.browser().get("/stream").text
        before, _, after = STREAMED.partition("<body>")

        assert text.startswith(f"{before}<body><section")
        assert BANNER in text
        assert text.endswith(after)

    def test_a_streamed_page_that_needs_no_banner_leaves_as_it_came(self) -> None:
        browser = self.browser()
        browser.choose("accept")

        assert browser.get("/stream").text.startswith(STREAMED)

    def test_a_held_frame_is_swapped_until_it_is_agreed_to(self) -> None:
        browser = self.browser()
        held = browser.get("/").text
        browser.choose("accept")

        assert f' src="https://{ADVERTISER}' not in held
        assert "/cookiesafe/embed?" in held
        assert browser.get("/").text.startswith(PAGE)

    def test_a_withdrawal_ends_the_cookies_that_the_browser_has(self) -> None:
        browser = self.browser()
        browser.choose("accept")
        browser.get("/")
        assert "hl_ad" in browser.jar

        browser.choose("reject")
        browser.get("/")

        assert "hl_ad" not in browser.jar
        assert browser.jar["cart"] == "7"

    def test_a_page_depends_on_the_visitor_and_caches_are_told(self) -> None:
        browser = self.browser()
        assert "cookie" in varies_by(browser.get("/stream"))

        browser.choose("accept")
        assert "private" in cache_rules(browser.get("/stream"))

    def test_a_style_sheet_is_the_same_for_everybody_and_stays_public(self) -> None:
        browser = self.browser()
        for choice in ("accept", "reject"):
            browser.choose(choice)
            browser.post("/keep", form={"a": "1"})
            response = browser.get("/style.css", {"Sec-Fetch-Dest": "style", "Accept": "*/*"})

            assert response.text == STYLE
            assert cache_rules(response) == set(PUBLIC.replace(" ", "").split(","))
            assert "cookie" not in varies_by(response)
            assert response.cookies == []
            assert not lets_in(response, ADVERTISER)

    def test_what_is_asked_by_a_script_gets_no_banner(self) -> None:
        fields = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
        browser = self.browser()

        told = browser.get("/told", {**fields, "Accept": "application/json"})

        assert told.json()["allows"] == []
        assert len(policies(told)) == 1
        assert BANNER not in browser.get("/", fields).text

    def test_head_says_what_the_page_would_say(self) -> None:
        """Not every framework takes it for a page, and over ASGI the server leaves its body out."""
        browser = self.browser()
        head, page = browser.outcome("/", "HEAD").answer(), browser.get("/")

        assert head.status in (200, 405)
        assert set_by(head) <= {"cart"}
        assert policies(head)
        if head.status == 200:
            assert policies(head) == policies(page)
        assert browser.head("/cookiesafe/choices").status == 200
        assert CONSENT not in browser.jar
