"""Who signs out of a shared computer leaves nothing of this site in the browser, but for what protects the next one."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cookiesafe import SessionTerms, TooLate, Visit
from tests.support.agent import Agent
from tests.support.edges import AppRequest, AppResponse, Client, Fields, Response, answer, html
from tests.support.harbour import (
    BANNER,
    CONSENT,
    NOW,
    PAGE,
    REVISIT,
    SESSION,
    SWEPT,
    MakeClient,
)
from tests.support.portal import MARK, REMEMBER

DEVICES = "/cookiesafe/devices"
AGE = "__Host-cookiesafe-age"
ALL = '"cache", "storage"'
KEPT: dict[str, dict[str, Any]] = {
    "in the cookie": {},
    "in the store": {"session": SessionTerms(kept="store")},
    "without a store": {"store": None},
}
AWKWARD = {
    "nameless": "=x; nameless",
    "long": f"{'x' * 5000}=1",
    "strange": "a[]=1; \xe9=2; $Path=3",
    "many": "; ".join(f"c{number}=1" for number in range(500)),
    "twice": "cart=1; cart=2; cart=3",
    "control": "a\x07b=1",
}


def app(visit: Visit, request: AppRequest) -> AppResponse:
    """``/in/USER`` and ``/stay/USER`` sign in; ``/clear`` signs out of a shared computer, and ``/out`` of another."""
    _, what, *more = request.path.split("/")
    fields = []
    if what in ("in", "stay"):
        visit.login(more[0], remember=what == "stay")
    elif what in ("clear", "out"):
        visit.logout(clear=what == "clear", everywhere="everywhere" in more)
        if "basket" in more:
            visit.session["basket"] = "7"
        if "own" in more:
            fields = [("Clear-Site-Data", '"executionContexts"'), ("Set-Cookie", "cart=8; Path=/")]
    elif what == "child":
        visit.treat_as_child()
    return html(f"<body>{visit.user_id}, {dict(visit.session)}", *fields)


def cleared(response: Response) -> list[str]:
    return response.headers_of("clear-site-data")


def ended(response: Response) -> set[str]:
    return {line.partition("=")[0] for line in response.cookies if "Max-Age=0" in line}


@pytest.fixture(params=KEPT)
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    return KEPT[request.param]


def at_home(client: Client, *, stay: bool = True) -> Client:
    """Who has agreed to everything, is signed in, and has cookies of the app's."""
    client.choose("accept")
    client.get("/stay/ann" if stay else "/in/ann")
    client.jar |= {"cart": "7", "hl_ad_7": "x", "nobody_declared": "y"}
    return client


# --- what goes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("stay", [True, False], ids=["remembered", "for the visit"])
def test_every_cookie_goes_with_the_choice_and_what_pages_have_stored(
    make_client: MakeClient, kept: dict[str, Any], *, stay: bool
) -> None:
    client = at_home(make_client(app, **kept), stay=stay)

    response = client.post("/clear")

    assert cleared(response) == [ALL]
    assert client.jar.keys() <= {MARK}
    page = client.get("/")
    assert BANNER in page.text
    assert "None, {}" in page.text


def test_without_being_asked_to_nothing_more_goes_than_the_login(
    make_client: MakeClient, kept: dict[str, Any]
) -> None:
    client = at_home(make_client(app, **kept))

    response = client.post("/out")

    assert cleared(response) == []
    assert {CONSENT, "cart", "hl_ad_7"} <= client.jar.keys()
    assert not {SESSION, REMEMBER} & client.jar.keys()


def test_it_is_recorded_as_any_signing_out_is(make_client: MakeClient) -> None:
    logs = []
    for path in ("/out", "/clear"):
        client = at_home(make_client(app))
        client.post(path)
        logs.append([(each.event, each.notice) for each in client.records])

    assert logs[0] == logs[1] == [("grant", "other"), ("remember", "login"), ("forget", "login")]


def test_everywhere_may_be_said_with_it(make_client: MakeClient) -> None:
    client = at_home(make_client(app))
    other = at_home(client.another())

    response = client.post("/clear/everywhere")

    assert cleared(response) == [ALL]
    assert "None" in other.get("/").text
    assert REVISIT in other.get("/").text, "what another browser has chosen is its own"


