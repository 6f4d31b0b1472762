"""The portal's pages, asked as plain functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from cookiesafe import BadCarry, NotFresh, Policy
from demo_app.portal import policy
from demo_app.portal.page import PageRequest, PageResponse
from demo_app.portal.routes import ROUTES, missing
from demo_app.portal.seed import EMAIL, PASSWORD, seed
from demo_app.portal.site import Site

NOW = datetime(2026, 11, 22, 12, 0)
BO = {
    "name": "Bo Anchor",
    "email": "bo@harbour.example",
    "phone": "020 7946 0000",
    "street": "9 Quay Street",
    "town": "Port Marigold",
    "postcode": "PM1 1AA",
    "card": "4242 4242 4242 4242",
}

CHANGED = {name: text for name, text in BO.items() if name != "card"}
CONTACT = {name: BO[name] for name in ("name", "email", "phone")}
KNOWN = {"name": "Ada Fairlead", "email": EMAIL, "phone": "020 7946 0182"}
STEPS = (CONTACT, {name: BO[name] for name in ("street", "town", "postcode")}, {"card": BO["card"]})


def opened(database: Path) -> Site:
    return Site.open(f"sqlite:///{database}", now=lambda: NOW)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("seeded") / "portal.db"
    with closing(opened(database)) as site:
        seed(site, Contacts(), NOW.date())
    return database


@pytest.fixture
def site(tmp_path: Path, seeded: Path) -> Iterator[Site]:
    with closing(opened(Path(copy(seeded, tmp_path)))) as site:
        yield site


@dataclass(frozen=True)
class Carried:
    data: dict[str, Any]
    step: int
    flow: str


@dataclass
class Carry:
    """Keeps what it is given, by a token that says the step."""

    states: dict[str, Carried] = field(default_factory=dict)
    opened: Carried | None = None

    def seal(self, form: str, data: Mapping[str, Any], step: int, version: int, /) -> str:
        flow = self.opened.flow if self.opened else f"flow-{len(self.states)}"
        token = f"{form}-{version}-{step}-{len(self.states)}"
        self.states[token] = Carried(deepcopy(dict(data)), step, flow)
        return token

    def open(self, form: str, token: str | None, version: int, /) -> Carried:
        self.opened = None
        if token not in self.states:
            raise BadCarry("unreadable" if token else "absent")
        self.opened = deepcopy(self.states[token])
        return self.opened


@dataclass
class Visit:
    """As much of one as the pages need, and what they did to it."""

    agreed: set[str] = field(default_factory=set)
    carry: Carry = field(default_factory=Carry)
    user_id: str | None = None
    fresh: bool = True
    stolen: bool = False
    child: bool = False
    policy: str = ""
    did: list[str] = field(default_factory=list)

    def allows(self, purpose: str, /) -> bool:
        return purpose in self.agreed

    def can(self, feature: str, /) -> bool:
        return feature in self.agreed

    def login(self, user_id: int, /, *, remember: bool = False) -> None:
        self.user_id, self.fresh = str(user_id), True
        self.did.append("signed in to stay" if remember else "signed in")

    def logout(self, *, everywhere: bool = False, clear: bool = False) -> None:
        self.user_id = None
        said = "signed out everywhere" if everywhere else "signed out"
        self.did.append(f"{said}, all deleted" if clear else said)

    def limited_notice(self, feature: str, /) -> str:
        return "" if self.can(feature) else f"{feature} is off"

    def take_answer(self, form: Mapping[str, str], /) -> bool:
        said, _, feature = form.get("cookiesafe-feature", "").partition(":")
        if said == "on":
            self.agreed.add(feature)
        return bool(said)

    def require_fresh(self, max_age: int, /) -> None:
        assert max_age == 600
        if not self.fresh:
            raise NotFresh("the password was given long ago")


@dataclass
class Contacts:
    """Remembers what it was told."""

    chosen: dict[int, dict[str, bool]] = field(default_factory=dict)
    kept: str | None = None

    def choose_contact(self, customer: int, choices: Mapping[str, bool], /) -> None:
        self.chosen[customer] = dict(choices)

    def receipt(self, visit: object, /) -> str | None:
        return self.kept

    def may_contact(self, customer: int, purpose: str, /) -> bool:
        return self.chosen.get(customer, {}).get(purpose, False)


@dataclass
class Visitor:
    site: Site
    visit: Visit = field(default_factory=Visit)
    contacts: Contacts = field(default_factory=Contacts)
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str) -> PageResponse:
        return self._ask("GET", url, {})

    def post(self, url: str, **form: str) -> PageResponse:
        return self._ask("POST", url, form)

    def sign_in(self) -> PageResponse:
        return self.post("/sign-in", email=EMAIL, password=PASSWORD)

    def pay(self, number: str, **last: str) -> PageResponse:
        """All steps, with the details of Bo."""
        return self.step(self.to_the_last_step(number), **last)

    def to_the_last_step(self, number: str) -> PageResponse:
        return self.step(self.step(self.post("/pay", bill=number)))

    def step(self, page: PageResponse, **more: str) -> PageResponse:
        """On from a page, with what it asks for."""
        state = value_of("state", page)
        return self.post("/pay", state=state, **STEPS[self.visit.carry.states[state].step], **more)

    def request(self, method: str, url: str, form: Mapping[str, str]) -> PageRequest:
        parts = urlsplit(url)
        return PageRequest(
            visit=self.visit,
            contacts=self.contacts,
            path=parts.path,
            method=method,
            query=dict(parse_qsl(parts.query)),
            form=form,
            cookies=self.cookies,
        )

    def _ask(self, method: str, url: str, form: Mapping[str, str]) -> PageResponse:
        request = self.request(method, url, form)
        route = next(route for route in ROUTES if _fits(route.path, request.path))
        return route.answer(self.site, request)


def _fits(route: str, path: str) -> bool:
    """A part in brackets stands for anything."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path) is not None


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return Visitor(site)


