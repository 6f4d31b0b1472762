"""The portal on real servers: ASGI and WSGI serve the same pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from demo_app import serve
from demo_app.portal import asgi, wsgi
from demo_app.portal.bills import NewBill
from demo_app.portal.database import payments
from demo_app.portal.guard import BareGuard, CookieSafeGuard, Guard
from demo_app.portal.seed import EMAIL, PASSWORD, seed
from demo_app.portal.site import Site

KEY = "k" * 64
PAYMENT = {
    "name": "Bo Anchor",
    "email": "bo@harbour.example",
    "phone": "020 7946 0000",
    "street": "9 Quay Street",
    "town": "Port Marigold",
    "postcode": "PM1 1AA",
    "card": "4242424242424242",
}
Kind = Literal["asgi", "wsgi"]


@dataclass
class Answer:
    status: int
    body: str
    location: str | None
    set: dict[str, str]


@dataclass
class Browser:
    """As much of one as the pages need: it keeps cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, method: str = "GET") -> Answer:
        return self._ask(method, url, "")

    def post(self, url: str, **form: str | list[str]) -> Answer:
        return self._ask("POST", url, urlencode(form, doseq=True))

    def send(self, method: str, url: str, body: bytes) -> Answer:
        return self._ask(method, url, body)

    def _ask(self, method: str, url: str, body: str | bytes) -> Answer:
        headers = {
            "Host": f"harbour.localhost:{self.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": f"http://harbour.localhost:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
            **self.headers,
        }
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, url, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        lines = response.headers.get_all("Set-Cookie") or []
        fresh = dict(line.partition(";")[0].split("=", 1) for line in lines)
        self.cookies |= fresh
        return Answer(response.status, text, response.headers["Location"], fresh)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    database = f"sqlite:///{tmp_path / 'portal.db'}"
    with closing(Site.open(database)) as site:
        seed(site, BareGuard(KEY), date(2026, 11, 22))
        yield site


@contextmanager
def served(kind: Kind, site: Site, guard: Guard) -> Iterator[Browser]:
    bound = serve.bind(0)
    port = serve.port_of(bound)
    server = (
        serve.AsgiServer(asgi.create_app(site, guard), bound)
        if kind == "asgi"
        else serve.WsgiServer(wsgi.create_app(site, guard), bound)
    )
    with serve.running([server]):
        yield Browser(port)


@pytest.fixture(params=["asgi", "wsgi"])
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def bare(kind: Kind, site: Site) -> Iterator[Browser]:
    with served(kind, site, BareGuard(KEY)) as browser:
        yield browser


@pytest.fixture
def guarded(kind: Kind, site: Site, tmp_path: Path) -> Iterator[Browser]:
    store = f"sqlite:///{tmp_path / 'cookiesafe.db'}"
    guard = CookieSafeGuard(
        secret_key=KEY, ledger_key="l" * 43, store=store, mode="enforce", gullwing_port=8802
    )
    with closing(guard), served(kind, site, guard) as browser:
        yield browser


def sign_in(browser: Browser) -> Answer:
    return browser.post("/sign-in", email=EMAIL, password=PASSWORD)


def open_bill(site: Site) -> str:
    return next(bill.number for bill in site.bills.of(None) if not bill.paid)


def state_of(page: Answer) -> str:
    found = re.search(r'name="state" value="([^"]+)"', page.body)
    assert found, page.body
    return found[1]


def contact_step(browser: Browser, number: str) -> str:
    """The state of the first step's page."""
    return state_of(browser.post("/pay", bill=number))


def send_contact(browser: Browser, state: str) -> str:
    """The first step, and the state of the second's page."""
    typed = {name: PAYMENT[name] for name in ("name", "email", "phone")}
    return state_of(browser.post("/pay", state=state, **typed))


def send_billing(browser: Browser, state: str) -> str:
    typed = {name: PAYMENT[name] for name in ("street", "town", "postcode")}
    return state_of(browser.post("/pay", state=state, **typed))


def last_step(browser: Browser, number: str) -> str:
    """The state of the last step's page."""
    return send_billing(browser, send_contact(browser, contact_step(browser, number)))


def send_last(browser: Browser, state: str) -> Answer:
    return browser.post("/pay", state=state, card=PAYMENT["card"])


