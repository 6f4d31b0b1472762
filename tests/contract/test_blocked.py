"""Browsers that block cookies are told so once, after they have done something, and go on; nobody else notices."""

from __future__ import annotations

import asyncio
import gc
import sys
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

import pytest

from cookiesafe import Policy, Visit
from tests.support.edges import (
    NO_FIELDS,
    AppRequest,
    AppResponse,
    ASGIClient,
    Client,
    Fields,
    Header,
    Message,
    Response,
    Sent,
    WSGIClient,
    answer,
    html,
)
from tests.support.harbour import (
    BANNER,
    CONSENT,
    NOW,
    PAGE,
    POLICY,
    REVISIT,
    SESSION,
    Asks,
    MakeClient,
    cache_rules,
    lets_in,
    next_of,
    setting,
    varies_by,
)
from tests.support.portal import DownStore

CHECK = "/cookiesafe/check"
LINE = 'data-cookiesafe="blocked"'
SAYS = "Your browser is blocking cookies"
MARKED = "/bills?cookiesafe=blocked"
SORTED = POLICY.replace('signal = "gpc"', 'signal = "gpc"\ncategory = "advertising"')
CALIFORNIA: dict[str, str] = {"X-Country": "US-CA"}
ODD_WAYS = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/%2Fevil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
    "bills",
    "",
    "/a\r\nSet-Cookie: x=1",
    "/" + "a" * 2048,
]


@pytest.fixture
def blocking(make_client: MakeClient) -> MakeClient:
    """Makes a browser that keeps no cookie."""

    def make(*args: Any, **settings: Any) -> Client:
        client = make_client(*args, **settings)
        client.keeps_cookies = False
        return client

    return make


def check_of(then: str, after: str = "") -> str:
    return f"{CHECK}?{after and f'after={after}&'}next={quote(then, safe='/')}"


def is_told(response: Response, then: str) -> bool:
    """Whether it is the page that says so, and leads on to ``then``."""
    assert response.status == 200
    assert "no-store" in cache_rules(response)
    assert response.cookies == []
    return SAYS in response.text and f'<a href="{escape(then)}">Continue</a>' in response.text


# --- a choice ------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["accept", "reject", "save"])
def test_a_choice_that_cannot_be_kept_leads_to_a_page_that_says_so(
    blocking: MakeClient, choice: str
) -> None:
    client = blocking()
    client.get("/bills?year=2026")

    response = client.choose(choice, next="/bills?year=2026#top")
    where, page = client.follow(response)

    assert response.status == 303
    assert where == check_of("/bills?year=2026#top")
    assert is_told(page, "/bills?year=2026&cookiesafe=blocked#top")
    assert "nothing optional is stored, and we cannot remember this choice" in page.text
    assert "You can use the site, but you see the same tips as everybody." in page.text
    assert 'href="/cookiesafe/choices?next=/bills%3Fyear%3D2026%23top"' in page.text
    assert len(client.records) == 1


@pytest.mark.parametrize("choice", ["accept", "reject", "save"])
def test_who_keeps_cookies_sees_no_such_page(make_client: MakeClient, choice: str) -> None:
    client = make_client()

    first = client.choose(choice, next="/bills?year=2026#top")
    where, page = client.follow(first)

    assert first.cookie_names == [CONSENT]
    assert where == "/bills?year=2026#top"
    assert SAYS not in page.text
    assert REVISIT in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Dest": None},
        {"Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": "Document"},
        {"Sec-Fetch-Dest": ["document", "empty"]},
        {"Cookie": "theme=dark"},
        {"Cookie": "="},
    ],
    ids=str,
)
def test_what_is_no_browser_on_its_first_page_is_answered_as_ever(
    blocking: MakeClient, fields: Fields
) -> None:
    response = blocking().choose("reject", next="/bills", headers=fields)

    assert (response.status, response.header("location")) == (303, "/bills")


def test_a_script_is_answered_with_json_as_ever(blocking: MakeClient) -> None:
    response = blocking().choose("reject", headers={"Accept": "application/json"})

    assert response.status == 200
    assert response.header("location") is None


