"""One journey, whatever was chosen and whatever the browser keeps: find a page, sign in, pay a bill, change the choice,
sign out.

Nobody meets an error, a loop or a wall; what is limited is said beforehand, in the policy's words.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Browser, Request, expect

from demo_app import data
from tests.support.browser import NECESSARY, Visitor, blocking_cookies
from tests.support.servers import Demo

State = Literal["accepted", "withdrawn", "rejected", "undecided", "blocked"]
NewVisitor = Callable[..., Visitor]

CHOICES = "/cookiesafe/choices"
WITHOUT = "you type your contact and billing details again"
"""The policy's words for what is limited."""
PASSWORD = "anchorage"
MOST_REDIRECTS = 3
KEPT = {
    "accepted": NECESSARY | {"hl_stats", "hl_ad", "hl_ad_topic", "gw_id"},
    # The advertiser's own, under its own address, is out of the site's reach.
    "withdrawn": NECESSARY | {"gw_id"},
    "blocked": frozenset(),
}
AFTERWARDS: dict[State, State] = {
    "accepted": "withdrawn",
    "rejected": "accepted",
    "undecided": "rejected",
}
people = count(1)


@dataclass(frozen=True)
class Customer:
    """``typed`` is what only this one types, by the labels of the three steps."""

    email: str
    bill: str
    typed: tuple[dict[str, str], dict[str, str], dict[str, str]]


class Walker:
    """A visitor who is looked after at each step."""

    def __init__(self, visitor: Visitor, state: State) -> None:
        self.visitor = visitor
        self.state = state
        self.page = visitor.page
        self.statuses: list[tuple[int, str]] = []
        visitor.context.on("response", lambda each: self.statuses.append((each.status, each.url)))

    @property
    def blocked(self) -> bool:
        return self.state == "blocked"

    def go(self, path: str) -> None:
        self.visitor.go(path)
        self.look()

    def press(self, button: str | re.Pattern[str]) -> None:
        self.visitor.click(self.page.get_by_role("button", name=button))
        self.look()

    def follow(self, link: str) -> None:
        self.visitor.click(self.page.get_by_role("link", name=link).first)
        self.look()

    def choose(self, choice: Literal["accept", "reject"]) -> None:
        self.visitor.choose(choice)
        self.look()

    def fill(self, values: dict[str, str]) -> None:
        for label, value in values.items():
            self.page.get_by_label(label, exact=True).fill(value)

    def look(self) -> None:
        """No error page, no long way, and no more in the browser than was agreed to."""
        portal = self.visitor.demo.portal
        # By this the script finds out that no cookie is kept.
        asked = f"{portal}/cookiesafe/check?next=/cookiesafe/choices"
        refused = [s for s in self.statuses if s[0] >= 400 and s[1].startswith(portal)]
        assert [s for s in refused if s != (403, asked)] == []
        assert redirects(self.navigations[-1]) <= MOST_REDIRECTS
        assert self.visitor.jar <= KEPT.get(self.state, NECESSARY), self.state

    @property
    def navigations(self) -> list[Request]:
        main = self.page.main_frame
        requests = self.visitor.requests
        return [each for each in requests if each.is_navigation_request() and each.frame == main]


def redirects(request: Request) -> int:
    before = request.redirected_from
    return 0 if before is None else 1 + redirects(before)


@pytest.fixture(params=["accepted", "rejected", "undecided", "blocked"])
def state(request: pytest.FixtureRequest) -> State:
    state: State = request.param
    return state


@pytest.fixture
def customer(new_visitor: NewVisitor, demo: Demo) -> Customer:
    """Who opened an account at home, has two bills of it on paper, and now comes by another browser."""
    number = next(people)
    at_home = new_visitor(demo)
    email = f"anchor{number}@harbour.example"
    at_home.go("/register")
    for label, text in {"Full name": "Bo", "E-mail address": email, "Password": PASSWORD}.items():
        at_home.page.get_by_label(label, exact=True).fill(text)
    at_home.click(at_home.button("Open the account"))
    at_home.go("/bills")
    found = re.search(r"HL-\d{4}-\d{4}", at_home.page.locator("main").inner_text())
    assert found is not None
    at_home.context.close()
    return Customer(
        email,
        found[0],
        (
            {
                "Full name": f"Boatswain {number}",
                "E-mail address": f"boatswain{number}@harbour.example",
                "Telephone": f"020 7946 {number:04}",
            },
            {
                "Street and number": f"{number} Topsail Street",
                "Town": f"Port Topsail {number}",
                "Postcode": f"PT{number} 1AA",
            },
            {"Card number": f"4242 4242 42{number:02} 4242"},
        ),
    )


@pytest.fixture
def walker(
    state: State,
    scripts: bool,
    demo: Demo,
    browser: Browser,
    new_visitor: NewVisitor,
    tmp_path: Path,
) -> Iterator[Walker]:
    if state == "blocked":
        profile = tmp_path / "profile"
        with blocking_cookies(browser, profile, java_script_enabled=scripts) as context:
            yield Walker(Visitor(context, demo), state)
    else:
        yield Walker(new_visitor(demo, java_script_enabled=scripts), state)


