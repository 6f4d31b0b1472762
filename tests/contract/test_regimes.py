"""The rules of where a visitor is, as a proxy says it."""

from __future__ import annotations

import json

import pytest

from cookiesafe import Visit
from tests.support.edges import AppRequest, AppResponse, Client, Fields, answer
from tests.support.harbour import (
    BANNER,
    CONSENT,
    POLICY,
    REVISIT,
    Asks,
    Clock,
    MakeClient,
    cache_rules,
    lets_in,
    varies_by,
)
from tests.support.shared_cache import EVERYTHING, SharedCache, behind

PLACE = ["X-Country", "X-Region"]
SORTED = POLICY.replace('signal = "gpc"', 'signal = "gpc"\ncategory = "advertising"').replace(
    "[purposes.statistics]", '[purposes.statistics]\ncategory = "statistics"'
)
CALIFORNIA: Fields = {"X-Country": "US", "X-Region": "CA"}
BRITAIN: Fields = {"X-Country": "GB"}


def on_at(make_client: MakeClient, fields: Fields, policy: str = SORTED) -> set[str]:
    """What is on for who has not chosen."""
    app = Asks()
    make_client(app, policy=policy, place_headers=PLACE).get("/", fields)
    return app.allowed


# --- where that is --------------------------------------------------------------------------------


@pytest.mark.law("N-UK1", "N-US1")
@pytest.mark.parametrize(
    ("fields", "on"),
    [
        pytest.param(CALIFORNIA, {"advertising"}, id="a country and its region"),
        pytest.param({"X-Country": "us", "X-Region": "ca"}, {"advertising"}, id="in small letters"),
        pytest.param({"X-Country": "US-TX"}, {"advertising"}, id="both in one"),
        pytest.param({"X-Country": "GB", "X-Region": "SCT"}, {"statistics"}, id="a region of GB"),
        pytest.param(BRITAIN, {"statistics"}, id="a country alone"),
        pytest.param({"X-Country": "GB", "X-Region": ""}, {"statistics"}, id="an empty region"),
    ],
)
def test_the_rules_of_a_known_place_hold(
    make_client: MakeClient, fields: Fields, on: set[str]
) -> None:
    assert on_at(make_client, fields) == on


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="none"),
        pytest.param({"X-Country": ""}, id="empty"),
        pytest.param({"X-Country": "DE"}, id="where people are asked first"),
        pytest.param({"X-Country": "US"}, id="a country whose regions differ"),
        pytest.param({"X-Country": "XX"}, id="unknown to the proxy"),
        pytest.param({"X-Country": "T1"}, id="Tor"),
        pytest.param({"X-Country": "GB, US"}, id="a list"),
        pytest.param({"X-Country": ["GB", "GB"]}, id="two fields"),
        pytest.param({"X-Country": "GBR"}, id="another code"),
        pytest.param({"X-Country": "United Kingdom"}, id="words"),
        pytest.param({"X-Country": "US", "X-Region": "US-CA"}, id="the country twice"),
        pytest.param({"X-Country": "US", "X-Region": "California"}, id="a region in words"),
        pytest.param({"X-Country": "GB" * 4096}, id="8 KB"),
        pytest.param({"X-Country": "GB", "X-Region": "A" * 8192}, id="8 KB of a region"),
        pytest.param({"X-Country": "GB\u00e9"}, id="another letter"),
        pytest.param({"X-Country": "<script>"}, id="markup"),
        pytest.param({"X-Place": "GB"}, id="a field that was not named"),
    ],
)
def test_of_who_is_in_no_known_place_everything_is_asked_first(
    make_client: MakeClient, fields: Fields
) -> None:
    app = Asks()
    response = make_client(app, policy=SORTED, place_headers=PLACE).get("/", fields)

    assert response.status == 200
    assert app.allowed == set()
    assert BANNER in response.text