def value_of(name: str, page: PageResponse) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page.body)
    assert found, f"no field {name}"
    return found[1]


def open_bill(visitor: Visitor) -> str:
    customer = visitor.site.customers.find(visitor.visit.user_id)
    return visitor.site.bills.of(customer)[0].number


class TestEveryPage:
    def test_it_carries_the_advertisers_tags_whatever_was_agreed(self, visitor: Visitor) -> None:
        body = visitor.get("/").body

        for tag in ("/ad.js", "/pixel.gif", "/frame.html", "/made.js", "/beacon"):
            assert f"http://gullwing.localhost:8802{tag}" in body

    def test_it_sets_its_cookies_whatever_was_agreed(self, visitor: Visitor) -> None:
        cookies = {cookie.name: cookie for cookie in visitor.get("/").cookies}

        assert cookies.keys() == {"hl_ad", "hl_stats"}
        assert all(cookie.max_age > 0 for cookie in cookies.values())

    def test_a_visitor_keeps_the_number_once_given(self, visitor: Visitor) -> None:
        visitor.cookies = {"hl_ad": "0123456789abcdef"}

        assert visitor.get("/").cookies[1].value == "0123456789abcdef"

    @pytest.mark.parametrize(
        "nonsense", ["", "x", "0123456789abcdef.x.", "é" * 20, "0123456789abcdef.9999999."]
    )
    def test_nonsense_in_a_cookie_is_replaced(self, visitor: Visitor, nonsense: str) -> None:
        visitor.cookies = {"hl_ad": nonsense, "hl_stats": nonsense, "hl_ad_topic": nonsense}

        statistics, advertising = visitor.get("/").cookies

        assert re.fullmatch(r"[0-9a-f]{16}\.1\.", statistics.value)
        assert re.fullmatch(r"[0-9a-f]{16}", advertising.value)

    def test_it_links_to_the_choices_and_the_cookies(self, visitor: Visitor) -> None:
        body = visitor.get("/usage").body

        assert 'href="/cookiesafe/choices"' in body
        assert 'href="/cookiesafe/cookies"' in body

    def test_what_was_typed_is_escaped(self, visitor: Visitor) -> None:
        body = visitor.post("/register", name="<b>Bo</b>", email="bo", password="p").body

        assert "<b>Bo" not in body
        assert "&lt;b&gt;Bo" in body


