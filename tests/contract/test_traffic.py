"""Visits of a known make-up come out exactly, on both edges; and nothing that is kept tells one visitor from another.

COOKIESAFE_TEST_VISITS says how many visits there are, for more than the usual few.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest

from cookiesafe import CookieSafe, Policy, SettingError, StoreError, TrafficTerms, UsageError, Visit
from cookiesafe.adapters import _tallying
from cookiesafe.adapters.asgi import CookieSafeMiddleware
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.count import OTHER, Count
from cookiesafe.traffic import EPOCH, LEAST, Traffic, counting, views
from tests.support.edges import AppRequest, AppResponse, Client, html
from tests.support.harbour import (
    KEY,
    NOW,
    ONLY_ASGI,
    ONLY_WSGI,
    PAGE,
    POLICY,
    Clock,
    MakeClient,
    MakeSafe,
    setting,
)
from tests.support.servers import ROOT

VISITS = int(os.environ.get("COOKIESAFE_TEST_VISITS", "1500"))
TERMS = TrafficTerms(purpose="statistics", flush_after=3600)
TODAY = EPOCH + timedelta(int(NOW) // 86_400)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36 id-7f3a9c"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
AGENTS = {"desktop": DESKTOP, "phone": PHONE, "bot": BOT}
LANGUAGES = {"en": "en-GB,en;q=0.9", "de": "de-CH,de;q=0.8", "fr": "fr"}
SITES = {"none": None, "search.example": "https://search.example/find?q=my+illness"}
WAYS = ("accept", "reject", "ignore", "save")


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is worked off when it is asked for."""
    monkeypatch.setattr(_tallying, "READ_AFTER", 3600)


def told(client: Client) -> Traffic:
    assert client.safe is not None
    return client.safe.traffic()


def visit_site(client: Client, chance: random.Random, expected: Counter[tuple[str, ...]]) -> None:
    """One visitor comes, answers or does not, and goes on."""

    def expect(figure: str, **cuts: str) -> None:
        expected[figure, "", ""] += 1
        for cut, value in cuts.items():
            expected[figure, cut, value] += 1

    def view(page: str, notice: str, **headers: str | None) -> None:
        client.get(f"{page}?token={chance.getrandbits(64):x}", headers={**common, **headers})
        shown = "bot" if device == "bot" else notice
        expect("pages", page=page, device=device, language=language, notice=shown, hour="08")
        expect("answers", status="2xx")
        if shown == "shown":
            expect("shown", device=device, language=language, layout="top")

    device, language = chance.choice([*AGENTS]), chance.choice([*LANGUAGES])
    site, way, page = chance.choice([*SITES]), chance.choice(WAYS), chance.choice(["/", "/bills"])
    common = {"user-agent": AGENTS[device], "accept-language": LANGUAGES[language]}
    cross = {"referer": SITES[site], "sec-fetch-site": "cross-site" if SITES[site] else "none"}
    view(page, "shown", **cross)
    expect("entries", page=page, site=site)
    if way != "ignore":
        client.choose(
            way, purpose=["advertising"] if way == "save" else (), notice="banner", headers=common
        )
        figure = {"accept": "accepted", "reject": "rejected", "save": "saved"}[way]
        for each in ("choices", figure):
            expect(each, where="banner", way="form", device=device)
        yes = {"accept": ["statistics", "advertising"], "save": ["advertising"]}.get(way, [])
        for purpose in ("statistics", "advertising"):
            expected["answered", "", ""] += 1
            expected["answered", "purpose", f"{purpose} {'yes' if purpose in yes else 'no'}"] += 1
    within = {"referer": f"https://www.example{page}?token=1", "sec-fetch-site": "same-origin"}
    view("/usage", "shown" if way == "ignore" else "decided", **within)
    if way == "accept":
        expect("moves", move=f"{page} > /usage")


@ONLY_ASGI
def test_visits_of_a_known_make_up_come_out_exactly_over_asgi(make_client: MakeClient) -> None:
    assert_exact(make_client, VISITS)


@ONLY_WSGI
def test_visits_of_a_known_make_up_come_out_exactly_over_wsgi(make_client: MakeClient) -> None:
    assert_exact(make_client, VISITS)


