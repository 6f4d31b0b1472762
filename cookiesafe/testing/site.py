"""The site of the suites: what it declares, and what its app says, whichever framework it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from json import dumps
from typing import Any, Final

from cookiesafe.consent import DAY
from cookiesafe.errors import BadCarry
from cookiesafe.policy import Policy
from cookiesafe.visit import Visit

KEY: Final = "the first key has more than 32 bytes"
NOW: Final = 1_800_000_000

POLICY: Final = """
[site]
name = "Harbour Light & Water"
hosts = ["static.harbour.example"]

[purposes.statistics]
title = "Statistics"
text = "Lets us count visits."

[purposes.advertising]
title = "Advertising"
text = "Lets us show adverts that match your interests."
signal = "gpc"

[vendors.tidepool]
name = "Tidepool"
hosts = ["count.tidepool.example"]
purposes = ["statistics"]

[vendors.gullwing]
name = "Gullwing Adverts"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]

[vendors.payfast]
name = "Payfast"
hosts = ["js.payfast.example"]
purposes = ["necessary"]
why = "shows the card form"

[cookies.cart]
purpose = "necessary"
why = "holds your payment until it is sent"

[cookies.hl_stat]
purpose = "statistics"

[cookies."hl_ad*"]
purpose = "advertising"
vendor = "gullwing"

[cookies.hl_taste]
purpose = "advertising"

[features.tips]
purpose = "statistics"
without = "you see the same tips as everybody"
"""
CONSENT: Final = "__Host-cookiesafe"
SESSION: Final = "__Host-cookiesafe-session"
REMEMBER: Final = "__Host-cookiesafe-remember"
BANNER: Final = 'data-cookiesafe="banner"'
REVISIT: Final = 'data-cookiesafe="revisit"'

ADVERTISER: Final = "ads.gullwing.example"
PAGE: Final = (
    "<!doctype html><html><head><title>Harbour</title></head><body><h1>Films</h1>"
    f'<iframe src="https://{ADVERTISER}/film"></iframe></body></html>'
)
"""What the site's first page is, which sets ``COOKIES``."""
COOKIES: Final = {"cart": "7", "hl_ad": "a1", "surprise": "1"}
"""A necessary cookie, one for advertising, and one that nobody has declared."""
CHUNKS: Final = (b"<!doctype html><title>Harbour</title><bo", b"dy><p>one", b"<p>two")
"""A page that is streamed, cut where it hurts."""
STYLE: Final = "h1 { color: teal }"
PUBLIC: Final = "public, max-age=600"
"""The ``Cache-Control`` of the style sheet."""


class AppError(Exception):
    """What the app raises where it fails."""


class Clock:
    """A clock to move, in unix seconds."""

    def __init__(self) -> None:
        self.now: float = NOW

    def __call__(self) -> float:
        return self.now

    def days(self, count: float) -> None:
        """Let so many days go by."""
        self.now += count * DAY


@cache
def policy() -> Policy:
    """What the site declares."""
    return Policy.from_toml(POLICY)


def hello(name: str) -> str:
    """A page that greets."""
    return f"<!doctype html><title>Hello</title><body><p>Hello, {escape(name)}!"


def told(visit: Visit, cookies: Mapping[str, str]) -> dict[str, Any]:
    """What the app is told: by the visit, and, as ``cookies``, by its framework."""
    return {
        "cookies": dict(cookies),
        "allows": [each for each in ("statistics", "advertising") if visit.allows(each)],
        "can": visit.can("tips"),
        "user": visit.user_id,
        "fresh": visit.fresh,
        "remembered": visit.remembered,
        "session": dict(visit.session),
    }


def order(visit: Visit, form: Mapping[str, str]) -> str:
    """A form that goes from step to step, with what was typed at each; its page says how far that is."""
    try:
        carried = visit.carry.open("order", form.get("state"))
    except BadCarry as error:
        return _step(visit.carry.seal("order", {}), {"begins": error.why})
    data = {**carried.data, **{name: text for name, text in form.items() if name != "state"}}
    state = visit.carry.seal("order", data, step=carried.step + 1)
    return _step(state, {"step": carried.step + 1, "data": data, "flow": carried.flow})


def _step(state: str, said: dict[str, Any]) -> str:
    return (
        f'<!doctype html><title>Order</title><body><p id="said">{escape(dumps(said))}</p>'
        f'<form method="post"><input type="hidden" name="state" value="{state}"></form>'
    )
