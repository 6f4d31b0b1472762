"""The story that the demo's guide tells, from the first look to blocked cookies: as a visitor lives it, step by step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from cookiesafe.adapters.stores import open_store
from cookiesafe.ledger import check_receipt
from demo_app import data
from demo_app.guide.steps import STEPS
from demo_app.portal.seed import EMAIL, KEEPER_EMAIL, KEEPER_PASSWORD, PASSWORD
from tests.support.browser import (
    Visitor,
    assert_side_by_side,
    blocking_cookies,
    faults,
    layout_shift,
)
from tests.support.film import CAMERA, SHOTS, Camera
from tests.support.servers import Demo, ask

Demos = Callable[..., Demo]
NewVisitor = Callable[..., Visitor]

CHOICES = "/cookiesafe/choices"
SESSION = "cookiesafe-session"
OPTIONAL = {"hl_stats", "hl_ad", "hl_ad_topic", "gw_id", "tp_viewer"}
CONTACT = {"Full name": "Bo Anchor", "E-mail address": EMAIL, "Telephone": "020 7946 0000"}
BILLING = {"Street and number": "9 Quay Street", "Town": "Port Marigold", "Postcode": "PM1 1AA"}
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
CARD = {"Card number": "4242 4242 4242 4242"}
TOKENS = {"Full name": "name", "E-mail address": "email", "Telephone": "tel"}


@dataclass
class Story:
    """One visitor with the demo's guide at hand, and whoever else appears."""

    demo: Demo
    visitor: Visitor
    new_visitor: NewVisitor
    scripts: bool
    camera: Camera

    def step(self, title: str) -> None:
        """Follow the guide to a step, and to the page it is about."""
        number = next(place for place, step in enumerate(STEPS, 1) if step.title == title)
        self.visitor.go(f"/demo/step/{number}")

    def shot(self, name: str, at: Locator | None = None, page: Page | None = None) -> None:
        """What the film shows, of the visitor's page or another."""
        self.camera.take(name, page or self.visitor.page, at)

    def another(self, **options: Any) -> Visitor:
        return self.new_visitor(self.demo, **self.options, **options)

    @property
    def options(self) -> dict[str, Any]:
        """What each browser in it has."""
        return {"java_script_enabled": self.scripts, **self.camera.options}


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Camera:
    return request.config.stash.get(CAMERA, None) or Camera()


@pytest.fixture
def story(new_visitor: NewVisitor, demo: Demo, scripts: bool, camera: Camera) -> Iterator[Story]:
    """From the first day; what was published in it is taken back at its end."""
    start_again(demo)
    visitor = new_visitor(demo, java_script_enabled=scripts, **camera.options)
    yield Story(demo, visitor, new_visitor, scripts, camera)
    start_again(demo)


def start_again(demo: Demo) -> None:
    assert ask(demo.portal, "/demo/start-again", form={}).location == "/demo/anew"


def test_the_story(story: Story, browser: Browser, tmp_path: Path) -> None:
    just_look(story)
    sign_in_all_the_same(story)
    say_no(story)
    pay_a_bill(story)
    have_your_details_kept(story)
    count_me(story)
    adverts_please(story)
    no_thank_you(story)
    watch_a_film(story)
    let_the_browser_say_it(story)
    be_a_child(story)
    stop_the_newsletter(story)
    receipt = keep_the_receipt(story)
    meet_a_new_policy(story, receipt)
    look_at_the_dashboard(story)
    start_again_from_the_strip(story)
    block_all_cookies(story, browser, tmp_path / "profile")
    assert story.camera.shown == list(SHOTS)