def assert_exact(make_client: MakeClient, visits: int) -> None:
    first = make_client(traffic=TERMS)
    chance, expected = random.Random(7), Counter[tuple[str, ...]]()  # noqa: S311
    for _ in range(visits):
        visit_site(first.another(), chance, expected)

    traffic = told(first)

    for (figure, cut, value), n in sorted(expected.items()):
        assert n >= LEAST
        got = traffic.by(figure, cut)[value] if cut else traffic.total(figure)
        assert got == n, (figure, cut, value)
    whole = {figure: n for (figure, cut, _), n in expected.items() if not cut}
    for figure, cut in {(figure, cut) for figure, cut, _ in expected if cut}:
        parts = traffic.by(figure, cut)
        assert sum(n or 0 for n in parts.values()) == whole[figure], (figure, cut)
        assert OTHER not in parts
    notices = traffic.notices
    assert notices.from_banner == notices.choices == expected["choices", "", ""]
    assert notices.choice_rate == expected["choices", "", ""] / expected["shown", "", ""]


def test_with_every_visitor_refusing_all_that_needs_no_consent_is_there(
    make_client: MakeClient,
) -> None:
    client = make_client(setting("hl_ad=1", "surprise=1"), traffic=TERMS)
    for _ in range(12):
        visitor = client.another()
        visitor.get("/bills/17")
        visitor.choose("reject", notice="banner")
        within = {"referer": "https://www.example/bills/17", "sec-fetch-site": "same-origin"}
        visitor.get("/usage", headers=within)

    traffic = told(client)

    assert traffic.by("pages", "page") == {"/bills/*": 12, "/usage": 12}
    assert traffic.by("pages", "device") == {"desktop": 24}
    assert traffic.by("pages", "notice") == {"decided": 12, "shown": 12}
    assert traffic.by("entries", "page") == {"/bills/*": 12}
    assert traffic.by("rejected", "where") == {"banner": 12}
    assert traffic.by("held", "name") == {"hl_ad": 24, "surprise": 24}
    assert traffic.by("held", "for") == {"advertising": 24, "undeclared": 24}
    assert traffic.by("held", "cookie") == {
        f"{page} > {name}": 12 for page in ("/bills/*", "/usage") for name in ("hl_ad", "surprise")
    }
    assert traffic.by("undeclared", "name") == {"surprise": 24}
    assert (traffic.total("moves"), traffic.total("returns")) == (0, 0)


# --- who ----------------------------------------------------------------------------------------


