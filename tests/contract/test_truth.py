"""What a visitor is asked and what is on, after any sequence of events: no more than what the visitor has said.

The model is in tests.support.said: written from docs/consent.md, it knows the policies by hand.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.consent.consent import FIRST_DAY
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Entry, Record
from tests.support.edges import AppRequest, AppResponse, Client, EdgeName, Response, client_at, html
from tests.support.harbour import BANNER, CONSENT, KEY, PAGE, REVISIT, Clock
from tests.support.said import (
    BEGINS,
    DAY,
    HALF_A_YEAR,
    NAMES,
    PLACES,
    POLICIES,
    PURPOSES,
    Said,
    Visitor,
    covers,
    is_known,
)

CHANGE = 'data-cookiesafe="announcement"'
AGE = "__Host-cookiesafe-age"
IDENTIFIER = re.compile(r"\.[A-Za-z0-9_-]{22}\.")


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
        said = {**visitor.against, **visitor.said}
        self.visitor = replace(visitor, said=said, against={}, strict=False)
        self.backups.append((self.client.jar[CONSENT], self.visitor))

    # --- what is expected

    def granted(self, visitor: Visitor, *, child: bool) -> tuple[set[str], list[str]]:
        """What is on, and which purposes are asked about."""
        purposes = [name for name in PURPOSES if name in self.declared]
        state = {
            name: said.yes
            for name, said in visitor.said.items()
            if not said.yes or self.holds(name, said)
        }
        refuses_all, strict = visitor.refuses_all, visitor.refuses_all or visitor.strict
        quiet = {"advertising"} if self.signals else set()
        on = set()
        for name in purposes:
            by_default = (self.place, name) in BEGINS and not strict and name not in visitor.against
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
        if before.strict or before.refuses_all:
            kept = said.keys() | before.against.keys()
            never = Said(yes=False, day=FIRST_DAY, policy=self.policy)
            said |= {p: never for p in PURPOSES if p in self.declared and p not in kept}
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

    @initialize(
        first=st.sampled_from(sorted(POLICIES)),
        choice=st.sampled_from([None, "accept", "reject"]),
        then=st.sampled_from(sorted(POLICIES)),
        place=st.sampled_from(sorted(PLACES)),
    )
    def a_choice_is_older_than_the_policy(
        self, first: str, choice: str | None, then: str, place: str
    ) -> None:
        self.start(first)
        if choice is not None:
            self.post(choice)
        self.start(then)
        self.place = place

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

    @rule(choice=st.sampled_from(["accept", "reject"]))
    def a_choice_is_lost_while_the_store_is_down(self, choice: str) -> None:
        self.store.down = True
        self.post(choice)
        self.what_is_on_is_what_was_said()
        self.store.down = False

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
        if self.answered(path, status, choice=choice, policy=fingerprint) and status == 303:
            self.kept_as(replace(before, told=fingerprint))

    @rule(by=st.sampled_from(["app", "age"]), choice=st.sampled_from(["accept", "reject"]))
    def for_a_while_it_is_used_by_a_child(self, by: str, choice: str) -> None:
        assert self.client is not None
        if by == "app":
            self.ask("GET", "/for-children")
            assert self.seen == set()
        else:
            year = datetime.fromtimestamp(self.clock.now, UTC).year
            self.ask("POST", "/cookiesafe/age", year=str(year - 5), month="1")
            self.ask("POST", "/cookiesafe/age", year="1980", month="1")
        self.child = True
        self.what_is_on_is_what_was_said()
        self.post(choice)
        self.the_visitor_answers_the_notice("keep", stale=False)
        self.the_visitor_always_loads_an_embed()
        self.what_is_on_is_what_was_said()
        self.client.jar.pop(AGE)
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
            self.check(f"{CONSENT}={forged}", Visitor(strict=True), child=False)

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
        page = re.sub(r"<template.*?</template>", "", response.text, flags=re.DOTALL)
        assert (CHANGE in response.text) is (told and not asked and not self.child)
        assert (REVISIT in page) is (not told and not asked and not self.child)

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
    edge: EdgeName, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is chosen is to depend on nothing but the steps, however late a busy machine comes to them.
    for module in ("_patience", "_perform"):
        monkeypatch.setattr(f"cookiesafe.adapters.{module}.monotonic", lambda: 0.0)
    monkeypatch.setitem(Pool.__init__.__kwdefaults__ or {}, "deadline", 60.0)
    machine = type("Truth", (Truth,), {"edge": edge})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