@pytest.mark.law("L-11")
def test_every_visitor_gets_to_the_end(
    walker: Walker, state: State, demo: Demo, customer: Customer
) -> None:
    page = walker.page
    begin(walker)
    find_a_page(walker)
    sign_in(walker, customer)
    pay(walker, customer)
    change_the_choice(walker)
    sign_out(walker)

    assert page.get_by_role("link", name="Sign in").first.is_visible()
    if state in ("rejected", "undecided"):
        assert where_kept(demo, customer) == {"portal.payments"}
    if walker.blocked:
        assert walker.visitor.jar == set()
        assert traces(walker, customer) == []
        assert where_kept(demo, customer) == {"portal.payments"}


def begin(walker: Walker) -> None:
    walker.go("/")
    expect(walker.visitor.banner).to_contain_text(WITHOUT)
    if walker.state == "undecided":
        return
    walker.choose("reject" if walker.state == "rejected" else "accept")
    if walker.blocked:
        main = walker.page.locator("main")
        expect(main).to_contain_text("blocking cookies")
        expect(main).to_contain_text(WITHOUT)
        walker.follow("Continue")
        expect(walker.page.locator("#cookiesafe")).to_have_count(1)
        expect(walker.visitor.banner.get_by_role("button")).to_have_count(0)


def find_a_page(walker: Walker) -> None:
    walker.follow("Usage tips")
    walker.page.get_by_role("link", name="Heating").first.click()
    walker.visitor.settle()
    walker.look()
    assert bool(walker.visitor.demo.calls()) == (walker.state == "accepted")


def sign_in(walker: Walker, customer: Customer) -> None:
    walker.follow("Sign in")
    walker.fill({"E-mail address": customer.email, "Password": PASSWORD})
    walker.press("Sign in")
    if walker.blocked:
        expect(walker.page.locator("main")).to_contain_text("not signed in")
        walker.follow("Continue")
    expect(walker.page.get_by_role("heading", level=1)).to_have_text(
        "Pay a bill" if walker.blocked else "My bills"
    )


def pay(walker: Walker, customer: Customer) -> None:
    """Three steps, and the receipt."""
    contact, billing, card = customer.typed
    page = walker.page
    if walker.blocked:
        walker.fill({"Bill number": customer.bill})
        walker.press("Find the bill")
    else:
        walker.press(re.compile(f"^Pay bill {customer.bill}"))
    limited = page.locator("main form").get_by_text(WITHOUT)
    for step in (contact, billing):
        expect(limited).to_have_count(0 if walker.state == "accepted" else 1)
        walker.fill(step)
        walker.press("Continue")
    if walker.blocked:
        walker.fill({"Password": PASSWORD})
    walker.fill(card)
    walker.press(re.compile("^Pay £"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, your bill is paid")
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text(customer.bill)
    expect(receipt).to_contain_text(contact["Full name"])


def change_the_choice(walker: Walker) -> None:
    """To the opposite, or, of who has not chosen, to one."""
    walker.go(CHOICES)
    accepts = walker.state == "rejected"
    if not walker.blocked:
        walker.state = AFTERWARDS[walker.state]
    walker.choose("accept" if accepts else "reject")
    if walker.blocked:
        expect(walker.page.locator("main")).to_contain_text("blocking cookies")
        walker.follow("Continue")
        return
    walker.go(CHOICES)
    said = "you agreed to" if accepts else "you rejected everything optional"
    expect(walker.page.locator("main").get_by_role("status")).to_contain_text(said)
    walker.follow("Back to the site")


def sign_out(walker: Walker) -> None:
    if walker.blocked:
        walker.go("/sign-out")
    else:
        walker.press("Sign out")
    expect(walker.page.get_by_role("heading", level=1)).to_have_text("You are signed out")


def typed(customer: Customer) -> list[str]:
    return [text for step in customer.typed for text in step.values()]


def traces(walker: Walker, customer: Customer) -> list[str]:
    """Addresses, referrers and lines of the log in which something tells who it was."""
    telling = [customer.email, customer.bill, PASSWORD, *typed(customer)]
    requests = walker.visitor.requests
    said = [unquote_plus(each.url) for each in requests]
    said += [unquote_plus(each.headers.get("referer", "")) for each in requests]
    said += walker.visitor.demo.errors.read_text().splitlines()
    return [each for each in said if any(text in each for text in telling)]


def where_kept(demo: Demo, customer: Customer) -> set[str]:
    """The tables of both databases with something in them that was typed."""
    return {
        f"{file.stem}.{table}"
        for file in data.last(demo.errors.parent).glob("*.db")
        for table, row in rows(file)
        if any(text in row for text in typed(customer))
    }


def rows(file: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                yield table, " ".join(map(str, row))
