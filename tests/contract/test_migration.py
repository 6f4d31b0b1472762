"""Going on with what another library wrote, and keeping sessions so that nobody else reads them."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import itsdangerous
import pytest

from cookiesafe import SessionTerms, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.migration import FlaskLoginRemember, StarletteSession
from tests.support.edges import AppRequest, AppResponse, Client, answer
from tests.support.harbour import KEY, SESSION, Clock, MakeClient
from tests.support.portal import Portal

THEIR_KEY = "the key of the library before"
REMEMBER = "__Host-cookiesafe-remember"


def day_of(clock: Clock) -> date:
    return datetime.fromtimestamp(clock(), UTC).date()


def starlette(clock: Clock) -> StarletteSession:
    return StarletteSession(
        secret_key=THEIR_KEY,
        until=day_of(clock) + timedelta(days=30),
        path="/old",
        domain=".www.example",
    )


def written(data: object, clock: Clock, key: str = THEIR_KEY) -> str:
    """As Starlette's middleware writes it at the clock's time."""

    class Signer(itsdangerous.TimestampSigner):
        def get_timestamp(self) -> int:
            return int(clock())

    return Signer(key).sign(b64encode(json.dumps(data).encode())).decode()


def remembered(user: str, key: str = THEIR_KEY) -> str:
    """As Flask-Login writes it."""
    mac = hmac.new(key.encode(), user.encode(), hashlib.sha512).hexdigest()
    return f"{user}|{mac}"


def tells(visit: Visit, request: AppRequest) -> AppResponse:
    """Who is signed in and how, and what is in the session; ``/put`` adds to it, ``/silent`` does not look."""
    if request.path == "/silent":
        return answer("application/json", b"{}")
    if request.path == "/everywhere":
        visit.logout(everywhere=True)
    if request.path == "/put":
        visit.session["more"] = 1
    told = {
        "user": visit.user_id, "fresh": visit.fresh, "remembered": visit.remembered,
        "session": dict(visit.session),
    }  # fmt: skip
    return answer("application/json", json.dumps(told).encode())


def session_of(client: Client, path: str = "/") -> Any:
    return client.get(path).json()["session"]


def test_a_session_of_the_library_before_goes_on_and_its_cookie_goes(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(tells, migrate=[starlette(clock)])
    client.jar["session"] = written({"cart": [1, {"gas": 2}]}, clock)

    response = client.get("/")

    assert response.json()["session"] == {"cart": [1, {"gas": 2}]}
    ours, theirs = response.cookies
    assert ours.startswith(f"{SESSION}=")
    assert theirs.startswith("session=; Path=/old; Domain=www.example; Max-Age=0")
    assert "private" in (response.header("cache-control") or "")
    assert session_of(client) == {"cart": [1, {"gas": 2}]}


def test_it_goes_on_though_the_app_does_not_look(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(tells, migrate=[starlette(clock)])
    client.jar["session"] = written({"a": 1}, clock)

    client.get("/silent", {"Sec-Fetch-Dest": "empty"})

    assert "session" not in client.jar
    assert session_of(client) == {"a": 1}


def test_a_session_of_ours_goes_before_theirs(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(tells, migrate=[starlette(clock)])
    client.get("/put")
    client.jar["session"] = written({"a": 1}, clock)

    assert session_of(client) == {"more": 1}


def test_two_of_theirs_that_differ_are_nobodys(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(tells, migrate=[starlette(clock)])
    one, other = written({"a": 1}, clock), written({"a": 2}, clock)

    for tossed, told in ((one, {"a": 1}), (other, {}), ("junk", {"a": 1})):
        response = client.another().get("/", cookies=f"session={one}; session={tossed}")
        assert response.json()["session"] == told


JUNK = ["", "x", "null", "a.b.c", "." * 500, "eyJhIjoxfQ==.x.y"]


@pytest.mark.parametrize("junk", JUNK)
def test_what_it_did_not_write_is_no_session_and_stays(
    make_client: MakeClient, clock: Clock, junk: str
) -> None:
    client = make_client(tells, migrate=[starlette(clock)])
    client.jar["session"] = junk

    response = client.get("/")

    assert response.json()["session"] == {}
    assert response.cookies == []


def test_another_key_and_another_day_read_nothing(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(tells, migrate=[starlette(clock)])
    client.jar["session"] = written({"a": 1}, clock, "another key")
    assert session_of(client) == {}

    clock.now += 31 * 86_400
    client.jar["session"] = written({"a": 1}, clock)
    assert session_of(client) == {}


def test_a_reader_whose_day_is_over_is_told_at_the_start(
    make_client: MakeClient, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    over = StarletteSession(secret_key=THEIR_KEY, until=day_of(clock) - timedelta(days=1))

    with caplog.at_level(logging.WARNING, "cookiesafe"):
        make_client(tells, migrate=[over])

    assert "CS506" in caplog.text


def flask_login(clock: Clock) -> FlaskLoginRemember:
    return FlaskLoginRemember(secret_key=THEIR_KEY, until=day_of(clock) + timedelta(days=30))


def test_who_was_remembered_before_is_remembered_by_a_series_and_not_fresh(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(tells, migrate=[flask_login(clock)])
    client.jar["remember_token"] = remembered("7")

    told = client.get("/").json()

    assert (told["user"], told["fresh"], told["remembered"]) == ("7", False, True)
    assert REMEMBER in client.jar
    assert "remember_token" not in client.jar
    assert [record.event for record in client.records] == ["remember"]
    assert [record.notice for record in client.records] == ["migration"]
    client.jar.pop(SESSION)
    clock.now += 3600
    told = client.get("/").json()
    assert (told["user"], told["fresh"], told["remembered"]) == ("7", False, True)


def test_who_was_signed_out_everywhere_since_is_not(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(tells, migrate=[flask_login(clock)])
    client.jar["remember_token"] = remembered("7")
    client.get("/")
    client.get("/everywhere")
    other = client.another()
    other.jar["remember_token"] = remembered("7")

    assert other.get("/").json()["user"] is None


@pytest.mark.parametrize(
    "token", ["", "7", "7|", "|x", remembered("7", "another"), remembered("7")[:-1]]
)
def test_a_forged_remember_token_is_nobodys(
    make_client: MakeClient, clock: Clock, token: str
) -> None:
    client = make_client(tells, migrate=[flask_login(clock)])
    client.jar["remember_token"] = token

    assert client.get("/").json()["user"] is None
    assert client.records == []


# --- encrypted -----------------------------------------------------------------------------------

KEPT = pytest.mark.parametrize("kept", ["cookie", "store"])


@KEPT
def test_an_encrypted_session_is_read_by_us_and_by_nobody_else(
    make_client: MakeClient, kept: Any
) -> None:
    client = make_client(tells, session=SessionTerms(encrypted=True, kept=kept))

    client.get("/put")

    value = client.jar[SESSION]
    assert b64encode(b'{"more":1}').decode()[:10] not in value
    assert session_of(client) == {"more": 1}
    assert session_of(client, "/put") == {"more": 1}


def test_who_reads_the_database_does_not_read_an_encrypted_session(make_client: MakeClient) -> None:
    class Watching(MemoryStore):
        def create_session(self, key: str, user: str | None, data: bytes, until: int) -> bool:
            kept.append(data)
            return super().create_session(key, user, data, until)

    kept: list[bytes] = []
    for encrypted in (False, True):
        terms = SessionTerms(kept="store", encrypted=encrypted)
        make_client(tells, session=terms, store=Watching()).get("/put")

    plain, sealed = kept
    secret = b64encode(b'{"more":1}')
    assert secret in plain
    assert secret not in sealed


def test_two_that_hold_the_same_do_not_look_the_same(make_client: MakeClient) -> None:
    client = make_client(tells, session=SessionTerms(encrypted=True))
    other = client.another()
    client.get("/put")
    other.get("/put")

    assert client.jar[SESSION] != other.jar[SESSION]


def test_every_letter_of_it_counts(make_client: MakeClient) -> None:
    client = make_client(tells, session=SessionTerms(encrypted=True))
    client.get("/put")
    value = client.jar[SESSION]

    for at in range(len(value)):
        client.jar[SESSION] = f"{value[:at]}{'A' if value[at] != 'A' else 'B'}{value[at + 1 :]}"
        assert session_of(client) == {}, at


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, False)])
def test_a_session_of_the_other_kind_is_none_and_no_error(
    make_client: MakeClient, before: bool, after: bool
) -> None:
    store = MemoryStore()
    client = make_client(tells, session=SessionTerms(encrypted=before), store=store)
    client.get("/put")
    changed = make_client(tells, session=SessionTerms(encrypted=after), store=store)
    changed.jar = dict(client.jar)

    assert session_of(changed) == {}


def test_a_retired_key_opens_it_and_the_new_one_seals(make_client: MakeClient) -> None:
    terms, new = SessionTerms(encrypted=True), "another key, that has 32 bytes or more"
    client = make_client(tells, session=terms)
    client.get("/put")
    rotated = make_client(tells, session=terms, secret_key=new, fallback_keys=[KEY])
    rotated.jar = dict(client.jar)
    assert session_of(rotated) == {"more": 1}

    gone = make_client(tells, session=terms, secret_key=new)
    gone.jar = dict(client.jar)
    assert session_of(gone) == {}


# --- logins --------------------------------------------------------------------------------------


def test_a_failed_page_goes_on_with_nothing_and_the_next_one_does(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(Portal(), migrate=[starlette(clock), flask_login(clock)])
    client.jar |= {"session": written({"a": 1}, clock), "remember_token": remembered("7")}
    before = dict(client.jar)

    client.get("/me?status=500")
    assert client.jar == before
    assert client.records == []

    told = client.get("/me").json()
    assert (told["user"], told["holds"]) == ("7", {"a": 1})
    assert set(client.jar) == {SESSION, REMEMBER}


@pytest.mark.parametrize("then", ["/out", "/out?status=500", "/in?user=ben"])
def test_who_signs_out_or_is_another_is_not_who_was_remembered_before(
    make_client: MakeClient, clock: Clock, then: str
) -> None:
    client = make_client(Portal(), migrate=[starlette(clock), flask_login(clock)])
    client.post("/in?user=ann")
    client.jar |= {"session": written({"a": 1}, clock), "remember_token": remembered("7")}

    client.post(then)
    client.jar.pop(SESSION, None)

    told = client.get("/me").json()
    assert (told["user"], told["holds"]) == (None, {})
    assert not set(client.jar) & {"session", "remember_token"}
