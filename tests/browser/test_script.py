"""The little script in a real browser: what it saves, what it tells, and what goes on without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests.support.browser import blocking_cookies, outside_landmarks
from tests.support.scripted import TAG, scripted_site
from tests.support.servers import other_site

CHOICES = "/cookiesafe/choices"
BANNER = "section[data-cookiesafe=banner]"
CONFIRMATION = "section[data-cookiesafe=confirmation]"
REVISIT = "nav[data-cookiesafe=revisit]"
PAGE = (Path(__file__).parents[2] / "docs" / "script.md").read_text("utf-8")
NOT_SAVED = "We could not save your choice, so nothing was changed. Please try again."
RUNNING = ["/", "/strict", "/nonce"]
GRANTED, DENIED = "granted", "denied"
NewPage = Callable[..., "Seen"]


class Seen:
    """A page of a new visitor, and what is asked for from it."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.context = context
        self.requests: list[Request] = []
        self.errors: list[str] = []
        context.set_default_timeout(10_000)
        context.on("request", lambda each: self.requests.append(each))
        self.page = context.new_page()
        self.page.on("console", lambda each: self.errors.append(each.text))
        self.page.on("pageerror", lambda each: self.errors.append(str(each)))

    def go(self, path: str = "/") -> Page:
        self.page.goto(self.site + path)
        self.page.evaluate("window.kept = true")
        self.requests.clear()
        return self.page

    def press(self, choice: str) -> None:
        self.page.locator(f"[data-cookiesafe={choice}]").click()

    @property
    def kept(self) -> bool:
        """Whether it is still the page that was gone to, and was not loaded again."""
        return bool(self.page.evaluate("window.kept === true"))

    @property
    def asked(self) -> list[str]:
        return [f"{each.method} {urlsplit(each.url).path}" for each in self.requests]

    @property
    def consents(self) -> list[str]:
        """The values of the consent cookie the browser has."""
        return [c.get("value", "") for c in self.context.cookies() if c.get("name") == "cookiesafe"]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with scripted_site() as url:
        yield url


@pytest.fixture(scope="module")
def google_site() -> Iterator[str]:
    with scripted_site(google=True) as url:
        yield url


@pytest.fixture
def new_page(browser: Browser, site: str) -> Iterator[NewPage]:
    """Makes pages of new visitors; takes what ``Browser.new_context`` does."""
    with ExitStack() as stack:

        def new_page(at: str = site, **options: Any) -> Seen:
            return Seen(stack.enter_context(closing(browser.new_context(**options))), at)

        yield new_page


# --- it saves the reload --------------------------------------------------------------------------


@pytest.mark.parametrize("path", RUNNING)
def test_a_no_is_taken_without_loading_the_page_again(new_page: NewPage, path: str) -> None:
    seen = new_page()
    page = seen.go(path)
    page.locator("#note").fill("half a")
    page.locator("#note").press("Tab")
    seen.press("reject")

    expect(page.locator(CONFIRMATION)).to_contain_text("you rejected everything optional.")
    expect(page.locator(BANNER)).to_have_count(0)
    expect(page.locator("[role=status]")).to_be_focused()
    expect(page.locator("#note")).to_have_value("half a")
    assert seen.kept
    check = "GET /cookiesafe/check"
    assert seen.asked == [f"POST {CHOICES}", check, f"GET {CHOICES}"]
    assert len(seen.consents) == 1
    assert page.evaluate("heard") == [[True, False, True]]
    assert seen.errors == []
    page.reload()
    expect(page.locator(BANNER)).to_have_count(0)
    expect(page.locator(REVISIT)).to_have_count(1)
    assert "/cookiesafe/notice.js" not in page.content()


@pytest.mark.parametrize("down", [0, 300])
def test_whoever_loads_the_page_again_after_a_choice_finds_it_where_it_was(
    new_page: NewPage, down: int
) -> None:
    """Not where the way back stands, which a browser may take for the line that it has put at the top."""
    seen = new_page()
    long = "() => { document.querySelector('h1').style.marginBlockEnd = '3000px' }"
    seen.page.add_init_script(f"addEventListener('DOMContentLoaded', {long})")
    page = seen.go()
    seen.press("reject")
    expect(page.locator("[role=status]")).to_be_focused()
    page.evaluate(f"scrollTo(0, {down})")
    page.reload()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    assert page.evaluate("scrollY") <= down
    assert page.evaluate("document.documentElement.scrollHeight") > 3000


