"""The dashboard, on both edges: for who the site's own check lets in; for everybody else there is no such page."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest

from cookiesafe import CookieSafe, Policy, SettingError, StoreError, TrafficTerms, Visit
from cookiesafe.adapters import _tallying
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.count import Count
from cookiesafe.dashboard import style
from cookiesafe.ledger import Entry
from demo_app import history
from tests.support.edges import AppRequest, AppResponse, Client, html
from tests.support.harbour import BANNER, KEY, NOW, ONLY_ASGI, PAGE, POLICY, MakeClient, setting

DASHBOARD = "/cookiesafe/dashboard"
LEDGER_KEY = "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U"
TERMS = TrafficTerms(flush_after=3600)
TODAY = int(NOW) // 86_400
DESKTOP = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "accept-language": "en"}
OPERATOR = "7"


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is worked off when it is asked for."""
    monkeypatch.setattr(_tallying, "READ_AFTER", 3600)


def site(visit: Visit, request: AppRequest) -> AppResponse:
    if request.path.startswith("/sign-in/"):
        visit.login(request.path.rpartition("/")[2])
    return html(PAGE, ("Set-Cookie", "hl_ad=1"), ("Set-Cookie", "surprise=1"))


def runs_the_site(visit: Visit) -> bool:
    return visit.user_id == OPERATOR


@pytest.fixture
def open_site(make_client: MakeClient) -> Callable[..., Client]:
    def make(handler: Any = site, **given: Any) -> Client:
        return make_client(handler, **{"traffic": TERMS, "dashboard": runs_the_site, **given})

    return make


@pytest.fixture
def operator(open_site: Callable[..., Client]) -> Client:
    client = open_site()
    client.get(f"/sign-in/{OPERATOR}")
    return client


def table(client: Client, name: str, days: int = 7) -> dict[str, list[Any]]:
    said = client.get(f"{DASHBOARD}?days={days}&table={name}&as=json").json()
    return {row[0]: row[1:] for row in said["rows"]}


# --- who may look ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"dashboard": True, "traffic": True},
        {"dashboard": "operators", "traffic": True},
        {"dashboard": runs_the_site},
        {"dashboard": runs_the_site, "traffic": False},
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_the_start(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="dashboard"):
        CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore(), **given)


def test_a_check_that_nobody_would_await_is_refused_at_the_start() -> None:
    async def check(visit: Visit) -> bool:
        return True

    given: Any = {"dashboard": check, "traffic": True}
    with pytest.raises(SettingError, match="no plain function"):
        CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore(), **given)


def test_who_runs_the_site_sees_it(operator: Client) -> None:
    response = operator.get(DASHBOARD)

    assert response.status == 200
    assert "<h1>Dashboard</h1>" in response.text


def fail(visit: Visit) -> bool:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "check",
    [
        runs_the_site,
        fail,
        lambda visit: None,
        lambda visit: 1,
        lambda visit: "yes",
        lambda visit: visit,
    ],
)
@pytest.mark.parametrize("form", ["", "?as=csv", "?as=json", "?days=90&table=held&as=csv"])
def test_for_anybody_else_there_is_no_such_page(
    open_site: Callable[..., Client], check: Any, form: str
) -> None:
    client = open_site(dashboard=check)
    client.get("/sign-in/8")

    refused, unknown = client.get(DASHBOARD + form), client.get("/cookiesafe/dashboards" + form)

    assert refused.status == unknown.status == 404
    assert refused.body == unknown.body
    assert refused.headers == unknown.headers


def test_without_the_setting_there_is_no_such_page(make_client: MakeClient) -> None:
    client = make_client(site, traffic=TERMS)
    client.get(f"/sign-in/{OPERATOR}")

    assert client.get(DASHBOARD).status == 404
    assert client.get(DASHBOARD, headers={"accept": "application/json"}).status == 404