@pytest.mark.parametrize("region", ["GB", "US-CA"])
def test_a_region_without_its_country_is_no_place(make_client: MakeClient, region: str) -> None:
    """``CA`` is California, or Canada."""
    assert on_at(make_client, {"X-Region": region}) == set()


def test_nobody_says_where_they_are_unless_the_site_has_named_the_fields(
    make_client: MakeClient,
) -> None:
    app = Asks()
    response = make_client(app, policy=SORTED).get("/", BRITAIN)

    assert app.allowed == set()
    assert "x-country" not in varies_by(response)


# --- caches ---------------------------------------------------------------------------------------


def test_what_depends_on_the_place_says_so_to_caches(make_client: MakeClient) -> None:
    client = make_client(policy=SORTED, place_headers=PLACE)

    for fields in ({}, BRITAIN, CALIFORNIA):
        assert varies_by(client.get("/", fields)) >= {"x-country", "x-region", "sec-gpc", "cookie"}


@pytest.mark.parametrize("asks", [True, False])
def test_what_a_page_is_made_up_of_varies_only_if_it_asked(
    make_client: MakeClient, asks: bool
) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        said = visit.allows("statistics") if asks else None
        return answer("text/css", f"/* {said} */")

    client = make_client(app, policy=SORTED, place_headers=PLACE)
    response = client.get("/a.css", {**BRITAIN, "Sec-Fetch-Dest": "style"})

    assert ("x-country" in varies_by(response)) is asks
    assert response.text == f"/* {True if asks else None} */"


@pytest.mark.parametrize("place", [CALIFORNIA, BRITAIN], ids=["opt-out", "notice"])
@pytest.mark.parametrize("path", ["/page", "/asked.json"])
def test_what_is_on_by_default_reaches_nobody_else_through_a_cache_that_ignores_vary(
    make_client: MakeClient, clock: Clock, place: Fields, path: str
) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        public = ("Cache-Control", "public, max-age=600")
        if request.path == "/page":
            return answer("text/html", "<p>News", public)
        on = [name for name in ("statistics", "advertising") if visit.allows(name)]
        return answer("application/json", json.dumps(on), public)

    direct = make_client(app, policy=SORTED, place_headers=PLACE)
    cache = SharedCache(direct._send, clock, ignores=EVERYTHING)
    theirs = behind(cache).get(path, place)
    others = behind(cache).get(path, {"X-Country": "DE"})

    for host in ("ads.gullwing.example", "count.tidepool.example"):
        assert not lets_in(others, host)
    assert "private" in cache_rules(theirs)
    if path == "/asked.json":
        assert (theirs.text == "[]", others.text) == (False, "[]")


@pytest.mark.parametrize(
    ("place", "signals"),
    [({"X-Country": "DE"}, {}), (CALIFORNIA, {"Sec-GPC": "1"})],
    ids=["asked first", "turned off by a signal"],
)
def test_where_nothing_is_on_a_page_stays_public(
    make_client: MakeClient, place: Fields, signals: Fields
) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        return answer("text/html", "<p>News", ("Cache-Control", "public, max-age=600"))

    client = make_client(app, policy=SORTED, place_headers=PLACE)

    assert "public" in cache_rules(client.get("/", {**place, **signals}))


# --- how long a choice holds there ----------------------------------------------------------------


@pytest.mark.law("N-CA4", "L-07")
def test_a_no_is_left_alone_for_as_long_as_the_place_says(
    make_client: MakeClient, clock: Clock
) -> None:
    app = Asks()
    policy = (
        SORTED + '[regimes.here]\nplaces = ["AU"]\nlifetime = "30 days"\nask_again = "300 days"'
    )
    client = make_client(app, policy=policy, place_headers=PLACE)
    here = {"X-Country": "AU"}
    line = client.choose("save", purpose=["advertising"], headers=here).cookies[0]
    assert f"Max-Age={300 * 86_400}" in line

    clock.days(32)
    asked = client.get("/", here)
    assert app.allowed == set()
    assert 'name="about" value="advertising"' in asked.text
    assert 'name="about" value="statistics"' not in asked.text

    client.choose("reject", headers=here, about="advertising")
    clock.days(268)
    assert BANNER not in client.get("/", here).text, "the last day of the first no"