def test_a_choice_that_was_not_recorded_is_told_of_as_ever(blocking: MakeClient) -> None:
    store = DownStore()
    client = blocking(store=store)
    store.down = True

    assert client.choose("accept").status == 503


@pytest.mark.parametrize("year", [1980, 2025], ids=["grown up", "child"])
def test_an_answer_about_age_that_cannot_be_kept_is_told_of_alike(
    blocking: MakeClient, year: int
) -> None:
    client = blocking()
    form = {"year": str(year), "month": "6", "next": "/games"}

    where, page = client.follow(client.post("/cookiesafe/age", form=form))

    assert where == check_of("/games", "age")
    assert is_told(page, "/games?cookiesafe=blocked")
    assert "your answer cannot be kept" in page.text
    assert "child" not in page.text


def test_it_works_below_a_mount(blocking: MakeClient) -> None:
    client = blocking(root="/portal")

    where, page = client.follow(client.choose("reject", next="/portal/bills"))

    assert where == f"/portal{check_of('/portal/bills')}"
    assert is_told(page, "/portal/bills?cookiesafe=blocked")


def test_it_works_in_observe(blocking: MakeClient) -> None:
    app = Asks()
    client = blocking(app, mode="observe", policy=SORTED, place_headers=["X-Country"])

    _, page = client.follow(client.choose("accept", next="/bills"))
    assert is_told(page, "/bills?cookiesafe=blocked")
    client.get(MARKED, CALIFORNIA)

    assert app.allowed == set()


# --- a login -------------------------------------------------------------------------------------


def signing_in(*way: str, status: int = 303, remember: bool = False) -> Any:
    """An app that signs in at ``/in``, and leads on to these places; each page says who is there."""

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        if request.path != "/in":
            return html(f"<body>{visit.user_id}")
        visit.login("ann", remember=remember)
        return answer("text/plain", b"", *(("Location", each) for each in way), status=status)

    return app


@pytest.mark.parametrize("status", [302, 303])
@pytest.mark.parametrize("remember", [False, True])
@pytest.mark.parametrize(
    ("way", "then"),
    [
        ("/bills", "/bills"),
        ("/bills?year=2026#top", "/bills?year=2026#top"),
        ("https://www.example/bills?a=/b", "/bills?a=/b"),
        ("https://www.example/", "/"),
    ],
)
def test_a_login_that_cannot_be_kept_leads_to_a_page_that_says_so(
    blocking: MakeClient, status: int, way: str, then: str, *, remember: bool
) -> None:
    client = blocking(signing_in(way, status=status, remember=remember))

    response = client.post("/in")
    where, page = client.follow(response)

    assert response.status == status
    assert where == check_of(then, "login")
    assert "you are not signed in" in page.text
    assert "remember this choice" not in page.text
    assert "None" in client.get("/bills").text


@pytest.mark.parametrize("kept", [{}, {"store": None}], ids=["a store", "no store"])
def test_who_keeps_cookies_is_signed_in_and_sees_no_such_page(
    make_client: MakeClient, kept: dict[str, Any]
) -> None:
    client = make_client(signing_in("/bills?year=2026"), **kept)

    where, page = client.follow(client.post("/in"))
    again = client.post("/in")

    assert where == "/bills?year=2026"
    assert "ann" in page.text
    assert again.header("location") == "/bills?year=2026"


@pytest.mark.parametrize(
    "way",
    [
        "https://login.example/authorize?to=/",
        "https://www.example.evil.example/",
        "https://www.example@evil.example/",
        "https://www.example:8443/",
        "http://www.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%2Fevil.example",
        "bills",
        "?year=2026",
        "",
        "/caf\xc3\xa9",
        "/" + "a" * 2048,
        "/" + "%20" * 680,
    ],
)
def test_a_way_on_that_is_none_of_this_sites_is_left_alone(blocking: MakeClient, way: str) -> None:
    assert blocking(signing_in(way)).post("/in").header("location") == way


@pytest.mark.parametrize("status", [200, 201, 301, 307, 308, 500])
def test_another_answer_than_a_way_on_is_left_alone(blocking: MakeClient, status: int) -> None:
    assert blocking(signing_in("/bills", status=status)).post("/in").header("location") == "/bills"


