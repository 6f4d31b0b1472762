"""Paying a bill, in three steps that need no cookie: each page carries what was typed on those before, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cookiesafe import BadCarry

from .. import forms
from ..bills import AlreadyPaidError, Bill
from ..customers import Details
from ..forms import Field, Form
from ..page import PageRequest, PageResponse, go_to
from ..site import Site
from .billing import UNKNOWN, looking_for, receipt

FORM, VERSION = "payment", 1


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    fields: tuple[Field, ...]


STEPS = (
    Step("How we reach you", forms.CONTACT),
    Step("Billing address", forms.BILLING),
    Step("Card", (forms.CARD,)),
)
LAST = len(STEPS) - 1


def bookmarked(site: Site, request: PageRequest) -> PageResponse:
    """What is under way is in the page alone, and nothing of it in its address."""
    return go_to("/bills")


def pay(site: Site, request: PageRequest) -> PageResponse:
    """One step: on, back, the same again, or, from the last, the payment."""
    try:
        carried = request.visit.carry.open(FORM, request.form.get("state"), VERSION)
    except BadCarry as lost:
        return _begin(site, request, "" if lost.why == "absent" else lost.friendly)
    number, typed = carried.data["bill"], carried.data["typed"]
    bill = site.bills.find(number)
    if bill is None:
        return looking_for(site, request, number, UNKNOWN)
    if bill.paid and bill.flow != carried.flow:
        return looking_for(site, request, number, _paid_already(bill))
    paying = Paying(site, request, bill, min(carried.step, LAST), typed)
    form = forms.read(paying.fields, request.form)
    paying = paying.having(form)
    if request.visit.take_answer(request.form):
        return paying.show()
    if request.form.get("go") == "back":
        return paying.at(max(paying.step - 1, 0)).show()
    if not form.ok:
        return paying.show(form)
    if paying.step < LAST:
        return paying.at(paying.step + 1).show()
    return _finish(paying, form, carried.flow)


def _begin(site: Site, request: PageRequest, said: str) -> PageResponse:
    number = request.form.get("bill", "")
    bill = site.bills.find(number)
    if bill is None:
        return looking_for(site, request, number, UNKNOWN)
    if bill.paid:
        return looking_for(site, request, number, _paid_already(bill))
    return Paying(site, request, bill).show(said=said)


def _finish(paying: Paying, last: Form, flow: str) -> PageResponse:
    """All that was typed is looked at once more: it was well then, and has to be so now."""
    site, request, bill = paying.site, paying.request, paying.bill
    for step in range(LAST):
        form = forms.read(STEPS[step].fields, paying.typed)
        if not form.ok:
            return paying.at(step).show(form)
    if paying.needs_password and not _is_password_of(site, bill, last.values["password"]):
        return paying.show(last.complain("password", "This is not the account’s password"))
    details = Details.typed(paying.typed)
    try:
        payment, made = site.bills.pay(bill, flow, details, last.values["card"], site.now())
    except AlreadyPaidError:
        return looking_for(site, request, bill.number, _paid_already(bill))
    if made:
        _keep(site, request, details)
    return receipt(site, request, bill, payment)


@dataclass(frozen=True, slots=True)
class Paying:
    """A payment under way: which bill, which step, and what was typed so far, but for the card and a password."""

    site: Site
    request: PageRequest
    bill: Bill
    step: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_password(self) -> bool:
        """A bill of an account is paid by whose it is, or with its password: for this once, it signs nobody in."""
        customer, owner = self.site.customer(self.request), self.bill.customer
        return owner is not None and (customer is None or customer.id != owner)

    @property
    def fields(self) -> tuple[Field, ...]:
        asks = self.step == LAST and self.needs_password
        return STEPS[self.step].fields + (forms.CONFIRMATION if asks else ())

    def at(self, step: int) -> Paying:
        return replace(self, step=step)

    def having(self, form: Form) -> Paying:
        """With what this page's form brought, whatever is wrong with it, as far as there is room."""
        if self.step == LAST:
            return self
        brought = {k: text for k, text in form.values.items() if len(text) <= forms.LONGEST}
        return replace(self, typed={**self.typed, **brought})

    def show(self, form: Form | None = None, said: str = "") -> PageResponse:
        """The page of this step; ``form`` has what is wrong with it, ``said`` is what there is to say first."""
        if form is None:
            typed = {name: text for name, text in self.typed.items() if text}
            form = forms.blank(self.fields, {**_known(self.site, self.request), **typed})
        visit = self.request.visit
        state = {"bill": self.bill.number, "typed": dict(self.typed)}
        return self.site.show(
            self.request,
            "pay.html",
            200 if form.ok else 422,
            state=visit.carry.seal(FORM, state, self.step, VERSION),
            paying=self,
            steps=STEPS,
            form=form,
            said=said,
            limited="" if self.step == LAST else visit.limited_notice("saved_details"),
            fills_in=visit.can("saved_details"),
        )


def _known(site: Site, request: PageRequest) -> Mapping[str, str]:
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


def _is_password_of(site: Site, bill: Bill, password: str) -> bool:
    customer = site.customers.find(str(bill.customer))
    return (
        customer is not None
        and site.customers.sign_in(customer.details.email, password) is not None
    )


def _paid_already(bill: Bill) -> str:
    return f"Bill {bill.number} has been paid: there is nothing left to do"