class TestAnAccount:
    def test_signing_in_leads_to_the_bills(self, visitor: Visitor) -> None:
        assert visitor.sign_in().headers == {"Location": "/bills"}
        assert "My bills" in visitor.get("/bills").body

    @pytest.mark.parametrize(
        ("email", "password"), [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD)]
    )
    def test_a_wrong_password_and_an_unknown_address_look_alike(
        self, visitor: Visitor, email: str, password: str
    ) -> None:
        answer = visitor.post("/sign-in", email=email, password=password)

        assert answer.status == 422
        assert "do not belong together" in answer.body
        assert value_of("email", answer) == email
        assert value_of("password", answer) == ""
        assert visitor.visit.did == []

    def test_signing_in_leads_back_only_to_pages_of_ours(self, visitor: Visitor) -> None:
        kept = {"email": EMAIL, "password": PASSWORD}

        assert visitor.post("/sign-in", **kept, next="/details").headers["Location"] == "/details"
        assert (
            visitor.post("/sign-in", **kept, next="//evil.example").headers["Location"] == "/bills"
        )

    @pytest.mark.parametrize(
        ("form", "done"),
        [({}, "signed in"), ({"stay": "yes"}, "signed in to stay"), ({"stay": "x"}, "signed in")],
    )
    def test_only_the_box_has_a_customer_stay_signed_in(
        self, visitor: Visitor, form: dict[str, str], done: str
    ) -> None:
        visitor.post("/sign-in", email=EMAIL, password=PASSWORD, **form)

        assert visitor.visit.did == [done]

    @pytest.mark.law("W-02")
    def test_the_box_is_never_ticked_by_us(self, visitor: Visitor) -> None:
        shown = visitor.get("/sign-in").body
        again = visitor.post("/sign-in", email=EMAIL, password="wrong", stay="yes").body

        for page in (shown, again):
            assert "Keep me signed in on this browser (uses cookies)" in page
            assert "checked" not in page

    @pytest.mark.parametrize(
        ("form", "done"),
        [
            ({}, "signed out"),
            ({"everywhere": "yes"}, "signed out everywhere"),
            ({"clear": "yes"}, "signed out, all deleted"),
        ],
    )
    def test_signing_out(self, visitor: Visitor, form: dict[str, str], done: str) -> None:
        visitor.sign_in()

        assert visitor.post("/sign-out", **form).status == 303
        assert visitor.visit.did[1:] == [done]
        assert visitor.get("/details").headers["Location"] == "/sign-in?next=%2Fdetails"

    def test_registering_signs_in_and_brings_bills(self, visitor: Visitor) -> None:
        answer = visitor.post(
            "/register", name="Bo", email="Bo@Harbour.example", password="longenough"
        )

        assert answer.headers["Location"] == "/details?new=yes"
        assert "Welcome, Bo" in visitor.get("/details?new=yes").body
        assert visitor.get("/bills").body.count('class="bill"') == 2
        visitor.post("/sign-out")
        assert (
            visitor.post("/sign-in", email="bo@harbour.example", password="longenough").status
            == 303
        )

    def test_offers_are_mailed_only_to_who_ticks_a_box_that_comes_without_a_tick(
        self, visitor: Visitor
    ) -> None:
        form = {"name": "Bo", "password": "longenough"}
        assert 'name="offers" value="yes" aria' in visitor.get("/register").body
        visitor.post("/register", email="bo@harbour.example", **form)
        visitor.post("/register", email="cy@harbour.example", offers="yes", **form)

        assert list(visitor.contacts.chosen.values()) == [
            {"newsletter": False},
            {"newsletter": True},
        ]

    def test_a_form_that_is_shown_again_keeps_the_tick(self, visitor: Visitor) -> None:
        again = visitor.post("/register", name="", email="", password="", offers="yes").body

        assert 'name="offers" value="yes" aria-describedby="offers-hint" checked' in again
        assert visitor.contacts.chosen == {}

    def test_an_address_has_one_account(self, visitor: Visitor) -> None:
        answer = visitor.post("/register", name="Eve", email=EMAIL.upper(), password="longenough")

        assert answer.status == 422
        assert "sign in instead" in answer.body

    def test_details_are_changed(self, visitor: Visitor) -> None:
        visitor.sign_in()

        assert visitor.post("/details", **CHANGED).headers["Location"] == "/details?saved=yes"
        assert value_of("street", visitor.get("/details")) == "9 Quay Street"

    def test_details_stay_marked_with_the_policy_they_were_given_under(
        self, visitor: Visitor
    ) -> None:
        given = '<a href="/cookiesafe/changes?version={}">our policy as it was then</a>'
        visitor.sign_in()
        assert "as it was then" not in visitor.get("/details").body
        visitor.visit.policy = "3f9a1c22b0de"
        visitor.post("/details", **CHANGED)
        visitor.visit.policy = "77d04a1be0c2"

        assert given.format("3f9a1c22b0de") in visitor.get("/details").body

    def test_details_that_lack_something_are_shown_again_and_not_kept(
        self, visitor: Visitor
    ) -> None:
        visitor.sign_in()

        answer = visitor.post("/details", **BO | {"street": " ", "town": "Elsewhere"})

        assert answer.status == 422
        assert value_of("town", answer) == "Elsewhere"
        assert 'href="#street"' in answer.body
        assert value_of("town", visitor.get("/details")) == "Port Marigold"

    def test_a_customer_who_is_gone_is_signed_out(self, visitor: Visitor) -> None:
        visitor.visit.user_id = "999"

        assert visitor.get("/details").status == 303

    def test_a_copied_login_is_told_of_on_whichever_page_it_shows(self, visitor: Visitor) -> None:
        visitor.visit.stolen = True

        assert "somebody may have copied it" in visitor.get("/usage").body

    def test_the_details_lead_to_the_browsers(self, visitor: Visitor) -> None:
        visitor.sign_in()

        assert 'href="/cookiesafe/devices?next=/details"' in visitor.get("/details").body