def just_look(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    story.step("Just look")

    expect(visitor.banner).to_have_count(1)
    assert page.evaluate("document.body.firstElementChild.id") == "cookiesafe"
    expect(page.locator(".house-advert")).to_be_visible()
    assert visitor.jar == set()
    assert story.demo.calls() == {}
    assert faults(page) == []
    if story.scripts:  # nothing else can tell
        assert layout_shift(page) == 0
    story.shot("banner")
    inspector = page.locator("[data-cookiesafe=inspector]")
    inspector.locator("summary").first.click()
    cookies = inspector.locator("table", has_text="Cookies the app set").first
    expect(cookies).to_contain_text("held back")
    story.shot("inspector", cookies)


def sign_in_all_the_same(story: Story) -> None:
    visitor = story.visitor
    story.step("Sign in all the same")
    sign_in(visitor)

    assert visitor.path == "/bills"
    expect(visitor.banner).to_have_count(1)
    assert visitor.jar == {SESSION}
    story.shot("signed in")
    reopened = story.another(storage_state=what_outlives_the_browser(visitor))
    reopened.go("/details")
    assert reopened.path == "/sign-in?next=%2Fdetails"


def say_no(story: Story) -> None:
    visitor = story.visitor
    story.step("Say no")
    reject, accept = (visitor.page.locator(f"[data-cookiesafe={n}]") for n in ("reject", "accept"))
    assert_side_by_side(reject, accept)
    story.shot("no", reject)
    press(visitor, reject)

    expect(visitor.banner).to_have_count(0)
    assert visitor.jar == {SESSION, "cookiesafe"}
    story.shot("after no")
    (consent,) = (each for each in visitor.context.cookies() if each["name"] == "cookiesafe")
    assert consent["sameSite"] == "Lax"
    assert len(consent["name"] + consent["value"]) <= 100


def pay_a_bill(story: Story) -> None:
    visitor = story.visitor
    story.step("Pay a bill")
    limited = visitor.page.locator("[data-cookiesafe=limited]")
    for bill in ("first", "second"):
        open_a_bill(visitor)
        expect(limited).to_contain_text("you type your contact and billing details again")
        if bill == "second":
            story.shot("limited", limited)
        for label, token in TOKENS.items():
            field = visitor.page.get_by_label(label, exact=True)
            expect(field).to_have_value("")
            expect(field).to_have_attribute("autocomplete", token)
        pay(visitor)
    assert not visitor.jar & OPTIONAL


def have_your_details_kept(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    story.step("Have your details kept")
    open_a_bill(visitor)
    fill(visitor, {"Full name": "Bo Half-typed"})
    story.shot("half typed", visitor.button("Turn on"))
    press(visitor, visitor.button("Turn on"))

    expect(page.locator("[data-cookiesafe=limited]")).to_have_count(0)
    expect(page.get_by_label("Full name")).to_have_value("Bo Half-typed")
    pay(visitor)
    open_a_bill(visitor)
    expect(page.get_by_label("Full name")).to_have_value("Bo Anchor")
    story.shot("filled in", page.get_by_label("Full name"))
    assert granted(visitor) == {"remember"}


def count_me(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    story.step("Count me")
    visitor.go("/usage?topic=heating")
    assert not visitor.jar & OPTIONAL
    visitor.go("/usage")
    visitor.click(page.locator(".matched").get_by_role("link", name="Change your cookie choices"))
    tick(visitor, statistics=True)
    story.shot("choices", box(visitor, "Usage statistics"))
    visitor.choose("save")

    assert visitor.path == "/usage"
    before = pages_counted(visitor)
    visitor.go("/usage?topic=heating")
    visitor.go("/usage")
    assert pages_counted(visitor) == before + 2
    expect(page.locator(".matched")).to_contain_text("Because you read about heating")
    story.shot("tips", page.locator(".matched"))
    expect(page.locator(".house-advert")).to_be_visible()
    assert story.demo.calls() == {}


def adverts_please(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    assert not allows(visitor, story.demo.gullwing)
    story.step("Adverts, please")
    visitor.requests.clear()
    choose(visitor, advertising=True)

    assert visitor.path == "/usage?topic=heating"
    framed = page.frame_locator("iframe[title='Advert from Gullwing']")
    expect(framed.locator("body")).to_contain_text("heat pump")
    story.shot("advert", page.locator("iframe[title='Advert from Gullwing']"))
    called = [each for each in visitor.requests if each.url.startswith(story.demo.gullwing)]
    by_the_page = [each for each in called if "/static/" not in each.url]
    assert {where_from(each) for each in by_the_page} == {"cross-site"}
    assert "gw_id" in visitor.jar
    assert allows(visitor, story.demo.gullwing)
    log = ask(story.demo.gullwing, "/log", headers={"Accept": "application/json"})
    assert json.loads(log.body)["visitors"] == 1


def no_thank_you(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    story.step("No, thank you")
    story.demo.reset()
    choose(visitor, advertising=False)

    expect(page.locator(".house-advert")).to_be_visible()
    story.shot("no advert", page.locator(".house-advert"))
    assert not visitor.jar & {"hl_ad", "hl_ad_topic"}
    for path in ("/usage?topic=heating", "/"):
        visitor.go(path)
        assert not allows(visitor, story.demo.gullwing)
    assert story.demo.calls() == {}
    visitor.go("/cookiesafe/cookies")
    expect(page.locator(f"a[href='{story.demo.gullwing}/privacy']").first).to_be_visible()


def watch_a_film(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    story.step("Watch a film")
    film = page.frame_locator(".film iframe")
    size = size_of(page.locator(".film iframe"))
    story.shot("held film", page.locator(".film iframe"))
    film.get_by_role("button", name="Load once").click()
    expect(film.frame_locator("iframe").get_by_role("link", name="Play")).to_be_visible()
    assert page.evaluate("document.activeElement.title") == "Film: When the lights go out"
    assert size_of(page.locator(".film iframe")) == size
    story.shot("film", page.locator(".film iframe"))
    (frame,) = (each for each in page.frames if "&until=" in each.url)
    once = frame.url

    visitor.reload()
    expect(film.get_by_role("button", name="Load once")).to_be_visible()
    used = story.another()
    used.page.goto(once)
    expect(used.page.get_by_role("button", name="Load once")).to_be_visible()
    film.get_by_role("button", name="Always load").click()
    expect(film.frame_locator("iframe").get_by_role("link", name="Play")).to_be_visible()
    visitor.reload()
    film.get_by_role("link", name="Play").click()
    expect(film.get_by_role("link", name="Back to the start")).to_be_visible()
    assert size_of(page.locator(".film iframe")) == size


def let_the_browser_say_it(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    story.step("Let the browser say it")
    press_in_strip(visitor, "Send Sec-GPC: 1")
    expect(page.locator(".demo-strip summary")).to_contain_text("Sec-GPC is sent")
    visitor.go(CHOICES)
    off = page.locator("main p", has_text="this is off: Advertising.")
    expect(off).to_have_count(1)
    story.shot("signal", off)
    choose(visitor, advertising=True)

    story.demo.reset()
    visitor.go("/usage?topic=heating")
    assert story.demo.calls() == {}
    assert not allows(visitor, story.demo.gullwing)
    stated = ask(story.demo.portal, "/.well-known/gpc.json")
    assert (stated.status, json.loads(stated.body)["gpc"]) == (200, True)
    press_in_strip(visitor, "Stop sending Sec-GPC")
    assert "demo-gpc" not in visitor.jar
    visitor.go(CHOICES)
    choose(visitor, advertising=False)


def be_a_child(story: Story) -> None:
    child = story.another()
    page, born = child.page, datetime.now(UTC).year - 10
    child.go("/young")
    expect(page.locator("main")).not_to_contain_text(re.compile(r"\d"))
    child.click(page.get_by_role("link", name="Begin"))
    page.get_by_label("Month").select_option("June")
    page.get_by_label("Year").select_option(str(born))
    child.click(page.get_by_role("button", name="Go on"))

    def expect_a_childs_page() -> None:
        expect(
            page.locator(
                "[data-cookiesafe]:not([data-cookiesafe=inspector]), .partners, .house-advert"
            )
        ).to_have_count(0)
        assert child.jar == {"cookiesafe-age"}

    assert child.path == "/young/quiz"
    expect_a_childs_page()
    story.shot("child", page=page)
    child.go("/register")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please ask a grown-up")
    older = {"year": "1990", "month": "6"}
    again = ask(
        story.demo.portal, "/cookiesafe/age", form=older, cookies={"cookiesafe-age": "child"}
    )
    assert again.set == {"cookiesafe-age": "child"}
    child.go("/")
    expect_a_childs_page()
    recorded = [each for each in ledger(story) if each.event == "child"]
    assert recorded
    assert not any(str(born) in str(each.detail) or each.choices for each in recorded)


def stop_the_newsletter(story: Story) -> None:
    reader = story.another()
    page = reader.page

    def letters() -> Locator:
        reader.go("/demo/mail")
        return page.get_by_role("link", name="Stop it")

    for _ in range(2):
        reader.click(letters())
        expect(page.get_by_role("heading", level=1)).to_have_text("Stop these mails?")
    reader.click(reader.button("Stop these mails"))
    expect(page.get_by_role("status")).to_contain_text("You get no more mails")
    story.shot("newsletter", page.get_by_role("status"), page)
    reader.click(reader.button("Undo"))
    expect(page.get_by_role("status")).to_contain_text("is on again")
    expect(letters()).to_have_count(1)

    reader.click(reader.button("Unsubscribe"))
    expect(page.locator("body")).to_have_text("Stopped.")
    expect(letters()).to_have_count(0)
    said = [each.event for each in ledger(story) if "newsletter" in each.choices]
    assert said == ["grant", "withdrawal", "grant", "withdrawal"]


def keep_the_receipt(story: Story) -> bytes:
    visitor, page = story.visitor, story.visitor.page
    story.step("Keep the receipt")
    visitor.click(visitor.button("Change one digit for me"))
    visitor.click(visitor.button("Check it"))
    expect(page.locator("main")).to_contain_text("What differs from what this site has: time")

    visitor.go("/cookiesafe/receipt")
    story.shot("receipt")
    with page.expect_download() as download:
        visitor.button("Download").click()
    receipt = Path(download.value.path()).read_bytes()

    assert check_receipt(receipt, json.loads(receipt)["keys"]).holds
    check(visitor, receipt)
    expect(page.locator("main")).to_contain_text("The receipt holds.")
    visitor.go("/cookiesafe/receipt")
    check(visitor, receipt.replace(b'"grant"', b'"grunt"', 1))
    differs = page.locator("main").get_by_text("What differs from what this site has: event.")
    expect(differs).to_be_visible()
    story.shot("tampered", differs)
    return receipt


def meet_a_new_policy(story: Story, receipt: bytes) -> None:
    visitor, page = story.visitor, story.visitor.page
    before = granted(visitor)
    story.step("Meet a new policy")
    press_in_strip(visitor, "Publish policy v3")
    notice = page.locator("[data-cookiesafe=announcement]")
    expect(notice).to_contain_text("Tern Surveys")
    story.shot("new policy", notice)
    visitor.click(page.get_by_role("link", name="All that differs"))
    expect(page.locator("table").first).to_contain_text("Surveys")
    visitor.go("/")
    press(visitor, page.locator("[data-cookiesafe=keep]"))
    expect(notice).to_have_count(0)
    visitor.go("/demo/mail")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("our policy changes on")

    visitor.go("/")
    press_in_strip(visitor, "Put the clock on to that day")
    expect(notice).to_have_count(0)
    assert granted(visitor) == before
    expect(box(visitor, "Surveys")).not_to_be_checked()
    story.shot("new purpose", box(visitor, "Surveys"))
    visitor.go("/cookiesafe/receipt")
    check(visitor, receipt)
    expect(page.locator("main")).to_contain_text("The receipt holds.")


def look_at_the_dashboard(story: Story) -> None:
    visitor, keeper = story.visitor, story.another()
    page = keeper.page
    visitor.go("/cookiesafe/dashboard")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("No such page")
    keeper.go("/demo/step/15")
    assert keeper.path == "/sign-in?next=/cookiesafe/dashboard"
    fill(keeper, {"E-mail address": KEEPER_EMAIL, "Password": KEEPER_PASSWORD})
    keeper.click(keeper.button("Sign in"))
    assert keeper.path == "/cookiesafe/dashboard"
    keeper.click(page.get_by_role("link", name="90 days"))
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Fairness")
    story.shot("dashboard", page.locator("#fairness"), page)

    before = figures(keeper)
    # One without a window says that it is a bot.
    chooser = story.another(user_agent=AGENT)
    for choice in ("accept", "reject"):
        chooser.context.clear_cookies()
        chooser.go("/")
        chooser.choose(choice)
    keeper.reload()
    after = figures(keeper)
    assert {
        name: after[name] - before[name]
        for name in ("Choices", "All accepted", "All rejected", "Some chosen")
    } == {
        "Choices": 2,
        "All accepted": 1,
        "All rejected": 1,
        "Some chosen": 0,
    }
    assert after["Banners shown"] - before["Banners shown"] == 2
    chart = page.get_by_role("img", name="Answers, day by day")
    expect(chart.locator("desc")).to_contain_text("All accepted: at most")
    expect(
        page.get_by_text(re.compile(r"Upright line on \d{4}-\d\d-\d\d: the announced policy")).first
    ).to_be_visible()
    story.shot("answers", chart, page)


def start_again_from_the_strip(story: Story) -> None:
    visitor = story.visitor
    visitor.go("/")
    press_in_strip(visitor, "Start again")
    assert visitor.path == "/demo/anew"
    assert visitor.jar == set()
    visitor.click(visitor.page.get_by_role("link", name="Begin"))
    expect(visitor.banner).to_have_count(1)
    assert story.demo.calls() == {}


def block_all_cookies(story: Story, browser: Browser, profile: Path) -> None:
    with blocking_cookies(browser, profile, **story.options) as context:
        page = context.new_page()
        page.goto(story.demo.portal)
        with page.expect_navigation() as navigation:
            page.locator("[data-cookiesafe=reject]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Your browser is blocking cookies"
        )
        story.shot("blocked", page=page)
        assert navigation.value is not None
        assert redirects(navigation.value.request) <= 3
        page.get_by_role("link", name="Continue").click()
        expect(page.locator("[data-cookiesafe=blocked]")).to_be_visible()
        expect(page.locator("[data-cookiesafe=banner]")).to_have_count(0)
        assert context.cookies() == []


# --- what a visitor does -------------------------------------------------------------------------


def press(visitor: Visitor, button: Locator) -> None:
    """Whether it leads to another page or not."""
    button.click()
    visitor.settle()


def press_in_strip(visitor: Visitor, name: str) -> None:
    strip = visitor.page.locator(".demo-strip")
    strip.locator("summary").click()
    visitor.click(strip.get_by_role("button", name=name))


def sign_in(visitor: Visitor) -> None:
    fill(visitor, {"E-mail address": EMAIL, "Password": PASSWORD})
    visitor.click(visitor.button("Sign in"))


def fill(visitor: Visitor, values: dict[str, str]) -> None:
    for label, value in values.items():
        visitor.page.get_by_label(label, exact=True).fill(value)


def open_a_bill(visitor: Visitor) -> None:
    visitor.go("/bills")
    visitor.click(visitor.page.get_by_role("button", name=re.compile(r"^Pay bill")).first)


def pay(visitor: Visitor) -> None:
    for step in (CONTACT, BILLING):
        fill(visitor, step)
        visitor.click(visitor.button("Continue"))
    fill(visitor, CARD)
    visitor.click(visitor.page.get_by_role("button", name=re.compile("^Pay £")))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(
        "Thank you, your bill is paid"
    )


def box(visitor: Visitor, title: str) -> Locator:
    return visitor.page.get_by_role("checkbox", name=title)


def choose(visitor: Visitor, **purposes: bool) -> None:
    """On the page of choices, and save."""
    tick(visitor, **purposes)
    visitor.choose("save")


def tick(visitor: Visitor, **purposes: bool) -> None:
    for id, on in purposes.items():
        visitor.page.locator(f"input[name=purpose][value={id}]").set_checked(on)


def check(visitor: Visitor, receipt: bytes) -> None:
    file: Any = {"name": "receipt.json", "mimeType": "application/json", "buffer": receipt}
    visitor.page.get_by_label("A file").set_input_files(file)
    visitor.click(visitor.button("Check it"))


# --- what can be seen of it ----------------------------------------------------------------------


def granted(visitor: Visitor) -> set[str]:
    """The purposes that are ticked on the page of choices."""
    visitor.go(CHOICES)
    ticked = visitor.page.locator("form:has([data-cookiesafe=save]) input[name=purpose]:checked")
    return {each.get_attribute("value") or "" for each in ticked.all()}


def figures(visitor: Visitor) -> dict[str, int]:
    """The numbers in the dashboard's first table."""
    rows = visitor.page.locator("section[aria-labelledby=figures] tbody tr").all()
    read = {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows}
    return {name: int(n.replace(",", "")) for name, n in read.items() if n[0].isdecimal()}


def allows(visitor: Visitor, url: str) -> bool:
    """Whether the page that is shown lets the browser call somebody."""
    shown = [
        each
        for each in visitor.requests
        if each.is_navigation_request() and each.frame == visitor.page.main_frame
    ][-1].response()
    assert shown is not None
    return url.removeprefix("http://") in shown.headers["content-security-policy"]


def size_of(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box
    return box["width"], box["height"]


def pages_counted(visitor: Visitor) -> int:
    (counter,) = (each for each in visitor.context.cookies() if each["name"] == "hl_stats")
    return int(counter["value"].split(".")[1])


def what_outlives_the_browser(visitor: Visitor) -> Any:
    state: Any = visitor.context.storage_state()
    return {**state, "cookies": [each for each in state["cookies"] if each["expires"] != -1]}


def where_from(request: Request) -> str:
    return request.all_headers()["sec-fetch-site"]


def redirects(request: Request) -> int:
    before = request.redirected_from
    return 0 if before is None else 1 + redirects(before)


def ledger(story: Story) -> list[Any]:
    folder = story.demo.errors.parent
    with closing(open_store(data.database_url(data.last(folder), "cookiesafe"))) as store:
        return list(store.records())