def test_its_style_does_not_say_whether_there_is_one(make_client: MakeClient) -> None:
    without = make_client(site).get(f"{DASHBOARD}.css")
    with_it = make_client(site, traffic=TERMS, dashboard=runs_the_site).get(f"{DASHBOARD}.css")

    assert without.body == with_it.body == style()
    assert without.headers == with_it.headers


def test_a_check_that_fails_is_reported(
    open_site: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    open_site(dashboard=fail).get(DASHBOARD)

    told = [vars(record)["cookiesafe"] for record in caplog.records]
    assert [(each["event"], each["where"]) for each in told] == [("fault", "dashboard")]
    caplog.clear()


def test_the_check_is_given_what_the_app_is_given(open_site: Callable[..., Client]) -> None:
    def check(visit: Visit) -> bool:
        seen.append((visit.user_id, visit.session.get("staff"), visit.header("x-operator")))
        return visit.header("x-operator") == "yes"

    def remember(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session["staff"] = True
        return site(visit, request)

    seen: list[Any] = []
    client = open_site(remember, dashboard=check)
    client.get("/sign-in/5")

    assert client.get(DASHBOARD).status == 404
    assert client.get(DASHBOARD, headers={"x-operator": "yes"}).status == 200
    assert seen == [("5", True, None), ("5", True, "yes")]


@ONLY_ASGI
def test_a_check_that_waits_keeps_nobody_else_waiting(open_site: Callable[..., Client]) -> None:
    def check(visit: Visit) -> bool:
        threads["check"] = get_ident()
        return True

    def noted(visit: Visit, request: AppRequest) -> AppResponse:
        threads["app"] = get_ident()
        return html(PAGE)

    threads: dict[str, int] = {}
    client = open_site(noted, dashboard=check)
    client.get("/")

    assert client.get(DASHBOARD).status == 200
    assert threads["check"] != threads["app"]


def test_it_answers_get_and_head_alone(operator: Client) -> None:
    head, post = operator.head(DASHBOARD), operator.post(DASHBOARD, body=b"days=7")

    assert (head.status, head.body) == (200, b"")
    assert post.status == 405


# --- what it is as a page -------------------------------------------------------------------------


def busy(client: Client, days: int = 30) -> None:
    """As after so many days, ninety at most."""
    assert client.safe is not None
    counted = history.counts(TODAY, client.safe.policy.fingerprint)
    counts = [each for each in counted if each.day > TODAY - days]
    client.safe.store.add_counts(counts)  # type: ignore[attr-defined]


def test_it_is_small_and_runs_nothing(operator: Client) -> None:
    busy(operator, 90)
    page = operator.get(f"{DASHBOARD}?days=90")
    sheets = re.findall(r'<link rel="stylesheet" href="(.*?)"', page.text)
    sheet = operator.get(sheets[0])

    assert len(gzip.compress(page.body)) + len(gzip.compress(sheet.body)) <= 15 * 1024
    assert sheets == [f"{DASHBOARD}.css?v={sheets[0].rpartition('=')[2]}"]
    assert "immutable" in str(sheet.header("cache-control"))
    for nothing in (
        "<script",
        "style=",
        "onload",
        "http://",
        "https://",
        "<img",
        "<iframe",
        "url(",
    ):
        assert nothing not in page.text + sheet.text


def test_it_is_kept_nowhere_framed_nowhere_and_indexed_nowhere(operator: Client) -> None:
    page = operator.get(DASHBOARD)

    assert page.header("cache-control") == "no-store"
    own = page.headers_of("content-security-policy")[0]
    assert own.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
    assert "frame-ancestors 'none'" in own
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.header("set-cookie") is None
    assert BANNER not in page.text


def test_looking_at_it_counts_for_nothing(operator: Client) -> None:
    assert operator.safe is not None
    before = operator.safe.traffic()
    for _ in range(20):
        operator.get(DASHBOARD)
        operator.get(f"{DASHBOARD}?as=csv")

    assert operator.safe.traffic().total("answers") == before.total("answers")
    assert operator.safe.traffic().to_json() == before.to_json()


@pytest.mark.parametrize(
    "query",
    [
        "days=0",
        "days=-1",
        "days=1e9",
        "days=7&days=90",
        "days=%00",
        "days=%ff&table=%ff&as=%ff",
        "table=nothing",
        "as=xml",
        "days=" + "9" * 5000,
        "&&&===&%",
    ],
)
def test_what_is_asked_for_in_vain_is_the_usual(operator: Client, query: str) -> None:
    response = operator.get(f"{DASHBOARD}?{query}")

    assert response.status == 200
    assert 'aria-current="page">30 days<' in response.text


@pytest.mark.parametrize("name", ["nothing", "", "held&table=days", "%ff"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_table_that_there_is_not_is_not_found(operator: Client, name: str, form: str) -> None:
    response = operator.get(f"{DASHBOARD}?as={form}&table={name}")

    assert response.status == 404
    assert " held," in response.text
    assert response.header("cache-control") == "no-store"


@pytest.mark.parametrize("days", [7, 30, 90])
def test_a_period_may_be_chosen(operator: Client, days: int) -> None:
    response = operator.get(f"{DASHBOARD}?days={days}")

    assert f'aria-current="page">{days} days<' in response.text
    assert len(table(operator, "days", days)) == days


def test_below_a_prefix_its_addresses_are_too(open_site: Callable[..., Client]) -> None:
    client = open_site(root="/portal")
    client.get(f"/sign-in/{OPERATOR}")
    page = client.get(DASHBOARD).text

    assert re.findall(r'href="(?!/portal/)(.*?)"', page) == []


def test_what_clients_send_gets_into_it_as_text(open_site: Callable[..., Client]) -> None:
    client = open_site()
    client.get(f"/sign-in/{OPERATOR}")
    client.safe.store.add_counts(  # type: ignore[union-attr]
        [
            Count(TODAY, "pages", "page", '/<script>alert("1")</script>', 40),
            Count(TODAY, "held", "cookie", "/=1+1 > <b>", 40),
        ]
    )

    page = client.get(DASHBOARD).text
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "\"'=1" not in client.get(f"{DASHBOARD}?table=held&as=csv").text


# --- what it says ---------------------------------------------------------------------------------


def test_its_figures_are_those_of_what_was_done(operator: Client) -> None:
    for choice in ["accept"] * 12 + ["reject"] * 14 + ["save"] * 11 + [None] * 13:
        visitor = operator.another()
        visitor.get("/bills", headers=DESKTOP)
        if choice:
            visitor.choose(choice, notice="banner", headers=DESKTOP)

    shown = dict(
        re.findall(
            r'<th scope="row">([^<]+)</th><td class="n" data-label="Count">(.*?)</td>',
            operator.get(DASHBOARD).text,
        )
    )

    assert shown == {
        "Page views": "51",
        "Banners shown": "51",
        "Choices": "37",
        "Answered on the banner": "37",
        "Not answered": "14",
        "All accepted": "12",
        "All rejected": "14",
        "Some chosen": "11",
        "Withdrawals": "0",
        "Not recorded": "0",
        "Held": "102",
        "Undeclared": "51",
        "Blocked by browsers": "0",
        "Not counted": "0",
    }
    assert table(operator, "answers")["All rejected"] == [14, 14 / 37, 14 / 51]
    assert table(operator, "held")["/bills"] == ["surprise", 50]
    assert table(operator, "undeclared") == {"surprise": [51]}
    assert table(operator, "notices")["shown"] == [51, "the banner"]


def test_what_happens_is_there_at_once(operator: Client) -> None:
    busy(operator)

    def of_today() -> list[Any]:
        return list(table(operator, "days").values())[-1]

    before = of_today()
    for choice in ("accept", "accept", "reject"):
        operator.another().choose(choice, notice="banner")

    assert [now - then for now, then in zip(of_today(), before, strict=True)] == [2, 1, 0]


def test_its_chart_is_its_table(operator: Client) -> None:
    busy(operator)
    page = operator.get(f"{DASHBOARD}?days=30").text
    section = page[page.index('aria-labelledby="h-days"') :]
    cells = re.findall(r'data-label="All accepted">(\d+)</td>', section)[:30]
    path = re.findall(r'<path class="s1" d="(M.*?)"/>', section)[1]
    top = int(re.findall(r'<span class="top">([\d,]+)</span>', section)[0].replace(",", ""))

    heights = [int(y) for y in re.findall(r"[ML]\d+ (-?\d+)", path)]
    assert heights == [150 - round(int(n) * 150 / top) for n in cells]
    assert [int(n) for n in cells] == [row[0] for row in table(operator, "days", 30).values()]


def test_every_chart_says_what_it_shows(operator: Client) -> None:
    busy(operator)
    page = operator.get(f"{DASHBOARD}?days=90").text
    charts = re.findall(
        r'<svg[^>]*role="img" aria-labelledby="(\S+) (\S+)"><title id="(\S+)">(.+?)</title><desc id="(\S+)">(.+?)</desc>',
        page,
    )

    assert len(charts) == page.count('role="img"') == 5
    assert all((title, desc) == (t, d) for title, desc, t, _, d, _ in charts)
    # All others stand beside the number that they draw.
    assert page.count("<svg") - 5 == page.count('aria-hidden="true"><path')


def test_what_is_few_is_said_so_and_not_drawn_as_none(operator: Client) -> None:
    for _ in range(5):
        operator.another().choose("accept", notice="banner")

    page = operator.get(DASHBOARD).text
    assert "fewer than 10</td>" in page
    assert '<td class="n" data-label="Count">fewer than 10</td>' in page
    rows = [*csv.reader(io.StringIO(operator.get(f"{DASHBOARD}?table=days&as=csv").text))]
    assert rows[-1][1:] == ["<10", "0", "0"]


def test_all_that_was_counted_can_be_had(operator: Client) -> None:
    busy(operator)
    assert operator.safe is not None
    traffic = operator.safe.traffic()

    as_csv, as_json = (operator.get(f"{DASHBOARD}?as={form}") for form in ("csv", "json"))

    assert as_csv.text == "".join(traffic.to_csv())
    assert as_csv.header("content-type") == "text/csv; charset=utf-8"
    assert str(as_csv.header("content-disposition")).startswith('attachment; filename="traffic-')
    assert json.loads(as_json.text) == json.loads(traffic.to_json())
    asked = operator.get(DASHBOARD, headers={"accept": "application/json"})
    assert asked.json() == as_json.json()
    for each in (as_csv, as_json):
        assert each.header("cache-control") == "no-store"
        assert each.header("x-content-type-options") == "nosniff"


def test_each_table_of_the_page_leads_to_its_csv_and_json(operator: Client) -> None:
    busy(operator)
    links = re.findall(
        rf'href="({DASHBOARD}\?days=7&amp;[^"]+)"', operator.get(f"{DASHBOARD}?days=7").text
    )

    assert len(links) > 30
    for link in links:
        assert operator.get(link.replace("&amp;", "&")).status == 200


def test_the_light_has_a_shape_and_words(open_site: Callable[..., Client]) -> None:
    lights = {}
    for mode in ("enforce", "observe"):
        client = open_site(mode=mode)
        client.get(f"/sign-in/{OPERATOR}")
        busy(client)
        found = re.search(r'<h2 id="fairness">(.*?)</h2>', client.get(f"{DASHBOARD}?days=90").text)
        assert found is not None
        lights[mode] = found[1]

    assert lights == {
        "enforce": 'Fairness: <span class="ok">all as it should be</span>',
        "observe": 'Fairness: <span class="act">to be put right</span>',
    }
    shapes = re.findall(r'\.(\w+)::before \{ content: "(.)', style().decode())
    assert [name for name, _ in shapes] == ["ok", "look", "act", "few"]
    assert len({shape for _, shape in shapes}) == 4


# --- the proof ------------------------------------------------------------------------------------


def proof(client: Client) -> str:
    page = client.get(DASHBOARD).text
    section = page[page.index('id="proof"') : page.index('id="figures"')]
    return " ".join(re.sub(r"<.*?>", " ", section).split())


def test_it_says_what_is_sealed_and_what_waits(
    open_site: Callable[..., Client], clock: Any
) -> None:
    client = open_site(ledger_key=LEDGER_KEY)
    client.get(f"/sign-in/{OPERATOR}")
    client.another().choose("accept", notice="banner")
    clock.now += 300
    assert "the oldest waits for 5 minutes" in proof(client)
    assert client.safe is not None
    sealed = client.safe.seal()

    said = proof(client)
    assert f"Sealed {sealed} records, the last of 2027-01-15" in said
    assert "To be sealed none" in said
    assert "holds : it is signed" in said
    assert "was not read for this page" in said


def test_without_a_key_it_says_that_nothing_is_proved(operator: Client) -> None:
    assert "The ledger is not sealed" in proof(operator)


@pytest.mark.parametrize(
    "tampered",
    [
        "UPDATE cookiesafe_records SET body = replace(body, 'true', 'false')",
        "UPDATE cookiesafe_checkpoints SET note = replace(note, '— ', '— x')",
    ],
)
def test_a_newest_record_or_checkpoint_that_was_changed_shows(
    open_site: Callable[..., Client], tmp_path: Path, tampered: str
) -> None:
    file = tmp_path / "choices.db"
    with closing(open_store(f"sqlite:///{file}")) as store:
        client = open_site(ledger_key=LEDGER_KEY, store=store)
        client.get(f"/sign-in/{OPERATOR}")
        client.another().choose("accept", notice="banner")
        assert client.safe is not None
        client.safe.seal()
        assert "holds : it is signed" in proof(client)
        with closing(sqlite3.connect(file)) as database, database:
            assert database.execute(tampered).rowcount

        assert "does not hold: " in proof(client)
        client.safe.close()


# --- when the store fails -------------------------------------------------------------------------


class Down(MemoryStore):
    down = ledger_down = False

    def pending(self, limit: int) -> list[Entry]:
        if self.ledger_down:
            raise StoreError("the ledger at tell-nobody.example is down")
        return super().pending(limit)

    def counts(self, since: int, until: int) -> list[Count]:
        if self.down:
            raise StoreError("the store at sqlite:///tell-nobody.db is down")
        return super().counts(since, until)


def test_where_the_store_fails_it_says_so_and_nothing_more(
    open_site: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = open_site(store=(store := Down()))
    client.get(f"/sign-in/{OPERATOR}")
    store.down = True

    response = client.get(DASHBOARD)

    assert response.status == 503
    assert "tell-nobody" not in response.text
    store.down = False
    assert client.get(DASHBOARD).status == 200
    caplog.clear()


def test_where_the_ledger_fails_the_figures_are_shown(
    open_site: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = open_site(store=(store := Down()), ledger_key=LEDGER_KEY)
    client.get(f"/sign-in/{OPERATOR}")
    store.ledger_down = True

    assert "The ledger does not answer now." in proof(client)
    assert "tell-nobody" not in client.get(DASHBOARD).text
    store.ledger_down = False
    client.safe.close()  # type: ignore[union-attr]
    caplog.clear()


def test_the_inspector_does_not_tell_of_it(open_site: Callable[..., Client]) -> None:
    here = "http://localhost:8000"
    client = open_site(
        setting(), base=here, origin=here, inspector=True, dashboard=lambda visit: True
    )
    client.peer = "127.0.0.1"

    assert 'data-cookiesafe="inspector"' not in client.get(DASHBOARD).text
    told = client.get("/cookiesafe/inspector", headers={"accept": "application/json"}).json()
    assert told["requests"] == []
