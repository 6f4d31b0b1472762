"""What is done to sessions and logins on purpose. ``tests/test_attacks.py`` says where each attack is tried."""

from __future__ import annotations

import logging
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookiesafe import CookieSafe, SessionTerms, Visit
from cookiesafe.keys import KeyRing
from tests.support.edges import (
    AppRequest,
    AppResponse,
    Client,
    EdgeName,
    Handler,
    answer,
    client_at,
)
from tests.support.harbour import KEY, NOW, SESSION, Clock, MakeClient, MakeSafe
from tests.support.portal import MARK, REMEMBER, DownStore, Portal, restart, sent, user

STORE = SessionTerms(kept="store")
WAYS: dict[str, dict[str, Any]] = {
    "in the cookie": {},
    "in the store": {"session": STORE},
    "encrypted": {"session": SessionTerms(encrypted=True)},
    "without a store": {"store": None},
}
EACH_WAY = pytest.mark.parametrize("way", WAYS)
NOBODY: dict[str, Any] = {
    "user": None,
    "fresh": False,
    "remembered": False,
    "stolen": False,
    "holds": {},
}
SLOW = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def open_site(make_client: MakeClient, way: str, app: Handler | None = None) -> Client:
    return make_client(app or Portal(), **WAYS[way])


def rows(client: Client) -> int:
    assert client.safe is not None
    return len(client.safe.store._sessions)  # type: ignore[attr-defined]


# --- tokens --------------------------------------------------------------------------------------


@EACH_WAY
@pytest.mark.parametrize("name", [SESSION, REMEMBER])
@SLOW
@given(data=st.data())
def test_a_cookie_with_one_byte_changed_is_nobodys(
    make_client: MakeClient, way: str, name: str, data: st.DataObject
) -> None:
    client = make_client(Portal(), entropy=counted(), **WAYS[way])
    client.post("/stay/put?user=ann&a=1")
    token = client.jar[name]
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.characters(min_codepoint=33, max_codepoint=255, exclude_characters=";").filter(
            token[at].__ne__
        )
    )
    damaged = data.draw(
        st.sampled_from(
            [f"{token[:at]}{other}{token[at + 1 :]}", token[:at], token[at + 1 :], token + other]
        )
    )

    response = client.another().get("/me", cookies=f"{name}={damaged}")

    assert response.status == 200
    assert response.json() == NOBODY


@pytest.mark.parametrize("form", ["a.{data}.{now}.0", "u.{data}.{who}.{now}.0"])
@pytest.mark.parametrize(
    "text",
    ["[1]", '"text"', "7", "null", "true", "", "{", "[" * 100_000, '{"a":' * 500 + "1" + "}" * 500],
    ids=["list", "text", "number", "null", "true", "nothing", "half", "deep", "deep object"],
)
def test_what_is_signed_and_no_object_is_no_session(
    make_client: MakeClient, form: str, text: str
) -> None:
    who = b64encode(b'["ann",1,"s",0,"",0]').decode()
    payload = form.format(data=b64encode(text.encode()).decode(), now=NOW, who=who)
    token = KeyRing(KEY).signer("session", SESSION).sign(payload)
    client = make_client(Portal())

    for path in ("/me", "/put?a=1"):
        response = client.get(path, cookies=f"{SESSION}={token}")
        assert response.status == 200


# --- ids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", ["s.mine", "signed"])
def test_an_id_that_somebody_chose_is_never_taken_over(
    make_client: MakeClient, chosen: str
) -> None:
    client = make_client(Portal(), session=STORE)
    mine = KeyRing(KEY).signer("session", SESSION).sign("s.mine") if chosen == "signed" else chosen
    client.jar[SESSION] = mine

    client.get("/put?a=1")

    assert client.jar[SESSION] != mine
    assert client.another().get("/me", cookies=f"{SESSION}={mine}").json() == NOBODY


def test_ten_thousand_unknown_ids_leave_nothing_behind(make_client: MakeClient) -> None:
    client = make_client(Portal(), session=STORE, store=DownStore())
    assert isinstance(client.safe, CookieSafe)
    client.safe.store.down = True  # type: ignore[attr-defined]
    signer = KeyRing(secrets.token_bytes(32)).signer("session", SESSION)
    for _ in range(10_000):
        cookie = f"{SESSION}={signer.sign(f's.{secrets.token_urlsafe(16)}')}"
        response = client.get("/file", {"Sec-Fetch-Dest": "empty"}, cookies=cookie)
        assert response.cookies == []

    assert rows(client) == 0


