"""Children: what the app knows, the question of age, and what is off from then on."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cookiesafe import TooLate, Visit
from cookiesafe.adapters.stores import open_store
from tests.support.edges import AppRequest, AppResponse, Client, Fields, Response, answer, html
from tests.support.harbour import (
    BANNER,
    CONSENT,
    NOW,
    PAGE,
    REVISIT,
    SWEPT,
    Clock,
    MakeClient,
    cache_rules,
    lets_in,
)
from tests.support.portal import DownStore

AGE = "__Host-cookiesafe-age"
ASK = "/cookiesafe/age"
YEAR = datetime.fromtimestamp(NOW, UTC).year
JSON: Fields = {"Accept": "application/json"}
GULL = "ads.gullwing.example"
FILM = f"/cookiesafe/embed?url=https%3A%2F%2F{GULL}%2Ffilm"


class School:
    """``/child`` is for children; ``late`` finds that out in the middle of its body. Both set a cookie."""

    def __init__(self) -> None:
        self.raised: list[Exception] = []
        self.child: bool | None = None
        self.on: set[str] = set()

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/child":
            visit.treat_as_child()
        if request.path == "/late":
            return answer("text/html", self.late(visit))
        if request.path == "/part":
            visit.treat_as_child()
            return answer("text/plain", "x")
        self.child = visit.child
        self.on = {p for p in ("statistics", "advertising") if visit.allows(p)}
        return html(PAGE, ("Set-Cookie", "hl_ad=1"), ("Set-Cookie", "cart=1"))

    def late(self, visit: Visit) -> Iterator[bytes]:
        yield b"<p>"
        try:
            visit.treat_as_child()
        except TooLate as error:
            self.raised.append(error)


def tell(client: Client, year: object, month: object = 6, **more: str) -> Response:
    return client.post(ASK, form={"year": str(year), "month": str(month), **more})


# --- what the app knows ---------------------------------------------------------------------------


@pytest.mark.law("N-US2")
@pytest.mark.parametrize("choice", [None, "accept", "reject"])
def test_it_is_so_from_that_very_response_on(make_client: MakeClient, choice: str | None) -> None:
    app = School()
    client = make_client(app)
    if choice:
        client.choose(choice)
    before = client.jar.get(CONSENT)

    response = client.get("/child")

    assert (app.child, app.on) == (True, set())
    assert not lets_in(response, GULL)
    assert response.cookie_names == ["cart", AGE]
    assert BANNER not in response.text
    assert REVISIT not in response.text
    assert "private" in cache_rules(response)
    assert client.jar.get(CONSENT) == before, "the choice stays"


def test_the_answer_is_kept_for_a_year_out_of_reach_of_scripts(make_client: MakeClient) -> None:
    line = next(
        each for each in make_client(School()).get("/child").cookies if each.startswith(AGE)
    )

    assert line.startswith(f"{AGE}=child;")
    assert set(line.split("; ")[1:]) == {
        "Max-Age=31536000",
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
    }


def test_it_is_recorded_once_and_names_nobody(make_client: MakeClient) -> None:
    client = make_client(School())
    client.choose("accept")
    for _ in range(3):
        client.get("/child")

    grant, child = client.records
    assert (child.event, child.notice, child.receipt) == ("child", "app", None)
    assert dict(child.choices) == {}
    assert f'"{grant.receipt}"' not in child.to_json()


def test_who_keeps_no_cookie_is_recorded_once_a_day(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(School())
    for days in (0, 0, 1):
        clock.days(days)
        for _ in range(20):
            client.get("/child")
            client.jar.clear()

    assert [each.event for each in client.records] == ["child", "child"]


@pytest.mark.parametrize(
    ("choice", "cleared"), [(None, False), ("reject", False), ("accept", True)]
)
@pytest.mark.parametrize("by", ["app", "age"])
def test_pages_with_more_allowed_are_dropped_by_the_browser(
    make_client: MakeClient, by: str, choice: str | None, cleared: bool
) -> None:
    client = make_client(School())
    if choice:
        client.choose(choice)

    response = client.get("/child") if by == "app" else tell(client, YEAR - 5)

    assert response.header("clear-site-data") == ('"cache"' if cleared else None)
    assert AGE in client.jar
    assert client.get("/child").header("clear-site-data") is None, "it is known by now"


@pytest.mark.parametrize("by", ["app", "age"])
def test_in_observe_nothing_is_dropped(make_client: MakeClient, by: str) -> None:
    client = make_client(School(), mode="observe")
    client.choose("accept")

    response = client.get("/child") if by == "app" else tell(client, YEAR - 5)

    assert response.header("clear-site-data") is None
    assert AGE in client.jar


def test_without_its_record_a_child_is_one_all_the_same(make_client: MakeClient) -> None:
    store = DownStore()
    app = School()
    client = make_client(app, store=store)
    client.choose("accept")
    store.down = True

    assert client.get("/child").status == 200
    client.get("/")

    assert (app.child, app.on) == (True, set())


@pytest.mark.parametrize("fields", [{}, {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}])
def test_what_is_no_page_may_find_it_out_too(make_client: MakeClient, fields: Fields) -> None:
    client = make_client(School())

    assert client.get("/part", fields).cookie_names == [AGE]


def test_after_the_headers_have_left_it_is_too_late(make_client: MakeClient) -> None:
    app = School()
    client = make_client(app)
    client.get("/late")

    (raised,) = app.raised
    assert isinstance(raised, TooLate)
    assert AGE not in client.jar


@pytest.mark.law("N-US2", "L-02")
@pytest.mark.parametrize("choice", [None, "accept"])
def test_what_was_set_before_is_deleted_on_the_next_pages(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client(School())
    if choice:
        client.choose(choice)
    client.jar |= {"hl_ad": "1", "hl_stat": "2", "cart": "3"}
    client.get("/child")

    response = client.get("/")

    assert {"hl_ad", "hl_stat"}.isdisjoint(client.jar)
    assert client.jar["cart"] == "1"
    assert "None" not in (client.jar.get(SWEPT) or "")
    assert SWEPT in response.cookie_names


@pytest.mark.law("N-US2")
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/cookiesafe/choices", {"choice": "accept"}),
        ("/cookiesafe/choices", {"choice": "save", "purpose": "statistics"}),
        ("/cookiesafe/choices", {"choice": "reject"}),
        (FILM, {"choice": "always"}),
        (FILM, {"choice": "once"}),
    ],
)
@pytest.mark.parametrize("fields", [{}, JSON])
def test_no_choice_of_a_child_is_taken(
    make_client: MakeClient, path: str, form: dict[str, str], fields: Fields
) -> None:
    client = make_client(School())
    client.get("/child")

    response = client.post(path, form=form, headers=fields)

    assert (response.status, response.cookies) == (403, [])
    assert [each.event for each in client.records] == ["child"]


@pytest.mark.law("N-US2")
def test_no_embed_is_loaded_for_a_child_not_even_once(make_client: MakeClient) -> None:
    client = make_client(School())
    once = client.post(FILM, form={"choice": "once"}).header("location")
    assert once
    assert f"https://{GULL}/film" in client.get(once, {"Sec-Fetch-Site": "same-origin"}).text
    client.get("/child")

    for path in (once, FILM):
        response = client.get(path, {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"})
        assert response.status == 403
        assert GULL not in response.text
        assert "<button" not in response.text


def test_the_page_of_choices_tells_why_all_is_off_and_asks_nothing(make_client: MakeClient) -> None:
    client = make_client(School())
    client.choose("accept")
    client.get("/child")

    page = client.get("/cookiesafe/choices").text
    assert "used by a child, so everything optional is off" in page
    assert 'name="choice"' not in page


# --- the question ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "months", "child"),
    [
        pytest.param(0, 0, True, id="this month"),
        pytest.param(12, 0, True, id="12 years"),
        pytest.param(13, 0, True, id="13 years this month, on a day that may still come"),
        pytest.param(13, 1, False, id="13 years and a month"),
        pytest.param(60, 0, False, id="60 years"),
        pytest.param(129, 0, False, id="129 years"),
    ],
)
def test_it_is_told_by_year_and_month(
    make_client: MakeClient, years: int, months: int, child: bool
) -> None:
    client = make_client()
    month = datetime.fromtimestamp(NOW, UTC).month
    past = YEAR * 12 + month - 1 - years * 12 - months

    response = client.post(
        ASK, form={"year": str(past // 12), "month": str(past % 12 + 1)}, headers=JSON
    )

    assert response.json() == {"child": child}
    assert client.jar[AGE] == ("child" if child else "adult")


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"year": "2001", "month": "13"}, id="month 13"),
        pytest.param({"year": "2001", "month": "0"}, id="month 0"),
        pytest.param({"year": "0", "month": "1"}, id="year 0"),
        pytest.param({"year": f"{YEAR + 1}", "month": "1"}, id="to come"),
        pytest.param({"year": f"{YEAR}", "month": "12"}, id="to come this year"),
        pytest.param({"year": f"{YEAR - 131}", "month": "1"}, id="131 years"),
        pytest.param({"year": "199x", "month": "1"}, id="letters"),
        pytest.param({"year": "-1990", "month": "1"}, id="a sign"),
        pytest.param({"year": "１９９０", "month": "1"}, id="other digits"),
        pytest.param({"year": "1990.5", "month": "1"}, id="a fraction"),
        pytest.param({"year": "1" * 5000, "month": "1"}, id="long"),
        pytest.param({"year": ["1990", "2020"], "month": "1"}, id="two years"),
        pytest.param({"year": "1990", "month": ["1", "1"]}, id="two months"),
        pytest.param({"year": "1990"}, id="no month"),
        pytest.param({"month": "1"}, id="no year"),
        pytest.param({"year": "", "month": ""}, id="empty"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_is_no_month_of_anybodys_birth_is_not_taken(
    make_client: MakeClient, form: dict[str, str | list[str]]
) -> None:
    client = make_client()

    response = client.post(ASK, form=form)

    assert (response.status, response.cookies) == (400, [])
    assert client.records == []


@pytest.mark.law("N-US2")
def test_a_child_stays_one_whatever_is_answered_next(make_client: MakeClient) -> None:
    client = make_client()
    tell(client, YEAR - 5)

    again = client.get(ASK).text
    assert "answered this already" in again
    assert "<form" not in again
    assert tell(client, 1980).status == 303

    assert client.jar[AGE] == "child"
    assert [each.event for each in client.records] == ["child"]


def test_of_two_answers_in_one_request_it_is_a_childs(make_client: MakeClient) -> None:
    app = School()
    client = make_client(app)

    for cookies in (f"{AGE}=adult; {AGE}=child", f"{AGE}=child; {AGE}=adult"):
        client.get("/", cookies=cookies)
        assert app.child


@pytest.mark.parametrize("value", ["", "Child", "child2", "1", "<b>", "x" * 4000])
def test_a_cookie_with_anything_else_in_it_says_nothing(
    make_client: MakeClient, value: str
) -> None:
    app = School()
    client = make_client(app)

    assert BANNER in client.get("/", cookies=f"{AGE}={value}").text
    assert app.child is False
    assert "<form" in client.get(ASK, cookies=f"{AGE}={value}").text


def test_who_is_no_child_is_kept_until_the_browser_is_closed(make_client: MakeClient) -> None:
    (line,) = tell(make_client(), 1980).cookies

    assert line.startswith(f"{AGE}=adult;")
    assert "Max-Age" not in line
    assert "Expires" not in line


def test_a_site_says_from_which_age_somebody_is_no_child(make_client: MakeClient) -> None:
    policy = '[site]\nname = "Site"\nadult_from = 16\n[purposes.ads]\ntitle = "Ads"'
    client, other = make_client(policy=policy), make_client(policy=policy)
    tell(client, YEAR - 15)
    tell(other, YEAR - 18)

    assert (client.jar[AGE], other.jar[AGE]) == ("child", "adult")


@pytest.mark.law("N-US2", "L-05")
@pytest.mark.parametrize("year", [YEAR - 5, 1980])
def test_the_date_is_kept_nowhere(
    make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture, year: int
) -> None:
    database = tmp_path / "store.db"
    client = make_client(store=f"sqlite:///{database}")
    with caplog.at_level(logging.DEBUG):
        response = tell(client, year, 6, next="/games")
        tell(client, year, 13)
    assert client.safe is not None
    client.safe.close()

    assert response.leads_to == "/games"
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    places = [caplog.text, str(response.headers), str(client.jar)]
    assert not any(str(year) in each for each in places)
    told = [
        each.to_json()
        for each in open_store(f"sqlite:///{database}").records()
        if each.event == "child"
    ]
    assert not any(str(year) in each for each in told)
    if year != 1980:
        assert len(told) == 1
    assert f'"year":"{year}"'.encode() not in written


def test_everybody_is_asked_the_same(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")
    text = client.get(f"{ASK}?next=/games").text
    text = re.sub(r'<input type="hidden" name="cookiesafe-token" value=".*?">', "", text)

    assert text == client.another().get(f"{ASK}?next=/games").text
    assert "child" not in text.lower()
    assert "13" not in re.sub(r"<option.*?</option>", "", re.sub(r"v=\w+", "", text))
    assert "selected" not in text


@pytest.mark.law("L-09")
@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.www.example"},
    ],
)
def test_another_site_makes_nobody_a_child_nor_grown_up(
    make_client: MakeClient, fields: Fields
) -> None:
    client = make_client()
    client.get("/")

    for year in (YEAR - 5, 1980):
        response = client.post(ASK, form={"year": str(year), "month": "1"}, headers=fields)
        assert (response.status, response.cookies) == (403, [])
    assert client.records == []


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x"]
)
def test_the_way_on_leads_to_no_other_site(make_client: MakeClient, then: str) -> None:
    client = make_client()

    assert 'name="next" value="/"' in client.get(f"{ASK}?next={then}").text
    assert tell(client, 1980, next=then).leads_to == "/"


def test_without_a_store_a_child_is_one_and_is_led_on(make_client: MakeClient) -> None:
    store = DownStore()
    client = make_client(store=store)
    store.down = True

    response = tell(client, YEAR - 5, next="/games")

    assert (response.status, response.leads_to) == (303, "/games")
    assert client.jar[AGE] == "child"