def on_now(client: Client, app: Asks, fields: Fields = CALIFORNIA) -> set[str]:
    client.get("/", fields)
    return app.allowed


@pytest.mark.parametrize("choice", ["reject", "save"])
@pytest.mark.parametrize(
    "days",
    [
        pytest.param(-400, id="a clock that was far ahead"),
        pytest.param(-2.5, id="a clock that was ahead"),
        pytest.param(365, id="the last day"),
        pytest.param(367, id="when it has run out"),
        pytest.param(399, id="as long as browsers keep it"),
    ],
)
def test_no_clock_turns_on_what_was_refused_where_it_would_be_on_by_default(
    make_client: MakeClient, clock: Clock, choice: str, days: float
) -> None:
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)
    client.choose(choice, headers=CALIFORNIA)
    clock.days(days)

    assert on_now(client, app) == set()
    assert on_now(client, app, BRITAIN) == set()
    assert app.vendors == set()


def test_nor_does_one_turn_on_what_was_added_since_all_was_refused(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(policy=SORTED, place_headers=PLACE)
    client.choose("reject", headers=CALIFORNIA)
    later = restarted(client, make_client, added(SORTED))
    clock.days(367)

    page = later.get("/cookiesafe/choices", CALIFORNIA).text

    assert "nothing optional is used" in page
    assert 'value="offers" checked' not in page


def test_what_was_left_on_stays_on_when_a_no_beside_it_runs_out(
    make_client: MakeClient, clock: Clock
) -> None:
    """A no is about what it was said to, and a yes in such a place ends as what was never said."""
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)
    client.choose("save", purpose=["statistics"], headers=CALIFORNIA)
    clock.days(367)

    assert on_now(client, app, CALIFORNIA) == set()
    assert on_now(client, app, BRITAIN) == {"statistics"}


@pytest.mark.parametrize("days", [0, 200, 367])
@pytest.mark.parametrize("readable", [True, False])
def test_a_yes_to_one_company_turns_on_nothing_else_that_was_off(
    make_client: MakeClient, clock: Clock, days: float, readable: bool
) -> None:
    app = Asks()
    client = make_client(app, policy=added(SORTED), place_headers=PLACE)
    client.choose("reject", headers=CALIFORNIA)
    if not readable:
        client.jar[CONSENT] = "1.9.+a.b"
    clock.days(days)
    client.post(
        "/cookiesafe/embed?url=https%3A%2F%2Fcount.tidepool.example%2Ffilm",
        form={"choice": "always"},
        headers=CALIFORNIA,
    )

    assert on_now(client, app) == set()
    assert app.vendors == {"tidepool"}
    assert 'value="offers" checked' not in client.get("/cookiesafe/choices", CALIFORNIA).text


@pytest.mark.parametrize(
    "cookie",
    [
        pytest.param("", id="empty"),
        pytest.param("1.2517.-advertising", id="not signed"),
        pytest.param("1.2517.-advertising." + "A" * 43, id="signed by another key"),
        pytest.param("\xe9" * 20, id="other letters"),
    ],
)
@pytest.mark.parametrize("place", [CALIFORNIA, BRITAIN], ids=["opt-out", "notice"])
def test_a_consent_that_cannot_be_read_leaves_nothing_on(
    make_client: MakeClient, place: Fields, cookie: str
) -> None:
    """It may be a no, signed by a key that is not known any more."""
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)
    client.jar[CONSENT] = cookie

    response = client.get("/", place)

    assert (app.allowed, app.vendors) == (set(), set())
    assert BANNER in response.text
    assert "Unless you say no" not in response.text, "it is not on"