def test_unknown_ids_that_are_only_looked_at_make_no_session(make_client: MakeClient) -> None:
    client = make_client(Portal(), session=STORE)
    signer = KeyRing(KEY).signer("session", SESSION)
    for _ in range(200):
        cookie = f"{SESSION}={signer.sign(f's.{secrets.token_urlsafe(16)}')}"
        (line,) = client.get("/me", cookies=cookie).cookies
        assert line.startswith(f"{SESSION}=;")

    assert rows(client) == 0


# --- cookies that others toss in -----------------------------------------------------------------


@EACH_WAY
def test_of_two_who_are_signed_in_nobody_is(make_client: MakeClient, way: str) -> None:
    client = open_site(make_client, way)
    other = client.another()
    client.post("/in?user=ann")
    other.post("/in?user=eve")

    for both in ((client, other), (other, client)):
        cookies = "; ".join(sent(each) for each in both)
        assert user(client.another(), cookies=cookies) is None
    assert user(client, cookies=f"{sent(client)}; {sent(client)}") == "ann"


@EACH_WAY
@pytest.mark.parametrize(
    "tossed",
    ["={own}", "=={own}", "{name}", " ={own}", "a={own}", "{name} ={value}", "{name}={value}x"],
)
def test_what_only_looks_like_our_cookie_does_not_stand_in_its_way(
    make_client: MakeClient, way: str, tossed: str
) -> None:
    client = open_site(make_client, way)
    other = client.another()
    client.post("/in?user=ann")
    other.post("/in?user=eve")
    looks = tossed.format(own=sent(other), name=SESSION, value=other.jar[SESSION])

    assert user(client, cookies=f"{looks}; {sent(client)}") == "ann"
    assert user(client, cookies=looks) is None


@EACH_WAY
def test_two_hundred_cookies_of_our_names_are_answered(make_client: MakeClient, way: str) -> None:
    client = open_site(make_client, way)
    client.post("/stay?user=ann")
    names = (SESSION, REMEMBER, MARK)
    flood = "; ".join(f"{name}=x{number}" for number in range(200) for name in names)

    assert client.get("/me", cookies=flood).json() == NOBODY
    assert user(client, cookies=f"{sent(client)}; {flood}") == "ann"


# --- requests at once ----------------------------------------------------------------------------


@EACH_WAY
def test_readers_do_not_undo_what_one_writes(make_client: MakeClient, way: str) -> None:
    client = open_site(make_client, way)
    client.post("/in/put?user=ann&a=1")

    def read(number: int) -> Any:
        browser = client.another()
        browser.jar = dict(client.jar)
        return browser.get("/put?a=2" if number == 10 else "/me").cookies

    with ThreadPoolExecutor(20) as pool:
        lines = list(pool.map(read, range(21)))

    assert [number for number, said in enumerate(lines) if said] == (
        [] if way == "in the store" else [10]
    )
    for said in lines:
        client.jar |= dict(line.partition(";")[0].split("=", 1) for line in said)
    assert client.get("/me").json()["holds"]["a"] == "2"


@pytest.mark.parametrize("way", ["in the cookie", "in the store"])
def test_all_of_a_burst_with_one_remember_cookie_are_let_in(
    make_client: MakeClient, clock: Clock, way: str
) -> None:
    client = open_site(make_client, way)
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)

    def come(_: int) -> tuple[Any, str]:
        browser = client.another()
        browser.jar = dict(client.jar)
        response = browser.get("/me")
        return response.json()["user"], browser.jar[REMEMBER]

    with ThreadPoolExecutor(16) as pool:
        came = list(pool.map(come, range(16)))

    assert {who for who, _ in came} == {"ann"}
    (successor,) = {token for _, token in came}
    client.jar = {REMEMBER: successor}
    clock.days(1)
    assert user(client) == "ann"


# --- remembered logins ---------------------------------------------------------------------------


