"""Signing in, out, and everywhere; being remembered; and what of it is left when the store is down."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from cookiesafe import NotFresh, SessionTerms, SessionTooLarge, StoreError, UsageError, Visit
from cookiesafe.adapters.stores import MemoryStore
from tests.support.edges import AppRequest, AppResponse, Client, Handler, answer, html
from tests.support.harbour import (
    PAGE,
    SESSION,
    Clock,
    MakeClient,
    cache_rules,
    varies_by,
)
from tests.support.portal import MARK, REMEMBER, DownStore, Portal, restart, sent, user

KEPT: dict[str, dict[str, Any]] = {
    "in the cookie": {},
    "in the store": {"session": SessionTerms(kept="store")},
    "without a store": {"store": None},
}
REVOCABLE = pytest.mark.parametrize("kept", ["in the cookie", "in the store"])
IN_THE_STORE = pytest.mark.parametrize("kept", ["in the store"])
NO_STORE = pytest.mark.parametrize("kept", ["without a store"])
IN_A_COOKIE = pytest.mark.parametrize("kept", ["in the cookie", "without a store"])


class Open(Protocol):
    def __call__(self, app: Handler = ..., **settings: Any) -> Client: ...


@pytest.fixture(params=KEPT)
def kept(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def open_site(make_client: MakeClient, kept: str) -> Open:
    """A browser at the portal, whose sessions are kept in each of the three ways."""

    def open_site(app: Handler | None = None, **settings: Any) -> Client:
        return make_client(app or Portal(), **{**KEPT[kept], **settings})

    return open_site


def lasting(lines: list[str]) -> list[str]:
    """Those that a browser keeps when it is closed."""
    return [line for line in lines if "=;" not in line and ("Max-Age" in line or "Expires" in line)]


# --- in and out ----------------------------------------------------------------------------------


def test_who_signs_in_is_signed_in_until_they_sign_out(open_site: Open) -> None:
    client = open_site()
    assert user(client) is None

    assert client.post("/in?user=ann").json()["user"] == "ann"
    assert user(client) == "ann"
    assert client.post("/out").json()["user"] is None
    assert user(client) is None


def test_what_was_in_the_session_stays_at_login_and_goes_at_logout(open_site: Open) -> None:
    client = open_site()
    client.get("/put?cart=7")
    client.post("/in?user=ann")

    assert client.get("/me").json()["holds"] == {"cart": "7"}
    client.post("/out")
    assert client.get("/me").json()["holds"] == {}


def test_a_login_is_under_another_id_than_what_was_before(open_site: Open) -> None:
    client = open_site()
    met = set()
    for path in ("/put?a=1", "/in?user=ann", "/in?user=ann", "/in?user=ben", "/out/put?b=1"):
        client.post(path)
        met.add(client.jar[SESSION])

    assert len(met) == 5


@IN_THE_STORE
@pytest.mark.parametrize("then", ["/in?user=ann", "/out", "/in?user=ben"])
def test_an_id_from_before_is_nobodys_at_once(open_site: Open, then: str) -> None:
    client = open_site()
    client.post("/in?user=ann")
    client.get("/put?cart=7")
    before = sent(client)

    client.post(then)

    told = client.another().get("/me", cookies=before).json()
    assert (told["user"], told["holds"]) == (None, {})


def test_another_user_gets_nothing_of_the_former_ones_session(open_site: Open) -> None:
    client = open_site()
    client.post("/in?user=ann")
    client.get("/put?address=Quay")

    client.post("/in?user=ben")

    assert client.get("/me").json()["holds"] == {}
    assert user(client) == "ben"


def test_out_and_in_as_another_at_once_is_the_other(open_site: Open) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    client.get("/put?address=Quay")

    client.post("/out/in?user=ben")

    told = client.get("/me").json()
    assert (told["user"], told["holds"]) == ("ben", {})
    restart(client)
    assert user(client) is None


def test_in_and_out_at_once_is_nobody(open_site: Open) -> None:
    client = open_site()
    client.post("/stay/out?user=ann")

    assert user(client) is None
    assert REMEMBER not in client.jar


@pytest.mark.law("W-01", "W-02")
def test_without_the_tick_nothing_lasts_longer_than_the_browser(open_site: Open) -> None:
    client = open_site()
    lines = [
        line for path in ("/in?user=ann", "/put?a=1", "/me") for line in client.post(path).cookies
    ]

    assert lines
    assert lasting(lines) == []
    client.choose("accept")
    assert REMEMBER not in client.jar
    restart(client)
    assert user(client) is None


@pytest.mark.law("W-02")
def test_after_reject_all_a_login_works_and_the_box_does(open_site: Open) -> None:
    client = open_site()
    client.choose("reject")
    client.post("/stay?user=ann")
    client.choose("reject")
    restart(client)

    assert user(client) == "ann"


@pytest.mark.parametrize("path", ["/in?user=ann", "/stay?user=ann", "/me", "/out"])
def test_what_depends_on_who_is_signed_in_is_private(open_site: Open, path: str) -> None:
    client = open_site()
    client.post("/in?user=ann")

    for fields in ({"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}, {}):
        response = client.post(path, headers=fields)
        assert "private" in cache_rules(response)
        assert "cookie" in varies_by(response)


@pytest.mark.parametrize(
    "ask",
    [
        lambda visit: visit.user_id,
        lambda visit: visit.fresh,
        lambda visit: visit.remembered,
        lambda visit: visit.stolen,
        lambda visit: len(visit.session),
        lambda visit: "a" in visit.session,
    ],
)
def test_to_ask_about_it_is_to_depend_on_it(make_client: MakeClient, ask: Any) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        ask(visit)
        return AppResponse(200, [("Content-Type", "application/json"), ("Cache-Control", "public")])

    response = make_client(app).get("/", {"Sec-Fetch-Dest": "empty"})

    assert cache_rules(response) == {"private"}
    assert varies_by(response) == {"cookie"}


# --- everywhere ----------------------------------------------------------------------------------


@REVOCABLE
@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
def test_everywhere_is_in_every_browser_at_its_next_request(open_site: Open, how: str) -> None:
    client = open_site()
    phone, other = client.another(), client.another()
    for each in (client, phone):
        each.post(how)
    other.post("/stay?user=ben")
    copied = sent(phone)

    client.post("/everywhere")

    assert user(client) is None
    assert user(phone) is None
    assert user(client.another(), cookies=copied) is None
    assert phone.get("/me").json()["holds"] == {}
    assert user(other) == "ben"
    restart(phone)
    assert user(phone) is None


@REVOCABLE
def test_a_user_who_is_shut_out_by_the_site_is_so_at_once(open_site: Open) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    assert client.safe is not None

    client.safe.sign_out_everywhere("ann")

    assert user(client) is None
    restart(client)
    assert user(client) is None


@pytest.mark.parametrize("user_id", [None, "", True, 1.5, b"ann", ["ann"]], ids=repr)
def test_what_is_no_id_shuts_nobody_out_and_that_is_said(
    make_client: MakeClient, user_id: Any
) -> None:
    client = make_client(Portal())
    assert client.safe is not None

    with pytest.raises(UsageError, match="id"):
        client.safe.sign_out_everywhere(user_id)


def test_without_a_store_nobody_can_be_shut_out_and_that_is_said(make_client: MakeClient) -> None:
    client = make_client(Portal(), store=None)
    assert client.safe is not None

    with pytest.raises(UsageError, match="store"):
        client.safe.sign_out_everywhere("ann")


@REVOCABLE
def test_who_changes_the_password_stays_in_this_browser_alone(open_site: Open) -> None:
    client = open_site()
    phone = client.another()
    for each in (client, phone):
        each.post("/stay?user=ann")

    client.post("/everywhere/in?user=ann")

    assert user(client) == "ann"
    assert user(phone) is None


# --- remembered ----------------------------------------------------------------------------------


def test_who_ticked_the_box_comes_back_and_has_given_no_password(
    open_site: Open, clock: Clock
) -> None:
    client = open_site()
    (line,) = lasting(client.post("/stay?user=ann").cookies)
    assert line.startswith(f"{REMEMBER}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    restart(client)
    clock.days(1)

    told = client.get("/me").json()

    assert told == {"user": "ann", "fresh": False, "remembered": True, "stolen": False, "holds": {}}
    assert client.get("/me").json() == told


def test_every_return_is_good_for_thirty_more_days_with_a_store(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(Portal())
    client.post("/stay?user=ann")
    for _ in range(5):
        restart(client)
        clock.days(29)
        assert user(client) == "ann"
    restart(client)
    clock.days(30)

    assert user(client) is None
    assert REMEMBER not in client.jar


@REVOCABLE
def test_a_browser_that_is_never_closed_stays_remembered(open_site: Open, clock: Clock) -> None:
    """Its session goes on, and says of nobody that they came back."""
    client = open_site()
    client.post("/stay?user=ann")
    tokens = set()
    for day in range(1, 150):
        clock.days(1)
        told = client.get("/me").json()
        assert (told["user"], told["fresh"]) == ("ann", day < 90)
        tokens.add(client.jar[REMEMBER])
    assert 10 < len(tokens) < 80
    restart(client)
    clock.days(26)

    assert user(client) == "ann"


@REVOCABLE
def test_a_theft_is_noticed_where_the_session_goes_on(open_site: Open, clock: Clock) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    thief = client.another()
    thief.jar = {REMEMBER: client.jar[REMEMBER]}
    clock.days(1)
    assert user(thief) == "ann"
    clock.days(3)
    client.get("/me")
    for _ in range(3):
        clock.days(4)
        restart(thief)
        thief.get("/me")
        client.get("/me")

    assert user(client) is None
    assert user(thief) is None


@REVOCABLE
def test_another_browsers_remember_cookie_does_not_touch_a_session_that_goes_on(
    open_site: Open, clock: Clock
) -> None:
    client = open_site()
    other = client.another()
    client.post("/stay?user=ann")
    other.post("/stay?user=ben")
    clock.days(4)
    for cookie in (sent(other, REMEMBER), f"{REMEMBER}=junk"):
        told = client.get("/me", cookies=f"{sent(client, SESSION)}; {cookie}").json()
        assert (told["user"], told["stolen"]) == ("ann", False)

    assert user(other) == "ben"


@NO_STORE
def test_without_a_store_it_ends_when_its_time_is_over(open_site: Open, clock: Clock) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    restart(client)
    clock.days(29)
    assert user(client) == "ann"
    restart(client)
    clock.days(1)

    assert user(client) is None
    assert REMEMBER not in client.jar


def test_signing_out_ends_it(open_site: Open, kept: str) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    before = sent(client)

    client.post("/out")

    assert REMEMBER not in client.jar
    assert user(client) is None
    if kept != "without a store":
        assert user(client.another(), cookies=before) is None


@REVOCABLE
@pytest.mark.parametrize(
    "junk",
    ["{remember}; {name}={other}", "{name}=junk", ""],
    ids=["another's beside it", "one that is damaged", "none"],
)
def test_signing_out_ends_it_whatever_became_of_its_cookie(open_site: Open, junk: str) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    thief, other = client.another(), client.another()
    other.post("/stay?user=ben")
    thief.jar = {REMEMBER: client.jar[REMEMBER]}
    shown = junk.format(remember=sent(client, REMEMBER), name=REMEMBER, other=other.jar[REMEMBER])

    client.post("/out", cookies=f"{sent(client, SESSION)}; {shown}")

    assert user(thief) is None


@pytest.mark.law("W-02")
def test_the_tick_and_its_end_are_on_record(open_site: Open, kept: str) -> None:
    client = open_site()
    client.post("/in?user=ann")
    assert client.records == []
    client.post("/stay?user=ann")
    client.post("/out")

    events = [(each.event, dict(each.choices)) for each in client.records]
    assert events[0] == ("remember", {"stay_signed_in": True})
    if kept != "without a store":
        assert events[1:] == [("forget", {"stay_signed_in": False})]


@REVOCABLE
@pytest.mark.parametrize("first", ["remembered now", "remembered before", "revoked meanwhile"])
def test_ticking_the_box_again_replaces_what_was_there(
    open_site: Open, clock: Clock, first: str
) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    copied = client.another()
    copied.jar = {REMEMBER: client.jar[REMEMBER]}
    restart(client)
    clock.days(1)
    assert client.safe is not None
    if first == "remembered before":
        client.get("/me")
    if first == "revoked meanwhile":
        (row,) = client.safe.store.list_series("ann")
        client.safe.store.revoke_series(row.key, "device", int(clock()))

    response = client.post("/stay?user=ann")

    assert response.cookie_names.count(REMEMBER) == 1
    restart(client)
    assert user(client) == "ann"
    rows = client.safe.store.list_series("ann")
    assert sorted(row.revoked_at is None for row in rows) == [False, True]
    assert user(copied) is None


@REVOCABLE
def test_another_user_without_the_tick_is_not_remembered_nor_is_the_former(
    open_site: Open, clock: Clock
) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)

    response = client.post("/in?user=ben")

    assert response.cookie_names.count(REMEMBER) == 1
    assert REMEMBER not in client.jar
    restart(client)
    assert user(client) is None


@NO_STORE
def test_without_a_store_another_user_is_not_taken_for_the_former(open_site: Open) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    client.post("/in?user=ben")
    restart(client)

    assert user(client) is None


@REVOCABLE
def test_two_who_have_it_are_both_out_and_are_told_so_once(
    open_site: Open, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    phone, thief = client.another(), client.another()
    phone.post("/stay?user=ann")
    thief.jar = {REMEMBER: client.jar[REMEMBER]}
    for each in (client, thief, client, thief):
        clock.days(1)
        restart(each)
        if each.get("/me").json()["stolen"]:
            break
    else:
        raise AssertionError("nobody noticed")

    assert user(client) is None
    assert user(thief) is None
    assert "Two have this login" in caplog.text
    assert caplog.text.count("[CS601]") == 1
    assert user(phone) == "ann"


@REVOCABLE
def test_a_theft_ends_the_session_that_the_thief_has_got(open_site: Open, clock: Clock) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    thief = client.another()
    thief.jar = {REMEMBER: client.jar[REMEMBER]}
    clock.days(1)
    assert user(thief) == "ann"
    clock.now += 100
    restart(client)
    client.get("/me")
    clock.now += 100
    restart(thief)
    thief.get("/me")
    with_a_session = sent(client, SESSION)

    restart(client)
    client.get("/me")

    assert user(client.another(), cookies=with_a_session) is None
    assert user(thief) is None


@REVOCABLE
def test_a_slow_response_does_not_carry_a_token_that_may_be_skipped_meanwhile(
    open_site: Open, clock: Clock
) -> None:
    app = Portal()
    client = open_site(app)
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)

    def wait() -> None:
        clock.now += 31

    app.meanwhile = wait
    response = client.get("/me")

    assert response.json()["user"] == "ann"
    assert REMEMBER not in response.cookie_names
    restart(client)
    clock.days(1)
    assert user(client) == "ann"


@pytest.mark.parametrize("name", [SESSION, MARK, "__Host-cookiesafe", f"x{REMEMBER}"])
def test_a_remember_cookie_is_one_under_its_own_name_only(open_site: Open, name: str) -> None:
    client = open_site()
    client.post("/stay?user=ann")

    assert user(client.another(), cookies=f"{name}={client.jar[REMEMBER]}") is None
    assert user(client.another(), cookies=f"{REMEMBER}={client.jar[SESSION]}") is None


def test_of_two_remember_cookies_none_counts(open_site: Open) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    other = client.another()
    other.post("/stay?user=ben")
    both = f"{sent(client, REMEMBER)}; {sent(other, REMEMBER)}"

    assert user(client.another(), cookies=both) is None


# --- fresh ---------------------------------------------------------------------------------------


def test_who_has_given_no_password_gives_it_and_stays_remembered(
    open_site: Open, clock: Clock
) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)
    client.get("/me")

    assert client.post("/in?user=ann").json()["fresh"]
    assert client.get("/me").json()["fresh"]
    restart(client)
    clock.days(1)
    told = client.get("/me").json()
    assert (told["user"], told["fresh"]) == ("ann", False)


class Careful(Portal):
    """``/pay`` is for those who gave the password less than five minutes ago."""

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        if request.path != "/pay":
            return super().__call__(visit, request)
        try:
            visit.require_fresh(300)
        except NotFresh:
            return html(PAGE, status=401)
        return html(f"<p>paid by {visit.user_id}")


def test_what_needs_a_password_of_just_now_is_refused_to_a_remembered_login(
    open_site: Open, clock: Clock
) -> None:
    client = open_site(Careful())
    assert client.get("/pay").status == 401
    client.post("/stay?user=ann")
    assert "paid by ann" in client.get("/pay").text
    clock.now += 300
    assert client.get("/pay").status == 200
    clock.now += 1
    assert client.get("/pay").status == 401
    restart(client)
    assert client.get("/pay").status == 401

    client.post("/in?user=ben")

    assert "paid by ben" in client.get("/pay").text


# --- late responses ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
@pytest.mark.parametrize("late", ["/put?a=1", "/me"])
@pytest.mark.parametrize("then", ["/out", "/everywhere", "/in?user=ben"])
def test_a_late_response_does_not_sign_in_again(
    open_site: Open, clock: Clock, how: str, late: str, then: str
) -> None:
    client = open_site()
    client.post(how)
    clock.days(4)
    slow = client.another()
    slow.jar = dict(client.jar)
    response = slow.get(late)

    client.post(then)
    client.keep(response)

    assert user(client) in (None, "ben")
    clock.days(1)
    restart(client)
    assert user(client) is None


@pytest.mark.parametrize("then", ["/out", "/everywhere"])
def test_a_late_response_to_who_was_remembered_does_not_sign_in_again(
    open_site: Open, clock: Clock, then: str
) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)
    slow = client.another()
    slow.jar = dict(client.jar)
    response = slow.get("/me")
    assert response.json()["user"] == "ann"

    client.post(then)
    client.keep(response)

    assert user(client) is None


@IN_A_COOKIE
def test_the_mark_of_a_logout_says_nothing_and_lasts_as_long_as_what_it_is_against(
    open_site: Open, clock: Clock, kept: str
) -> None:
    client = open_site()
    client.post("/in?user=ann")
    (line,) = (each for each in client.post("/out").cookies if each.startswith(MARK))

    days = 30 if kept == "without a store" else 14
    assert f"Max-Age={days * 86_400}" in line
    assert "ann" not in line


def test_a_late_response_of_before_the_password_was_given_again_signs_nobody_in(
    open_site: Open,
) -> None:
    client = open_site()
    client.post("/in?user=ann")
    slow = client.another()
    slow.jar = dict(client.jar)
    late = slow.get("/put?a=1")
    for _ in range(2):
        client.post("/in?user=ann")

    client.post("/out")
    client.keep(late)

    assert user(client) is None


@IN_THE_STORE
@pytest.mark.parametrize("late", ["/me", "/put?b=2", "/file"])
def test_a_late_response_does_not_sign_out_who_has_signed_in_meanwhile(
    open_site: Open, late: str
) -> None:
    app = Portal()
    client = open_site(app)
    client.get("/put?a=1")
    slow = client.another()
    slow.jar = dict(client.jar)
    app.meanwhile = lambda: client.post("/in?user=ann")

    client.keep(slow.get(late, {"Sec-Fetch-Dest": "empty"}))
    if late != "/put?b=2":
        client.keep(slow.get(late, {"Sec-Fetch-Dest": "empty"}))

    assert user(client) == "ann"


@IN_THE_STORE
def test_what_was_ended_meanwhile_is_not_made_anew(open_site: Open) -> None:
    app = Portal()
    client = open_site(app)
    client.post("/in?user=ann")
    before = sent(client)
    app.meanwhile = lambda: client.post("/out")

    client.another().get("/put?a=1", cookies=before)

    told = client.another().get("/me", cookies=before).json()
    assert (told["user"], told["holds"]) == (None, {})


@IN_THE_STORE
def test_what_two_requests_put_in_is_all_there(open_site: Open) -> None:
    app = Portal()
    client = open_site(app)
    client.get("/put?a=1&x=0")
    app.meanwhile = lambda: client.get("/put?b=2&x=1")

    client.get("/put?c=3&x=2")

    assert client.get("/me").json()["holds"] == {"a": "1", "b": "2", "c": "3", "x": "2"}


@IN_THE_STORE
def test_a_session_that_lost_its_user_is_not_gone_on_with(open_site: Open, clock: Clock) -> None:
    """Who had a copy of it would see what is put in."""
    client = open_site()
    client.post("/stay?user=ann")
    copied = sent(client, SESSION)
    assert client.safe is not None
    (row,) = client.safe.store.list_series("ann")
    client.safe.store.revoke_series(row.key, "device", int(clock()))

    client.get("/put?cart=7")

    assert client.jar[SESSION] not in copied
    assert client.get("/me").json()["holds"] == {"cart": "7"}
    assert client.another().get("/me", cookies=copied).json()["holds"] == {}


@IN_THE_STORE
@pytest.mark.parametrize("how", ["/put?user=ann", "/in?user=ann"])
def test_a_session_that_is_used_is_renewed_until_its_end(
    open_site: Open, clock: Clock, how: str
) -> None:
    client = open_site()
    client.post(how)
    written = client.jar[SESSION]
    for _ in range(8):
        clock.days(10)
        assert client.get("/public").cookies == []
        assert client.get("/me", {"Sec-Fetch-Dest": "document"}).cookies == []
    clock.days(9.9)
    assert sent(client) == f"{SESSION}={written}"
    assert user(client) == ("ann" if how.startswith("/in") else None)
    clock.days(0.1)

    told = client.get("/me").json()
    assert (told["user"], told["holds"]) == (None, {})


# --- what a server that fails keeps --------------------------------------------------------------


def test_a_failed_page_signs_nobody_in_and_keeps_nothing(open_site: Open) -> None:
    client = open_site()
    client.post("/stay/put?user=ann&a=1&status=500")

    assert client.jar == {}
    assert user(client) is None


def test_a_failed_page_signs_out_all_the_same(open_site: Open) -> None:
    client = open_site()
    client.post("/stay?user=ann")
    client.post("/out?status=500")

    assert user(client) is None
    assert REMEMBER not in client.jar


def test_who_is_out_and_not_in_again_is_nobody(open_site: Open, clock: Clock) -> None:
    client = open_site()
    client.post("/in?user=ann")
    client.post("/out/in?user=ben&status=500")

    assert user(client) is None
    client.jar.pop(MARK, None)
    assert user(client) is None


def test_a_failed_page_leaves_the_former_user_signed_in(open_site: Open) -> None:
    client = open_site()
    client.post("/in?user=ann")
    client.get("/put?a=1")
    client.post("/in?user=ben&status=503")

    told = client.get("/me").json()
    assert (told["user"], told["holds"]) == ("ann", {"a": "1"})


# --- the store is down ---------------------------------------------------------------------------


@REVOCABLE
@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
def test_while_the_store_is_down_nobody_is_signed_in_and_nobody_out(
    open_site: Open, clock: Clock, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = DownStore()
    client = open_site(store=store)
    client.post(how)
    clock.days(4)
    store.down = True
    before = dict(client.jar)

    for path in ("/me", "/put?a=1", "/empty", "/file", "/me?status=500"):
        response = client.get(path)
        assert response.cookies == []
    assert user(client) is None
    store.down = False

    assert client.jar == before
    assert user(client) == "ann"
    assert caplog.text.count("[CS602]") <= 3


@REVOCABLE
def test_while_the_store_is_down_nobody_can_sign_in(open_site: Open) -> None:
    store = DownStore()
    client = open_site(store=store)
    store.down = True

    assert client.post("/stay?user=ann").status == 200
    assert client.jar == {}


@REVOCABLE
def test_a_remembered_browser_waits_for_the_store(open_site: Open, clock: Clock) -> None:
    store = DownStore()
    client = open_site(store=store)
    client.post("/stay?user=ann")
    restart(client)
    clock.days(1)
    store.down = True
    assert user(client) is None
    store.down = False

    assert user(client) == "ann"


@REVOCABLE
@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
@pytest.mark.parametrize("out", ["/out", "/everywhere", "/out?status=500", "/out/in?user=ben"])
def test_who_signs_out_while_the_store_is_down_is_out_of_this_browser(
    open_site: Open, how: str, out: str
) -> None:
    store = DownStore()
    client = open_site(store=store)
    client.post(how)
    slow = client.another()
    slow.jar = dict(client.jar)
    late = slow.get("/put?a=1")
    store.down = True
    client.post(out)
    store.down = False

    assert not set(client.jar) & {SESSION, REMEMBER}
    assert user(client) is None
    client.keep(late)
    if MARK in client.jar:
        assert user(client) is None


@REVOCABLE
@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
def test_a_store_that_fails_as_another_signs_in_leaves_nobody_signed_in(
    open_site: Open, how: str
) -> None:
    app, store = Portal(), DownStore()
    client = open_site(app, store=store)
    client.post(how)

    def fail() -> None:
        store.down = True

    app.meanwhile = fail
    client.post("/in?user=ben")
    store.down = False

    assert user(client) is None


@REVOCABLE
def test_a_store_that_fails_in_between_lets_nobody_stay_who_signs_out(open_site: Open) -> None:
    app, store = Portal(), DownStore()
    client = open_site(app, store=store)
    client.post("/stay?user=ann")

    def fail() -> None:
        store.down = True

    app.meanwhile = fail
    client.post("/out/in/put?user=ben&a=1")
    store.down = False

    told = client.get("/me").json()
    assert (told["user"], told["holds"]) == (None, {})
    assert not set(client.jar) & {SESSION, REMEMBER}


@REVOCABLE
def test_a_theft_that_cannot_be_ended_now_is_found_again(
    open_site: Open, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Stuck(MemoryStore):
        stuck = True

        def revoke_series(self, key: str, why: str, now: int) -> bool:
            if self.stuck:
                raise StoreError("the store is down")
            return super().revoke_series(key, why, now)

    store = Stuck()
    client = open_site(store=store)
    client.post("/stay?user=ann")
    restart(client)
    old = client.another()
    old.jar = dict(client.jar)
    for _ in range(2):
        clock.days(1)
        client.get("/me")
        restart(client)

    clock.days(1)
    assert old.get("/me").json()["stolen"] is False
    assert "CS601" not in caplog.text
    store.stuck = False

    assert old.get("/me").json()["stolen"] is True
    assert user(client) is None
    assert "CS601" in caplog.text


@REVOCABLE
@pytest.mark.parametrize("path", ["/in/everywhere?user=ann", "/stay/everywhere?user=ann"])
def test_in_and_everywhere_out_at_once_is_everywhere(open_site: Open, path: str) -> None:
    client = open_site()
    phone = client.another()
    phone.post("/stay?user=ann")

    client.post(path)

    assert user(client) is None
    assert user(phone) is None


@pytest.mark.parametrize("kept", ["in the cookie"])
def test_everywhere_is_done_for_who_could_not_be_told_at_first(open_site: Open) -> None:
    app, store = Portal(), DownStore()
    client = open_site(app, store=store)
    phone = client.another()
    for each in (client, phone):
        each.post("/in?user=ann")

    def back() -> None:
        store.down = False

    store.down, app.meanwhile = True, back
    client.post("/everywhere")

    assert user(client) is None
    assert user(phone) is None


@pytest.mark.parametrize("user_id", [None, "", True, 1.5, b"ann", ["ann"]], ids=repr)
def test_what_is_no_id_signs_nobody_in(make_client: MakeClient, user_id: Any) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        with pytest.raises(UsageError, match="id"):
            visit.login(user_id)
        return answer("application/json", b"{}")

    client = make_client(app)

    assert client.get("/").status == 200
    assert client.jar == {}


def test_an_id_may_be_a_number(make_client: MakeClient) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        visit.login(7)
        return answer("application/json", f'"{visit.user_id}"'.encode())

    assert make_client(app).get("/").json() == "7"


@pytest.mark.parametrize("how", ["/in/put?user=ben&a=", "/stay/put?user=ben&a="])
def test_a_login_with_more_than_fits_begins_and_ends_nothing(
    make_client: MakeClient, how: str
) -> None:
    client = make_client(Portal())
    client.post("/stay?user=ann")
    records = len(client.records)
    before = dict(client.jar)

    with pytest.raises(SessionTooLarge):
        client.post(f"{how}{'x' * 5000}")

    assert client.jar == before
    assert len(client.records) == records
    assert user(client) == "ann"


def test_a_login_that_makes_a_full_session_too_large_begins_nothing(
    make_client: MakeClient,
) -> None:
    client = make_client(Portal())
    client.get("/put?a=" + "x" * 2950)
    before = dict(client.jar)

    with pytest.raises(SessionTooLarge):
        client.post("/stay?user=ann")

    assert client.jar == before
    assert client.records == []


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("store_only", [True, False], ids=["kept there", "what is too large"])
def test_what_the_store_has_is_nobodys_cookie(
    make_client: MakeClient, encrypted: bool, store_only: bool
) -> None:
    class Watching(MemoryStore):
        def create_session(self, key: str, user: str | None, data: bytes, until: int) -> bool:
            rows.append(data.decode())
            return super().create_session(key, user, data, until)

    rows: list[str] = []
    terms = SessionTerms(
        kept="store" if store_only else "cookie", overflow="store", encrypted=encrypted
    )
    client = make_client(Portal(), session=terms, store=Watching())
    client.post("/in/put?user=ann&a=" + ("x" if store_only else "x" * 5000))

    assert rows
    for data in rows:
        told = client.another().get("/me", cookies=f"{SESSION}={data}").json()
        assert (told["user"], told["holds"]) == (None, {})


def test_what_is_over_is_removed_when_that_is_asked_for(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(Portal(), session=SessionTerms(kept="store"))
    client.post("/stay?user=ann")
    assert client.safe is not None
    assert client.safe.purge() == 0

    clock.days(61)

    assert client.safe.purge() == 2
