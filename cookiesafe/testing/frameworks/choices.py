"""The visitor's choice: taken, recorded, and known to the app."""

from __future__ import annotations

from ..client import FORM, Client
from ..site import BANNER, CONSENT
from .opening import Opening


def allowed(browser: Client) -> tuple[list[str], bool]:
    """What the app is told: the purposes, and whether a feature of one can be had."""
    told = browser.get("/told").json()
    return told["allows"], told["can"]


BAD_FORMS = {
    b"",
    b"choice=",
    b"choice=maybe",
    b"choice=accept&choice=reject",
    b"choice=save&purpose=advertisin",
    b"choice=save&purpose=%ff%fe%zz",
    b"choice=accept\x00",
    b'{"choice": "accept"}',
    b"choice=accept" + b"&a=" * 1_000,
    b"choice=accept&a=" + b"x" * 100_000,
    bytes(range(256)),
}


class Choices(Opening):
    """Accept, reject, save, none, and what is no choice."""

    def test_before_a_choice_nothing_optional_is_allowed(self) -> None:
        assert allowed(self.browser()) == ([], False)

    def test_a_yes_to_all_allows_all(self) -> None:
        browser = self.browser()
        answer = browser.choose("accept", next="/hello/Ada")

        assert (answer.status, answer.leads_to) == (303, "/hello/Ada")
        assert allowed(browser) == (["statistics", "advertising"], True)

    def test_a_no_allows_nothing_and_is_not_asked_again(self) -> None:
        browser = self.browser()
        browser.choose("reject")

        assert allowed(browser) == ([], False)
        assert BANNER not in browser.get("/").text

    def test_a_yes_to_one_purpose_is_to_that_alone(self) -> None:
        browser = self.browser()
        browser.choose("save", purpose=["advertising"])

        assert allowed(browser) == (["advertising"], False)

    def test_a_choice_is_recorded_before_it_is_answered(self) -> None:
        browser = self.browser()
        for choice in ("accept", "reject"):
            browser.choose(choice)

        assert [record.event for record in browser.records] == ["grant", "withdrawal"]
        assert browser.get("/cookiesafe/receipt").status == 200

    def test_a_script_is_answered_with_json(self) -> None:
        browser = self.browser()
        fields = {"Accept": "application/json", "Sec-Fetch-Dest": "empty"}
        answer = browser.choose("save", purpose=["statistics"], headers=fields)

        assert answer.status == 200
        assert answer.header("content-type") == "application/json"
        assert allowed(browser) == (["statistics"], True)

    def test_another_site_cannot_choose(self) -> None:
        browser = self.browser()
        fields = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

        assert browser.choose("accept", headers=fields).status == 403
        assert browser.records == []
        assert browser.jar == {}

    def test_what_is_no_choice_is_refused_and_changes_nothing(self) -> None:
        browser = self.browser()
        for body in sorted(BAD_FORMS):
            for kind in (FORM, "application/json", "multipart/form-data; boundary=x", ""):
                fields = {"Content-Type": kind}
                answer = browser.post("/cookiesafe/choices", body=body, headers=fields)

                assert 400 <= answer.status < 500, (answer.status, body[:40], kind)
        assert browser.records == []
        assert browser.jar == {}

    def test_a_forged_consent_is_none(self) -> None:
        browser = self.browser()
        browser.choose("accept")
        token = browser.jar[CONSENT]
        browser.jar[CONSENT] = token[:-1] + ("A" if token[-1] != "A" else "B")

        assert allowed(browser) == ([], False)

    def test_the_pages_of_choices_and_cookies_are_there(self) -> None:
        browser = self.browser()

        assert 'action="/cookiesafe/choices"' in browser.get("/cookiesafe/choices").text
        assert "Gullwing Adverts" in browser.get("/cookiesafe/cookies").text

    def test_what_is_asked_of_us_does_not_reach_the_app(self) -> None:
        browser = self.browser()
        app_says = browser.get("/nothing-here").text
        unknown, wrong = browser.get("/cookiesafe/nothing"), browser.post("/cookiesafe/cookies")

        assert (unknown.status, wrong.status) == (404, 405)
        assert app_says not in (unknown.text, wrong.text)
        assert BANNER not in unknown.text + wrong.text
