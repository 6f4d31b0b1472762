"""Bills, and the receipt of one that was paid."""

from __future__ import annotations

from ..bills import Bill, Payment
from ..page import PageRequest, PageResponse
from ..site import Site

UNKNOWN = "We have no bill with this number. It looks like HL-1234-5678"


def bills(site: Site, request: PageRequest) -> PageResponse:
    return looking_for(site, request)


def looking_for(
    site: Site, request: PageRequest, number: str = "", error: str = ""
) -> PageResponse:
    """Who is signed in sees their bills; everybody finds one by its number."""
    samples = [bill for bill in site.bills.of(None) if not bill.paid]
    customer = site.customer(request)
    return site.show(
        request,
        "bills.html",
        422 if error else 200,
        number=number,
        error=error,
        sample=samples[0] if samples else None,
        bills=site.bills.of(customer) if customer else [],
    )


def paid(site: Site, request: PageRequest) -> PageResponse:
    found = site.bills.payment(request.query.get("payment", ""))
    if found is None:
        return site.show(request, "wrong.html", 404, what="There is no such payment")
    return receipt(site, request, *found)


def receipt(site: Site, request: PageRequest, bill: Bill, payment: Payment) -> PageResponse:
    return site.show(request, "paid.html", bill=bill, payment=payment)
