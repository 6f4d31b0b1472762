"""A small site behind CookieSafe, in either direction of writing, and what a visitor does there, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.errors import StoreError
from cookiesafe.languages import direction
from cookiesafe.ledger import Record
from cookiesafe.ledger.terms import LedgerTerms
from cookiesafe.testing.client import Fields, Response
from cookiesafe.testing.site import KEY, Clock
from cookiesafe.testing.wsgi import WSGIClient
from tests.support.edges import AppRequest, AppResponse, html, wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# --- the site ------------------------------------------------------------------------------------

VENDOR = "tidepool.localhost"
FILM = f"http://{VENDOR}/film"
POLICY = f"""
[site]
name = "Harbour Light & Water"
contact = "privacy@harbour.example"
language = "en"
languages = ["he"]

[purposes.remember]
title = "Remember me"
text = "Keeps you signed in and fills in your contact and billing details."

[purposes.statistics]
title = "Usage statistics"
text = "Counts visits so that we can fix slow or confusing pages."

[purposes.media]
title = "Films"
text = "Shows films of other companies."

[purposes.advertising]
title = "Advertising"
text = "Lets us show adverts that match your interests."
category = "advertising"
signal = "gpc"

[purposes.service]
title = "Service messages"
text = "Bills, outages and changes of our policy."
channel = "email"
always = true
why = "you need them as a customer"

[purposes.newsletter]
title = "Offers by e-mail"
text = "Once a month, what is new."
channel = "email"

[vendors.tidepool]
name = "Tidepool Video"
hosts = ["{VENDOR}"]
purposes = ["media"]
privacy = "https://tidepool.example/privacy"

[vendors.gullwing]
name = "Gullwing Adverts"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]
privacy = "https://gullwing.example/privacy"

[vendors.payfast]
name = "Payfast"
hosts = ["js.payfast.example"]
purposes = ["necessary"]
why = "shows the card form"

[cookies.cart]
purpose = "necessary"
why = "holds your payment until it is sent"

[cookies.hl_stats]
purpose = "statistics"
lifetime = "90 days"

[cookies."hl_ad*"]
purpose = "advertising"
vendor = "gullwing"
lifetime = "1 year"

[features.saved_details]
purpose = "remember"
without = "you type your contact and billing details again"

[features.tips]
purpose = "statistics"
without = "you see the same tips as everybody"