class TestChangingDetailsLongAfterThePassword:
    @pytest.fixture
    def stale(self, visitor: Visitor) -> Visitor:
        visitor.sign_in()
        visitor.visit.fresh = False
        return visitor

    def test_it_is_asked_for_with_what_was_typed_kept(self, stale: Visitor) -> None:
        asked = stale.post("/details", **CHANGED)

        assert asked.status == 200
        assert "Your password, please" in asked.body
        assert value_of("street", asked) == "9 Quay Street"
        assert value_of("street", stale.get("/details")) == "3 Lantern Row"

    def test_with_it_they_are_changed(self, stale: Visitor) -> None:
        saved = stale.post("/details", **CHANGED, password=PASSWORD)

        assert saved.headers["Location"] == "/details?saved=yes"
        assert value_of("street", stale.get("/details")) == "9 Quay Street"
        assert stale.visit.did == ["signed in", "signed in"]

    @pytest.mark.parametrize("password", ["", "wrong"])
    def test_without_it_they_are_not(self, stale: Visitor, password: str) -> None:
        refused = stale.post("/details", **CHANGED, password=password)

        assert refused.status == 422
        assert value_of("password", refused) == ""
        assert value_of("street", refused) == "9 Quay Street"
        assert value_of("street", stale.get("/details")) == "3 Lantern Row"

    def test_nobody_is_asked_for_it_over_what_cannot_be_saved(self, stale: Visitor) -> None:
        assert "Your password" not in stale.post("/details", **CHANGED | {"street": ""}).body


