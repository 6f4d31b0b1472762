"""What a visitor is asked and what is on, after any sequence of events: no more than what the visitor has said.

The model beside it is written from docs/consent.md, and knows the policies by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Entry, Record
from tests.support.edges import AppRequest, AppResponse, Client, EdgeName, Response, client_at, html
from tests.support.harbour import BANNER, CONSENT, KEY, PAGE, REVISIT, Clock

DAY = 86_400
CHANGE = 'data-cookiesafe="announcement"'
AGE = "__Host-cookiesafe-age"
IDENTIFIER = re.compile(r"\.[A-Za-z0-9_-]{22}\.")
PURPOSES = ("statistics", "advertising", "maps")
HALF_A_YEAR, A_YEAR = 183 * DAY, 365 * DAY

# --- the policies, and by hand what each asks for -------------------------------------------------

SITE = '[site]\nname = "Harbour"\ndnt = true\n'
STATISTICS = """
[purposes.statistics]
title = "Statistics"
category = "statistics"
[vendors.tidepool]
name = "Tidepool"
hosts = ["count.tidepool.example"]
purposes = ["statistics"]
"""
MAPS = '[purposes.maps]\ntitle = "Maps"\n'


def advertising(text: str, *hosts: str, editorial: str = "") -> str:
    return f"""
[purposes.advertising]
title = "Advertising"
text = "{text}"
category = "advertising"
signal = "gpc"
{editorial}
[vendors.gullwing]
name = "Gullwing Adverts"
hosts = {[f"{host}.gullwing.example" for host in hosts]}
purposes = ["advertising"]
"""


def site(*parts: str) -> Policy:
    return Policy.from_toml(SITE + "".join(parts))


BASE = site(STATISTICS, advertising("Shows adverts.", "ads", "img"))
POLICIES = {
    "base": BASE,
    "wider": site(STATISTICS, advertising("Shows adverts.", "ads", "img", "new")),
    "narrower": site(STATISTICS, advertising("Shows adverts.", "ads")),
    "added": site(STATISTICS, advertising("Shows adverts.", "ads", "img"), MAPS),
    "removed": site(advertising("Shows adverts.", "ads", "img")),
    "reworded": site(STATISTICS, advertising("Shows what you like.", "ads", "img")),
    "corrected": site(
        STATISTICS,
        advertising(
            "Shows advertisements.",
            "ads",
            "img",
            editorial=f'editorial = ["{BASE.grounds["advertising"]}"]',
        ),
    ),
}
WORDS = dict.fromkeys(POLICIES, "shows adverts") | {"reworded": "likes", "corrected": "corrected"}
HOSTS = {name: {"ads", "img"} for name in POLICIES} | {
    "wider": {"ads", "img", "new"},
    "narrower": {"ads"},
}
NAMES = {name: set(PURPOSES) - {"maps"} | {"@gullwing", "@tidepool"} for name in POLICIES} | {
    "removed": {"advertising", "@gullwing"}
}
NAMES["added"] |= {"maps"}


def covers(name: str, old: str, new: str, known: set[str]) -> bool:
    """Whether a yes under ``old`` is one under ``new``, where the words of ``known`` policies are known."""
    if name not in ("advertising", "@gullwing"):
        return True
    same_words = name[0] == "@" or WORDS[old] == WORDS[new]
    if same_words and HOSTS[old] == HOSTS[new]:
        return True
    listed = name[0] != "@" and new == "corrected" and WORDS[old] == "shows adverts"
    of_base = listed and HOSTS[old] == HOSTS["base"]
    if not is_known(name, old, known):
        return of_base
    # Of what else had the words of the listed one, these are known only with it.
    excused = same_words or of_base or (listed and is_known(name, "base", known))
    return excused and HOSTS[new] <= HOSTS[old]


def is_known(name: str, policy: str, known: set[str]) -> bool:
    """Whether it is known what a purpose, or a vendor, was under a policy: another may have had it just so."""
    grounds = POLICIES[policy].grounds[name]
    return any(POLICIES[each].grounds.get(name) == grounds for each in known)


PLACES: Mapping[str, Mapping[str, str]] = {
    "nowhere": {},
    "DE": {"x-country": "DE"},
    "GB": {"x-country": "GB"},
    "US-CA": {"x-country": "US", "x-region": "CA"},
    "junk": {"x-country": "GB, US", "x-region": "<b>"},
}
BEGINS = {("GB", "statistics"): "notice", ("US-CA", "advertising"): "opt-out"}

# --- the model -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    yes: bool
    day: int
    policy: str


@dataclass(frozen=True)
class Visitor:
    """What one browser's visitor has said, by purpose and, behind an ``@``, by vendor."""

    said: Mapping[str, Said] = field(default_factory=dict)
    day: int | None = None
    receipt: bool = False
    told: str = ""

    def at(self, policy: str, now: float, place: str) -> Visitor:
        """What is left of it, at a time and a place, of what a policy declares."""
        if self.day is None:
            return self
        there = {name: each for name, each in self.said.items() if name in NAMES[policy]}
        base = Said(yes=False, day=self.day, policy=policy)
        if not any(alive(each, now, place) for each in there.values() or [base]):
            return Visitor()
        left = {name: each for name, each in there.items() if alive(each, now, place)}
        return replace(self, said=left)