def test_two_ways_on_are_left_alone(blocking: MakeClient) -> None:
    response = blocking(signing_in("/a", "/b")).post("/in")

    assert response.headers_of("location") == ["/a", "/b"]


@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Dest": None},
        {"Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Cookie": "theme=dark"},
    ],
    ids=str,
)
def test_what_is_no_browser_on_its_first_page_is_signed_in_as_ever(
    blocking: MakeClient, fields: Fields
) -> None:
    response = blocking(signing_in("/bills")).post("/in", headers=fields)

    assert response.header("location") == "/bills"
    assert SESSION in response.cookie_names


def test_a_session_alone_is_no_login(blocking: MakeClient) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session["basket"] = "7"
        if request.path == "/out":
            visit.login("ann")
            visit.logout()
        return answer("text/plain", b"", ("Location", "/bills"), status=303)

    client = blocking(app)

    assert client.post("/basket").header("location") == "/bills"
    assert client.post("/out").header("location") == "/bills"


def test_who_could_not_be_signed_in_is_led_on_as_ever(blocking: MakeClient) -> None:
    store = DownStore()
    client = blocking(signing_in("/bills"), store=store)
    store.down = True

    assert client.post("/in").header("location") == "/bills"


def test_a_login_below_a_mount_is_looked_at_there(blocking: MakeClient) -> None:
    client = blocking(signing_in("/portal/bills"), root="/portal")

    where, page = client.follow(client.post("/in"))

    assert where == f"/portal{check_of('/portal/bills', 'login')}"
    assert is_told(page, "/portal/bills?cookiesafe=blocked")


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ODD_WAYS)
def test_no_way_on_leaves_the_site(make_client: MakeClient, way: str) -> None:
    client = make_client()
    address = f"{CHECK}?next={quote(way)}"

    assert is_told(client.get(address), "/?cookiesafe=blocked")
    assert client.get(address, cookies="theme=dark").header("location") == "/"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?next=/a&next=/b",
        "?after=login&next=",
        "?" + "&".join(["x=1"] * 2000),
        "?x=" + "a" * 70_000,
        "?next=%ff%fe",
        "?%00",
    ],
    ids=range(8),
)
def test_an_odd_query_leads_home(make_client: MakeClient, query: str) -> None:
    client = make_client()

    assert is_told(client.get(f"{CHECK}{query}"), "/?cookiesafe=blocked")
    assert client.get(f"{CHECK}{query}", cookies="a=1").header("location") == "/"


@pytest.mark.parametrize("after", ["", "after=x&", "after=login&after=age&", "after=%00&"])
def test_what_was_done_and_is_not_known_is_a_choice(make_client: MakeClient, after: str) -> None:
    page = make_client().get(f"{CHECK}?{after}next=/bills")

    assert "we cannot remember this choice" in page.text


@pytest.mark.parametrize("root", ["", "/portal"])
@pytest.mark.parametrize(
    "way",
    [
        CHECK,
        f"{CHECK}?next={CHECK}?next={CHECK}",
        "/cookiesafe/%63heck",
        "/cookiesafe%2Fcheck?next=/",
        "/x/../cookiesafe/./check",
        "/x/%2e%2e/cookiesafe/check#a",
    ],
)
def test_it_never_leads_to_itself(make_client: MakeClient, root: str, way: str) -> None:
    client = make_client(root=root)
    there = f"{CHECK}?next={quote(f'{root}{way}', safe='/?=')}"

    where, _ = client.follow(client.choose("reject", next=f"{root}{way}"))

    assert where == f"{root}/"
    assert client.get(there, cookies="a=1").header("location") == f"{root}/"
    assert is_told(client.get(there, cookies=""), f"{root}/?cookiesafe=blocked")


def test_it_can_be_gone_back_to_reloaded_and_kept(make_client: MakeClient) -> None:
    client = make_client()
    pages = [client.get(check_of("/bills")) for _ in range(3)]
    client.choose("reject")

    assert len({page.text for page in pages}) == 1
    assert client.get(check_of("/bills")).header("location") == "/bills"
    assert len(client.records) == 1