[translations.he]
site.name = "נמל האור והמים"
purposes.remember.title = "זכרו אותי"
purposes.remember.text = "משאיר אתכם מחוברים וממלא את פרטי הקשר והחיוב."
purposes.statistics.title = "סטטיסטיקת שימוש"
purposes.statistics.text = "סופר ביקורים כדי שנתקן דפים איטיים או מבלבלים."
purposes.media.title = "סרטים"
purposes.media.text = "מציג סרטים של חברות אחרות."
purposes.advertising.title = "פרסום"
purposes.advertising.text = "מאפשר לנו להציג פרסומות שמתאימות לתחומי העניין שלכם."
purposes.service.title = "הודעות שירות"
purposes.service.text = "חשבונות, תקלות ושינויים במדיניות שלנו."
purposes.service.why = "אתם צריכים אותן כלקוחות"
purposes.newsletter.title = "הצעות בדואר אלקטרוני"
purposes.newsletter.text = "פעם בחודש, מה חדש."
vendors.payfast.why = "מציג את טופס הכרטיס"
cookies.cart.why = "שומר את התשלום עד שהוא נשלח"
features.saved_details.without = "אתם מקלידים שוב את פרטי הקשר והחיוב"
features.tips.without = "אתם רואים את אותן עצות כמו כולם"
"""
SEABIRD = """
[vendors.seabird]
name = "Seabird Adverts"
hosts = ["seabird.example"]
purposes = ["advertising"]
"""
MANY = "".join(
    f'[vendors.company{n}]\nname = "Company {n} of many"\nhosts = ["company{n}.example"]\n'
    f'purposes = ["advertising"]\nprivacy = "https://company{n}.example/privacy"\n'
    for n in range(1, 23)
)
WORDS = {
    "en": {"home": "Light and water", "details": "Your details", "films": "Films", "name": "Name",
           "bills": "Your bill is ready.", "send": "Send"},
    "he": {"home": "אור ומים", "details": "הפרטים שלכם", "films": "סרטים", "name": "שם",
           "bills": "החשבון שלכם מוכן.", "send": "שליחה"},
}  # fmt: skip
PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{title}</title><style>body {{ margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: Canvas }}
main {{ padding: 0 1rem }} input, .send {{ font: inherit; min-height: 2rem; max-width: 100%; box-sizing: border-box }} .send {{ background: Canvas; color: CanvasText }} iframe {{ max-width: 100%; border: 0 }}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""


@dataclass(frozen=True)
class Around:
    """The page around the notice: the language that both are in, and which way the page is written."""

    language: str
    direction: Literal["ltr", "rtl"]

    @property
    def mixed(self) -> bool:
        """Whether the notice is written the other way than the page."""
        return direction(self.language) != self.direction


AROUND = {
    "left to right": Around("en", "ltr"),
    "right to left": Around("he", "rtl"),
    "right to left, in a page from left to right": Around("he", "ltr"),
    "left to right, in a page from right to left": Around("en", "rtl"),
}
"""Not Arabic: axe takes letters that are joined for icons, and does not look at their contrast."""


class Faulty(MemoryStore):
    """Keeps nothing while it is ``down``."""

    down = False

    def append(self, records: Sequence[Record]) -> None:
        if self.down:
            raise StoreError("the store is down")
        super().append(records)


class Walk:
    """One visitor of the site, whose policy and store are its own."""

    def __init__(self, around: Around, base: str) -> None:
        self.around, self.store, self.clock = around, Faulty(), Clock()
        self.vendor = f"{VENDOR}:{base.rpartition(':')[2]}"
        self.client = WSGIClient(self._behind(self.policy()), base=base)
        self.client.headers = {"accept-language": around.language}

    def declare(self, more: str) -> None:
        """Start the site with a policy that has ``more`` in it."""
        self.client.app = self._behind(self.policy(more))

    def _behind(self, policy: Policy) -> WSGIApplication:
        self.safe = CookieSafe(
            policy,
            secret_key=KEY,
            store=self.store,
            clock=self.clock,
            ledger_key=b"l" * 32,
            ledger=LedgerTerms(origin="harbour.example/consents", seal_after=0),
        )
        return CookieSafeMiddleware(wsgi_app(self._app), self.safe)

    def policy(self, more: str = "") -> Policy:
        return Policy.from_toml((POLICY + more).replace(VENDOR, self.vendor))

    def _app(self, visit: Visit, request: AppRequest) -> AppResponse:
        """``/in`` signs in for long."""
        said = WORDS[self.around.language]
        page = request.path.strip("/") or "home"
        if page == "in":
            visit.login("ann", remember=True)
        if page == "statistics" and (refused := visit.refusal("statistics")):
            reply = refused.reply
            return AppResponse(reply.status, list(reply.headers), reply.body)
        body = f"<p>{said['bills']}</p>"
        if page == "details":
            asked = visit.limited_notice("saved_details", self.around.language)
            body = (
                f'<form method="post">{asked}<p><label>{said["name"]} <input name="name" autocomplete="name">'
                f'</label></p><p><button class="send">{said["send"]}</button></p></form>'
            )
        if page == "films":
            film = escape(FILM.replace(VENDOR, self.vendor))
            body = (
                f'<iframe src="{film}" title="{said["films"]}" width="560" height="315"></iframe>'
            )
        title = said.get(page, said["home"])
        return html(
            PAGE.format(
                lang=self.around.language, dir=self.around.direction, title=title, body=body
            )
        )


# --- what a visitor does -------------------------------------------------------------------------

Step = Callable[[Walk], Response | None]
OWN = "/cookiesafe"
RECEIPT = f"{OWN}/receipt"
GPC = {"sec-gpc": "1"}
ELSEWHERE = {"origin": "https://attacker.example", "sec-fetch-site": "cross-site"}


def see(path: str, **headers: str) -> Step:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda walk: walk.client.get(path, headers=named)


def post(path: str, headers: Fields | None = None, **form: str) -> Step:
    """And go where that leads."""

    def send(walk: Walk) -> Response:
        answer = walk.client.post(in_language(walk, path), form=form, headers=headers or {})
        return walk.client.follow(answer)[1]

    return send


def in_language(walk: Walk, path: str) -> str:
    """An address of ours as pages in that language have it."""
    return f"{path}{'&' if '?' in path else '?'}lang={walk.around.language}"


def choose(choice: str, *purposes: str) -> Step:
    def chosen(walk: Walk) -> Response:
        return walk.client.choose(choice, purpose=purposes, lang=walk.around.language)

    return chosen


def declare(more: str) -> Step:
    return lambda walk: walk.declare(more)


def seal(walk: Walk) -> None:
    walk.safe.seal()


def days(count: float) -> Step:
    return lambda walk: walk.clock.days(count)


def announce(walk: Walk) -> None:
    day = datetime.fromtimestamp(walk.clock.now, UTC).date() + timedelta(days=10)
    summary = ["We will work with one more company, Seabird."]
    walk.safe.publish(walk.policy(SEABIRD), summary=summary, in_force=day)


def blocks_cookies(walk: Walk) -> None:
    walk.client.keeps_cookies = False


def store_is_down(walk: Walk) -> None:
    walk.store.down = True


def check(change: Callable[[str], str] = lambda text: text) -> Step:
    """Have the receipt checked, perhaps changed."""

    def checked(walk: Walk) -> Response:
        text = walk.client.get(f"{RECEIPT}?download=1").text
        form = {"do": "check", "receipt": change(text)}
        return walk.client.post(in_language(walk, RECEIPT), form=form)

    return checked


def in_frame(path: str = FILM, **headers: str) -> Step:
    """What is shown where an embed would be, by itself."""

    def framed(walk: Walk) -> Response:
        address = quote(path.replace(VENDOR, walk.vendor), safe="")
        fields = {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin", **headers}
        return walk.client.get(f"{OWN}/embed?url={address}", headers=fields)

    return framed


def told_of_mail(walk: Walk) -> None:
    walk.safe.choose_contact("ann", {"newsletter": True})


def unsubscribe(*does: str) -> Step:
    """By the link in a mail."""

    def followed(walk: Walk) -> Response:
        field = walk.safe.unsubscribe_headers("ann", "newsletter", "https://www.example")
        path = field["List-Unsubscribe"].strip("<>").removeprefix("https://www.example")
        answer = walk.client.get(path)
        for choice in does:
            press = answer.text.partition('name="press" value="')[2].partition('"')[0]
            answer = walk.client.post(path, form={"choice": choice, "press": press})
        return answer

    return followed


def on_two_browsers(walk: Walk) -> None:
    other = walk.client.another()
    for client in (other, walk.client):
        client.get("/in")


accept, reject = choose("accept"), choose("reject")
sign_in = see("/in")


def many_choices(walk: Walk) -> None:
    for purpose in ["remember", "statistics", "media", "advertising"] * 3:
        walk.clock.days(1)
        choose("save", purpose)(walk)
