"""The visitor's choice: taken, recorded, kept and asked for again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from cookiesafe import CookieSafeError, Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.ledger import Record
from tests.support.edges import AppRequest, AppResponse, Client, Response, html
from tests.support.harbour import (
    BANNER,
    CONSENT,
    ONLY_ASGI,
    PAGE,
    POLICY,
    REVISIT,
    Asks,
    Clock,
    MakeClient,
    setting,
)

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16,}")


def the_consent(response: Response) -> str:
    """The one cookie that an answer to a choice sets: its payload, without the signature."""
    (line,) = response.cookies
    name, _, rest = line.partition("=")
    assert name == CONSENT
    return rest.partition(";")[0].rpartition(".")[0]


# --- what is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["accept", "reject", "save"])
def test_a_form_is_answered_with_a_way_back(make_client: MakeClient, choice: str) -> None:
    response = make_client().choose(choice, next="/bills?year=2026&page=2")

    assert response.status == 303
    assert response.leads_to == "/bills?year=2026&page=2"
    assert response.header("cache-control") == "no-store"


def test_without_a_way_back_it_is_the_sites_first_page(make_client: MakeClient) -> None:
    assert make_client().choose("accept").leads_to == "/"


def test_a_script_is_answered_with_json(make_client: MakeClient) -> None:
    response = make_client().choose(
        "save", purpose=["statistics"], headers={"Accept": "application/json"}
    )

    assert response.status == 200
    assert response.header("content-type") == "application/json"
    answer = response.json()
    assert answer["choices"] == {"statistics": True, "advertising": False}
    assert answer["event"] == "grant"
    assert re.fullmatch(IDENTIFIER, answer["receipt"])


def test_a_refusal_by_script_has_no_receipt(make_client: MakeClient) -> None:
    response = make_client().choose("reject", headers={"Accept": "application/json"})

    answer = response.json()
    assert answer["choices"] == {"statistics": False, "advertising": False}
    assert answer["event"] == "refusal"
    assert answer["receipt"] is None


def test_a_problem_is_told_to_a_script_as_json(make_client: MakeClient) -> None:
    response = make_client().choose("maybe", headers={"Accept": "application/json"})

    assert response.status == 400
    assert set(response.json()) == {"error", "detail"}


OFFERS = '[purposes.offers]\ntitle = "Offers"\nchannel = "email"'


@pytest.mark.parametrize("choice", ["accept", "reject", "save"])
@pytest.mark.parametrize("about", ["necessary", "offers", "", "nobody"])
def test_a_choice_about_nothing_that_can_be_asked_is_none(
    make_client: MakeClient, choice: str, about: str
) -> None:
    """Who has chosen about nothing must not pass for who has refused everything."""
    client = make_client(policy=POLICY + OFFERS)

    response = client.choose(choice, about=about)

    assert (response.status, response.cookies, client.records) == (400, [], [])
    assert BANNER in client.get("/").text


def test_a_choice_about_something_besides_is_one_about_that(make_client: MakeClient) -> None:
    client = make_client(policy=POLICY + OFFERS)
    form = {"choice": "accept", "about": ["necessary", "statistics"]}

    assert client.post("/cookiesafe/choices", form=form).status == 303
    assert dict(client.records[-1].choices) == {"statistics": True}


@pytest.mark.parametrize("page", ["choices", "cookies"])
def test_our_pages_answer_head_as_get_without_the_body(make_client: MakeClient, page: str) -> None:
    client = make_client()

    got, headed = client.get(f"/cookiesafe/{page}"), client.head(f"/cookiesafe/{page}")

    assert (headed.status, headed.headers) == (got.status, got.headers)
    assert got.status == 200
    assert got.body != b""


@pytest.mark.parametrize("sheet", ["notice.css", "pages.css"])
def test_our_style_sheets_can_be_cached_for_good(make_client: MakeClient, sheet: str) -> None:
    client = make_client()
    text = client.get("/cookiesafe/choices").text
    found = re.search(rf'href="(/cookiesafe/{sheet}\?v=[0-9a-f]+)"', text)
    assert found is not None

    response = client.get(found[1], {"Sec-Fetch-Dest": "style"})

    assert response.status == 200
    assert response.header("content-type") == "text/css; charset=utf-8"
    assert response.header("cache-control") == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("sheet", ["notice.css", "pages.css"])
@pytest.mark.parametrize("query", ["?v=0123456789ab", "", "?v=", "?v=1&v=2"])
def test_a_style_sheet_of_another_version_is_kept_by_no_cache(
    make_client: MakeClient, query: str, sheet: str
) -> None:
    """While a release is rolled out, a page of a new node may ask an old one for its style sheet."""
    response = make_client().get(f"/cookiesafe/{sheet}{query}", {"Sec-Fetch-Dest": "style"})

    assert response.status == 200
    assert response.header("cache-control") == "no-store"


def test_the_page_of_choices_says_what_was_chosen(make_client: MakeClient) -> None:
    client = make_client()
    assert "You have not chosen yet" in client.get("/cookiesafe/choices").text

    client.choose("save", purpose=["advertising"])
    text = client.get("/cookiesafe/choices").text

    assert "you agreed to: Advertising." in text
    assert re.search(r'value="advertising" checked', text)
    assert not re.search(r'value="statistics" checked', text)


def test_the_cookie_list_is_made_from_the_policy(make_client: MakeClient) -> None:
    text = make_client().get("/cookiesafe/cookies").text

    for declared in ("cart", "hl_ad*", "hl_stat", "Gullwing Adverts", "count.tidepool.example"):
        assert declared in text


def test_our_pages_may_not_be_framed_nor_stored(make_client: MakeClient) -> None:
    response = make_client().get("/cookiesafe/choices")

    assert any(
        "frame-ancestors 'none'" in p for p in response.headers_of("content-security-policy")
    )
    assert "no-store" in (response.header("cache-control") or "")


def test_the_app_is_not_asked_for_our_pages(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)

    for path in ("choices", "cookies", "nothing-here"):
        client.get(f"/cookiesafe/{path}")
    client.choose("accept")

    assert app.visit is None


@pytest.mark.parametrize("path", ["/cookiesafe", "/cookiesafety", "/cookies", "/a/cookiesafe/x"])
def test_what_only_looks_like_our_path_is_the_apps(make_client: MakeClient, path: str) -> None:
    app = Asks()
    make_client(app).get(path)

    assert app.visit is not None


# --- what it does --------------------------------------------------------------------------------


@pytest.mark.law("L-10")
@pytest.mark.parametrize(
    ("choice", "purpose", "vendor", "purposes", "vendors"),
    [
        ("accept", [], [], {"statistics", "advertising"}, {"tidepool", "gullwing"}),
        ("reject", [], [], set(), set()),
        ("reject", ["advertising"], ["gullwing"], set(), set()),
        ("save", [], [], set(), set()),
        ("save", ["statistics"], [], {"statistics"}, {"tidepool"}),
        ("save", ["advertising"], [], {"advertising"}, {"gullwing"}),
        ("save", ["necessary"], [], set(), set()),
        ("save", [], ["gullwing"], set(), {"gullwing"}),
        ("save", ["statistics"], ["gullwing"], {"statistics"}, {"tidepool", "gullwing"}),
    ],
)
def test_a_choice_allows_what_it_names(
    make_client: MakeClient,
    choice: str,
    purpose: list[str],
    vendor: list[str],
    purposes: set[str],
    vendors: set[str],
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose(choice, purpose=purpose, vendor=vendor)

    client.get("/")

    assert app.allowed == purposes
    assert app.vendors == vendors


@pytest.mark.law("L-03", "L-10", "T-H")
def test_before_a_choice_nothing_optional_is_allowed(make_client: MakeClient) -> None:
    app = Asks()
    make_client(app).get("/")

    assert app.allowed == set()
    assert app.vendors == set()
    assert app.visit is not None
    assert app.visit.consent.state("advertising") == "undecided"
    assert app.visit.consent.state("necessary") == "granted"
    assert not app.visit.can("tips")


def test_a_no_is_not_the_same_as_no_answer(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("reject")
    client.get("/")

    assert app.visit is not None
    assert app.visit.consent.state("advertising") == "refused"


def test_a_yes_opens_the_feature_that_needs_it(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("save", purpose=["statistics"])
    client.get("/")

    assert app.visit is not None
    assert app.visit.can("tips")


@pytest.mark.parametrize("ask", ["allows", "allows_vendor", "can"])
def test_a_name_nobody_declared_raises_and_says_what_was_meant(
    make_client: MakeClient, ask: str
) -> None:
    app = Asks()
    make_client(app).get("/")
    name = {"allows": "advertisin", "allows_vendor": "gulwing", "can": "tip"}[ask]

    with pytest.raises(LookupError, match="Did you mean") as raised:
        getattr(app.visit, ask)(name)

    assert isinstance(raised.value, CookieSafeError)


def test_a_choice_is_of_one_visitor_alone(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    client.another().get("/")

    assert app.allowed == set()


# --- what is recorded ----------------------------------------------------------------------------


class _OrderedStore(MemoryStore):
    def __init__(self, order: list[str]) -> None:
        super().__init__()
        self.order = order

    def append(self, records: Sequence[Record]) -> None:
        super().append(records)
        self.order.append("recorded")


@pytest.mark.law("L-12")
@pytest.mark.parametrize("choice", ["accept", "reject", "save"])
def test_the_record_is_in_the_store_before_the_answer_leaves(
    make_client: MakeClient, choice: str
) -> None:
    order: list[str] = []
    client = make_client(store=_OrderedStore(order))
    client.on_start = lambda: order.append("answered")

    client.choose(choice)

    assert order == ["recorded", "answered"]


@pytest.mark.law("L-04", "P-05")
def test_a_yes_is_recorded_with_its_receipt_and_grounds(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client()
    policy = Policy.from_toml(POLICY)

    payload = the_consent(client.choose("save", purpose=["statistics"], notice="banner"))

    (record,) = client.records
    assert record.event == "grant"
    assert record.time == clock.now * 1000
    assert record.policy == policy.fingerprint
    assert record.notice == "banner"
    assert dict(record.choices) == {"statistics": True, "advertising": False}
    assert dict(record.grounds) == {"statistics": policy.grounds["statistics"]}
    assert record.receipt is not None
    assert payload.endswith(f".{record.receipt}")


@pytest.mark.law("L-04", "L-05", "W-05")
def test_a_refusal_holds_no_identifier(make_client: MakeClient) -> None:
    client = make_client()

    payload = the_consent(client.choose("reject"))

    (record,) = client.records
    assert record.event == "refusal"
    assert record.receipt is None
    assert dict(record.grounds) == {}
    assert not IDENTIFIER.search(payload.replace("-statistics-advertising", ""))


@pytest.mark.law("W-05")
def test_two_refusals_of_a_day_have_the_same_cookie(make_client: MakeClient) -> None:
    client = make_client()

    first, second = client.choose("reject"), client.another().choose("reject")

    assert first.cookies == second.cookies


def test_two_grants_have_different_receipts(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")
    client.another().choose("accept")

    first, second = client.records

    assert first.receipt != second.receipt
    assert first.id != second.id


@pytest.mark.law("L-05")
def test_a_record_holds_neither_address_nor_browser_nor_page(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept", next="/bills/secret")

    text = client.records[0].to_json()

    for personal in ("203.0.113.7", "Mozilla", "/bills", "www.example"):
        assert personal not in text


def test_a_change_keeps_the_receipt(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")
    client.choose("save", purpose=["statistics"])

    first, second = client.records

    assert [first.event, second.event] == ["grant", "change"]
    assert first.receipt == second.receipt


@pytest.mark.law("L-06")
def test_a_withdrawal_is_recorded_under_the_receipt_and_the_cookie_drops_it(
    make_client: MakeClient,
) -> None:
    client = make_client()
    client.choose("accept")

    payload = the_consent(client.choose("reject"))

    grant, withdrawal = client.records
    assert withdrawal.event == "withdrawal"
    assert withdrawal.receipt == grant.receipt
    assert not IDENTIFIER.search(payload.replace("-statistics-advertising", ""))


def test_after_a_withdrawal_a_yes_is_a_new_grant(make_client: MakeClient) -> None:
    client = make_client()
    for choice in ("accept", "reject", "accept"):
        client.choose(choice)

    first, _, third = client.records

    assert third.event == "grant"
    assert third.receipt != first.receipt


@pytest.mark.parametrize(
    ("first", "second", "clears"),
    [
        (["statistics", "advertising"], [], True),
        (["statistics", "advertising"], ["statistics"], True),
        (["advertising"], ["statistics"], True),
        (["statistics"], ["statistics"], False),
        (["statistics"], ["statistics", "advertising"], False),
        ([], [], False),
        (None, [], False),
    ],
)
def test_taking_something_back_clears_the_browsers_cache(
    make_client: MakeClient, first: list[str] | None, second: list[str], clears: bool
) -> None:
    client = make_client()
    if first is not None:
        client.choose("save", purpose=first)

    response = client.choose("save", purpose=second)

    assert response.header("clear-site-data") == ('"cache"' if clears else None)


def test_the_notice_is_recorded_only_as_one_of_ours(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("reject", notice="choices")
    client.choose("reject", notice="<script>" * 50)
    client.choose("reject")

    assert [record.notice for record in client.records] == ["choices", "other", "other"]


# --- signals -------------------------------------------------------------------------------------

GPC = {"Sec-GPC": "1"}


@pytest.mark.law("N-CA1", "G-05")
def test_gpc_turns_off_what_the_policy_ties_to_it(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    client.get("/", GPC)

    assert app.allowed == {"statistics"}
    assert app.vendors == {"tidepool"}


@pytest.mark.law("G-06")
def test_gpc_beats_a_yes_that_is_given_beside_it(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("save", purpose=["advertising"], vendor=["gullwing"], headers=GPC)

    client.get("/", GPC)

    assert app.allowed == set()
    assert app.vendors == set()


def test_without_the_signal_the_choice_counts_again(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept", headers=GPC)
    client.get("/", GPC)
    client.get("/")

    assert app.allowed == {"statistics", "advertising"}


@pytest.mark.law("G-05")
def test_gpc_turns_nothing_on_and_is_no_choice(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)

    response = client.get("/", GPC)

    assert app.allowed == set()
    assert BANNER in response.text
    assert "this is off: Advertising." in response.text


@pytest.mark.law("G-01")
@pytest.mark.parametrize(
    ("value", "asks"), [("1", True), (" 1 ", True), ("0", False), ("true", False), ("11", False)]
)
def test_only_a_one_is_the_signal(make_client: MakeClient, value: str, asks: bool) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    client.get("/", {"Sec-GPC": value})

    assert ("advertising" not in app.allowed) is asks


# --- how long it holds ---------------------------------------------------------------------------


@pytest.mark.law("L-07", "N-FR1", "N-IT1")
@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_after_six_months_it_is_asked_again(
    make_client: MakeClient, clock: Clock, choice: str
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose(choice)
    clock.days(183)
    assert BANNER not in client.get("/").text

    clock.days(1)

    assert BANNER in client.get("/").text
    assert app.allowed == set()


def test_a_choice_from_the_future_does_not_count(make_client: MakeClient, clock: Clock) -> None:
    client = make_client()
    clock.days(2)
    client.choose("accept")
    clock.days(-2)

    assert BANNER in client.get("/").text


def wider(policy: str) -> str:
    """Advertising becomes more than it was."""
    return policy.replace('hosts = ["ads.gullwing.example"]', 'hosts = ["*.gullwing.example"]')


def extended(policy: str) -> str:
    """A purpose is added."""
    return f'{policy}\n[purposes.maps]\ntitle = "Maps"\n'


def moved(client: Client, make_client: MakeClient, app: Asks, policy: str) -> Client:
    """The same browser after the site's policy has changed."""
    other = make_client(app, policy=policy)
    other.jar = client.jar
    return other