def everything_kept(path: Path) -> str:
    """All that the database has of counts, as text."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT * FROM cookiesafe_counts").fetchall()
    return json.dumps(rows, ensure_ascii=False)


@ONLY_WSGI
def test_nothing_that_is_kept_or_given_away_tells_one_visitor_from_another(
    make_client: MakeClient, tmp_path: Path
) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    client = make_client(store=store, traffic=TERMS, place_headers=["CF-IPCountry"])
    marks = []
    for number in range(30):
        mark = f"{number:02}c0ffee{number:02}"
        marks.append(mark)
        visitor = client.another()
        visitor.headers = {
            "user-agent": f"{DESKTOP} {mark}",
            "accept-language": f"en-x-{mark}",
            "referer": f"https://search.example/{mark}?q={mark}",
            "sec-fetch-site": "cross-site",
            "x-forwarded-for": f"203.0.113.{number}",
            "cf-ipcountry": "DE",
        }
        visitor.get(f"/bills/{mark}?{mark}=1")
        visitor.choose("accept", notice="banner")
        visitor.get(f"/bills/{mark}")
        marks += visitor.jar.values()
        marks += [record.receipt or mark for record in visitor.records]

    traffic = told(client)
    given = traffic.to_json() + "".join(traffic.to_csv()) + repr(traffic)
    kept = everything_kept(path)
    store.close()

    for mark in (*marks, "203.0.113", "Mozilla"):
        assert mark not in kept
        assert mark not in given
    # Two sites where other visitors did the same things have the same rows: whoever has them cannot say who did what.
    assert json.loads(kept) == json.loads(others_rows(make_client, tmp_path))


def others_rows(make_client: MakeClient, tmp_path: Path) -> str:
    """As many visits, by others, in another order: all first pages, then all choices, backwards."""
    path = tmp_path / "other.db"
    store = open_store(f"sqlite:///{path}")
    client = make_client(store=store, traffic=TERMS, place_headers=["CF-IPCountry"])
    visitors = [client.another() for _ in range(30)]
    for number, visitor in enumerate(visitors):
        visitor.headers = {
            "user-agent": f"Mozilla/5.0 (Windows NT 10.0) Firefox/{number}.0",
            "accept-language": "en",
            "referer": "https://search.example/",
            "sec-fetch-site": "cross-site",
            "cf-ipcountry": "DE",
        }
        visitor.get(f"/bills/{number}")
    for visitor in reversed(visitors):
        visitor.choose("accept", notice="banner")
    for visitor in visitors:
        visitor.get("/bills/99")
    told(client)
    store.close()
    return everything_kept(path)


def test_moves_and_returns_are_counted_only_where_the_purpose_is_agreed_to(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(traffic=TERMS)
    within = {"referer": "https://www.example/bills/4711?q=1", "sec-fetch-site": "same-origin"}
    visitors = []
    for choice, purpose in [("accept", ()), ("save", ("advertising",)), ("reject", ())]:
        for _ in range(10):
            visitor = client.another()
            visitor.choose(choice, purpose=purpose)
            visitor.get("/usage", headers=within)
            visitors.append(visitor)
    clock.days(3)
    for visitor in visitors:
        visitor.get("/")

    traffic = told(client)

    assert traffic.by("moves", "move") == {"/bills/* > /usage": 10}
    assert traffic.by("returns", "since") == {"week": 10}
    assert traffic.total("entries") == 30


def test_without_a_purpose_they_are_counted_for_nobody(make_client: MakeClient) -> None:
    client = make_client(traffic=True)
    client.choose("accept")
    for _ in range(10):
        client.get(
            "/", headers={"referer": "https://www.example/", "sec-fetch-site": "same-origin"}
        )
        client.get("/")

    assert (told(client).total("moves"), told(client).total("returns")) == (0, 0)
    assert told(client).total("pages") == 20


# --- what is a page view --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-dest": "empty"}, 200),
        ({"sec-fetch-dest": "image"}, 200),
        ({"sec-fetch-dest": "iframe"}, 200),
        ({"sec-purpose": "prefetch;prerender"}, 200),
        ({"purpose": "prefetch"}, 200),
        ({}, 404),
        ({}, 500),
        ({}, 302),
    ],
)
def test_what_nobody_is_led_to_is_no_page_view(
    make_client: MakeClient, headers: dict[str, str], status: int
) -> None:
    client = make_client(
        lambda visit, request: AppResponse(status, html(PAGE).headers, [PAGE.encode()]),
        traffic=True,
    )
    for _ in range(10):
        client.get("/", headers=headers)

    assert told(client).total("pages") == 0
    assert told(client).by("answers", "status") == ({} if headers else {f"{status // 100}xx": 10})


def test_pages_of_ours_and_other_types_and_heads_are_none(make_client: MakeClient) -> None:
    client = make_client(
        lambda visit, request: AppResponse(200, [("Content-Type", "application/json")], [b"{}"]),
        traffic=True,
    )
    for _ in range(10):
        client.get("/cookiesafe/choices")
        client.get("/api")
        client.head("/")

    assert told(client).total("pages") == 0


@pytest.mark.parametrize(
    ("notice", "headers", "settings"),
    [
        ("bot", {"user-agent": BOT}, {}),
        ("not needed", {}, {"mode": "observe"}),
        ("cookies blocked", {}, {}),
        ("not placed", {"accept-encoding": "x"}, {}),
    ],
)
def test_each_page_view_has_what_stood_in_it(
    make_client: MakeClient, notice: str, headers: dict[str, str], settings: dict[str, Any]
) -> None:
    def packed(visit: Visit, request: AppRequest) -> AppResponse:
        return AppResponse(
            200,
            [("Content-Type", "text/html"), ("Content-Encoding", "gzip")],
            [gzip.compress(PAGE.encode())],
        )

    settings = {**settings, **({"handler": packed} if notice == "not placed" else {})}
    client = make_client(traffic=True, **settings)
    client.keeps_cookies = False
    for _ in range(10):
        client.get("/?cookiesafe=blocked" if notice == "cookies blocked" else "/", headers=headers)

    expected = "not placed" if settings.get("mode") == "observe" else notice
    assert told(client).by("pages", "notice") == {expected: 10}


def test_signals_and_children_are_counted(make_client: MakeClient) -> None:
    def child(visit: Visit, request: AppRequest) -> AppResponse:
        visit.treat_as_child()
        return html(PAGE)

    client = make_client(child, traffic=True)
    for _ in range(10):
        client.get("/", headers={"sec-gpc": "1"})

    assert told(client).by("pages", "signal") == {"gpc": 10}
    assert told(client).by("pages", "notice") == {"child": 10}


# --- answers --------------------------------------------------------------------------------------


def test_answers_are_counted_by_where_and_how_they_were_given(make_client: MakeClient) -> None:
    client = make_client(traffic=True)
    for _ in range(10):
        visitor = client.another()
        script = {"accept": "application/json", "user-agent": PHONE}
        visitor.choose("accept", notice="banner", headers=script)
        visitor.choose("reject", notice="choices")

    traffic = told(client)

    assert traffic.by("choices", "where") == {"banner": 10, "choices": 10}
    assert traffic.by("choices", "way") == {"form": 10, "script": 10}
    assert traffic.by("accepted", "device") == {"phone": 10}
    assert traffic.by("withdrawn", "where") == {"choices": 10}
    assert traffic.by("withdrawn", "press") == {"choices reject": 10}
    assert traffic.notices.withdrawn == 10


def test_a_no_in_the_place_of_an_embed_loads_none(make_client: MakeClient) -> None:
    client = make_client(traffic=True)
    for _ in range(10):
        client.another().choose("reject", notice="embed")

    assert told(client).by("choices", "where") == {"embed": 10}
    assert told(client).total("embeds") == 0


def test_receipts_that_are_downloaded_checked_and_forgotten_are_counted(
    make_client: MakeClient,
) -> None:
    client = make_client(traffic=True)
    path = "/cookiesafe/receipt"
    assert client.get(f"{path}?download=1").status == 404
    for _ in range(10):
        visitor = client.another()
        visitor.get("/")
        visitor.choose("accept")
        receipt = visitor.get(f"{path}?download=1").text
        assert visitor.post(path, {"do": "check", "receipt": receipt}).status == 200
        assert visitor.post(path, {"do": "check", "receipt": ""}).status == 400
        assert visitor.post(path, {"do": "forget"}).status == 200
        assert visitor.post(path, {"do": "forget", "sure": "1"}).status == 200

    counted = told(client).by("receipts", "how")
    assert counted == {"downloaded": 10, "checked": 10, "forgotten": 10}


def test_what_was_not_recorded_is_not_counted(make_client: MakeClient) -> None:
    class Down(MemoryStore):
        def append(self, records: Any) -> None:
            raise StoreError("it is down")

    client = make_client(store=Down(), traffic=True)
    for _ in range(10):
        assert client.choose("accept").status == 503
        assert client.choose("reject").status == 503

    assert told(client).total("choices") == 0
    assert told(client).by("unrecorded", "event") == {"grant": 10, "refusal": 10}


def test_a_withdrawal_that_was_not_recorded_is_counted_as_such(make_client: MakeClient) -> None:
    class Down(MemoryStore):
        down = False

        def append(self, records: Any) -> None:
            if self.down:
                raise StoreError("it is down")
            super().append(records)

    store = Down()
    client = make_client(store=store, traffic=True)
    client.choose("accept")
    store.down = True
    for _ in range(10):
        assert client.choose("reject").status == 503

    assert told(client).by("unrecorded", "event") == {"withdrawal": 10}
    assert told(client).total("withdrawn") == 0


def test_reports_of_browsers_are_counted_by_host(make_client: MakeClient) -> None:
    client = make_client(traffic=True)
    csp = client.get("/").header("content-security-policy")
    for host in ("ads.gullwing.example", "tracker.example") * 10:
        report = {"blocked-uri": f"https://{host}/x?id=7", "original-policy": csp}
        headers = {"content-type": "application/csp-report", "sec-fetch-dest": "report"}
        client.post(
            "/cookiesafe/reports", body=json.dumps({"csp-report": report}).encode(), headers=headers
        )

    assert told(client).by("blocked", "vendor") == {"gullwing": 10, "undeclared": 10}
    assert told(client).by("blocked", "host") == {"ads.gullwing.example": 10, "tracker.example": 10}


# --- bounds and faults ----------------------------------------------------------------------------


def test_whatever_is_sent_is_answered_and_memory_is_bounded(make_client: MakeClient) -> None:
    client = make_client(traffic=TERMS, place_headers=["CF-IPCountry"])
    for number in range(700):
        junk = f"{number}\xff" * 20
        client.headers = {
            "user-agent": f"agent {junk}",
            "accept-language": junk,
            "referer": f"https://host-{number}.example/{junk}",
            "sec-fetch-site": "cross-site",
            "cf-ipcountry": junk,
        }
        assert client.get(f"/page-{chr(97 + number % 26)}{chr(97 + number // 26)}").status == 200

    traffic = told(client)
    store: Any = client.safe.store if client.safe else None
    kept = list(store.counts(0, 99_999))
    assert traffic.total("pages") == 700
    assert len([each for each in kept if each.cut == "site"]) <= 257
    assert len([each for each in kept if each.cut == "page" and each.figure == "pages"]) <= 257


@ONLY_WSGI
def test_who_leaves_more_than_is_read_helps(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_LEFT", 10)
    client = make_client(traffic=TERMS)
    for _ in range(100):
        client.get("/")
        assert client.safe is not None
        assert client.safe.settings.counting is not None
        assert len(client.safe.settings.counting._left) <= 11

    assert told(client).total("pages") == 100


def test_what_nobody_has_time_to_count_takes_no_room_and_is_said(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_KEPT", 20)
    client = make_client(traffic=TERMS)
    assert client.safe is not None
    assert client.safe.settings.counting is not None
    for _ in range(50):
        client.get("/")
        assert len(client.safe.settings.counting._left) <= 20

    assert told(client).total("pages") == 20
    assert told(client).total("missed") == 30


def test_more_kinds_of_page_views_than_are_kept_together_are_counted_all_the_same(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_ALIKE", 2)
    client = make_client(traffic=TERMS)
    for page in "abcdef":
        for _ in range(10):
            client.get(f"/{page}")

    assert told(client).by("pages", "page") == {f"/{page}": 10 for page in "abcdef"}


def test_a_fault_of_counting_harms_no_response(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(traffic=True)

    def fail(what: object) -> None:
        raise ZeroDivisionError

    assert client.safe is not None
    monkeypatch.setattr(client.safe.settings.counting, "leave", fail)

    response = client.get("/")

    assert response.status == 200
    assert 'data-cookiesafe="banner"' in response.text
    assert "at counting" in caplog.text


def test_who_helps_has_no_part_in_a_fault_of_counting(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(counting, "MOST_LEFT", 0)
    monkeypatch.setattr(counting.Counting, "_count_answer", fail)
    monkeypatch.setattr(counting.Counting, "_count_held", fail)
    client = make_client(setting("hl_ad=1"), traffic=True)

    assert 'data-cookiesafe="banner"' in client.get("/").text
    assert client.choose("accept").status == 303
    assert client.get("/").headers_of("set-cookie") != []
    faults = [each for each in caplog.records if vars(each)["cookiesafe"]["event"] == "fault"]
    assert [vars(each)["cookiesafe"]["error"] for each in faults] == ["ZeroDivisionError"]
    caplog.clear()


class Failing(MemoryStore):
    """Takes no counts while it is ``down``."""

    down = True

    def add_counts(self, counts: Any) -> None:
        if self.down:
            raise StoreError("it is down")
        super().add_counts(counts)


def test_what_the_store_does_not_take_is_brought_later(make_client: MakeClient) -> None:
    store = Failing()
    client = make_client(store=store, traffic=TERMS)
    for _ in range(10):
        client.get("/")
    with pytest.raises(StoreError):
        told(client)
    for _ in range(10):
        client.get("/")
    store.down = False

    assert told(client).total("pages") == 20


def test_much_is_brought_in_several_goes_and_none_of_it_twice(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(MemoryStore):
        goes = 0

        def add_counts(self, counts: Sequence[Count]) -> None:
            assert len(counts) <= 3
            self.goes += 1
            if self.goes == 3:
                raise StoreError("it is down")
            super().add_counts(counts)

    monkeypatch.setattr(_tallying, "AT_ONCE", 3)
    store = Failing()
    client = make_client(store=store, traffic=TERMS)
    for _ in range(10):
        client.get("/")

    with pytest.raises(StoreError):
        told(client)
    assert len(store.counts(0, 99_999)) == 6
    assert told(client).total("pages") == 10
    assert {each.n for each in store.counts(0, 99_999)} == {10}


def test_nothing_is_counted_unless_it_is_asked_for(make_client: MakeClient) -> None:
    client = make_client()
    client.get("/")

    with pytest.raises(UsageError, match="nothing is counted"):
        told(client)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"traffic": TrafficTerms(purpose="statistic")}, 'Did you mean "statistics"'),
        ({"traffic": TrafficTerms(purpose="necessary")}, "cannot be refused"),
        ({"traffic": "yes"}, "TrafficTerms"),
        ({"traffic": 1}, "TrafficTerms"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    make_safe: MakeSafe, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingError, match=said):
        make_safe(**settings)


def test_a_store_that_keeps_no_counts_is_refused(make_safe: MakeSafe) -> None:
    whole = MemoryStore()
    names = [name for name in dir(whole) if not name.startswith("_") and "counts" not in name]
    store = type("Old", (), {name: staticmethod(getattr(whole, name)) for name in names})()

    make_safe(store=store)
    with pytest.raises(SettingError, match="keeps no counts"):
        make_safe(store=store, traffic=True)


def test_days_the_wrong_way_round_are_refused(make_safe: MakeSafe) -> None:
    safe = make_safe(traffic=True)

    with pytest.raises(SettingError, match="earlier day first"):
        safe.traffic(TODAY, TODAY - timedelta(1))


# --- days, and the end ----------------------------------------------------------------------------


def test_days_that_are_over_are_folded_and_old_ones_go(
    make_client: MakeClient, clock: Clock
) -> None:
    store = MemoryStore()
    day = int(NOW) // 86_400
    store.add_counts([Count(day, "pages", "page", f"/{n}", 1) for n in range(12)])
    store.add_counts([Count(day - 800, "pages", "page", "/old", 99)])
    client = make_client(store=store, traffic=TERMS)
    clock.days(3)

    client.get("/")
    told(client)

    assert [each for each in store.counts(day, day) if each.cut] == [
        Count(day, "pages", "page", OTHER, 12)
    ]
    assert store.counts(0, day - 700) == []


def test_what_was_counted_is_read_though_it_cannot_be_folded(
    make_client: MakeClient, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """As by a database user who may not remove rows."""

    class Firm(MemoryStore):
        firm = True

        def remove_counts(self, before: int) -> int:
            if self.firm:
                raise StoreError("it may not")
            return super().remove_counts(before)

    store = Firm()
    store.add_counts([Count(int(NOW) // 86_400 - 800, "pages", "page", "/old", 99)])
    client = make_client(store=store, traffic=TERMS)
    client.get("/")

    assert told(client).total("answers") is None
    assert "it may not" in caplog.text
    store.firm = False
    client.get("/")
    assert told(client).total("answers") is None
    assert not store.counts(0, int(NOW) // 86_400 - 760)


def test_purge_folds_and_removes_too(make_safe: MakeSafe) -> None:
    store, day = MemoryStore(), int(NOW) // 86_400
    store.add_counts([Count(day - n, "pages", "page", "/x", 1) for n in (3, 500, 761)])
    safe = make_safe(store=store, traffic=TERMS)

    assert safe.purge() == 1
    assert {each.value for each in store.counts(0, day)} == {OTHER}


def test_closing_brings_what_is_left(make_client: MakeClient) -> None:
    class Kept(MemoryStore):
        def close(self) -> None:
            self.at_close = list(self.counts(0, 99_999))

    store = Kept()
    client = make_client(store=store, traffic=TERMS)
    client.get("/")
    assert client.safe is not None
    client.safe.close()

    assert Count(int(NOW) // 86_400, "pages", "", "", 1) in store.at_close


ENDS = """
import sys
from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.testing.wsgi import WSGIClient
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<body>"]
safe = CookieSafe(Policy.from_toml("site.name='S'"), secret_key="k" * 32, store=sys.argv[1], traffic=True)
WSGIClient(CookieSafeMiddleware(app, safe)).get("/")
"""


def test_a_process_that_ends_brings_what_is_left(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert said_as_it_ends(ENDS, url) == ""
    assert pages_in(url) == [1]


NO_MORE_THREADS = """
import atexit, threading
def start(timer):
    raise RuntimeError("can't create new thread at interpreter shutdown")
