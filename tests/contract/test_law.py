"""What the law asks of a site, on every edge, where no other test shows it."""

from __future__ import annotations

import re

import pytest

from cookiesafe import Visit
from cookiesafe.ledger.terms import LedgerTerms
from tests.support.edges import AppRequest, AppResponse, Client, Fields, answer, html
from tests.support.harbour import BANNER, POLICY, REVISIT, Asks, Clock, MakeClient

CONTENT = "<h1>Bills</h1><p>Three are to be paid.</p><form action=/pay method=post><button>Pay</button></form>"
ADVERT = '<script src="https://ads.gullwing.example/tag.js"></script>'
TEXT = re.compile(r'name="text" value="([^"]+)"')
STATING = POLICY.replace("[site]", '[site]\ngpc = "2026-11-01"')
COUNTING_DNT = POLICY.replace("[site]", "[site]\ndnt = true")
SORTED = POLICY.replace('signal = "gpc"', 'signal = "gpc"\ncategory = "advertising"').replace(
    "[purposes.statistics]", '[purposes.statistics]\nsignal = "gpc"\ncategory = "statistics"'
)


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


# --- records --------------------------------------------------------------------------------------


def words_in(client: Client) -> dict[str, str]:
    """What the ledger keeps of what was shown, by its fingerprint."""
    assert client.safe is not None
    kept = [each.detail for each in client.safe.store.records() if each.event == "notice"]
    return {each["text"]: each["html"] for each in kept}


@pytest.mark.law("L-04", "L-12")
@pytest.mark.parametrize(("page", "layer"), [("/", "banner"), ("/cookiesafe/choices", "choices")])
@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_record_leads_to_the_words_that_were_shown(
    make_client: MakeClient, page: str, layer: str, choice: str
) -> None:
    client = make_client()
    shown = client.get(page).text
    found = TEXT.search(shown)
    assert found

    client.choose(choice, notice=layer, text=found[1])

    (record,) = client.records
    assert (record.notice, record.text, record.language) == (layer, found[1], "en")
    assert "Lets us show adverts that match your interests." in words_in(client)[record.text]


@pytest.mark.law("L-04")
@pytest.mark.parametrize("text", ["", "0" * 32, "<script>", "ä" * 9_000])
def test_words_that_were_not_shown_are_not_on_record(make_client: MakeClient, text: str) -> None:
    client = make_client()

    assert client.choose("accept", notice="banner", text=text).status == 303

    (record,) = client.records
    assert record.text == ""
    assert words_in(client) == {}


@pytest.mark.law("L-05")
def test_a_record_is_kept_for_its_time_and_no_longer(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(ledger=LedgerTerms(kept_days={"refusal": 30}))
    assert client.safe is not None
    client.choose("reject")
    client.another().choose("accept")

    clock.days(30)
    client.safe.purge()
    assert [each.event for each in client.records] == ["refusal", "grant"]

    clock.days(1)
    client.safe.purge()
    assert [each.event for each in client.records] == ["grant", "erasure"]


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


@pytest.mark.law("G-06")
def test_that_a_signal_turned_off_what_was_granted_is_on_record_once(
    make_client: MakeClient,
) -> None:
    client = make_client()
    client.choose("accept")

    for _ in range(3):
        client.get("/", {"Sec-GPC": "1"})
    client.get("/")

    grant, signal = client.records
    assert (signal.event, signal.signals) == ("signal", ("gpc",))
    assert signal.receipt == grant.receipt


@pytest.mark.law("G-07")
@pytest.mark.parametrize(
    ("policy", "value", "counts"),
    [
        pytest.param(COUNTING_DNT, "1", True, id="where the site says so"),
        pytest.param(COUNTING_DNT, "0", False, id="with another value"),
        pytest.param(POLICY, "1", False, id="where it does not"),
    ],
)
@pytest.mark.parametrize("places", [[], ["X-Country"]], ids=["anywhere", "by place"])
def test_do_not_track_is_an_objection_where_the_site_says_so(
    make_client: MakeClient, policy: str, value: str, counts: bool, places: list[str]
) -> None:
    app = Asks()
    client = make_client(app, policy=policy, place_headers=places)
    client.choose("accept")

    client.get("/", {"DNT": value})

    assert ("advertising" not in app.allowed) is counts
    assert "statistics" in app.allowed


# --- where people are not asked first --------------------------------------------------------------

PLACE = ["X-Country", "X-Region"]
CALIFORNIA: Fields = {"X-Country": "US", "X-Region": "CA"}
BRITAIN: Fields = {"X-Country": "GB"}


@pytest.mark.law("N-CA3")
def test_where_people_opt_out_every_page_leads_to_the_choices(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)

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
def test_a_page_says_that_the_signal_was_honoured(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)

    plain = client.get("/", CALIFORNIA)
    signalled = client.get("/", {**CALIFORNIA, "Sec-GPC": "1"})

    assert app.allowed == set()
    assert "Opt-out request honoured" in signalled.text
    assert "honoured" not in plain.text


@pytest.mark.law("N-UK1")
def test_where_notice_is_enough_the_banner_says_so_and_a_no_is_one_press(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app, policy=SORTED, place_headers=PLACE)

    first = client.get("/", BRITAIN).text
    assert app.allowed == {"statistics"}
    assert re.search(r"Unless you say no, we .* use cookies for: Statistics\.", first)
    assert "With your agreement also for: Advertising." in first
    assert first.count('value="reject"') == first.count('value="accept"') == 1

    client.choose("reject", headers=BRITAIN)
    client.get("/", BRITAIN)
    assert app.allowed == set()


# --- children -------------------------------------------------------------------------------------


@pytest.mark.law("N-US2")
@pytest.mark.parametrize("choice", [None, "accept"], ids=["undecided", "agreed"])
@pytest.mark.parametrize("place", [{}, CALIFORNIA], ids=["asked first", "opting out"])
def test_a_child_has_nothing_optional_whatever_was_chosen(
    make_client: MakeClient, choice: str | None, place: Fields
) -> None:
    asks = Asks()

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/for-children":
            visit.treat_as_child()
        asks(visit, request)
        return html(CONTENT, ("Set-Cookie", "hl_ad=1"))

    client = make_client(app, policy=SORTED, place_headers=PLACE)
    if choice:
        client.choose(choice, headers=place)

    for path in ("/for-children", "/", "/bills"):
        response = client.get(path, place)
        assert asks.allowed == set()
        assert asks.vendors == set()
        assert "hl_ad" not in response.cookie_names
        assert BANNER not in response.text
    client.choose("accept", headers=place)
    client.get("/", place)
    assert asks.allowed == set()
