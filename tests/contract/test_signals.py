"""What a browser says by itself: statements about it, and the record of a signal that is first seen."""

from __future__ import annotations

import re

import pytest

from tests.support.edges import Client, Fields, Handler, html
from tests.support.harbour import CONSENT, PAGE, POLICY, Asks, Clock, MakeClient
from tests.support.portal import DownStore

GPC: Fields = {"Sec-GPC": "1"}
STATING = POLICY.replace("[site]", '[site]\ngpc = "2026-11-01"')
WELL_KNOWN = "/.well-known/gpc.json"


def events(client: Client) -> list[str]:
    return [each.event for each in client.records]


def store_of(client: Client) -> DownStore:
    assert client.safe is not None
    assert isinstance(client.safe.store, DownStore)
    return client.safe.store


# --- the statement --------------------------------------------------------------------------------


@pytest.mark.law("G-03")
def test_the_statement_answers_head_and_nothing_that_changes(make_client: MakeClient) -> None:
    client = make_client(policy=STATING)
    got, headed = client.get(WELL_KNOWN), client.head(WELL_KNOWN)

    assert (headed.status, headed.body) == (200, b"")
    assert headed.header("content-length") == got.header("content-length")
    assert got.header("cache-control") == "public, max-age=86400"
    refused = client.post(WELL_KNOWN, form={"gpc": "false"})
    assert (refused.status, refused.header("allow")) == (405, "GET")


@pytest.mark.law("G-03")
@pytest.mark.parametrize("policy", [POLICY, STATING], ids=["nothing", "something"])
@pytest.mark.parametrize("path", [f"/cookiesafe/{WELL_KNOWN}", f"/cookiesafe{WELL_KNOWN}"])
def test_the_statement_is_nowhere_else(make_client: MakeClient, policy: str, path: str) -> None:
    assert make_client(policy=policy).get(path).status == 404


@pytest.mark.parametrize(
    "path", [f"{WELL_KNOWN}/", "/.well-known/gpc.jso", "/x/.well-known/gpc.json"]
)
def test_what_only_looks_like_it_is_the_apps(make_client: MakeClient, path: str) -> None:
    app = Asks()
    make_client(app, policy=STATING).get(path)

    assert app.visit is not None


# --- the record -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Dest": "image"}, id="a picture"),
        pytest.param({"Sec-Fetch-Dest": "empty"}, id="a script"),
        pytest.param({"Sec-Fetch-Dest": "iframe"}, id="a frame"),
    ],
)
def test_a_signal_is_noted_by_no_part_of_a_page(make_client: MakeClient, headers: Fields) -> None:
    client = make_client()
    client.choose("accept")

    assert client.get("/", {**GPC, **headers}).cookies == []

    assert events(client) == ["grant"]


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(
            lambda visit, request: html(PAGE, ("Cache-Control", "public, max-age=60")), id="public"
        ),
        pytest.param(lambda visit, request: html(PAGE, status=404), id="not found"),
        pytest.param(lambda visit, request: html(PAGE, status=500), id="an error"),
    ],
)
def test_a_signal_is_noted_by_no_page_that_may_be_anybodys_or_fails(
    make_client: MakeClient, handler: Handler
) -> None:
    client = make_client(handler)
    client.choose("accept")

    assert client.get("/", GPC).cookies == []

    assert events(client) == ["grant"]


def test_a_browser_that_keeps_sending_an_earlier_cookie_is_noted_once_for_each_choice(
    make_client: MakeClient,
) -> None:
    client = make_client()
    for choice in ("accept", "save"):
        client.choose(choice, purpose=["advertising"])
        cookie = client.jar[CONSENT]
        for _ in range(20):
            client.jar[CONSENT] = cookie
            client.get("/", GPC)

    assert [each.event for each in client.records] == ["grant", "signal", "change", "signal"]


@pytest.mark.law("G-06")
def test_while_the_store_is_down_it_is_tried_again(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, store=DownStore())
    client.choose("accept")

    store_of(client).down = True
    response = client.get("/", GPC)
    assert (response.status, response.cookies) == (200, [])
    assert app.allowed == {"statistics"}, "the signal counts all the same"

    store_of(client).down = False
    assert client.get("/", GPC).cookie_names == [CONSENT]
    assert events(client) == ["grant", "signal"]


@pytest.mark.parametrize("days", [0, 100])
def test_the_note_changes_neither_the_choice_nor_for_how_long_it_is_kept(
    make_client: MakeClient, clock: Clock, days: int
) -> None:
    client = make_client()
    client.choose("accept")
    before = client.jar[CONSENT]
    clock.days(days)

    (line,) = client.get("/", GPC).cookies

    assert f"Max-Age={(183 - days) * 86_400};" in f"{line};"
    after = client.jar[CONSENT]
    assert after.rpartition(".")[0].replace("!", "") == before.rpartition(".")[0]
    assert after.count("!") == 1


@pytest.mark.law("G-06")
def test_a_company_that_was_agreed_to_by_name_is_turned_off_on_record_too(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("save", vendor=["gullwing"])

    for _ in range(2):
        client.get("/", GPC)

    assert app.vendors == set()
    assert events(client) == ["grant", "signal"]


@pytest.mark.parametrize("choice", [None, "reject"])
def test_a_signal_that_turns_nothing_granted_off_leaves_no_record(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client()
    if choice:
        client.choose(choice)

    assert client.get("/", GPC).cookies == []

    assert "signal" not in events(client)


def test_a_signal_that_touches_another_purpose_leaves_no_record(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("save", purpose=["statistics"])

    assert client.get("/", GPC).cookies == []


@pytest.mark.law("L-05")
def test_the_record_says_which_signal_and_names_nobody(make_client: MakeClient) -> None:
    client = make_client(policy=POLICY.replace("[site]", "[site]\ndnt = true"))
    client.choose("accept")
    client.get("/bills?who=ann", {**GPC, "DNT": "1"})

    record = client.records[-1]

    assert (record.event, record.signals) == ("signal", ("dnt", "gpc"))
    assert record.receipt == client.records[0].receipt
    assert not re.search("ann|bills|203.0|Mozilla", record.to_json())


def test_on_a_page_of_ours_nothing_is_noted(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")

    client.get("/cookiesafe/choices", GPC)

    assert events(client) == ["grant"]