class TestPaying:
    def test_without_the_purpose_details_are_typed_each_time(self, visitor: Visitor) -> None:
        visitor.sign_in()

        contact = visitor.post("/pay", bill=open_bill(visitor))
        billing = visitor.step(contact)

        assert value_of("name", contact) == ""
        assert value_of("street", billing) == ""
        assert 'autocomplete="billing street-address"' in billing.body
        for page in (contact, billing):
            assert "saved_details is off" in page.body

    def test_with_it_they_are_filled_in(self, visitor: Visitor) -> None:
        visitor.sign_in()
        visitor.visit.agreed = {"saved_details"}

        contact = visitor.post("/pay", bill=open_bill(visitor))
        billing = visitor.post("/pay", state=value_of("state", contact), **KNOWN)

        assert value_of("name", contact) == "Ada Fairlead"
        assert value_of("street", billing) == "3 Lantern Row"
        assert value_of("card", visitor.step(billing)) == ""
        assert "is off" not in contact.body

    def test_turning_it_on_above_the_form_fills_in_what_is_missing_and_keeps_what_was_typed(
        self, visitor: Visitor
    ) -> None:
        visitor.sign_in()
        contact = visitor.post("/pay", bill=open_bill(visitor))

        answer = {
            "cookiesafe-feature": "on:saved_details",
            "name": "Bo Anchor",
            "email": "unfinished",
        }
        again = visitor.post("/pay", state=value_of("state", contact), **answer)

        assert again.status == 200
        assert value_of("name", again) == "Bo Anchor"
        assert value_of("email", again) == "unfinished"
        assert value_of("phone", again) == "020 7946 0182"
        assert "is off" not in again.body

    @pytest.mark.parametrize("agreed", [True, False])
    def test_they_are_kept_for_the_next_bill_only_with_it(
        self, visitor: Visitor, agreed: bool
    ) -> None:
        visitor.sign_in()
        visitor.visit.agreed = {"saved_details"} if agreed else set()

        visitor.pay(open_bill(visitor))

        details = visitor.get("/details")
        assert value_of("street", details) == ("9 Quay Street" if agreed else "3 Lantern Row")
        assert value_of("email", details) == EMAIL

    def test_a_guest_pays_and_gets_a_receipt(self, visitor: Visitor) -> None:
        number = open_bill(visitor)

        receipt = visitor.pay(number.lower())

        assert receipt.status == 200
        for shown in (number, "Bo Anchor", "ending 4242", "9 Quay Street", "22 November 2026"):
            assert shown in receipt.body

    def test_the_last_four_digits_are_kept_however_the_card_was_typed(
        self, visitor: Visitor
    ) -> None:
        page = visitor.to_the_last_step(open_bill(visitor))

        receipt = visitor.post("/pay", state=value_of("state", page), card="4242 4242 424 1 2 3 4")

        assert "ending 1234" in receipt.body

    def test_a_guest_who_has_paid_all_samples_is_told_how_to_get_more(
        self, visitor: Visitor
    ) -> None:
        for bill in visitor.site.bills.of(None):
            visitor.pay(bill.number)

        assert "new ones come when the demo is started again" in visitor.get("/bills").body

    def test_a_bill_is_paid_once(self, visitor: Visitor) -> None:
        number = open_bill(visitor)
        visitor.pay(number)

        again = visitor.post("/pay", bill=number)

        assert again.status == 422
        assert "has been paid" in again.body

    def test_two_who_pay_the_same_bill_at_once_pay_it_once(self, visitor: Visitor) -> None:
        number = open_bill(visitor)
        late = visitor.to_the_last_step(number)
        visitor.pay(number)

        again = visitor.step(late)

        assert again.status == 422
        assert "has been paid" in again.body

    def test_the_last_step_sent_twice_gives_the_same_receipt(self, visitor: Visitor) -> None:
        last = visitor.to_the_last_step(open_bill(visitor))

        assert visitor.step(last).body == visitor.step(last).body

    def test_back_after_the_payment_and_on_again_gives_the_same_receipt(
        self, visitor: Visitor
    ) -> None:
        contact = visitor.post("/pay", bill=open_bill(visitor))
        billing = visitor.step(contact)
        receipt = visitor.step(visitor.step(billing))

        assert visitor.step(visitor.step(billing)).body == receipt.body
        assert visitor.step(visitor.step(visitor.step(contact))).body == receipt.body

    def test_back_shows_what_was_typed_and_so_does_on(self, visitor: Visitor) -> None:
        billing = visitor.step(visitor.post("/pay", bill=open_bill(visitor)))
        state = value_of("state", billing)
        contact = visitor.post("/pay", state=state, go="back", street="1 Pier Road")

        assert value_of("name", contact) == "Bo Anchor"
        assert value_of("street", visitor.step(contact)) == "1 Pier Road"

    def test_what_was_typed_stays_when_something_is_wrong(self, visitor: Visitor) -> None:
        contact = visitor.post("/pay", bill=open_bill(visitor))

        typed = {"name": "Bo Anchor", "email": "bo", "phone": "1"}
        page = visitor.post("/pay", state=value_of("state", contact), **typed)

        assert page.status == 422
        assert value_of("name", page) == "Bo Anchor"
        assert page.body.count('aria-invalid="true"') == 2

    def test_what_is_much_too_long_is_asked_for_again(self, visitor: Visitor) -> None:
        contact = visitor.post("/pay", bill=open_bill(visitor))

        typed = dict.fromkeys(("name", "email", "phone"), "x" * 60000)
        page = visitor.post("/pay", state=value_of("state", contact), **typed)

        assert page.status == 422
        assert page.body.count("This is longer than 200 characters") == 6

    def test_everything_is_looked_at_again_at_the_end(self, visitor: Visitor) -> None:
        last = visitor.to_the_last_step(open_bill(visitor))
        visitor.visit.carry.states[value_of("state", last)].data["typed"]["email"] = "gone bad"

        page = visitor.step(last)

        assert page.status == 422
        assert "Write an e-mail address" in page.body

    def test_a_state_that_cannot_be_read_begins_again_with_a_friendly_line(
        self, visitor: Visitor
    ) -> None:
        page = visitor.post("/pay", bill=open_bill(visitor), state="x", **CONTACT)

        assert page.status == 200
        assert "please begin again" in page.body
        assert value_of("name", page) == ""

    @pytest.mark.parametrize("number", ["", "HL-0000-0000", "' or 1"])
    def test_an_unknown_number_is_asked_for_again(self, visitor: Visitor, number: str) -> None:
        page = visitor.post("/pay", bill=number)

        assert page.status == 422
        assert "We have no bill with this number" in page.body

    def test_nothing_of_it_is_in_an_address(self, visitor: Visitor) -> None:
        assert visitor.get("/pay?bill=HL-1234-5678").headers["Location"] == "/bills"

    def test_a_receipt_is_shown_to_who_knows_its_reference(self, visitor: Visitor) -> None:
        assert visitor.get("/paid?payment=guess").status == 404
        assert visitor.get("/paid").status == 404