def test_two_consents_that_differ_leave_nothing_on(make_client: MakeClient, clock: Clock) -> None:
    app = Asks()
    clients = [make_client(app, policy=SORTED, place_headers=PLACE) for _ in range(2)]
    for client in clients:
        client.choose("reject", headers=CALIFORNIA)
        clock.days(1)
    first, second = (client.jar.pop(CONSENT) for client in clients)

    for cookies in (f"{CONSENT}={first}; {CONSENT}={second}", f"{CONSENT}={second}"):
        clients[0].get("/", {**CALIFORNIA, "Cookie": cookies})
        assert app.allowed == set()


def test_a_banner_does_not_say_that_something_is_on_which_was_refused_before(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(policy=SORTED, place_headers=PLACE)
    assert "Unless you say no" in client.get("/", BRITAIN).text
    client.choose("reject", headers=BRITAIN)
    clock.days(400)

    page = client.get("/", BRITAIN).text

    assert BANNER in page
    assert "Unless you say no" not in page
    assert 'value="statistics" checked' not in page


@pytest.mark.parametrize(
    ("place", "choice", "days"),
    [
        pytest.param(CALIFORNIA, "reject", 400, id="a no, where something is on by default"),
        pytest.param(CALIFORNIA, "accept", 365, id="a yes there"),
        pytest.param({"X-Country": "DE"}, "reject", 183, id="a no, where nothing is"),
    ],
)
def test_a_no_is_kept_as_long_as_browsers_may_where_something_is_on_by_default(
    make_client: MakeClient, place: Fields, choice: str, days: int
) -> None:
    client = make_client(policy=SORTED, place_headers=PLACE)

    line = client.choose(choice, headers=place).cookies[0]

    assert f"Max-Age={days * 86_400}" in line


# --- what is on before it was said ----------------------------------------------------------------


def added(policy: str, category: str = "advertising") -> str:
    return (
        f'{policy}\n[purposes.offers]\ntitle = "Offers"\ncategory = "{category}"\nsignal = "gpc"\n'
    )


def restarted(client: Client, make_client: MakeClient, policy: str) -> Client:
    other = make_client(Asks(), policy=policy, place_headers=PLACE)
    other.jar = client.jar
    return other


def test_the_page_of_choices_says_what_is_on_though_it_was_not_chosen(
    make_client: MakeClient,
) -> None:
    client = make_client(policy=SORTED, place_headers=PLACE)
    client.choose("save", purpose=["statistics"], headers=CALIFORNIA)

    page = restarted(client, make_client, added(SORTED)).get("/cookiesafe/choices", CALIFORNIA).text

    assert "until you do it is on: Offers." in page
    assert 'value="offers" checked' in page
    assert 'value="advertising" checked' not in page


def test_a_question_that_comes_again_says_what_is_on_until_it_is_answered(
    make_client: MakeClient,
) -> None:
    client = make_client(policy=SORTED, place_headers=PLACE)
    client.choose("save", purpose=["advertising"], headers=BRITAIN)

    page = restarted(client, make_client, added(SORTED, "statistics")).get("/", BRITAIN).text

    assert "none that still holds, about: Offers. Unless you say no, this is on: Offers." in page


@pytest.mark.law("N-CA3")
def test_a_banner_names_what_is_asked_first_beside_what_is_not(make_client: MakeClient) -> None:
    """One of each: none of the two may be left out."""
    page = make_client(policy=SORTED, place_headers=PLACE).get("/", CALIFORNIA).text

    assert "use cookies for: Advertising." in page
    assert "With your agreement also for: Statistics." in page


def test_who_refused_everything_keeps_that_wherever_they_go(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)
    client.choose("reject", headers={"X-Country": "DE"})

    for fields in (BRITAIN, CALIFORNIA, {}):
        assert REVISIT in client.get("/", fields).text
        assert app.allowed == set()