atexit.register(setattr, threading.Timer, "start", start)
"""


def test_so_does_one_that_may_start_no_thread_any_more(tmp_path: Path) -> None:
    """As Python from 3.12 on, once the main thread has ended."""
    url = f"sqlite:///{tmp_path / 'store.db'}"

    assert said_as_it_ends(ENDS + NO_MORE_THREADS, url) == ""
    assert pages_in(url) == [1]


def said_as_it_ends(program: str, url: str) -> str:
    """What a program writes to its errors."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, url],
        cwd=ROOT,
        check=True,
        timeout=60,
        stderr=subprocess.PIPE,
        text=True,
    )
    return ended.stderr


def pages_in(url: str) -> list[int]:
    with closing(open_store(url)) as store:
        counts: Any = store
        return [each.n for each in counts.counts(0, 99_999) if each[1:3] == ("pages", "")]


class Slow(MemoryStore):
    """Says when it has begun to keep counts, and keeps them once somebody waits for that."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.awaited = Event(), Event()

    def add_counts(self, counts: Sequence[Count]) -> None:
        self.begun.set()
        assert self.awaited.wait(20)
        super().add_counts(counts)

    def close(self) -> None:
        self.at_close = list(self.counts(0, 99_999))


class Turn:
    """A lock that tells when somebody has to wait for it."""

    def __init__(self, awaited: Event) -> None:
        self._lock, self._awaited = Lock(), awaited
        self.release = self._lock.release

    def acquire(self, **given: float) -> bool:
        if self._lock.locked():
            self._awaited.set()
        return self._lock.acquire(**given)  # type: ignore[arg-type]


def test_closing_waits_for_what_is_being_brought(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Slow()
    client = make_client(store=store, traffic=TERMS)
    assert client.safe is not None
    monkeypatch.setattr(client.safe._tallying, "_turn", Turn(store.awaited))
    client.get("/")
    bringing = Thread(target=client.safe.traffic)
    bringing.start()
    assert store.begun.wait(20)
    client.safe.close()
    bringing.join()

    assert Count(int(NOW) // 86_400, "pages", "", "", 1) in store.at_close


@pytest.mark.parametrize("end", ["complete", "failed"])
def test_an_asgi_server_that_shuts_down_has_brought_what_is_left(clock: Clock, end: str) -> None:
    store = MemoryStore()
    safe = CookieSafe(
        Policy.from_toml(POLICY), secret_key=KEY, clock=clock, store=store, traffic=TERMS
    )
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await send({"type": "lifespan.startup.complete"})
            await send({"type": f"lifespan.shutdown.{end}"})
            return
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/html")],
            }
        )
        await send({"type": "http.response.body", "body": b"<body>"})

    async def send(message: Any) -> None:
        if message["type"].startswith("lifespan"):
            seen.append(f"{message['type']} {len(store.counts(0, 99_999)) > 0}")

    async def run() -> None:
        scope = {
            "type": "http", "method": "GET", "path": "/", "scheme": "https", "query_string": b"",
            "headers": [(b"host", b"www.example"), (b"sec-fetch-dest", b"document")],
        }  # fmt: skip
        middleware = CookieSafeMiddleware(app, safe)
        await middleware(scope, None, send)
        await middleware({"type": "lifespan"}, None, send)

    asyncio.run(run())

    assert seen == ["lifespan.startup.complete False", f"lifespan.shutdown.{end} True"]


# --- frameworks -----------------------------------------------------------------------------------


def starlette_client(safe: CookieSafe) -> Client:
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Mount, Route

    from cookiesafe.testing.asgi import ASGIClient

    async def page(request: Any) -> HTMLResponse:
        return HTMLResponse(PAGE)

    routes = [
        Route("/users/{name}", page),
        Route("/profile-{name}", page),
        Route("/café", page),
        Mount("/shop", routes=[Route("/of/{name}/{p:path}", page)]),
    ]
    return ASGIClient(CookieSafeMiddleware(Starlette(routes=routes), safe))


def flask_client(safe: CookieSafe) -> Client:
    from flask import Flask

    from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
    from cookiesafe.testing.wsgi import WSGIClient

    app = Flask(__name__)
    app.add_url_rule("/users/<name>", "user", lambda name: PAGE)
    app.add_url_rule("/profile-<name>", "profile", lambda name: PAGE)
    app.add_url_rule("/café", "café", lambda: PAGE)
    app.add_url_rule("/shop/of/<name>/<path:p>", "shop", lambda name, p: PAGE)
    return WSGIClient(WSGIMiddleware(app, safe))


def test_what_a_framework_finds_and_nobody_can_read_harms_no_request(
    make_safe: MakeSafe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that come later work off what others have left."""
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    from cookiesafe.testing.asgi import ASGIClient

    class Unreadable:
        def __str__(self) -> str:
            raise ZeroDivisionError

    async def page(request: Any) -> HTMLResponse:
        request.scope["path_params"]["name"] = Unreadable()
        return HTMLResponse(PAGE)

    safe = make_safe(traffic=TERMS)
    client = ASGIClient(CookieSafeMiddleware(Starlette(routes=[Route("/of/{name}", page)]), safe))
    monkeypatch.setattr(counting, "MOST_LEFT", 0)

    assert [client.get("/of/ann").status for _ in range(10)] == [200] * 10
    assert safe.traffic().total("pages") == 10
    assert safe.traffic().by("pages", "page") == {OTHER: 10}