class TestPayingABillOfAnAccount:
    @pytest.fixture
    def number(self, visitor: Visitor) -> str:
        return visitor.site.bills.of(visitor.site.customers.with_email(EMAIL))[0].number

    def test_it_takes_the_password_and_signs_nobody_in(self, visitor: Visitor, number: str) -> None:
        receipt = visitor.pay(number, password=PASSWORD)

        assert "Thank you, your bill is paid" in receipt.body
        assert visitor.visit.did == []

    @pytest.mark.parametrize("password", ["", "wrong"])
    def test_without_it_nothing_is_paid(self, visitor: Visitor, number: str, password: str) -> None:
        refused = visitor.pay(number, password=password)

        assert refused.status == 422
        assert value_of("card", refused) == BO["card"]
        assert value_of("password", refused) == ""
        bill = visitor.site.bills.find(number)
        assert bill is not None
        assert not bill.paid

    def test_who_is_signed_in_is_not_asked(self, visitor: Visitor, number: str) -> None:
        visitor.sign_in()

        assert 'type="password"' not in visitor.to_the_last_step(number).body

    def test_somebody_else_who_is_signed_in_is(self, visitor: Visitor, number: str) -> None:
        visitor.post("/register", name="Eve", email="eve@harbour.example", password="longenough")

        refused = visitor.pay(number, password="longenough")

        assert refused.status == 422
        assert "the password of that account" in refused.body


