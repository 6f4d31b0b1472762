"""What whoever listens hears of requests, on both edges; and that it is nothing that anybody could use."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import logging
import secrets
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from cookiesafe import (
    CookieSafe,
    Event,
    Policy,
    SessionTerms,
    SettingError,
    StoreError,
    Visit,
    keys_from_file,
)
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.errors import CookieSafeError
from cookiesafe.events import KINDS
from cookiesafe.form_token import FormTokens
from cookiesafe.keys import KeyRing
from cookiesafe.ledger import Record
from cookiesafe.notice import Notice
from tests.support.edges import AppRequest, AppResponse, Client, EdgeName, client_at, html
from tests.support.harbour import CONSENT, PAGE, SESSION, Clock, MakeClient, MakeSafe, setting
from tests.support.nodes import Keys, Site
from tests.support.portal import MARK, REMEMBER, DownStore, restart, sent

Heard = list[Event]
OLD_KEY, NEW_KEY = "o" * 40, "n" * 40
LEDGER_KEY = "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U"


@pytest.fixture
def heard() -> Heard:
    return []


def names(heard: Heard) -> list[str]:
    return [each.name for each in heard]


def data(heard: Heard, name: str) -> list[dict[str, Any]]:
    return [dict(each.data) for each in heard if each.name == name]


# --- what is heard ---------------------------------------------------------------------------------


def test_a_cookie_that_is_held_is_heard_each_time(make_client: MakeClient, heard: Heard) -> None:
    client = make_client(setting("hl_ad_7=1", "surprise=1"), on_event=heard.append)
    for _ in range(2):
        client.get("/bills/17")

    assert [(each["name"], each["route"], each["rule"]) for each in data(heard, "held")] == [
        ("hl_ad_7", "/bills/*", "not granted"),
        ("surprise", "/bills/*", "undeclared"),
    ] * 2


def test_choices_are_heard_when_they_are_recorded_and_name_nobody(
    make_client: MakeClient, heard: Heard
) -> None:
    store = DownStore()
    client = make_client(on_event=heard.append, store=store)
    client.choose("accept")
    receipt = client.records[0].receipt
    client.choose("save", purpose=["statistics"])
    client.choose("reject")
    store.down = True
    client.choose("accept")
    store.down = False
    client.choose("reject")

    recorded = data(heard, "recorded")
    assert [each["record"] for each in recorded] == ["grant", "change", "withdrawal", "refusal"]
    assert recorded[1]["granted"] == ("statistics",)
    assert "advertising" in recorded[1]["refused"]
    assert names(heard)[3:] == ["store_down", "store_failed", "store_up", "recorded"]
    assert receipt is not None
    assert receipt not in repr(heard)


def test_logins_and_their_ends_are_heard(
    make_client: MakeClient, heard: Heard, clock: Clock
) -> None:
    client = make_client(Site(), on_event=heard.append)
    client.post("/in?user=ann")
    client.post("/out")
    client.post("/stay?user=ann")
    copied = client.jar[REMEMBER]
    for _ in range(3):
        clock.days(1)
        restart(client)
        client.get("/me")
    client.another().get("/me", cookies=f"{REMEMBER}={copied}")
    client.post("/in?user=bob")
    client.post("/everywhere")
    assert client.safe is not None
    client.safe.sign_out_everywhere("eve")

    assert [each for each in names(heard) if each != "recorded"] == [
        "login",
        "logout",
        "login",
        *["remembered"] * 5,
        "login",
        "logout",
        "everywhere",
        "everywhere",
    ]
    assert [each["stays"] for each in data(heard, "login")] == [False, True, False]
    assert [each["by"] for each in data(heard, "everywhere")] == ["visitor", "site"]
    *_, theft, late = [each for each in heard if each.name == "remembered"]
    assert late.data["rule"] == "nothing"
    assert (theft.data, theft.code) == ({"rule": "theft", "outcome": "stolen"}, "CS601")


def test_what_other_sites_send_is_heard(make_client: MakeClient, heard: Heard) -> None:
    client = make_client(check_origin=True, on_event=heard.append)
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for _ in range(2):
        client.post("/pay/17", headers=evil)

    told = {"method": "POST", "route": "/pay/*", "origin": "https://evil.example", "refused": True}
    assert data(heard, "foreign") == [told] * 2


def test_reports_of_browsers_are_heard_as_a_count(make_client: MakeClient, heard: Heard) -> None:
    client = make_client(on_event=heard.append)
    policy = client.get("/").header("content-security-policy")
    report = {"original-policy": policy, "blocked-uri": "https://nobody.example/x"}
    body = json.dumps({"csp-report": report}).encode()
    kind = {"content-type": "application/csp-report"}
    for _ in range(101):
        client.post("/cookiesafe/reports", body=body, headers=kind)

    assert data(heard, "reported") == [{"hosts": 1}] * 100
    assert names(heard)[-1] == "dropped"


def test_sealing_and_what_a_job_removes_is_heard(
    make_client: MakeClient, heard: Heard, clock: Clock
) -> None:
    client = make_client(Site(), on_event=heard.append, ledger_key=LEDGER_KEY)
    assert client.safe is not None
    client.choose("accept")
    sealed = client.safe.seal()
    client.safe.seal()
    clock.days(9999)
    removed = client.safe.purge()

    assert data(heard, "sealed") == [{"records": sealed}]
    assert data(heard, "purged") == [{"rows": removed}]


def test_a_fault_of_our_own_is_heard_and_the_page_is_there(
    make_client: MakeClient, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(on_event=heard.append)
    assert client.safe is not None
    monkeypatch.setattr(client.safe.settings.secure_jar, "read", None)

    assert client.get("/", cookies="a=b").status == 200
    assert data(heard, "fault") == [{"where": "arrive", "error": "TypeError"}]


def test_a_listener_that_raises_changes_no_answer(make_client: MakeClient) -> None:
    def deaf(event: Event) -> None:
        raise ZeroDivisionError

    plain = make_client(setting("surprise=1"))
    listened = make_client(setting("surprise=1"), on_event=deaf)
    for client in (plain, listened):
        client.choose("accept")
        client.jar.clear()
    [one, other] = [client.get("/") for client in (plain, listened)]

    assert (one.status, one.body) == (other.status, other.body)
    assert sorted(one.headers) == sorted(other.headers)


@pytest.mark.parametrize("good", [True, False])
def test_a_listener_may_ask_how_the_node_is_whatever_it_hears_and_wait_for_a_thread_that_does(
    make_safe: MakeSafe, tmp_path: Path, good: bool
) -> None:
    keys = Keys(tmp_path / "keys", OLD_KEY)
    heard: list[tuple[str, int]] = []

    def ask(event: Event) -> None:
        with ThreadPoolExecutor(1) as other:
            found = other.submit(lambda: safe.health().keys)
            heard.append((event.name, found.result(10)))

    safe = make_safe(secret_key=keys_from_file(keys.path), on_event=ask)
    keys.are(*([NEW_KEY, OLD_KEY] if good else ["short"]))

    assert safe.health().keys == (2 if good else 1)
    assert heard == [("keys_changed", 2) if good else ("keys_refused", 1)]


def test_a_listener_may_ask_what_is_in_force_when_that_was_announced_and_when_it_is(
    make_safe: MakeSafe, clock: Clock
) -> None:
    heard: list[tuple[str, str]] = []

    def ask(event: Event) -> None:
        heard.append((event.name, safe.health().policy))

    safe = make_safe(on_event=ask)
    former, later = safe.policy, Policy.from_toml('site.name = "Harbour"')
    day = datetime.fromtimestamp(clock(), UTC).date() + timedelta(days=1)
    safe.publish(later, summary=["Less is asked."], in_force=day)
    clock.days(2)
    safe.health()

    assert [each for each in heard if each[0] in ("announced", "policy")] == [
        ("announced", former.fingerprint),
        ("policy", later.fingerprint),
    ]


async def awaited(event: Event) -> None:
    """As one might write it by mistake."""


class Awaited:
    async def __call__(self, event: Event) -> None:
        """The same."""


@pytest.mark.parametrize("listener", [awaited, partial(awaited), Awaited(), "a name"])
def test_what_cannot_hear_is_refused_at_the_start(make_safe: MakeSafe, listener: Any) -> None:
    with pytest.raises(SettingError, match="on_event"):
        make_safe(on_event=listener)


def test_nothing_is_heard_of_an_ordinary_request(make_client: MakeClient, heard: Heard) -> None:
    client = make_client(on_event=heard.append)
    client.get("/")
    client.get("/style.css", {"sec-fetch-dest": "style"})

    assert heard == []


def test_cookies_that_are_named_by_what_clients_send_do_not_crowd_out_what_is_said_of_faults(
    make_safe: MakeSafe, caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_safe().settings
    for number in range(2000):
        settings.findings.shortened("/", f"seen_{number}=1; Max-Age=99999999")
        settings.findings.repeated("/", [f"seen_{number}=1", f"seen_{number}=2"])
    assert 500 < len(caplog.records) < 2000
    settings.telling.report_store("a record was not kept", "the store is down")

    assert caplog.messages[-1] == "a record was not kept: the store is down [CS602]"


# --- what is in none of it -------------------------------------------------------------------------

CANARY = "canary"


def canary() -> str:
    return f"{CANARY}-{secrets.token_urlsafe(24)}"


class Faulty(Site):
    """The site, with cookies that have secrets in them, and pages that fail."""

    def __init__(self, secret: str, shown: list[str]) -> None:
        super().__init__()
        self.secret = secret
        self.shown = shown

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/late":
            return html(self._late(visit))
        if request.path == "/broken":
            visit.session["secret"] = self.secret
            visit.session["no json"] = object()
        lines = [(f"hl_ad_{n}", f"unheard_of_{n}")[n % 2] for n in range(4)]
        found = super().__call__(visit, request) if request.path != "/broken" else html(PAGE)
        cookies = [("Set-Cookie", f"{name}={self.secret}") for name in lines]
        self.shown += [repr(visit), repr(visit.session), repr(visit.consent), repr(visit.held)]
        self.shown += [repr(visit._login), repr(visit._arrival), repr(visit._jar)]
        return AppResponse(found.status, [*found.headers, *cookies, cookies[0]], found.body)

    def _late(self, visit: Visit) -> Iterator[bytes]:
        yield PAGE.encode()
        with contextlib.suppress(CookieSafeError):
            visit.session["secret"] = self.secret
        yield b""


class Spilling(DownStore):
    """One whose driver says all that it knows when it is down."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._store = open_store(url)

    def _check_open(self) -> None:
        MemoryStore._check_open(self)
        if self.down:
            # To a port where nobody listens, with a password.
            self._store.checkpoint()