def test_a_head_is_answered_and_no_other_method(make_client: MakeClient) -> None:
    client = make_client()

    assert client.head(check_of("/bills")).status == 200
    assert client.head(check_of("/bills"), cookies="a=1").header("location") == "/bills"
    refused = client.post(CHECK, form={"next": "/bills"})
    assert (refused.status, refused.header("allow")) == (405, "GET")


def test_a_way_too_long_to_be_passed_on_is_taken_at_once(blocking: MakeClient) -> None:
    way = "/" + "%20" * 600

    assert blocking().choose("reject", next=way).header("location") == way


# --- the pages after it --------------------------------------------------------------------------


def test_a_page_whose_address_says_so_has_one_line_and_asks_nothing(blocking: MakeClient) -> None:
    client = blocking()

    page = client.get(MARKED)

    assert LINE in page.text
    assert BANNER not in page.text
    assert REVISIT not in page.text
    assert "<button" not in page.text
    assert 'href="/cookiesafe/choices"' in page.text
    assert page.cookies == []
    assert varies_by(page) == varies_by(client.get("/bills"))


@pytest.mark.parametrize("fields", [CALIFORNIA, NO_FIELDS], ids=["opt-out", "opt-in"])
def test_there_everything_optional_is_refused(blocking: MakeClient, fields: Fields) -> None:
    app = Asks()
    client = blocking(app, policy=SORTED, place_headers=["X-Country"])

    page = client.get(MARKED, fields)

    assert app.visit is not None
    assert app.allowed == app.vendors == set()
    assert app.visit.consent.state("advertising") == "refused"
    assert not app.visit.child
    assert not lets_in(page, "ads.gullwing.example")
    assert "private" not in cache_rules(page)


def test_there_no_optional_cookie_leaves_where_it_would_without_a_choice(
    blocking: MakeClient,
) -> None:
    client = blocking(setting("hl_ad_7=1", "cart=7"), policy=SORTED, place_headers=["X-Country"])

    assert client.get("/bills", CALIFORNIA).cookie_names == ["hl_ad_7", "cart"]
    assert client.get(MARKED, CALIFORNIA).cookie_names == ["cart"]


def test_where_things_are_on_without_a_yes_the_page_says_so(blocking: MakeClient) -> None:
    client = blocking(policy=SORTED, place_headers=["X-Country"])

    page = client.get(check_of("/bills"), CALIFORNIA).text

    assert "nothing optional is stored" not in page
    assert "this is on for who has not said no: Advertising. It is off on the page" in page
    assert "turn on Global Privacy Control" in page
    silenced = client.get(check_of("/bills"), {**CALIFORNIA, "Sec-GPC": "1"}).text
    assert "nothing optional is stored" in silenced


@pytest.mark.parametrize(
    "query",
    [
        "cookiesafe=blocked&cookiesafe=blocked",
        "cookiesafe=accept&cookiesafe=blocked",
        "&&cookiesafe=blocked&%ff",
        "x=" + "y" * 60_000 + "&cookiesafe=blocked",
        "&".join(["x=1"] * 5000) + "&cookiesafe=blocked",
    ],
    ids=range(5),
)
def test_it_is_said_once_or_more_and_whatever_else_is_said(
    blocking: MakeClient, query: str
) -> None:
    assert LINE in blocking().get(f"/bills?{query}").text


@pytest.mark.parametrize(
    "query",
    [
        "cookiesafe",
        "cookiesafe=",
        "cookiesafe=Blocked",
        "cookiesafe=blocked1",
        "xcookiesafe=blocked",
        "cookiesafe=%62locked",
        "a=cookiesafe=blocked",
        "a;cookiesafe=blocked",
        "cookiesafe[]=blocked",
    ],
)
def test_what_is_written_otherwise_says_nothing(blocking: MakeClient, query: str) -> None:
    page = blocking().get(f"/bills?{query}")

    assert BANNER in page.text
    assert LINE not in page.text


