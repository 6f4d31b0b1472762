"""A site with a form of which something is off for who has not agreed to it, and apps that show it again as it came."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from cookiesafe import Visit
from tests.support.edges import AppRequest, AppResponse, html

POLICY = """
[site]
name = "Harbour Light & Water"

[purposes.remember]
title = "Remember me"
text = "Fills in your contact and billing details."

[purposes.statistics]
title = "Statistics"
category = "statistics"

[purposes.advertising]
title = "Advertising"
signal = "gpc"

[vendors.keeper]
name = "Keeper"
hosts = ["keeper.example"]
purposes = ["remember"]

[cookies.hl_details]
purpose = "remember"

[features.saved_details]
purpose = "remember"
without = "you type your contact and billing details again"

[features.usual_card]
purpose = "remember"
without = "you choose your card again"

[features.matching_adverts]
purpose = "advertising"
without = "the adverts are the same for everybody"
"""


class Form(dict[str, list[str]]):
    """A form as frameworks give it: each name has a list of values."""

    @classmethod
    def of(cls, body: bytes) -> Form:
        return cls(parse_qs(body.decode(), keep_blank_values=True))

    def first(self, name: str) -> str:
        return self.get(name, [""])[0]


class Billing:
    """``/bill`` has the form. ``paid`` are the forms by which something was done, ``notices`` what stood above them.

    ``features`` are those that the page asks about. What it sets says that the details are kept.
    """

    def __init__(self, *features: str) -> None:
        self.features = features or ("saved_details",)
        self.paid: list[Form] = []
        self.notices: list[str] = []
        self.can: list[bool] = []

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        form = Form.of(request.body or request.query.encode())
        if form and not visit.take_answer(form):
            self.paid.append(form)
        self.notices = [str(visit.limited_notice(each)) for each in self.features]
        self.can.append(visit.can(self.features[0]))
        return html(self.page(form), ("Set-Cookie", "hl_details=1"), ("Set-Cookie", "csrftoken=1"))

    def page(self, form: Form) -> str:
        name, note = escape(form.first("name")), escape(form.first("note"))
        checked = " checked" if "paper" in form else ""
        return f"""<!doctype html><html lang="en"><head><title>Your bill</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>input, form button {{ min-width: 2rem; min-height: 2rem; float: left; background: #c00; font: 9px serif }}
form p {{ clear: both; margin: 2rem; color: #c00; text-transform: uppercase }}</style></head><body>
<main><h1>Your bill</h1><p role="status">{f"Paid by {name}" if self.paid else ""}</p>
<form method="post" action="/bill">{"".join(self.notices)}
<p><label>Name <input name="name" value="{name}" required></label></p>
<p><label>Note <textarea name="note">{note}</textarea></label></p>
<p><label><input type="checkbox" name="paper"{checked}> On paper</label></p>
<p><button name="do" value="pay">Pay</button></p></form></main></body></html>"""