class TestUsageTips:
    def test_everybody_reads_the_general_ones(self, visitor: Visitor) -> None:
        page = visitor.get("/usage")

        assert "Catch the rain" in page.body
        assert "“Usage statistics” is off, so you see the same tips as everybody else." in page.body

    def test_others_are_picked_by_what_was_read_if_statistics_are_allowed(
        self, visitor: Visitor
    ) -> None:
        visitor.visit.agreed = {"statistics"}
        statistics = visitor.get("/usage?topic=garden").cookies[1]
        visitor.cookies = {statistics.name: statistics.value}

        assert "Because you read about garden" in visitor.get("/usage").body

    def test_they_are_not_if_statistics_are_refused(self, visitor: Visitor) -> None:
        visitor.cookies = {"hl_stats": "0123456789abcdef.3.garden"}

        assert "Because you read" not in visitor.get("/usage").body

    def test_the_page_sets_a_cookie_that_no_policy_declares(self, visitor: Visitor) -> None:
        names = {cookie.name for cookie in visitor.get("/usage").cookies}

        assert "hl_experiment" in names
        assert "hl_experiment" not in policy.text()

    def test_the_advertiser_is_told_the_topic(self, visitor: Visitor) -> None:
        page = visitor.get("/usage?topic=kitchen")
        visitor.cookies = {cookie.name: cookie.value for cookie in page.cookies}

        assert visitor.cookies["hl_ad_topic"] == "kitchen"
        assert "/frame.html?topic=kitchen" in visitor.get("/").body


class TestOutages:
    def test_the_film_is_another_companys_and_has_a_title_and_a_size(
        self, visitor: Visitor
    ) -> None:
        film = re.search(r"<iframe[^>]*/embed/[^>]*>", visitor.get("/outages").body)

        assert film
        assert "http://tidepool.localhost:8803/embed/lights-out" in film[0]
        for attribute in ('title="Film: ', 'width="640"', 'height="360"'):
            assert attribute in film[0]

    def test_works_are_still_to_come(self, visitor: Visitor) -> None:
        assert "23 November 2026" in visitor.get("/outages").body


class TestTheNewsletter:
    def test_who_is_signed_out_is_told_how_to_get_and_how_to_stop_it(
        self, visitor: Visitor
    ) -> None:
        page = visitor.get("/newsletter").body

        assert 'href="/sign-in?next=/newsletter"' in page
        assert "To stop it, you need not" in page
        assert visitor.post("/newsletter", wanted="yes").headers["Location"].startswith("/sign-in")
        assert visitor.contacts.chosen == {}

    @pytest.mark.parametrize(
        ("form", "gets_it"), [({"wanted": "yes"}, True), ({"wanted": "no"}, False), ({}, False)]
    )
    def test_only_a_yes_is_one(self, visitor: Visitor, form: dict[str, str], gets_it: bool) -> None:
        visitor.sign_in()
        visitor.post("/newsletter", **form)

        assert list(visitor.contacts.chosen.values()) == [{"newsletter": gets_it}]
        assert ("Send it to me" in visitor.get("/newsletter").body) == (not gets_it)

    def test_who_is_signed_out_by_now_is_not_told_what_became_of_it(self, visitor: Visitor) -> None:
        assert "You get no more" not in visitor.get("/newsletter?saved=yes").body

    @pytest.mark.parametrize(
        ("token", "there"), [("a-B_9", "a-B_9"), ("a&next=//evil", "a%26next%3D"), ("é", "%C3%A9")]
    )
    def test_the_short_address_leads_to_the_page_with_the_button(
        self, visitor: Visitor, token: str, there: str
    ) -> None:
        token = token.rpartition("//")[0] or token
        answer = visitor.get(f"/newsletter/stop/{token}")

        assert answer.status == 303
        assert answer.headers["Location"] == f"/cookiesafe/unsubscribe?{there}"
        assert visitor.contacts.chosen == {}


