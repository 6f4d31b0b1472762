"""What the law asks of a site, on every edge, where no other test shows it."""

from __future__ import annotations

import pytest

from cookiesafe import Visit
from cookiesafe.adapters.stores import MemoryStore
from tests.support.edges import AppRequest, AppResponse, Fields, answer, html
from tests.support.harbour import BANNER, POLICY, REVISIT, Asks, MakeClient

CONTENT = "<h1>Bills</h1><p>Three are to be paid.</p><form action=/pay method=post><button>Pay</button></form>"
ADVERT = '<script src="https://ads.gullwing.example/tag.js"></script>'
STATING = POLICY.replace("[site]", '[site]\ngpc = "2026-11-01"')
COUNTING_DNT = POLICY.replace("[site]", "[site]\ndnt = true")
PLACED = POLICY.replace('signal = "gpc"', 'signal = "gpc"\ncategory = "advertising"')


# --- the same site for who refuses ----------------------------------------------------------------


@pytest.mark.law("L-11")
@pytest.mark.parametrize("choice", [None, "reject", "accept"], ids=["undecided", "no", "yes"])
@pytest.mark.parametrize("status", [200, 404])
def test_the_site_is_the_same_whatever_was_chosen(
    make_client: MakeClient, choice: str | None, status: int
) -> None:
    client = make_client(lambda visit, request: html(CONTENT + ADVERT, status=status))
    if choice:
        client.choose(choice)

    response = client.get("/bills")

    assert response.status == status
    assert response.header("location") is None
    assert response.text.count(CONTENT) == 1


# --- signals --------------------------------------------------------------------------------------


@pytest.mark.law("G-01")
@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        pytest.param(["0", "1"], True, id="one of two"),
        pytest.param(["1", "junk"], True, id="the other of two"),
        pytest.param(["1", "1"], True, id="both"),
        pytest.param(["0", "true"], False, id="none"),
        pytest.param(["", "11"], False, id="none that is whole"),
        pytest.param(["1;x", '"1"', "1.0", "+1", "１"], False, id="none that is exact"),
    ],
)
def test_of_several_fields_one_is_enough(
    make_client: MakeClient, fields: list[str], counts: bool
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    client.get("/", {"Sec-GPC": [each.encode().decode("latin-1") for each in fields]})

    assert ("advertising" not in app.allowed) is counts


@pytest.mark.law("G-02")
@pytest.mark.parametrize("choice", [None, "accept", "reject"])
def test_the_app_reads_the_signal_too(make_client: MakeClient, choice: str | None) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        return answer("text/plain", f"{request.header('sec-gpc')} {request.header('dnt')}")

    client = make_client(app, policy=COUNTING_DNT)
    if choice:
        client.choose(choice)

    assert client.get("/", {"Sec-GPC": "1", "DNT": "1"}).text == "1 1"


@pytest.mark.law("G-03")
def test_a_site_states_since_when_it_honours_the_signal(make_client: MakeClient) -> None:
    client = make_client(policy=STATING, root="/app")

    response = client.get("/.well-known/gpc.json")

    assert response.status == 200
    assert response.header("content-type") == "application/json"
    assert response.json() == {"gpc": True, "lastUpdate": "2026-11-01"}
    assert response.cookies == []


@pytest.mark.law("G-03")
def test_a_site_that_states_nothing_answers_there_itself(make_client: MakeClient) -> None:
    client = make_client(lambda visit, request: answer("text/plain", b"the app's", status=404))

    response = client.get("/.well-known/gpc.json")

    assert (response.status, response.text) == (404, "the app's")


@pytest.mark.law("G-07")
@pytest.mark.parametrize(
    ("policy", "value", "counts"),
    [
        pytest.param(COUNTING_DNT, "1", True, id="where the site says so"),
        pytest.param(COUNTING_DNT, "0", False, id="with another value"),
        pytest.param(POLICY, "1", False, id="where it does not"),
    ],
)
def test_do_not_track_is_an_objection_where_the_site_says_so(
    make_client: MakeClient, policy: str, value: str, counts: bool
) -> None:
    app = Asks()
    client = make_client(app, policy=policy)
    client.choose("accept")

    client.get("/", {"DNT": value})

    assert ("advertising" not in app.allowed) is counts
    assert "statistics" in app.allowed


# --- where people opt out -------------------------------------------------------------------------

CALIFORNIA: Fields = {"X-Country": "US", "X-Region": "CA"}


@pytest.mark.law("N-CA3")
def test_where_people_opt_out_every_page_leads_to_the_choices(make_client: MakeClient) -> None:
    app = Asks()
    # Statistics have no signal there, so that they are asked about first: leave them out.
    policy = PLACED.replace(
        "[purposes.statistics]", '[purposes.statistics]\nsignal = "gpc"'
    ).replace(
        'text = "Lets us count visits."', 'text = "Lets us count visits."\ncategory = "statistics"'
    )
    client = make_client(
        app, policy=policy, place_headers=["X-Country", "X-Region"], store=MemoryStore()
    )

    first = client.get("/", CALIFORNIA)
    assert app.allowed == {"statistics", "advertising"}
    assert BANNER not in first.text
    assert first.text.count(REVISIT) == 1
    assert '<a href="/cookiesafe/choices">Your privacy choices</a>' in first.text

    client.choose("reject", headers=CALIFORNIA)
    after = client.get("/", CALIFORNIA)
    assert app.allowed == set()
    assert "Your privacy choices" in after.text


@pytest.mark.law("N-CA2")
def test_where_people_opt_out_a_page_says_that_the_signal_was_honoured(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app, policy=PLACED, place_headers=["X-Country", "X-Region"])
    client.choose("accept", headers=CALIFORNIA)

    plain = client.get("/", CALIFORNIA)
    signalled = client.get("/", {**CALIFORNIA, "Sec-GPC": "1"})

    assert "advertising" not in app.allowed
    assert "Opt-out request honoured" in signalled.text
    assert "honoured" not in plain.text
