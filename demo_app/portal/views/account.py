"""Register, sign in and out, and change what is kept about you."""

from __future__ import annotations

from cookiesafe import NotFresh

from .. import forms
from ..customers import Customer, Details, EmailTakenError
from ..forms import Form
from ..page import PageRequest, PageResponse, go_to
from ..seed import EMAIL, PASSWORD, first_bills
from ..site import Site

TAKEN = "There is an account with this address already: sign in instead"
FRESH_SECONDS = 600
"""Within which details are changed without the password being asked for again."""
AFTER_SIGN_IN = ("/bills", "/details", "/newsletter", "/cookiesafe/dashboard")


def register(site: Site, request: PageRequest) -> PageResponse:
    return _registering(site, request, forms.blank(forms.REGISTRATION))


def do_register(site: Site, request: PageRequest) -> PageResponse:
    form = forms.read(forms.REGISTRATION, request.form)
    if not form.ok:
        return _registering(site, request, form)
    try:
        details, password = Details.typed(form.values), form.values["password"]
        customer = site.customers.register(details, password, request.visit.policy)
    except EmailTakenError:
        return _registering(site, request, form.complain("email", TAKEN))
    site.bills.issue(customer, first_bills(site.now().date()))
    offers = request.form.get("offers") == "yes"
    request.contacts.choose_contact(customer.id, {"newsletter": offers})
    request.visit.login(customer.id)
    return go_to("/details", new="yes")


def sign_in(site: Site, request: PageRequest) -> PageResponse:
    return _signing_in(site, request, forms.blank(forms.SIGN_IN))


def do_sign_in(site: Site, request: PageRequest) -> PageResponse:
    form = forms.read(forms.SIGN_IN, request.form)
    if not form.ok:
        return _signing_in(site, request, form)
    customer = site.customers.sign_in(form.values["email"], form.values["password"])
    if customer is None:
        wrong = form.complain("email", "This address and this password do not belong together")
        return _signing_in(site, request, wrong)
    request.visit.login(customer.id, remember=request.form.get("stay") == "yes")
    return go_to(_after_sign_in(request.form.get("next", "")))


def sign_out(site: Site, request: PageRequest) -> PageResponse:
    return site.show(request, "sign-out.html")


def do_sign_out(site: Site, request: PageRequest) -> PageResponse:
    request.visit.logout(
        everywhere=request.form.get("everywhere") == "yes",
        clear=request.form.get("clear") == "yes",
    )
    return go_to("/sign-out")


def details(site: Site, request: PageRequest) -> PageResponse:
    customer = site.customer(request)
    if customer is None:
        return go_to("/sign-in", next="/details")
    return _changing(site, request, forms.blank(forms.DETAILS, customer.details.values()))


def change_details(site: Site, request: PageRequest) -> PageResponse:
    customer = site.customer(request)
    if customer is None:
        return go_to("/sign-in", next="/details")
    form = forms.read(forms.DETAILS, request.form)
    if not form.ok:
        return _changing(site, request, form)
    try:
        request.visit.require_fresh(FRESH_SECONDS)
    except NotFresh:
        if "password" not in request.form:
            return _confirming(site, request, form, forms.blank(forms.CONFIRMATION))
        confirmed = _confirmed(site, request, customer)
        if not confirmed.ok:
            return _confirming(site, request, form, confirmed)
        request.visit.login(customer.id)
    try:
        site.customers.change(customer, Details.typed(form.values), request.visit.policy)
    except EmailTakenError:
        return _changing(site, request, form.complain("email", "Another account has this address"))
    return go_to("/details", saved="yes")


def _confirmed(site: Site, request: PageRequest, customer: Customer) -> Form:
    """The password that was typed once more, with a complaint if it is not the customer's."""
    form = forms.read(forms.CONFIRMATION, request.form)
    if form.ok and not site.customers.sign_in(customer.details.email, form.values["password"]):
        return form.complain("password", "This is not your password")
    return form


def _after_sign_in(wanted: str) -> str:
    return wanted if wanted in AFTER_SIGN_IN else AFTER_SIGN_IN[0]


def _registering(site: Site, request: PageRequest, form: Form) -> PageResponse:
    offers = request.form.get("offers") == "yes"
    return site.show(request, "register.html", _status(form), form=form, offers=offers)


def _signing_in(site: Site, request: PageRequest, form: Form) -> PageResponse:
    wanted = _after_sign_in(request.form.get("next") or request.query.get("next", ""))
    return site.show(
        request,
        "sign-in.html",
        _status(form),
        form=form,
        next=wanted,
        demo_email=EMAIL,
        demo_password=PASSWORD,
    )


def _changing(site: Site, request: PageRequest, form: Form) -> PageResponse:
    return site.show(
        request,
        "details.html",
        _status(form),
        form=form,
        saved="saved" in request.query,
        new="new" in request.query,
        fills_in=request.visit.can("saved_details"),
    )


def _confirming(site: Site, request: PageRequest, typed: Form, form: Form) -> PageResponse:
    return site.show(request, "confirm.html", _status(form), typed=typed, form=form)


def _status(form: Form) -> int:
    return 200 if form.ok else 422