class TestTheYoungHarbour:
    def test_the_way_in_says_nothing_about_the_right_age(self, visitor: Visitor) -> None:
        page = visitor.get("/young").body.partition("<h1>")[2].partition("</main>")[0]

        assert "/cookiesafe/age?next=/young/quiz" in page
        for hint in ("13", "child", "adult", "grown-up", "parent"):
            assert hint not in page.lower()

    def test_a_childs_pages_have_no_adverts_and_no_forms_of_people(self, visitor: Visitor) -> None:
        visitor.visit.child = True
        for path in ("/", "/usage", "/outages", "/young", "/young/quiz"):
            page = visitor.get(path).body

            for others in ("gullwing", "tidepool", "From our partners"):
                assert others not in page, path
            for link in ("/sign-in", "/register", "/details", "/newsletter", "/cookiesafe/choices"):
                assert f'href="{link}' not in page, path

    @pytest.mark.parametrize(
        "path", ["/register", "/sign-in", "/details", "/newsletter", "/pay", "/bills", "/paid"]
    )
    def test_a_child_is_not_asked_who_it_is(self, visitor: Visitor, path: str) -> None:
        visitor.visit.child = True
        typed = {"name": "Cy", "email": "cy@harbour.example", "password": "longenough"}
        for answer in (visitor.get(path), visitor.post(path, **typed)):
            assert answer.status == 403
            assert "Please ask a grown-up" in answer.body
            assert "<input" not in answer.body
        assert visitor.visit.did == []
        assert visitor.site.customers.with_email("cy@harbour.example") is None

    def test_a_child_is_led_nowhere_it_cannot_go(self, visitor: Visitor) -> None:
        visitor.sign_in()
        visitor.visit.child = True
        page = missing(visitor.site, visitor.request("GET", "/bils", {}), 404)
        for body in (page.body, visitor.get("/tamper").body):
            main = body.partition("<main")[2].partition("</main>")[0]
            assert re.findall(r'href="(/[a-z][^"]*)"', main) == ["/young/quiz"]

    def test_a_child_who_is_signed_in_can_sign_out(self, visitor: Visitor) -> None:
        visitor.sign_in()
        visitor.visit.child = True

        assert visitor.post("/sign-out").status == 303
        assert visitor.visit.user_id is None

    @pytest.mark.parametrize(
        ("answers", "right"),
        [
            ({"tap": "1", "turbine": "2", "lamp": "0"}, 3),
            ({"tap": "0"}, 0),
            ({"tap": "1", "turbine": "-1", "lamp": "é"}, 1),
        ],
    )
    def test_the_quiz_says_how_many_are_right(
        self, visitor: Visitor, answers: dict[str, str], right: int
    ) -> None:
        marked = visitor.post("/young/quiz", **answers).body

        assert f"{right} of 3 are right." in marked
        assert marked.count(" checked") == sum(each.isdigit() for each in answers.values())


class TestThePrivacyPolicy:
    def test_it_speaks_of_each_company_and_leads_to_every_choice(self, visitor: Visitor) -> None:
        page = visitor.get("/privacy").body

        for vendor in re.findall(r'\[vendors\.\w+\]\nname = "([^"]+)"', policy.text()):
            assert vendor in page
        for path in ("choices", "cookies", "receipt", "devices", "changes"):
            assert f'"/cookiesafe/{path}"' in page

    def test_its_links_lead_to_pages_of_the_portal(self, visitor: Visitor) -> None:
        paths = re.findall(r'href="(/[a-z/-]*)"', visitor.get("/privacy").body)
        ours = {path for path in paths if not path.startswith(("/cookiesafe/", "/static/"))}

        assert {"/young", "/newsletter", "/details"} <= ours
        assert all(visitor.get(path).status in (200, 303) for path in ours)


class TestThePolicy:
    def test_the_next_version_is_this_one_and_more(self) -> None:
        now, later = Policy.from_toml(policy.text()), Policy.from_toml(policy.next_text())

        assert set(later.purposes) - set(now.purposes) == {"surveys"}
        assert {id: later.grounds[id] for id in now.grounds} == now.grounds

    def test_it_has_the_advertisers_port_of_this_run(self) -> None:
        assert "gullwing.localhost:8802" in policy.text()
        assert "gullwing.localhost:8812" in policy.text(8812)
        assert "8802" not in policy.text(8812)
        assert "tidepool.localhost:8813" in policy.text(8812, 8813)


def test_a_second_start_brings_only_what_is_missing(site: Site) -> None:
    ada = site.customers.with_email(EMAIL)
    before = site.bills.of(ada)

    contacts = Contacts()
    seed(site, contacts, NOW.date())

    assert site.bills.of(ada) == before
    assert contacts.chosen == {}
