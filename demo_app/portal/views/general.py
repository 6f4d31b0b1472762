"""Home, usage tips, outages, the privacy policy, and the pages for what went wrong."""

from __future__ import annotations

from .. import habits, tips
from ..habits import Statistics
from ..outages import planned
from ..page import Cookie, PageRequest, PageResponse
from ..site import Site


def home(site: Site, request: PageRequest) -> PageResponse:
    customer = site.customer(request)
    due = [bill for bill in site.bills.of(customer) if not bill.paid] if customer else []
    return site.show(request, "home.html", due=due, owed=sum(bill.pence for bill in due))


def usage(site: Site, request: PageRequest) -> PageResponse:
    """Tips by topic, and when statistics are allowed, more by the topics that were read."""
    topic = tips.BY_ID.get(request.query.get("topic", ""))
    matched = None
    if request.visit.allows("statistics"):
        matched = tips.matched(Statistics.of(request).one_more(habits.topic_of(request)).interests)
    response = site.show(
        request,
        "usage.html",
        topic=topic,
        topics=tips.TOPICS,
        general=tips.GENERAL,
        matched=matched,
    )
    return response.with_cookies(Cookie(habits.EXPERIMENT, "tips-as-cards", days=30))


def outages(site: Site, request: PageRequest) -> PageResponse:
    """What is planned, and a film of another company, which is held where nobody has agreed to it."""
    return site.show(request, "outages.html", works=planned(site.now().date()))


def privacy(site: Site, request: PageRequest) -> PageResponse:
    return site.show(request, "privacy.html")


def missing(site: Site, request: PageRequest, status: int) -> PageResponse:
    what = "There is no such page" if status == 404 else "This page cannot do that"
    return site.show(request, "wrong.html", status=status, what=what)