def test_both_edges_serve_the_same_pages(site: Site) -> None:
    visits = [
        ("GET", "/"),
        ("GET", "/usage"),
        ("GET", "/usage?topic=heating&topic=garden"),
        ("GET", "/usage"),
        ("GET", "/details"),
        ("GET", "/bills"),
        ("GET", "/pay"),
        ("POST", "/pay"),
        ("POST", "/register"),
        ("POST", "/sign-in"),
        ("POST", "/sign-out"),
        ("GET", "/sign-out"),
        ("GET", "/outages"),
        ("GET", "/privacy"),
        ("GET", "/newsletter"),
        ("POST", "/newsletter"),
        ("GET", "/newsletter/stop/a-B_9"),
        ("GET", "/newsletter/stop/"),
        ("POST", "/newsletter/stop/a-B_9"),
        ("GET", "/young"),
        ("GET", "/young/quiz"),
        ("POST", "/young/quiz"),
        ("GET", "/paid?payment=none"),
        ("GET", "/nowhere"),
        ("GET", "/bills/"),
        ("DELETE", "/bills"),
        ("POST", "/bills"),
        ("HEAD", "/usage"),
        ("GET", "/static/portal.css"),
        ("GET", "/static/lighthouse.svg"),
    ]
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(served(kind, site, BareGuard(KEY))) for kind in ("asgi", "wsgi")
        )
        sign_in(one), sign_in(other)
        for method, url in visits:
            expected = one.get(url, method)
            actual = other.get(url, method)

            assert actual.status == expected.status, url
            assert actual.body == expected.body, url
            assert actual.location == expected.location, url
            assert actual.set.keys() == expected.set.keys(), url


def test_a_customer_signs_in_pays_and_signs_out(bare: Browser) -> None:
    assert sign_in(bare).location == "/bills"
    number = re.search(r"HL-\d{4}-\d{4}", bare.get("/bills").body)
    assert number

    paid = send_last(bare, last_step(bare, number[0]))

    assert paid.status == 200
    assert "Bo Anchor" in paid.body
    assert bare.post("/sign-out").status == 303
    assert bare.get("/details").status == 303


def test_a_form_may_hold_any_text(bare: Browser) -> None:
    body = bare.post("/register", name="Zoë & “Ægir” +1%", email="x", password="").body

    assert 'value="Zoë &amp; “Ægir” +1%"' in body


def test_guarded_the_portal_sets_no_cookie_before_a_choice(guarded: Browser) -> None:
    for url in ("/", "/usage", "/usage?topic=heating", "/bills", "/nowhere"):
        answer = guarded.get(url)

        assert answer.body
        assert not [name for name in answer.set if name.startswith("hl_")], url


def test_guarded_a_customer_still_signs_in_and_types_the_details(
    guarded: Browser, site: Site
) -> None:
    assert sign_in(guarded).location == "/bills"

    page = guarded.post("/pay", bill=open_bill(site)).body

    assert "you type your contact and billing details again" in page
    assert "Ada Fairlead" not in page
    assert "My details" in page
    guarded.post("/sign-out")
    assert guarded.get("/details").status == 303


def test_guarded_it_remembers_details_for_who_agrees(guarded: Browser, site: Site) -> None:
    sign_in(guarded)

    agreed = {"purpose": ["remember", "statistics", "advertising"], "vendor": ["gullwing"]}
    assert guarded.post("/cookiesafe/choices", choice="save", next="/", **agreed).status == 303

    assert "Ada Fairlead" in guarded.post("/pay", bill=open_bill(site)).body
    assert {"hl_ad", "hl_stats"} <= guarded.get("/usage").set.keys()
    assert "hl_experiment" not in guarded.cookies


def test_guarded_only_who_ticks_the_box_stays_signed_in(guarded: Browser) -> None:
    for form, stays in (({}, False), ({"stay": "yes"}, True)):
        guarded.post("/sign-in", email=EMAIL, password=PASSWORD, **form)
        assert ("cookiesafe-remember" in guarded.cookies) == stays

        del guarded.cookies["cookiesafe-session"]

        assert ("Hello, Ada" in guarded.get("/").body) == stays


def test_guarded_a_customer_who_stayed_signed_in_gives_the_password_before_a_change(
    guarded: Browser,
) -> None:
    changed = {**PAYMENT, "email": EMAIL}
    guarded.post("/sign-in", email=EMAIL, password=PASSWORD, stay="yes")
    assert guarded.post("/details", **changed).location == "/details?saved=yes"
    del guarded.cookies["cookiesafe-session"]

    asked = guarded.post("/details", **changed | {"town": "Elsewhere"})
    assert "Your password, please" in asked.body
    assert "Elsewhere" not in guarded.get("/details").body
    saved = guarded.post("/details", **changed | {"town": "Elsewhere"}, password=PASSWORD)

    assert saved.location == "/details?saved=yes"
    assert "Elsewhere" in guarded.get("/details").body
    assert guarded.get("/cookiesafe/devices").body.count('name="device"') == 1


