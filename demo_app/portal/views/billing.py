"""Bills, paying one, and its receipt."""

from __future__ import annotations

from dataclasses import replace

from .. import forms
from ..bills import AlreadyPaidError, Bill
from ..customers import Details
from ..forms import Form
from ..page import PageRequest, PageResponse, go_to
from ..site import Site

UNKNOWN = "We have no bill with this number. It looks like HL-1234-5678"


def bills(site: Site, request: PageRequest) -> PageResponse:
    return _looking_for(site, request, "", "")


def pay(site: Site, request: PageRequest) -> PageResponse:
    number = request.query.get("bill", "")
    if not number:
        return go_to("/bills")
    bill = site.bills.find(number)
    if bill is None:
        return _looking_for(site, request, number, UNKNOWN)
    if bill.payment:
        return _looking_for(site, request, number, _paid_already(bill))
    return _paying(site, request, bill, forms.blank(forms.PAYMENT, _known(site, request)))


def do_pay(site: Site, request: PageRequest) -> PageResponse:
    number = request.form.get("bill", "")
    bill = site.bills.find(number)
    if bill is None:
        return _looking_for(site, request, number, UNKNOWN)
    form = forms.read(forms.PAYMENT, request.form)
    if not form.ok:
        return _paying(site, request, bill, form)
    details = Details.typed(form.values)
    try:
        payment = site.bills.pay(bill, details, form.values["card"], site.now())
    except AlreadyPaidError:
        return _looking_for(site, request, number, _paid_already(bill))
    _keep(site, request, details)
    return go_to("/paid", payment=payment.reference)


def paid(site: Site, request: PageRequest) -> PageResponse:
    found = site.bills.payment(request.query.get("payment", ""))
    if found is None:
        return site.show(request, "wrong.html", 404, what="There is no such payment")
    bill, payment = found
    return site.show(
        request,
        "paid.html",
        bill=bill,
        payment=payment,
        filled_in_next_time=request.visit.can("saved_details"),
    )


def _known(site: Site, request: PageRequest) -> dict[str, str]:
    """What the form is filled in with, where the visitor agreed to that."""
    customer = site.customer(request)
    if customer is None or not request.visit.can("saved_details"):
        return {}
    return customer.details.values()


def _keep(site: Site, request: PageRequest, details: Details) -> None:
    """For the next bill, where the visitor agreed to that. The address to sign in with stays."""
    customer = site.customer(request)
    if customer is not None and request.visit.can("saved_details"):
        kept = replace(details, email=customer.details.email)
        site.customers.change(customer, kept, request.visit.policy)


def _paid_already(bill: Bill) -> str:
    return f"Bill {bill.number} has been paid: there is nothing left to do"


def _looking_for(site: Site, request: PageRequest, number: str, error: str) -> PageResponse:
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


def _paying(site: Site, request: PageRequest, bill: Bill, form: Form) -> PageResponse:
    return site.show(
        request,
        "pay.html",
        200 if form.ok else 422,
        bill=bill,
        form=form,
        contact=forms.CONTACT,
        billing=forms.BILLING,
        card=forms.CARD,
        fills_in=request.visit.can("saved_details"),
    )