@pytest.mark.law("L-08")
def test_a_wider_purpose_asks_again_who_had_agreed(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    after = moved(client, make_client, app, wider(POLICY)).get("/")

    assert BANNER in after.text
    assert app.allowed == {"statistics"}


@pytest.mark.law("L-08")
@pytest.mark.parametrize("purposes", [[], ["statistics"]])
def test_a_wider_purpose_leaves_in_peace_who_had_refused_it(
    make_client: MakeClient, purposes: list[str]
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("save", purpose=purposes)

    after = moved(client, make_client, app, wider(POLICY)).get("/")

    assert BANNER not in after.text
    assert REVISIT in after.text
    assert app.allowed == set(purposes)


@pytest.mark.parametrize(("choice", "asks"), [("accept", True), ("reject", False)])
def test_a_new_purpose_asks_only_who_had_agreed_to_something(
    make_client: MakeClient, choice: str, asks: bool
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose(choice)

    after = moved(client, make_client, app, extended(POLICY)).get("/")

    assert (BANNER in after.text) is asks


@pytest.mark.law("L-08")
def test_another_order_or_line_break_asks_nobody(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")
    rewritten = POLICY.replace('text = "Lets us count visits."', 'text = "Lets us  count visits."')

    after = moved(client, make_client, app, rewritten).get("/")

    assert BANNER not in after.text
    assert app.allowed == {"statistics", "advertising"}


def test_what_is_no_longer_declared_is_forgotten(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, policy=extended(POLICY))
    client.choose("accept")

    after = moved(client, make_client, app, POLICY).get("/")

    assert after.status == 200
    assert app.visit is not None
    assert "maps" not in app.visit.consent.choices


# --- whose it is ---------------------------------------------------------------------------------


def two_consents(client: Client) -> tuple[str, str]:
    """The visitor's own and somebody else's, both with a true signature."""
    client.choose("reject")
    other = client.another()
    other.choose("accept")
    return client.jar[CONSENT], other.jar[CONSENT]


def test_two_different_valid_consents_are_none(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    mine, theirs = two_consents(client)

    for first, second in ((mine, theirs), (theirs, mine)):
        response = client.get("/", cookies=f"{CONSENT}={first}; {CONSENT}={second}")

        assert app.allowed == set()
        assert BANNER in response.text


def test_the_same_consent_twice_is_one(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    _, theirs = two_consents(client)

    client.get("/", cookies=f"{CONSENT}={theirs}; {CONSENT}={theirs}")

    assert app.allowed == {"statistics", "advertising"}


def test_a_forged_consent_does_not_stand_in_the_way_of_the_true_one(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app)
    _, theirs = two_consents(client)

    client.get("/", cookies=f"{CONSENT}=1.1.+advertising.forged; {CONSENT}={theirs}")

    assert app.allowed == {"statistics", "advertising"}


def test_a_consent_holds_at_every_instance_with_the_same_keys(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")
    other = make_client(app)
    other.jar = client.jar

    other.get("/")

    assert app.allowed == {"statistics", "advertising"}


def test_the_page_of_choices_says_what_the_site_was_kept_from(make_client: MakeClient) -> None:
    client = make_client(setting("hl_ad_1=a", "surprise=<b>"))
    assert "What this site was kept from" not in client.get("/cookiesafe/choices").text
    client.get("/")

    text = client.get("/cookiesafe/choices").text

    assert "What this site was kept from (1)" in text
    assert '<code>hl_ad_1</code></th><td data-label="Why">only with: Advertising</td>' in text
    assert "surprise" not in text


def test_while_observing_the_page_of_choices_claims_nothing(make_client: MakeClient) -> None:
    client = make_client(setting("hl_ad_1=a"), mode="observe")
    client.get("/")

    text = client.get("/cookiesafe/choices", {"Sec-GPC": "1"}).text

    assert "still finding out" in text
    assert "nothing optional is used" not in text
    assert "turned off" not in text
    assert "What this site was kept from" not in text


@ONLY_ASGI
def test_a_site_mounted_under_letters_of_any_script_takes_choices(
    edge: str, make_client: MakeClient
) -> None:
    client = make_client(root="/\u65e5\u672c")

    assert client.choose("reject").leads_to == "/%E6%97%A5%E6%9C%AC/"


@pytest.mark.law("L-02")
def test_the_app_sees_no_refused_cookie_on_the_visit_either(make_client: MakeClient) -> None:
    seen: list[str] = []

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        seen.append(visit.cookie)
        return html(PAGE)

    make_client(app).get("/", {"Cookie": "hl_ad=1; cart=7"})

    assert seen == ["cart=7"]
