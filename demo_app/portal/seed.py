"""A customer to try the portal with, one who works there, and enough open bills at every start."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import cycle, islice

from .bills import NewBill
from .customers import Customer, Details
from .page import Contacts
from .site import Site

EMAIL = "ada@harbour.example"
PASSWORD = "lighthouse"  # noqa: S105 (the demo prints it)
KEEPER_EMAIL = "keeper@harbour.example"
KEEPER_PASSWORD = "fresnel lens"  # noqa: S105 (so is this)
KEEPER = Details(name="Kit Lanternwick", email=KEEPER_EMAIL)
ADA = Details(
    name="Ada Fairlead",
    email=EMAIL,
    phone="020 7946 0182",
    street="3 Lantern Row",
    town="Port Marigold",
    postcode="PM4 1HL",
)
OPEN_BILLS = 4
SERVICES = (
    ("Electricity", 6_482),
    ("Water", 3_915),
    ("Waste water", 2_740),
    ("Boiler care", 1_850),
)


def seed(site: Site, contacts: Contacts, today: date) -> Customer:
    """The customer there is from the beginning."""
    ada = site.customers.with_email(EMAIL)
    if ada is None:
        ada = site.customers.register(ADA, PASSWORD)
        contacts.choose_contact(ada.id, {"newsletter": True})
        _some_history(site, ada, today)
    if site.customers.with_email(KEEPER_EMAIL) is None:
        site.customers.employ(site.customers.register(KEEPER, KEEPER_PASSWORD))
    for owner in (ada, None):
        missing = OPEN_BILLS - sum(not bill.paid for bill in site.bills.of(owner))
        site.bills.issue(owner, first_bills(today, missing))
    return ada


def first_bills(today: date, count: int = 2) -> list[NewBill]:
    """Of this quarter, one service after the other, each due two days after the one before."""
    period = _quarter(today, ago=0)
    due = today + timedelta(days=16)
    chosen = islice(cycle(SERVICES), max(count, 0))
    return [
        NewBill(service, period, pence, due + timedelta(days=2 * place))
        for place, (service, pence) in enumerate(chosen)
    ]


def _some_history(site: Site, ada: Customer, today: date) -> None:
    paid = datetime.combine(today - timedelta(days=75), time(10, 24))
    before = [
        NewBill("Electricity", _quarter(today, ago=1), 5_911, paid.date() + timedelta(days=9)),
        NewBill("Water", _quarter(today, ago=1), 3_702, paid.date() + timedelta(days=7)),
    ]
    for bill in site.bills.issue(ada, before):
        site.bills.pay(bill, bill.number, ada.details, "4242424242424242", paid)


def _quarter(today: date, ago: int) -> str:
    """The three whole months before this one, such as "August to October 2026"."""
    last = _months_back(today, 1 + 3 * ago)
    first = _months_back(last, 2)
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first:%B}{year} to {last:%B %Y}"


def _months_back(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)