def test_with_a_cookie_it_means_nothing(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)

    undecided = client.get("/bills?a=1&cookiesafe=blocked&b=2", cookies="theme=dark")
    client.choose("accept")
    granted = client.get(MARKED)

    assert BANNER in undecided.text
    assert next_of(undecided) == "/bills?a=1&amp;b=2"
    assert app.allowed == {"statistics", "advertising"}
    assert LINE not in granted.text


def test_it_is_for_pages_alone(blocking: MakeClient) -> None:
    app = Asks()
    client = blocking(app, policy=SORTED, place_headers=["X-Country"])
    for destination in ("empty", "image", "iframe"):
        client.get(MARKED, {**CALIFORNIA, "Sec-Fetch-Dest": destination})
        assert app.allowed == {"advertising"}, destination

    client.get(MARKED, {**CALIFORNIA, "Sec-Fetch-Dest": None})
    assert app.allowed == set(), "browsers that do not say what they ask for"


def test_a_child_is_told_of_no_choice_there(blocking: MakeClient) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        visit.treat_as_child()
        return html(PAGE)

    assert "data-cookiesafe" not in blocking(app).get(MARKED).text


def test_what_is_off_is_told_of_there_and_not_asked_about(make_client: MakeClient) -> None:
    def form(visit: Visit, request: AppRequest) -> AppResponse:
        return html(f"<body><form>{visit.limited_notice('tips')}</form>")

    client = make_client(form)

    told = client.get(f"{MARKED}&a=1").text
    asked = client.get(MARKED, cookies="theme=dark").text

    assert "you see the same tips as everybody" in told
    assert "<button" not in told
    assert 'href="/cookiesafe/choices?next=/bills%3Fa%3D1"' in told
    assert "Turn on" in asked


def test_an_announced_policy_is_not_asked_about_there(blocking: MakeClient) -> None:
    client = blocking()
    assert client.safe is not None
    later = Policy.from_toml(POLICY.replace("count visits", "count all visits"))
    day = datetime.fromtimestamp(NOW, UTC).date() + timedelta(days=10)
    client.safe.publish(later, summary=["We count more."], in_force=day)

    page = client.get(MARKED)

    assert LINE in page.text
    assert "announcement" not in page.text


# --- who comes and does nothing ------------------------------------------------------------------


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_ten_thousand_first_visits_without_cookies_leave_nothing_behind(
    edge: str, blocking: MakeClient
) -> None:
    client = blocking(setting("hl_ad_7=1", "cart=7"))
    visits = visits_over_asgi if isinstance(client, ASGIClient) else visits_over_wsgi
    left = visits(client, range(1000))
    gc.collect()
    before = sys.getallocatedblocks()
    left |= visits(client, range(1000, 10_000))
    gc.collect()

    assert left == {"cart=7"}
    assert client.records == []
    assert sys.getallocatedblocks() - before < 500, "not even one block for each of 9,000 visitors"


def first_visit(client: Client, number: int) -> Sent:
    """Each to another page and by another browser; some are of those who were told already, or look at that page."""
    path = f"/bills/{number}?year={number}"
    if number % 10 == 0:
        path = f"/bills/{number}?cookiesafe=blocked"
    elif number % 100 == 1:
        path = check_of(path)
    return client.prepared(path, headers={"user-agent": f"Crawler/{number}"})


def visits_over_asgi(client: Client, numbers: range) -> set[str]:
    """The cookies that were set."""
    assert isinstance(client, ASGIClient)
    left: set[str] = set()

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        fields = message.get("headers", ())
        left.update(value.decode() for name, value in fields if name == b"set-cookie")

    async def visit_all() -> None:
        for number in numbers:
            await client.app(client.scope(first_visit(client, number)), receive, send)

    asyncio.run(visit_all())
    return left


def visits_over_wsgi(client: Client, numbers: range) -> set[str]:
    """The same."""
    assert isinstance(client, WSGIClient)
    left: set[str] = set()

    def start_response(status: str, headers: list[Header]) -> None:
        left.update(value for name, value in headers if name == "Set-Cookie")

    for number in numbers:
        b"".join(client.app(client.environ(first_visit(client, number)), start_response))
    return left