def test_after_a_choice_the_way_back_is_there_and_stays_when_the_line_is_hidden(
    new_page: NewPage,
) -> None:
    seen = new_page()
    page = seen.go("/strict?a=1&b=2")
    seen.press("reject")
    change = page.locator(CONFIRMATION).get_by_role("link", name="Change them")
    expect(change).to_have_attribute("href", f"{CHOICES}?next=/strict%3Fa%3D1%26b%3D2")
    expect(page.locator(REVISIT)).to_be_attached()
    assert outside_landmarks(page) == []
    assert page.evaluate("[...document.querySelectorAll('#cookiesafe')].length") == 1

    page.get_by_role("button", name="Hide").click()
    expect(page.locator("section.cookiesafe")).to_have_count(0)
    page.locator(REVISIT).get_by_role("link").click()
    expect(page).to_have_url(f"{seen.site}{CHOICES}")


def test_a_keyboard_alone_rejects_and_goes_on_from_there(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Change them")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(CONFIRMATION)).to_have_count(0)
    assert seen.kept


def test_a_yes_to_what_the_page_holds_nothing_back_for_loads_nothing(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go()
    page.get_by_text("Choose cookies").click()
    page.get_by_role("checkbox", name="Remember me").check()
    seen.press("save")

    expect(page.locator(CONFIRMATION)).to_contain_text("you agreed to: Remember me.")
    assert seen.kept
    assert page.evaluate("[cookieSafe.allows('remember'), cookieSafe.allows('statistics')]") == [
        True,
        False,
    ]


def test_a_yes_to_what_the_page_holds_back_loads_it_again(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go("/?a=1#end")
    with page.expect_navigation():
        seen.press("accept")
    expect(page.locator(REVISIT)).to_have_count(1)

    assert not seen.kept
    assert page.url == f"{seen.site}/?a=1#end"
    assert [seen.asked[0], *[each for each in seen.asked if each == "GET /"]] == [
        f"POST {CHOICES}",
        "GET /",
    ]


def test_a_page_that_answers_a_form_is_not_loaded_again(new_page: NewPage) -> None:
    """That would send the form again."""
    seen = new_page()
    page = seen.go()
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_title("POST")
    seen.requests.clear()
    with page.expect_navigation():
        seen.press("accept")
    expect(page.locator(REVISIT)).to_have_count(1)

    expect(page).to_have_title("GET")
    assert [each for each in seen.asked if each == "POST /"] == []


@pytest.mark.parametrize("late", [False, True])
def test_nothing_moves_but_by_the_click(new_page: NewPage, late: bool) -> None:
    seen = new_page()
    page = seen.go()

    def answer(route: Route) -> None:
        page.evaluate("new Promise((done) => setTimeout(done, 700))")
        route.continue_()

    if late:
        page.route(f"**{CHOICES}*", answer)
    page.locator("#note").focus()
    seen.press("reject")
    expect(page.locator(CONFIRMATION)).to_be_visible()

    assert (
        page.evaluate(
            """new Promise((resolve) => new PerformanceObserver((list) => resolve(
             list.getEntries().filter((each) => !each.hadRecentInput).length
           )).observe({ type: "layout-shift", buffered: true }) || setTimeout(resolve, 300, 0))"""
        )
        == 0
    )
    if not late:
        assert page.locator(CONFIRMATION).evaluate("each => each.offsetHeight") < 120


def test_the_next_frame_comes_at_once(new_page: NewPage) -> None:
    """Between the answer and the frame that shows it, on a machine that does other things, too."""
    seen = new_page()
    page = seen.go()
    page.evaluate(
        """() => {
          const real = window.fetch;
          window.fetch = async (...all) => {
            const answer = await real(...all), json = answer.json.bind(answer);
            answer.json = async () => { const said = await json(); window.began = performance.now(); return said; };
            return answer;
          };
          new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
            window.painted ||= performance.now() - window.began;
          }))).observe(document.querySelector("section.cookiesafe"), { childList: true });
        }"""
    )
    seen.press("reject")

    took = page.wait_for_function("window.painted").json_value()
    assert 0 < took <= 100


def test_without_scripts_a_choice_is_one_form_and_one_page(new_page: NewPage) -> None:
    seen = new_page(java_script_enabled=False)
    seen.page.goto(f"{seen.site}/?a=1")
    seen.context.add_cookies([{"name": "own", "value": "1", "url": seen.site}])
    seen.requests.clear()
    with seen.page.expect_navigation():
        seen.press("reject")

    expect(seen.page.locator(REVISIT)).to_have_count(1)
    asked = [each for each in seen.asked if not each.endswith((".js", ".css"))]
    assert asked == [f"POST {CHOICES}", "GET /"]


@pytest.mark.parametrize("path", ["/shut", "/quiet", "/hashed"])
def test_where_the_site_lets_no_script_run_or_ask_the_forms_work_as_before(
    new_page: NewPage, path: str
) -> None:
    seen = new_page()
    page = seen.go(path)
    assert "/cookiesafe/notice.js" not in page.content()
    with page.expect_navigation():
        seen.press("reject")

    expect(page.locator(REVISIT)).to_have_count(1)
    assert urlsplit(page.url).path == path


# --- what goes wrong ------------------------------------------------------------------------------


def test_two_clicks_are_one_choice(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go()
    page.locator("[data-cookiesafe=reject]").dblclick()

    expect(page.locator(CONFIRMATION)).to_be_visible()
    assert [each for each in seen.asked if "POST" in each] == [f"POST {CHOICES}"]


@pytest.mark.parametrize("status", [403, 413, 500, 502, 200])
def test_what_is_not_taken_is_said_and_sent_by_the_browser_the_next_time(
    new_page: NewPage, status: int
) -> None:
    seen = new_page()
    page = seen.go("/strict")
    page.locator("#note").fill("half a")
    page.route(f"**{CHOICES}*", lambda route: route.fulfill(status=status, body="<h1>No</h1>"))
    seen.press("accept")

    expect(page.locator(BANNER).get_by_role("alert")).to_have_text(NOT_SAVED)
    expect(page.locator("#note")).to_have_value("half a")
    assert page.evaluate("[cookieSafe.decided, heard.length]") == [False, 0]
    assert seen.consents == []
    page.unroute(f"**{CHOICES}*")
    with page.expect_navigation():
        seen.press("reject")
    expect(page.locator(REVISIT)).to_have_count(1)


def test_why_the_site_does_not_take_it_is_said_in_its_words(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go()
    page.locator("form [name=policy]").first.evaluate("each => { each.value = 'another' }")
    seen.press("accept")

    expect(page.get_by_role("alert")).to_contain_text("Our policy has changed since this was shown")
    expect(page.locator(BANNER)).to_be_visible()


def test_a_browser_that_is_offline_keeps_the_page(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go()
    page.locator("#note").fill("half a")
    seen.context.set_offline(True)
    seen.press("reject")
    expect(page.get_by_role("alert")).to_have_text(NOT_SAVED)
    assert seen.kept

    seen.context.set_offline(False)
    with page.expect_navigation():
        seen.press("reject")
    expect(page.locator(REVISIT)).to_have_count(1)


@pytest.mark.parametrize(
    "hostile", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"]
)
@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_no_way_on_leads_to_another_site(new_page: NewPage, hostile: str, choice: str) -> None:
    seen = new_page()
    page = seen.go("//evil.example/?next=" + hostile)
    page.locator("form [name=next]").evaluate_all(
        "(all, hostile) => all.forEach((each) => { each.value = hostile })", hostile
    )
    seen.press(choice)

    expect(page.locator(BANNER)).to_have_count(0)
    expect(page.locator(REVISIT)).to_have_count(1)
    assert page.url.startswith(f"{seen.site}//evil.example/")
    page.evaluate("window.cookieSafe?.open()")
    assert all(urlsplit(each.url).hostname == "harbour.localhost" for each in seen.requests)


def test_the_last_of_two_tabs_counts(new_page: NewPage) -> None:
    seen = new_page()
    first = seen.go()
    second = seen.context.new_page()
    second.goto(seen.site)
    seen.press("reject")
    expect(first.locator(CONFIRMATION)).to_be_visible()
    with second.expect_navigation():
        second.locator("[data-cookiesafe=accept]").click()
    expect(second.locator(REVISIT)).to_have_count(1)

    second.goto(seen.site + CHOICES)
    expect(second.locator("[role=status]").first).to_contain_text("you agreed to")
    assert len(seen.consents) == 1


def test_where_cookies_are_blocked_the_browser_sends_the_form_and_is_told(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    with blocking_cookies(browser, tmp_path / "profile") as context:
        page = context.new_page()
        page.goto(site)
        with page.expect_navigation():
            page.locator("[data-cookiesafe=reject]").click()

        expect(page.locator("h1")).to_have_text("Your browser is blocking cookies")


# --- what it tells --------------------------------------------------------------------------------


def test_scripts_of_the_page_can_ask(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go()
    asked = "[cookieSafe.decided, ...['necessary', 'statistics', '@google', 'nothing'].map(cookieSafe.allows)]"
    assert page.evaluate(asked) == [False, True, False, False, False]
    page.evaluate(
        "cookieSafe.onChange((now) => { window.called = [now === cookieSafe, now.decided] })"
    )
    seen.press("reject")
    expect(page.locator(CONFIRMATION)).to_be_visible()

    assert page.evaluate("called") == [True, True]
    page.evaluate("cookieSafe.open()")
    page.wait_for_url(f"{seen.site}{CHOICES}?next=/")


def test_who_has_chosen_gets_it_where_the_site_asks_for_it(new_page: NewPage) -> None:
    seen = new_page()
    seen.go()
    with seen.page.expect_navigation():
        seen.press("accept")
    page = seen.go("/asks")
    assert page.evaluate(
        "[cookieSafe.decided, cookieSafe.allows('statistics'), cookieSafe.allows('@google')]"
    ) == [
        True,
        True,
        True,
    ]

    seen.go("/")
    assert page.evaluate("typeof cookieSafe") == "undefined"


def test_where_the_site_asks_for_it_the_banner_brings_no_second_one(new_page: NewPage) -> None:
    seen = new_page()
    page = seen.go("/asks")
    assert page.content().count("/cookiesafe/notice.js") == 1
    seen.press("reject")

    expect(page.locator(CONFIRMATION)).to_be_visible()
    assert page.evaluate("heard.length") == 1


# --- Google's Consent Mode ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tags() -> Iterator[int]:
    with other_site({"/tag.js": TAG}) as port:
        yield port


def commands(page: Page) -> list[Any]:
    """What Google's tags are told, as far as it is about consent."""
    told: list[Any] = page.evaluate("Array.from(dataLayer, (each) => [...each])")
    assert [each[0] for each in told][:1] == ["consent"]
    return [each[1:] for each in told if each[0] == "consent"]


def test_google_is_told_that_all_is_denied_before_anything_else(
    new_page: NewPage, google_site: str, tags: int
) -> None:
    seen = new_page(google_site)
    page = seen.go(f"/?google={tags}")

    ((does, values),) = commands(page)
    assert does == "default"
    assert set(values.values()) == {DENIED}
    assert len(values) == 7
    assert page.evaluate("window.came") is None
    seen.press("reject")
    expect(page.locator(CONFIRMATION)).to_be_visible()
    assert [each for each, _ in commands(page)] == ["default", "update"]
    assert set(commands(page)[1][1].values()) == {DENIED}
    assert [each for each in seen.requests if "google" in (urlsplit(each.url).hostname or "")] == []


def test_a_tag_that_comes_after_a_yes_finds_the_defaults_and_what_was_granted_first(
    new_page: NewPage, google_site: str, tags: int
) -> None:
    seen = new_page(google_site)
    page = seen.go(f"/?google={tags}")
    with page.expect_navigation():
        seen.press("accept")
    came = page.wait_for_function("window.came").json_value()

    kind = "[object Arguments]"
    expected = ["consentdefault", "consentupdate", "js", "configG-1"]
    assert came == [kind + each for each in expected]
    ((_, default), (_, update)) = commands(page)
    assert set(default.values()) == {DENIED}
    assert {name for name, value in update.items() if value == GRANTED} == {
        "ad_storage",
        "ad_user_data",
        "ad_personalization",
        "analytics_storage",
    }


def test_a_signal_denies_what_was_granted(new_page: NewPage, google_site: str) -> None:
    seen = new_page(google_site)
    page = seen.go()
    with page.expect_navigation():
        seen.press("accept")
    seen.context.set_extra_http_headers({"Sec-GPC": "1"})
    seen.go()

    ((_, _), (_, update)) = commands(page)
    assert [name for name, value in update.items() if value == GRANTED] == ["analytics_storage"]


@pytest.mark.parametrize("path", [*RUNNING, "/quiet"])
def test_it_runs_where_the_site_lets_it(new_page: NewPage, google_site: str, path: str) -> None:
    seen = new_page(google_site)
    page = seen.go(path)
    assert [each for each, _ in commands(page)] == ["default"]
    seen.press("reject")

    expect(page.locator(BANNER)).to_have_count(0)
    expect(page.locator(REVISIT)).to_have_count(1)
    assert [each for each in seen.errors if "Trusted" in each or "script" in each.lower()] == []


def test_the_scripts_on_the_page_do_what_it_says(new_page: NewPage) -> None:
    asking, listening = re.findall(r"^```js\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    seen = new_page()
    page = seen.go()
    page.evaluate("() => { window.counted = 0; window.countThisVisit = () => { counted += 1; }; }")
    for purpose in ("remember", "statistics"):
        page.evaluate(f"() => {{ {listening.replace('statistics', purpose)} }}")
    page.get_by_text("Choose cookies").click()
    page.get_by_role("checkbox", name="Remember me").check()
    seen.press("save")
    expect(page.locator(CONFIRMATION)).to_be_visible()
    assert page.evaluate("counted") == 1

    page.evaluate(f"() => {{ {asking} }}")
    expect(page).to_have_url(f"{seen.site}{CHOICES}?next=/")
    assert seen.errors == []