def test_signing_out_once_more_takes_nothing_back(make_client: MakeClient) -> None:
    def twice(visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/out":
            visit.logout(clear=True, everywhere=True)
            visit.logout()
        return app(visit, request)

    client = make_client(twice)
    at_home(client)
    elsewhere = at_home(client.another())
    response = client.post("/out")

    assert cleared(response)
    assert elsewhere.get("/").text.startswith("<body>None")


def test_cookies_go_wherever_they_are_kept(make_client: MakeClient) -> None:
    base = "https://www.harbour.example"
    agent = Agent(NOW)
    for where in ("", "; Domain=harbour.example", "; Domain=www.harbour.example"):
        agent.receive(f"{base}/clear", f"cart=7; Path=/{where}")
        agent.receive(f"{base}/clear", f"theme=dark; Path=/; Secure; Partitioned{where}")
    agent.receive(f"{base}/clear", "__Secure-id=1; Path=/; Secure; HttpOnly")
    client = make_client(app, base=base)

    response = client.post("/clear", cookies=agent.send(f"{base}/clear"))
    for line in response.cookies:
        agent.receive(f"{base}/clear", line)

    assert agent.kept == []


def test_a_refusal_is_forgotten_too_and_what_was_swept_for_it(make_client: MakeClient) -> None:
    client = at_home(make_client(app))
    client.choose("reject")
    client.get("/")
    assert SWEPT in client.jar

    client.post("/clear")

    assert client.jar.keys() <= {MARK}
    assert BANNER in client.get("/").text


def test_nothing_of_the_choice_is_written_anew_by_the_same_answer(make_client: MakeClient) -> None:
    refused = make_client(app)
    refused.choose("reject")
    refused.jar["hl_ad_7"] = "x"
    refused.get("/clear")
    silenced = make_client(app)
    silenced.choose("accept")
    silenced.get("/clear", {"Sec-GPC": "1"})

    assert refused.jar == silenced.jar == {}


def test_a_choice_by_the_same_answer_is_recorded_and_not_kept(make_client: MakeClient) -> None:
    def answering(visit: Visit, request: AppRequest) -> AppResponse:
        notice = str(visit.limited_notice("tips"))
        if request.method == "POST":
            said = dict(parse_qsl(request.body.decode()))
            assert visit.take_answer(said)
            visit.logout(clear=True)
        return html(f"<body>{notice}")

    client = make_client(answering)
    (value,) = re.findall('value="(on:.*?)"', client.get("/").text)

    client.post("/", form={"cookiesafe-feature": unescape(value)})

    assert [each.event for each in client.records] == ["grant"]
    assert client.jar == {}


def test_who_is_signed_in_nowhere_can_have_it_too(make_client: MakeClient) -> None:
    client = make_client(app)
    client.jar = {"cart": "7"}

    assert cleared(client.post("/clear")) == [ALL]
    assert client.jar == {}
    assert cleared(client.post("/clear")) == [ALL], "scripts may have stored something all the same"


@pytest.mark.parametrize("cookies", AWKWARD.values(), ids=AWKWARD)
def test_no_cookie_stands_in_its_way(make_client: MakeClient, cookies: str) -> None:
    client = at_home(make_client(app))
    own = "; ".join(f"{name}={value}" for name, value in client.jar.items())

    response = client.post("/clear", cookies=f"{cookies}; {own}")

    assert response.status == 200
    assert {CONSENT, SESSION, REMEMBER} <= ended(response)
    assert sum(map(len, response.cookies)) < 6_000


# --- what stays ----------------------------------------------------------------------------------


def test_that_a_child_uses_the_browser_stays(make_client: MakeClient) -> None:
    client = make_client(app)
    client.get("/child")
    client.get("/in/ann")

    client.post("/clear")

    assert client.jar[AGE] == "child"
    assert "data-cookiesafe" not in client.get("/").text


def test_that_a_grown_up_uses_it_goes(make_client: MakeClient) -> None:
    client = make_client(app)
    client.post("/cookiesafe/age", form={"year": "1980", "month": "6"})
    assert client.jar[AGE] == "adult"

    client.post("/clear")

    assert AGE not in client.jar


@pytest.mark.parametrize("kept", ["in the cookie", "without a store"], indirect=True)
def test_a_late_answer_signs_nobody_in_again(make_client: MakeClient, kept: dict[str, Any]) -> None:
    client = make_client(app, **kept)
    client.get("/in/ann")
    late = client.jar[SESSION]

    client.post("/clear")
    client.jar[SESSION] = late

    assert "None, {}" in client.get("/").text


def test_what_the_app_keeps_afterwards_stays(make_client: MakeClient) -> None:
    client = at_home(make_client(app))

    client.post("/clear/basket")

    assert client.jar.keys() <= {MARK, SESSION}
    assert "{'basket': '7'}" in client.get("/").text


def test_what_the_app_says_itself_stays_valid_and_its_cookie_goes(make_client: MakeClient) -> None:
    client = at_home(make_client(app))

    response = client.post("/clear/own")

    assert cleared(response) == ['"executionContexts"', ALL]
    assert "cart" not in client.jar


# --- where ---------------------------------------------------------------------------------------


def test_below_a_mount_the_storage_is_left_to_the_whole_site(make_client: MakeClient) -> None:
    client = make_client(app, root="/portal")
    client.get("/in/ann")

    assert cleared(client.post("/clear")) == ['"cache"']


@pytest.mark.parametrize(
    ("base", "said"), [("http://localhost:8000", [ALL]), ("http://www.example", [])]
)
def test_the_field_leaves_only_where_browsers_take_it(
    make_client: MakeClient, base: str, said: list[str]
) -> None:
    client = make_client(app, base=base, secure=False)
    client.get("/in/ann")
    client.jar["cart"] = "7"

    response = client.post("/clear")

    assert cleared(response) == said
    assert client.jar.keys() <= {"cookiesafe-out"}


def test_it_works_in_observe(make_client: MakeClient) -> None:
    client = at_home(make_client(app, mode="observe"))

    assert cleared(client.post("/clear")) == [ALL]
    assert client.jar.keys() <= {MARK}


def test_who_becomes_a_child_by_the_same_answer_is_cleared_once(make_client: MakeClient) -> None:
    def leaving(visit: Visit, request: AppRequest) -> AppResponse:
        visit.treat_as_child()
        visit.logout(clear=True)
        return html(PAGE)

    client = make_client(leaving)
    client.choose("accept")

    assert cleared(client.get("/")) == [ALL]
    assert client.jar == {AGE: "child"}


def test_when_the_headers_have_left_it_is_too_late(make_client: MakeClient) -> None:
    def late(visit: Visit, request: AppRequest) -> AppResponse:
        def body() -> Any:
            yield b"begun"
            with pytest.raises(TooLate):
                visit.logout(clear=True)

        return answer("text/plain", body())

    assert make_client(late).get("/").status == 200


# --- our own page --------------------------------------------------------------------------------


def test_the_devices_page_offers_it_and_ticks_nothing(make_client: MakeClient) -> None:
    client = make_client(app)
    client.get("/in/ann")

    page = client.get(DEVICES).text

    assert '<input type="checkbox" name="clear" value="1">' in page
    assert "This is a shared computer: also delete what this site has stored here" in page
    assert '<button name="out" value="1">Sign out on this browser</button>' in page


@pytest.mark.parametrize("stay", [True, False], ids=["remembered", "for the visit"])
@pytest.mark.parametrize("clear", [True, False], ids=["shared", "not shared"])
def test_it_signs_out_this_browser_alone(
    make_client: MakeClient, kept: dict[str, Any], *, stay: bool, clear: bool
) -> None:
    client = at_home(make_client(app, **kept), stay=stay)
    other = at_home(client.another())

    form = {"out": "1", "next": "/bills", **({"clear": "1"} if clear else {})}
    response = client.post(DEVICES, form=form)

    assert (response.status, response.header("location")) == (303, "/bills")
    assert cleared(response) == ([ALL] if clear else [])
    assert ({CONSENT, "cart"} <= client.jar.keys()) != clear
    assert not {SESSION, REMEMBER} & client.jar.keys()
    assert "None" in client.get("/").text
    assert "ann" in other.get("/").text


def test_a_script_is_told_so(make_client: MakeClient) -> None:
    client = at_home(make_client(app))

    response = client.post(
        DEVICES, form={"out": "1", "clear": "1"}, headers={"Accept": "application/json"}
    )

    assert response.json() == {"done": "out"}
    assert cleared(response) == [ALL]


@pytest.mark.parametrize(
    "form",
    [
        {"out": ""},
        {"out": ["1", "1"]},
        {"out": "1", "clear": ""},
        {"out": "1", "clear": "yes"},
        {"out": "1", "clear": ["1", "1"]},
        {"out": "1", "everywhere": "1"},
        {"clear": "1"},
    ],
    ids=str,
)
def test_a_form_that_is_not_whole_changes_nothing(make_client: MakeClient, form: Any) -> None:
    client = at_home(make_client(app))
    before = dict(client.jar)

    response = client.post(DEVICES, form=form)

    assert (response.status, response.cookies, cleared(response)) == (400, [], [])
    assert client.jar == before


@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"Cookie": None},
    ],
    ids=str,
)
def test_nobody_else_clears_a_browser(make_client: MakeClient, fields: Fields) -> None:
    client = at_home(make_client(app))

    response = client.post(DEVICES, form={"out": "1", "clear": "1"}, headers=fields)

    assert (response.status, cleared(response)) == (403, [])
    assert "ann" in client.get("/").text
