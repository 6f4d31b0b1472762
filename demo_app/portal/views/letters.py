"""The newsletter: asked for, and stopped, here or by the link in each mail."""

from __future__ import annotations

from urllib.parse import quote

from ..page import PageRequest, PageResponse, go_to
from ..site import Site

NEWSLETTER = "newsletter"
UNSUBSCRIBE = "/cookiesafe/unsubscribe"


def newsletter(site: Site, request: PageRequest) -> PageResponse:
    customer = site.customer(request)
    gets_it = customer is not None and request.contacts.may_contact(customer.id, NEWSLETTER)
    return site.show(request, "newsletter.html", gets_it=gets_it, saved="saved" in request.query)


def choose(site: Site, request: PageRequest) -> PageResponse:
    customer = site.customer(request)
    if customer is None:
        return go_to("/sign-in", next="/newsletter")
    wanted = request.form.get("wanted") == "yes"
    request.contacts.choose_contact(customer.id, {NEWSLETTER: wanted})
    return go_to("/newsletter", saved="yes")


def stop(site: Site, request: PageRequest) -> PageResponse:
    """The short address in the text of a mail, which changes nothing: it leads to the page with the button."""
    token = request.path.rpartition("/")[2]
    return PageResponse(status=303, headers={"Location": f"{UNSUBSCRIBE}?{quote(token, safe='')}"})