def alive(said: Said, now: float, place: str) -> bool:
    lasts = A_YEAR if place == "US-CA" and not said.yes else HALF_A_YEAR
    return (said.day - 1) * DAY <= now < (said.day + 1) * DAY + lasts


class Ledger(MemoryStore):
    """``down`` for what is written, ``lost`` for what is read of earlier policies."""

    down = lost = False

    def append(self, records: Any) -> None:
        if self.down:
            raise StoreError("down")
        super().append(records)

    def find_entries(self, event: str, before: int | None, limit: int) -> list[Entry]:
        if self.lost:
            raise StoreError("lost")
        return super().find_entries(event, before, limit)

    @property
    def kept(self) -> list[Record]:
        return list(self.records())


class Truth(RuleBasedStateMachine):
    """One browser at a site whose policy changes, and another which never chooses anything."""

    edge: EdgeName = "wsgi"

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.store = Clock(), Ledger()
        self.place, self.signals, self.child = "nowhere", dict[str, str](), False
        self.visitor, self.backups = Visitor(), list[tuple[str, Visitor]]()
        self.seen: set[str] = set()
        self.client: Client | None = None
        self.start("base")

    # --- the site

    def start(self, policy: str) -> None:
        self.policy, self.known = policy, {policy}
        self.later: tuple[str, int, set[str]] | None = None
        self.announced: tuple[str, int] | None = None
        self.retry = float("-inf")
        self.safe = CookieSafe(
            POLICIES[policy],
            secret_key=KEY,
            store=self.store,
            clock=self.clock,
            place_headers=["X-Country", "X-Region"],
        )
        jar = self.client.jar if self.client else {}
        self.client = client_at(self.edge, self.safe, self.page, **self.options)
        self.client.jar = jar

    @property
    def options(self) -> dict[str, Any]:
        return {"validate": False} if self.edge == "wsgi" else {}

    def page(self, visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/for-children":
            visit.treat_as_child()
        self.seen = {p for p in PURPOSES if p in self.declared and visit.allows(p)}
        self.seen |= {
            f"@{v}"
            for v in ("gullwing", "tidepool")
            if f"@{v}" in self.declared and visit.allows_vendor(v)
        }
        return html(PAGE)

    @property
    def declared(self) -> set[str]:
        return NAMES[self.policy]

    def arrive(self) -> None:
        """What any request does to the site: another policy comes into force, earlier ones are recalled."""
        if self.later is not None and self.clock.now >= self.later[1]:
            self.policy, self.known, self.later = self.later[0], self.later[2], None
            self.retry = float("-inf")
        now = self.clock.now
        if self.unknown and not self.retry - 60 <= now < self.retry:
            self.retry = now + 60
            if not self.store.lost:
                self.known |= {
                    n
                    for n, p in POLICIES.items()
                    if f"policy.{p.fingerprint}" in {r.id for r in self.store.kept}
                }

    @property
    def unknown(self) -> bool:
        return any(
            said.yes and not self.holds(name, said) and not is_known(name, said.policy, self.known)
            for name, said in self.now.said.items()
        )

    @property
    def now(self) -> Visitor:
        return self.visitor.at(self.policy, self.clock.now, self.place)

    @property
    def today(self) -> int:
        return int(self.clock.now) // DAY

    def holds(self, name: str, said: Said) -> bool:
        return covers(name, said.policy, self.policy, self.known)

    def ask(self, method: str, path: str, **form: Any) -> Response:
        assert self.client is not None
        self.client.headers = {**PLACES[self.place], **self.signals}
        self.arrive()
        before = self.client.jar.get(CONSENT)
        left: list[int] = []
        self.client.on_start = lambda: left.append(len(self.store.kept))
        if method == "GET":
            response = self.client.get(path)
        else:
            response = self.client.post(path, form=form)
        assert left[-1] == len(self.store.kept), "something was recorded after the answer had left"
        if method == "GET" and self.client.jar.get(CONSENT) != before:
            self.kept_as(self.now)
        return response

    def kept_as(self, visitor: Visitor) -> None:
        """The browser was given another cookie, which stands for this."""
        assert self.client is not None
        self.visitor = visitor
        self.backups.append((self.client.jar[CONSENT], visitor))

    # --- what is expected

    def granted(self, visitor: Visitor, *, child: bool) -> tuple[set[str], list[str]]:
        """What is on, and which purposes are asked about."""
        purposes = [name for name in PURPOSES if name in self.declared]
        state = {
            name: said.yes
            for name, said in visitor.said.items()
            if not said.yes or self.holds(name, said)
        }
        refuses_all = visitor.day is not None and not visitor.receipt
        quiet = {"advertising"} if self.signals else set()
        on = set()
        for name in purposes:
            by_default = (self.place, name) in BEGINS and not refuses_all
            if state.get(name, by_default) and name not in quiet and not child:
                on.add(name)
        for vendor, purpose in (("@gullwing", "advertising"), ("@tidepool", "statistics")):
            named = not child and vendor in state and purpose not in quiet
            if vendor in self.declared and (named or purpose in on):
                on.add(vendor)
        open_ones = [
            name
            for name in purposes
            if name not in state and BEGINS.get((self.place, name)) != "opt-out"
        ]
        return on, [] if child or refuses_all else open_ones

    # --- events

    def post(self, choice: str, purposes: Any = (), vendors: Any = (), about: Any = None) -> None:
        if self.child:
            assert self.answered("/cookiesafe/choices", 403, choice=choice, purpose=purposes)
            return
        form: dict[str, Any] = {"choice": choice, "purpose": purposes, "vendor": vendors}
        form["policy"] = POLICIES[self.policy].fingerprint
        if about is not None:
            form["about"] = about
        self.arrive()
        before, asked = self.now, [p for p in PURPOSES if p in self.declared]
        if about is not None:
            asked = [p for p in asked if p in about]
        yes = {"accept": set(asked), "reject": set(), "save": set(purposes)}[choice]
        new = {name: Said(name in yes, self.today, self.policy) for name in asked}
        if choice == "save":
            new |= {f"@{v}": Said(True, self.today, self.policy) for v in vendors}
        after = before if about is not None else replace(Visitor(), told=before.told)
        self.take(after, new, "/cookiesafe/choices", **form)

    def take(self, before: Visitor, new: dict[str, Said], path: str, **form: Any) -> None:
        if not self.answered(path, 303, **form):
            return
        said = {**before.said, **new}
        self.kept_as(
            replace(
                before,
                said=said,
                day=self.today if before.day is None else before.day,
                receipt=any(each.yes for each in said.values()),
            )
        )
        self.on_record()

    def answered(self, path: str, status: int, **form: Any) -> bool:
        """Whether it was taken: not while the store is down."""
        assert self.client is not None
        before = self.client.jar.get(CONSENT)
        response = self.ask("POST", path, **form)
        if self.store.down and status == 303:
            assert response.status == 503
            assert self.client.jar.get(CONSENT) == before
            return False
        assert response.status == status, response.text
        return True

    def on_record(self) -> None:
        """A grant is under its number on record, and a refusal has none."""
        assert self.client is not None
        last = self.store.kept[-1]
        number = IDENTIFIER.search(self.client.jar[CONSENT])
        assert (number is not None) is self.visitor.receipt
        if number:
            assert last.receipt == number[0].strip(".")
        assert last.event in ("grant", "change", "withdrawal", "refusal")

    @rule(choice=st.sampled_from(["accept", "reject"]))
    def the_visitor_accepts_or_rejects(self, choice: str) -> None:
        self.post(choice)

    @rule(
        purposes=st.sets(st.sampled_from(PURPOSES)),
        vendors=st.sets(st.sampled_from(["gullwing", "tidepool"])),
    )
    def the_visitor_saves(self, purposes: set[str], vendors: set[str]) -> None:
        self.arrive()
        self.post(
            "save",
            sorted(purposes & self.declared),
            sorted(v for v in vendors if f"@{v}" in self.declared),
        )

    @rule(choice=st.sampled_from(["accept", "reject", "save"]))
    def the_visitor_answers_the_banner(self, choice: str) -> None:
        shown = self.ask("GET", "/").text
        if BANNER in shown:
            form = shown[: shown.index("</form>")]
            about = re.findall(r'name="about" value="(\w+)"', form) or None
            self.post(choice, sorted((about or [])[:1]), about=about)

    @rule()
    def the_visitor_always_loads_an_embed(self) -> None:
        path = "/cookiesafe/embed?url=https%3A%2F%2Fads.gullwing.example%2Ffilm"
        if self.child:
            assert self.answered(path, 403, choice="always")
            return
        self.arrive()
        self.take(
            self.now, {"@gullwing": Said(True, self.today, self.policy)}, path, choice="always"
        )

    @rule(choice=st.sampled_from(["accept", "save"]), policy=st.sampled_from(sorted(POLICIES)))
    def a_yes_to_other_words_is_none(self, choice: str, policy: str) -> None:
        self.arrive()
        if policy != self.policy and not self.child:
            fingerprint = POLICIES[policy].fingerprint
            form = {"choice": choice, "purpose": "advertising", "policy": fingerprint}
            assert self.answered("/cookiesafe/choices", 409, **form)

    @rule(days=st.sampled_from([0.5, 1, 1, 10, 100, 182, 183, 184, 366, -1, -2, -100]))
    def time_passes(self, days: float) -> None:
        self.clock.days(days)

    @rule(place=st.sampled_from(sorted(PLACES)))
    def the_visitor_travels(self, place: str) -> None:
        self.place = place

    @rule(signals=st.sampled_from([{}, {}, {"sec-gpc": "1"}, {"dnt": "1"}]))
    def the_browser_signals(self, signals: dict[str, str]) -> None:
        self.signals = signals

    @rule(policy=st.sampled_from(sorted(POLICIES)), lost=st.sampled_from([False, False, True]))
    def the_site_starts_with_another_policy(self, policy: str, lost: bool) -> None:
        self.store.lost = lost
        self.start(policy)

    @rule()
    def the_store_can_be_read_again(self) -> None:
        self.store.lost = False
        self.clock.now += 61

    @rule(down=st.booleans())
    def the_store_goes_down_or_comes_back(self, down: bool) -> None:
        self.store.down = down

    @precondition(lambda self: not self.store.down)
    @rule(policy=st.sampled_from(sorted(POLICIES)), days=st.integers(-1, 200))
    def a_policy_is_announced(self, policy: str, days: int) -> None:
        self.arrive()
        if self.safe.settings.policy is not POLICIES[self.policy] or policy == self.policy:
            return
        day = (datetime.fromtimestamp(self.clock.now, UTC) + timedelta(days=days)).date()
        announcement = self.safe.publish(POLICIES[policy], summary=["News."], in_force=day)
        self.announced = policy, announcement.starts
        self.later = policy, announcement.starts, {*self.known, policy}

    @rule(choice=st.sampled_from(["keep", "change"]), stale=st.booleans())
    def the_visitor_answers_the_notice(self, choice: str, stale: bool) -> None:
        self.arrive()
        fingerprint = POLICIES[self.announced[0]].fingerprint if self.announced else "0" * 12
        fingerprint = "0" * 12 if stale else fingerprint
        good = not stale and self.announced is not None and self.now.day is not None
        path, status = "/cookiesafe/changes", 400 if not good else 403 if self.child else 303
        before = self.now
        down = choice == "keep" and before.receipt and self.store.down
        self.store.down, was_down = bool(down), self.store.down
        taken = self.answered(path, status, choice=choice, policy=fingerprint)
        self.store.down = was_down
        if taken and status == 303:
            self.kept_as(replace(before, told=fingerprint))

    @rule(year=st.sampled_from([1990, 2020]))
    def the_visitor_tells_an_age(self, year: int) -> None:
        self.ask("POST", "/cookiesafe/age", year=str(year), month="5")
        self.child |= datetime.fromtimestamp(self.clock.now, UTC).year - year < 13

    @rule()
    def the_app_finds_a_child(self) -> None:
        self.ask("GET", "/for-children")
        self.child = True
        assert self.seen == set()

    @rule()
    def the_browser_forgets_the_child(self) -> None:
        assert self.client is not None
        self.client.jar.pop(AGE, None)
        self.child = False

    @precondition(lambda self: self.backups)
    @rule(pick=st.integers(0, 99))
    def the_browser_goes_back_to_an_older_cookie(self, pick: int) -> None:
        assert self.client is not None
        token, self.visitor = self.backups[pick % len(self.backups)]
        self.client.jar[CONSENT] = token

    @rule()
    def nothing_but_a_form_does_anything(self) -> None:
        for path in (
            "choices?choice=accept&purpose=advertising",
            "changes?choice=keep",
            "age?year=1990&month=1",
        ):
            assert self.ask("GET", f"/cookiesafe/{path}").status == 200

    @rule(at=st.integers(0, 200), put=st.sampled_from("+-.@~:x0"))
    def a_forged_cookie_is_none(self, at: int, put: str) -> None:
        assert self.client is not None
        token = self.client.jar.get(CONSENT, "1.2517.+advertising.forged")
        forged = token[: at % len(token)] + put + token[at % len(token) + 1 :]
        if forged != token:
            self.check(f"{CONSENT}={forged}", Visitor(), child=False)

    # --- what holds

    def check(self, cookies: str | None, visitor: Visitor, *, child: bool) -> Response:
        assert self.client is not None
        self.client.headers = {**PLACES[self.place], **self.signals}
        on, open_ones = self.granted(visitor, child=child)
        response = self.client.get("/", cookies=cookies)
        assert self.seen == on
        assert (BANNER in response.text) is bool(open_ones)
        if open_ones:
            form = response.text[: response.text.index("</section>")]
            boxes = re.findall(r'name="purpose" value="(\w+)"', form)
            assert boxes == open_ones
        return response

    @invariant()
    def what_is_on_is_what_was_said(self) -> None:
        assert self.client is not None
        self.arrive()
        visitor, before = self.now, self.client.jar.get(CONSENT)
        response = self.check(None, visitor, child=self.child)
        if self.client.jar.get(CONSENT) != before:
            self.kept_as(visitor)
        told = self.told(visitor)
        asked = BANNER in response.text
        assert (CHANGE in response.text) is (told and not asked and not self.child)
        assert (REVISIT in response.text) is (not told and not asked and not self.child)

    def told(self, visitor: Visitor) -> bool:
        if self.announced is None or visitor.day is None:
            return False
        policy, starts = self.announced
        if visitor.day * DAY >= starts or self.clock.now > starts + 90 * DAY:
            return False
        return visitor.told != POLICIES[policy].fingerprint

    @invariant()
    def somebody_else_has_said_nothing(self) -> None:
        self.arrive()
        self.check("", Visitor(), child=False)

    @invariant()
    def who_refuses_everything_is_left_in_peace(self) -> None:
        """Whatever the model says: nobody who has just said no to everything sees a banner before the time is over."""
        if self.client is None or self.visitor.day is None or self.visitor.receipt:
            return
        since = max([self.visitor.day, *(each.day for each in self.visitor.said.values())])
        if (since - 1) * DAY <= self.clock.now < (since + 1) * DAY + HALF_A_YEAR:
            response = self.client.get("/")
            assert BANNER not in response.text
            assert not self.seen
            assert not IDENTIFIER.search(self.client.jar[CONSENT])


@pytest.mark.law("L-07", "L-08", "L-09", "L-10", "L-12", "G-05", "N-US2")
@pytest.mark.parametrize(("edge", "examples"), [("wsgi", 120), ("asgi", 20)])
def test_nothing_is_on_or_asked_but_by_what_a_visitor_has_said(
    edge: EdgeName, examples: int
) -> None:
    machine = type("Truth", (Truth,), {"edge": edge})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