def test_five_answers_that_are_lost_do_no_harm(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(Portal())
    client.post("/stay?user=ann")
    restart(client)
    for _ in range(5):
        clock.days(1)
        lost = client.another()
        lost.jar = dict(client.jar)
        assert user(lost) == "ann"
    clock.days(1)

    assert user(client) == "ann"
    restart(client)
    clock.days(1)
    assert user(client) == "ann"


def test_a_token_that_was_skipped_is_a_theft(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(Portal())
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)
    lost = client.another()
    lost.jar = dict(client.jar)
    lost.get("/me")
    restart(lost)
    clock.days(1)
    assert user(client) == "ann"
    clock.days(1)

    assert lost.get("/me").json()["stolen"]
    assert user(client) is None


def test_a_browser_that_was_put_back_is_out_and_told_so_and_no_other(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(Portal())
    phone = client.another()
    for each in (client, phone):
        each.post("/stay?user=ann")
        restart(each)
    snapshot = dict(client.jar)
    for _ in range(3):
        clock.days(1)
        assert user(client) == "ann"
        restart(client)
    client.jar = snapshot

    told = client.get("/me").json()

    assert (told["user"], told["stolen"]) == (None, True)
    assert REMEMBER not in client.jar
    assert client.get("/me").json() == NOBODY
    assert user(phone) == "ann"


class Untouched(DownStore):
    """Nobody may ask it for a series."""

    def load_series(self, key: str) -> Any:
        raise AssertionError("the store was asked")


def test_what_is_no_remember_cookie_of_ours_never_reaches_the_store(
    make_client: MakeClient,
) -> None:
    client = make_client(Portal(), store=Untouched())
    series = secrets.token_urlsafe(16)
    forged = KeyRing(secrets.token_bytes(32)).signer("remember", REMEMBER)
    for payload in (f"{series}.0.{series}", f"{series}.999.{series}", "n.W10="):
        response = client.get("/me", cookies=f"{REMEMBER}={forged.sign(payload)}")
        assert response.json() == NOBODY
        (line,) = response.cookies
        assert line.startswith(f"{REMEMBER}=;")


def test_who_has_the_signing_key_alone_ends_nobodys_login(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(Portal())
    client.post("/stay?user=ann")
    restart(client)
    signer = KeyRing(KEY).signer("remember", REMEMBER)
    series, _, tok = client.jar[REMEMBER].rpartition(".")[0].split(".")
    other = f"{secrets.token_urlsafe(15)}AA"
    assert other != tok
    for gen in (0, 1, 7):
        cookie = f"{REMEMBER}={signer.sign(f'{series}.{gen}.{other}')}"
        assert client.another().get("/me", cookies=cookie).json() == NOBODY

    assert user(client) == "ann"
    assert "somebody has the signing key" in caplog.text


# --- caches --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "fields", "destination", "renewed"),
    [
        (200, [], "document", True),
        (200, [("Cache-Control", "private, max-age=9")], "document", True),
        (303, [("Location", "/")], "document", True),
        (200, [("Cache-Control", "public, max-age=9")], "document", False),
        (200, [("Cache-Control", "max-age=9, immutable")], "document", False),
        (200, [("Cache-Control", "s-maxage=9")], "document", False),
        (200, [("cache-control", "PUBLIC")], "document", False),
        (200, [], "empty", False),
        (200, [], "image", False),
        (200, [], "iframe", False),
        (404, [], "document", False),
        (500, [], "document", False),
        (304, [], "document", False),
    ],
)
@pytest.mark.parametrize("path", ["/in?user=ann", "/put?a=1"])
def test_a_session_is_renewed_on_a_page_that_is_one_visitors_alone(
    make_client: MakeClient,
    clock: Clock,
    path: str,
    status: int,
    fields: list[tuple[str, str]],
    destination: str,
    renewed: bool,
) -> None:
    class App(Portal):
        def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
            if request.path != "/due":
                return super().__call__(visit, request)
            typed = [] if status == 304 else [("Content-Type", "text/html")]
            return AppResponse(status, [*typed, *fields])

    client = make_client(App())
    client.post(path)
    clock.days(4)

    response = client.get("/due", {"Sec-Fetch-Dest": destination})

    assert response.cookie_names == ([SESSION] if renewed else [])
    assert not renewed or "private" in (response.header("cache-control") or "")


# --- what a response is --------------------------------------------------------------------------


@EACH_WAY
@pytest.mark.parametrize(
    ("method", "status", "keeps"),
    [
        ("GET", 200, True),
        ("HEAD", 200, True),
        ("GET", 303, True),
        ("GET", 304, True),
        ("GET", 404, True),
        ("POST", 204, True),
        ("GET", 500, False),
        ("HEAD", 503, False),
    ],
)
def test_a_login_is_kept_by_any_response_but_one_that_failed(
    make_client: MakeClient, way: str, method: str, status: int, keeps: bool
) -> None:
    class App(Portal):
        def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
            if request.path != "/login":
                return super().__call__(visit, request)
            visit.login("ann")
            typed = [] if status in (204, 304) else [("Content-Type", "text/html")]
            return AppResponse(status, [*typed, *([("Location", "/")] if status == 303 else [])])

    client = open_site(make_client, way, App())
    response = client.request(method, "/login")

    assert (SESSION in response.cookie_names) is keeps
    assert not keeps or "private" in (response.header("cache-control") or "")
    assert user(client) == ("ann" if keeps else None)


@EACH_WAY
def test_an_app_that_raises_signs_nobody_in_and_out(make_client: MakeClient, way: str) -> None:
    class App(Portal):
        def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
            response = super().__call__(visit, request)
            if request.query.endswith("raise"):
                raise RuntimeError("a fault of the app")
            return response

    client = open_site(make_client, way, App())
    with pytest.raises(RuntimeError):
        client.post("/stay?user=ann&raise")
    assert user(client) is None
    client.post("/stay?user=ann")
    with pytest.raises(RuntimeError):
        client.post("/in?user=eve&raise")
    assert user(client) == "ann"


# --- both edges ----------------------------------------------------------------------------------

SCRIPT = [
    "/me", "/put?a=1", "/in?user=ann", "/stay?user=ann", "/put?b=2", "/me", "/in?user=ben",
    "/out", "/stay?user=ben", "/out/in?user=ann", "/everywhere", "/me?status=500", "/file",
]  # fmt: skip


def counted() -> Callable[[int], bytes]:
    """Entropy that is the same in each run."""
    numbers = count()
    return lambda size: sha256(str(next(numbers)).encode()).digest()[:size]


@EACH_WAY
def test_one_script_sets_the_same_cookies_on_both_edges(make_safe: MakeSafe, way: str) -> None:
    clock = Clock()

    def cookies(edge: EdgeName) -> Iterator[list[str]]:
        safe = make_safe(entropy=counted(), clock=clock, **WAYS[way])
        client = client_at(edge, safe, Portal())
        clock.now = NOW
        for number, path in enumerate(SCRIPT):
            clock.days(1)
            if number % 3 == 0:
                restart(client)
            yield sorted(client.post(path).cookies)

    asgi, wsgi = list(cookies("asgi")), list(cookies("wsgi"))

    assert asgi == wsgi
    assert sum(map(len, asgi)) > 10


# --- secrets -------------------------------------------------------------------------------------


@EACH_WAY
def test_no_secret_is_in_the_log_or_in_what_is_shown_of_an_object(
    make_safe: MakeSafe,
    edge: EdgeName,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    secret: set[str] = {KEY, "tell-nobody"}

    class App(Portal):
        def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
            answered = super().__call__(visit, request)
            parts = [visit, visit.session, visit._login, visit._arrival, visit._jar]
            shown.extend(repr(each) for each in parts)
            return answered

    store = DownStore()
    given = WAYS[way] if "store" in WAYS[way] else {**WAYS[way], "store": store}
    safe = make_safe(**given)
    client = client_at(edge, safe, App())
    thief = client.another()
    shown += [repr(each) for each in (safe, safe.settings, safe.store)]
    for path in ("/put?a=tell-nobody", *SCRIPT, "/stay?user=ann", "/me", "/me", "/me"):
        clock.days(1)
        client.post(path)
        secret |= {value for name, value in client.jar.items() if name != MARK}
        if path.startswith("/stay"):
            thief.jar = {REMEMBER: client.jar[REMEMBER]}
        restart(client)
    for _ in range(3):
        restart(thief)
        thief.get("/me")
    store.down = True
    for path in ("/me", "/put?a=tell-nobody", "/stay?user=ann", "/out"):
        client.post(path)
        thief.post(path)

    told = caplog.text + "".join(repr(vars(each)) for each in caplog.records) + "".join(shown)
    parts = {each for whole in secret for each in (whole, *whole.split(".")) if len(each) > 20}
    assert len(parts) > 10
    assert [each for each in parts if each in told] == []


def test_the_log_is_not_flooded_by_what_a_client_sends(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    store = DownStore()
    client = make_client(Portal(), store=store, session=STORE)
    client.post("/stay?user=ann")
    cookies = sent(client)
    store.down = True
    for number in range(100):
        client.get("/put?a=1", cookies=cookies)
        client.post("/out", cookies=cookies)
        client.post(f"/stay?user=u{number}", cookies="")
        client.get("/me", cookies=f"{SESSION}=s.{number}.x; {REMEMBER}=x.{number}")

    assert len(caplog.records) < 12


@pytest.mark.parametrize("size", [4000, 6000])
def test_what_is_too_large_for_a_cookie_is_kept_in_the_store_where_that_is_said(
    make_client: MakeClient, size: int
) -> None:
    client = make_client(Portal(), session=SessionTerms(overflow="store"))
    client.post(f"/in/put?user=ann&a={'x' * size}")
    assert rows(client) == 1
    assert client.get("/me").json()["holds"]["a"] == "x" * size
    spilled = sent(client)

    client.get("/empty")

    assert user(client) == "ann"
    assert rows(client) == 0
    assert client.another().get("/me", cookies=spilled).json() == NOBODY


def test_an_answer_of_json_that_says_who_is_signed_in_is_not_for_caches(
    make_client: MakeClient,
) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        return answer("application/json", f'"{visit.user_id}"', ("Cache-Control", "public"))

    response = make_client(app).get("/", {"Sec-Fetch-Dest": "empty"})

    assert response.header("cache-control") == "private"
    assert response.header("vary") == "Cookie"