@pytest.mark.parametrize("client_of", [starlette_client, flask_client])
def test_what_a_framework_finds_in_a_path_is_not_counted(
    make_safe: MakeSafe, client_of: Callable[[CookieSafe], Client]
) -> None:
    safe = make_safe(traffic=TERMS)
    client = client_of(safe)
    client.choose("accept")
    for name in ("ann", "bob", "eve"):
        within = {"referer": f"https://www.example/users/{name}", "sec-fetch-site": "same-origin"}
        for _ in range(5):
            client.get(f"/users/{name}", headers=within)
            client.get(f"/shop/of/{name}/red/shoes")

    assert safe.traffic().by("pages", "page") == {"/shop/of/*/*": 15, "/users/*": 15}
    assert safe.traffic().by("moves", "move") == {"/users/* > /users/*": 15}


@pytest.mark.parametrize("client_of", [starlette_client, flask_client])
def test_a_parameter_may_be_some_of_a_part(
    make_safe: MakeSafe, client_of: Callable[[CookieSafe], Client]
) -> None:
    safe = make_safe(traffic=TERMS)
    client = client_of(safe)
    for _ in range(10):
        client.get("/profile-ann")

    assert safe.traffic().by("pages", "page") == {"/*": 10}


@pytest.mark.parametrize("client_of", [starlette_client, flask_client])
def test_a_page_before_is_known_by_its_address_too(
    make_safe: MakeSafe, client_of: Callable[[CookieSafe], Client]
) -> None:
    safe = make_safe(traffic=TERMS)
    client = client_of(safe)
    client.choose("accept")
    referer = {"referer": "https://www.example/caf%C3%A9", "sec-fetch-site": "same-origin"}
    for _ in range(10):
        client.get("/caf%C3%A9", headers=referer)

    assert safe.traffic().by("moves", "move") == {"/café > /café": 10}