def test_guarded_signing_out_everywhere_does(guarded: Browser) -> None:
    other = Browser(guarded.port)
    for browser in (guarded, other):
        browser.post("/sign-in", email=EMAIL, password=PASSWORD, stay="yes")
    assert "Hello, Ada" in other.get("/").body

    guarded.post("/sign-out", everywhere="yes")

    for browser in (guarded, other):
        assert "Hello, Ada" not in browser.get("/").body


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://gullwing.localhost:8802"},
        {"Origin": "null"},
    ],
)
def test_guarded_another_site_cannot_send_its_forms(
    guarded: Browser, headers: dict[str, str]
) -> None:
    guarded.headers = headers

    assert sign_in(guarded).status == 403
    assert guarded.cookies == {}


def some_bills(site: Site, count: int) -> list[str]:
    new = NewBill("Water", "October 2026", 3_915, date(2026, 12, 1))
    return [bill.number for bill in site.bills.issue(None, [new] * count)]


def payments_of(site: Site, numbers: list[str]) -> list[str]:
    """The bill of each payment there is."""
    with site.engine.connect() as connection:
        paid = connection.execute(select(payments.c.bill)).scalars().all()
    return [number for number in paid if number in numbers]


def reference(receipt: Answer) -> str:
    found = re.search(r'<dd class="code">([^<]+)</dd>', receipt.body)
    assert found, receipt.body
    return found[1]


def test_a_hundred_double_clicks_pay_a_hundred_bills_once_each(
    guarded: Browser, site: Site
) -> None:
    numbers = some_bills(site, 100)
    states = [last_step(guarded, number) for number in numbers]
    with ThreadPoolExecutor(8) as clicks:
        receipts = list(clicks.map(partial(send_last, guarded), [s for s in states for _ in "12"]))

    assert sorted(payments_of(site, numbers)) == sorted(numbers)
    for one, other in zip(receipts[::2], receipts[1::2], strict=True):
        assert reference(one) == reference(other)


def test_a_hundred_times_back_and_on_again_pay_a_hundred_bills_once_each(
    guarded: Browser, site: Site
) -> None:
    numbers = some_bills(site, 100)
    for number in numbers:
        contact = contact_step(guarded, number)
        billing = send_contact(guarded, contact)
        first = send_last(guarded, send_billing(guarded, billing))

        from_billing = send_last(guarded, send_billing(guarded, billing))
        from_contact = send_last(guarded, send_billing(guarded, send_contact(guarded, contact)))

        assert reference(first) == reference(from_billing) == reference(from_contact)
    assert sorted(payments_of(site, numbers)) == sorted(numbers)


ODD_BODIES = {
    "no boundary": ("multipart/form-data", b"x"),
    "no parts": ("multipart/form-data; boundary=b", b"x"),
    "a part without a name": (
        "multipart/form-data; boundary=b",
        b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    ),
    "letters of no alphabet": (
        "multipart/form-data; boundary=b; charset=unicode_escape",
        b'--b\r\nContent-Disposition: form-data; name="bill"\r\n\r\n\\ud800\r\n--b--\r\n',
    ),
    "an alphabet that is none": (
        "multipart/form-data; boundary=b; charset=undefined",
        b'--b\r\nContent-Disposition: form-data; name="bill"\r\n\r\nx\r\n--b--\r\n',
    ),
    "too many parts": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 1100 + b"--b--\r\n",
    ),
    "too many fields": ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 5000)),
    "what is no text": ("application/x-www-form-urlencoded", b"bill=%ff%00%ed%a0%80"),
}


@pytest.mark.parametrize(("type", "body"), ODD_BODIES.values(), ids=ODD_BODIES)
@pytest.mark.parametrize("path", ["/pay", "/sign-in", "/nowhere"])
def test_a_form_that_is_none_is_no_fault_of_ours(
    guarded: Browser, type: str, body: bytes, path: str
) -> None:
    guarded.headers = {"Content-Type": type}

    assert guarded.send("POST", path, body).status in (400, 404, 413, 422)


def test_the_longest_that_may_be_typed_is_carried_in_any_letters(
    guarded: Browser, site: Site
) -> None:
    state = contact_step(guarded, open_bill(site))
    wide = "\N{SHIP}"
    typed = {"name": wide * 200, "email": f"{wide * 190}@a.b", "phone": "1" * 200}
    state = state_of(guarded.post("/pay", state=state, **typed))
    typed = {"street": wide * 200, "town": wide * 200, "postcode": wide * 200}

    assert guarded.post("/pay", state=state, **typed).status == 200