def ours_in(trace: TracebackType | None) -> Iterator[str]:
    """What is shown of our objects in the frames of a traceback, by a tool that prints variables.

    A field that is about to leave is text there, as in the frames of any server.
    """
    for frame, _ in traceback.walk_tb(trace):
        for name, value in frame.f_locals.items():
            if type(value).__module__.startswith("cookiesafe"):
                yield f"{name}={value!r}"


def owned_by(safe: CookieSafe) -> Iterator[str]:
    """What is shown of each object of ours that can be reached from there."""
    seen: set[int] = set()
    found: list[object] = [safe]
    while found:
        each = found.pop()
        if id(each) in seen or len(seen) > 20_000:
            continue
        seen.add(id(each))
        module = getattr(type(each), "__module__", "")
        if module.startswith("cookiesafe"):
            yield repr(each)
            found += [value for value in gc.get_referents(each) if not isinstance(value, type)]
        elif isinstance(each, (dict, list, tuple, set)):
            found += gc.get_referents(each)


@pytest.mark.parametrize("kept", ["cookie", "store"])
def test_no_secret_is_in_a_log_in_an_event_or_in_what_is_shown_of_anything(
    make_safe: MakeSafe,
    edge: EdgeName,
    clock: Clock,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kept: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("cookiesafe")
    written = logging.StreamHandler(stream := io.StringIO())
    written.setFormatter(logging.Formatter("%(message)s %(cookiesafe)s"))
    log.addHandler(written)
    shown: list[str] = []
    key, older, password, value = canary(), canary(), canary(), canary()
    keys = Keys(tmp_path / "keys", key, older)
    store = Spilling(f"postgresql+psycopg://ann:{password}@127.0.0.1:1/none")
    safe = make_safe(
        secret_key=keys_from_file(keys.path),
        store=store,
        on_event=heard.append,
        session=SessionTerms(kept=kept),
        ledger_key=LEDGER_KEY,
        check_origin=True,
        origin="https://www.example",
    )
    client = client_at(edge, safe, Faulty(value, shown))
    secret = {key, older, password, value, LEDGER_KEY}
    _drive(client, clock, secret, shown, key)
    store.down = True
    _drive(client, clock, secret, shown, key)
    for ask in (safe.seal, safe.purge, lambda: safe.sign_out_everywhere("ann")):
        with pytest.raises(StoreError) as caught:
            ask()
        shown += [str(caught.value), repr(caught.value), *ours_in(caught.tb)]
    shown += [repr(safe.health()), json.dumps(safe.health().to_dict())]
    keys.are(key[:9])
    store.down = False
    with monkeypatch.context() as broken:
        broken.setattr(Notice, "banner", None)
        broken.setattr(FormTokens, "write", None)
        _drive(client, clock, secret, shown, key)
    keys.are(canary(), key, older)
    _drive(client, clock, secret, shown, key)
    safe.seal()
    shown += owned_by(safe)
    for raised in (lambda: KeyRing(key[:20]), lambda: make_safe(secret_key=lambda: [key[:20]])):
        with pytest.raises(CookieSafeError) as failed:
            raised()
        shown += [str(failed.value), repr(failed.value)]
    log.removeHandler(written)

    told = [stream.getvalue(), caplog.text, *(repr(vars(each)) for each in caplog.records)]
    for each in caplog.records:
        shown += ours_in(each.exc_info[2]) if each.exc_info else ()
    everything = "\n".join([*told, *shown, repr(heard)])
    parts = {each for whole in secret for each in (whole, *whole.split(".")) if len(each) > 20}
    assert len(parts) > 30
    assert [each for each in parts if each in everything] == []
    assert f"{CANARY}-" not in everything
    assert {"fault", "keys_refused", "keys_changed", "sealed", "store_down"} < set(names(heard))
    assert {each.name for each in heard} <= KINDS.keys()
    assert all(set(each.data) == set(KINDS[each.name].fields) for each in heard)


def _drive(client: Client, clock: Clock, secret: set[str], shown: list[str], key: str) -> None:
    """Visitors of all kinds, and what a thief sends; what cookies they get is secret, too."""
    thief = client.another()
    forged = KeyRing(key).signer("remember", REMEMBER).sign("x.1.y")
    for path in (
        "/in?user=ann",
        "/put?a=1",
        "/stay?user=ann",
        "/me",
        "/late",
        "/form",
        "/next?junk",
        "/allows",
        "/child",
        "/everywhere",
        "/out",
        "/stay?user=ann",
    ):
        clock.days(1)
        with contextlib.suppress(CookieSafeError):
            client.post(path)
        _keep(client, secret)
        if path.startswith("/stay"):
            thief.jar = dict(client.jar)
        restart(client)
    for _ in range(3):
        restart(thief)
        thief.post("/me")
    for path in ("/token", "/broken"):
        with contextlib.suppress(CookieSafeError, TypeError):
            client.post(path)
    client.jar.clear()
    for choice in ("accept", "reject", "accept"):
        client.choose(choice)
        _keep(client, secret)
    for record in _records(client):
        shown.append(repr(record))
    for page in ("choices", "receipt", "devices", "cookies", "changes", "unsubscribe?junk"):
        client.get(f"/cookiesafe/{page}")
    client.post("/cookiesafe/receipt", {"do": "check", "receipt": '{"receipt": "junk"}'})
    client.post("/pay", headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    for name in (SESSION, CONSENT, REMEMBER):
        for token in (forged, f"{sent(client)}.junk", "a.b"):
            client.another().get("/me", cookies=f"{name}={token}")


def _keep(client: Client, secret: set[str]) -> None:
    secret |= {value for name, value in client.jar.items() if name != MARK}


def _records(client: Client) -> list[Record]:
    try:
        return client.records
    except StoreError:
        return []
