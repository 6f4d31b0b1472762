"""After a no: what the browser still has is ended by the answer, looked for again, and told of where it stays."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cookiesafe.consent import MOST_SWEEPS
from cookiesafe.gate.sweep import MOST_BYTES
from tests.support.edges import AppResponse, Client, Response
from tests.support.harbour import (
    CONSENT,
    PAGE,
    POLICY,
    REVISIT,
    SWEPT,
    Clock,
    Cookies,
    MakeClient,
    cache_rules,
    lets_in,
    setting,
)

SITE = "https://www.harbour.example"
EVERYTHING = "cart=7; hl_ad_7=a; hl_stat=s; nobody=1; sessionid=x; hl_taste=t"
CHOICES = "/cookiesafe/choices"


def ended(response: Response) -> list[str]:
    """The lines that end a cookie."""
    return [
        line for line in response.cookies if line.endswith("Max-Age=0") or ";Max-Age=0;" in line
    ]


def names_ended(response: Response) -> list[str]:
    return [*dict.fromkeys(line.partition("=")[0] for line in ended(response))]


def refused(make_client: MakeClient, base: str = SITE, *purposes: str, **settings: Any) -> Client:
    """A visitor who agrees to these purposes alone, with a browser that had no cookies then."""
    client = make_client(base=base, **settings)
    client.choose("save", purpose=purposes)
    return client


def view(client: Client, cookies: str, path: str = "/", **headers: str | None) -> Response:
    """The page as a browser asks for it that has ``cookies`` besides ours."""
    own = "; ".join(f"{name}={value}" for name, value in client.jar.items())
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, fields, cookies=f"{cookies}; {own}")


def sweeps_counted(client: Client) -> int:
    found = re.fullmatch(r"\d+\.([1-9])", client.jar.get(SWEPT, "0.0"))
    return int(found[1]) if found else 0


# --- the answer ----------------------------------------------------------------------------------


@pytest.mark.law("L-06")
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_answer_to_a_no_ends_what_the_browser_sent(
    make_client: MakeClient, accept: str
) -> None:
    client = make_client(base=SITE)
    client.choose("accept")
    own = f"{CONSENT}={client.jar[CONSENT]}"

    response = client.choose("reject", headers={"Cookie": f"{EVERYTHING}; {own}", "Accept": accept})

    assert names_ended(response) == ["hl_ad_7", "hl_stat", "hl_taste"]
    for name in names_ended(response):
        for domain in ("", ";Domain=www.harbour.example", ";Domain=harbour.example"):
            for apart in ("", ";Secure;Partitioned"):
                assert f"{name}={domain};Path=/;Max-Age=0{apart}" in response.cookies
    assert CONSENT in response.cookie_names


@pytest.mark.parametrize(
    ("purposes", "vendors", "names"),
    [
        (["statistics"], [], ["hl_ad_7", "hl_taste"]),
        (["advertising"], [], ["hl_stat"]),
        (["statistics", "advertising"], [], []),
        ([], ["gullwing"], ["hl_stat", "hl_taste"]),
    ],
)
def test_only_what_was_not_agreed_to_is_ended(
    make_client: MakeClient, purposes: list[str], vendors: list[str], names: list[str]
) -> None:
    client = make_client()

    response = client.choose(
        "save", purpose=purposes, vendor=vendors, headers={"Cookie": EVERYTHING}
    )

    assert names_ended(response) == names


def test_what_nobody_declared_is_not_known_to_be_ours_and_left(make_client: MakeClient) -> None:
    response = make_client().choose("reject", headers={"Cookie": "nobody=1; cart=7; =x; y"})

    assert ended(response) == []


@pytest.mark.parametrize(
    ("base", "settings", "apart"),
    [
        (SITE, {}, True),
        ("http://harbour.localhost:8000", {}, True),
        ("http://intranet.harbour.example", {"secure": False}, False),
        ("http://10.0.0.5:8000", {"origin": "https://www.harbour.example"}, True),
    ],
)
def test_partitioned_cookies_are_ended_where_browsers_keep_secure_ones(
    make_client: MakeClient, base: str, settings: dict[str, Any], apart: bool
) -> None:
    client = make_client(base=base, **settings)
    origin = settings.get("origin", base)

    response = client.choose(
        "reject", headers={"Cookie": "hl_ad_7=a", "Origin": str(origin), "Sec-Fetch-Site": None}
    )

    assert ("hl_ad_7=;Path=/;Max-Age=0;Secure;Partitioned" in response.cookies) == apart
    assert "hl_ad_7=;Path=/;Max-Age=0" in response.cookies


def test_behind_a_proxy_the_domains_are_those_of_the_sites_origin(make_client: MakeClient) -> None:
    client = make_client(base="http://10.0.0.5:8000", origin=SITE)

    response = client.choose(
        "reject", headers={"Cookie": "hl_ad_7=a", "Origin": SITE, "Sec-Fetch-Site": None}
    )

    domains = {each for line in ended(response) for each in re.findall(r";Domain=([^;]*)", line)}
    assert domains == {"www.harbour.example", "harbour.example"}


@pytest.mark.parametrize(
    "host",
    ["192.0.2.1", "[2001:db8::1]:8443", "x;y.example", "a..example", "b" * 5000 + ".example"],
)
def test_a_host_that_is_no_domain_is_in_no_line(make_client: MakeClient, host: str) -> None:
    client = make_client()

    response = client.choose(
        "reject", headers={"Host": host, "Origin": f"https://{host}", "Cookie": "hl_ad_7=a"}
    )

    assert response.status == 303
    assert names_ended(response) == ["hl_ad_7"]
    assert "domain" not in "".join(response.cookies).lower()


# --- the pages after -----------------------------------------------------------------------------


def test_what_is_sent_again_is_ended_again_on_the_paths_of_the_page(
    make_client: MakeClient,
) -> None:
    client = refused(make_client)

    response = view(client, EVERYTHING, "/shop/cart?step=2")

    assert names_ended(response) == ["hl_ad_7", "hl_stat", "hl_taste"]
    for where in (";Path=/", "", ";Path=/shop/", ";Path=/shop/cart"):
        for domain in ("", ";Domain=www.harbour.example", ";Domain=harbour.example"):
            assert f"hl_stat={domain}{where};Max-Age=0" in response.cookies
    assert "private" in cache_rules(response)
    assert REVISIT in response.text


def test_under_a_mount_the_paths_are_those_the_browser_sees(make_client: MakeClient) -> None:
    client = make_client(root="/caf")
    client.choose("reject")

    response = view(client, "hl_ad_7=a", "/a%20b/c")

    assert "hl_ad_7=;Path=/caf;Max-Age=0" in response.cookies
    assert "hl_ad_7=;Path=/caf/a%20b/;Max-Age=0" in response.cookies


def test_who_sends_nothing_of_it_gets_no_cookie(make_client: MakeClient) -> None:
    client = refused(make_client)

    response = view(client, "cart=7; nobody=1")

    assert response.cookies == []
    assert "private" not in cache_rules(response)


def test_who_has_not_chosen_keeps_what_is_there(make_client: MakeClient) -> None:
    assert make_client().get("/", cookies=EVERYTHING).cookies == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Dest": "empty"},
        {"Sec_Fetch_Dest": "iframe"},
        {"Sec_Fetch_Dest": None, "Accept": "*/*"},
        {"Sec_Fetch_Dest": None, "HX_Request": "true"},
    ],
    ids=str,
)
def test_only_a_page_that_is_navigated_to_sweeps(
    make_client: MakeClient, fields: dict[str, Any]
) -> None:
    client = refused(make_client)

    assert view(client, EVERYTHING, **fields).cookies == []
    assert sweeps_counted(client) == 0


@pytest.mark.parametrize("status", [200, 302, 304, 404, 500])
def test_whatever_the_navigation_is_answered_with_it_sweeps(
    make_client: MakeClient, status: int
) -> None:
    fields = [] if status == 304 else [("Content-Type", "text/plain")]
    client = make_client(lambda visit, request: AppResponse(status, fields))
    client.choose("reject")

    assert names_ended(view(client, "hl_ad_7=a")) == ["hl_ad_7"]


def test_after_so_many_times_the_browser_is_left_alone(make_client: MakeClient) -> None:
    client = refused(make_client)

    for done in range(MOST_SWEEPS):
        assert sweeps_counted(client) == done
        assert names_ended(view(client, "hl_ad_7=a")) == ["hl_ad_7"]

    assert view(client, "hl_ad_7=a").cookies == []
    assert sweeps_counted(client) == MOST_SWEEPS


def test_the_answer_counts_as_a_sweep_if_it_was_one(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("reject", headers={"Cookie": "hl_ad_7=a"})
    assert sweeps_counted(client) == 1

    client.choose("reject")
    assert sweeps_counted(client) == 0
    assert SWEPT not in client.jar


def test_a_new_choice_begins_to_count_anew(make_client: MakeClient) -> None:
    client = refused(make_client)
    for _ in range(MOST_SWEEPS + 1):
        view(client, "hl_ad_7=a")

    client.choose("reject")

    assert names_ended(view(client, "hl_ad_7=a")) == ["hl_ad_7"]


def test_the_count_changes_no_choice_and_tells_nobody_apart(make_client: MakeClient) -> None:
    client = refused(make_client)
    other = client.another()
    other.choose("reject")
    for each in (client, other):
        view(each, "hl_ad_7=a")
        view(each, "hl_ad_7=a")

    assert client.jar == other.jar
    assert client.jar.keys() == {CONSENT, SWEPT}
    assert len(client.records) == 2
    assert REVISIT in client.get("/").text


def test_a_yes_that_stands_beside_the_no_is_kept(make_client: MakeClient) -> None:
    client = refused(make_client, SITE, "statistics")
    receipt = client.records[0].receipt
    assert receipt

    response = view(client, "hl_ad_7=a; hl_stat=s")

    assert names_ended(response) == ["hl_ad_7"]
    assert receipt in client.jar[CONSENT]
    assert lets_in(client.get("/"), "count.tidepool.example")


@pytest.mark.parametrize("days", [0, 1], ids=["the same day", "a day later"])
@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_page_that_was_on_its_way_leaves_the_newer_choice_alone(
    make_client: MakeClient, clock: Clock, choice: str, days: int
) -> None:
    client = refused(make_client, SITE, "statistics")
    before = "; ".join(f"{name}={value}" for name, value in client.jar.items())
    clock.days(days)
    client.choose(choice)
    chosen = client.jar[CONSENT]

    response = client.get("/", cookies=f"hl_ad_7=a; {before}")

    assert response.cookie_names[-1] == SWEPT
    assert client.jar[CONSENT] == chosen


def test_the_count_says_the_day_and_how_often_and_is_forgotten_after_a_month(
    make_client: MakeClient,
) -> None:
    client = refused(make_client)
    day = client.jar[CONSENT].split(".")[1]

    *_, line = view(client, "hl_ad_7=a").cookies

    assert line.startswith(f"{SWEPT}={day}.1; Path=/; Max-Age={30 * 86_400};")


@pytest.mark.parametrize(
    "value", ["{other}.9", "{day}.10", "{day}.0", "{day}", "9", "", "-", "x" * 3000]
)
def test_a_count_that_is_not_of_this_choice_does_not_count(
    make_client: MakeClient, value: str
) -> None:
    client = refused(make_client)
    day = client.jar[CONSENT].split(".")[1]
    client.jar[SWEPT] = value.format(day=day, other=int(day) - 1)

    assert names_ended(view(client, "hl_ad_7=a")) == ["hl_ad_7"]
    assert client.jar[SWEPT] == f"{day}.1"


def test_several_counts_are_as_many_as_the_highest(make_client: MakeClient) -> None:
    client = refused(make_client)
    day = client.jar[CONSENT].split(".")[1]

    view(client, f"hl_ad_7=a; {SWEPT}={day}.3; {SWEPT}={day}.5; {SWEPT}=x")

    assert client.jar[SWEPT] == f"{day}.6"


def test_while_something_is_asked_again_nothing_is_swept(make_client: MakeClient) -> None:
    """What was agreed to has become wider: until the answer it is neither yes nor no."""
    wider = POLICY.replace('"Lets us count visits."', '"Lets us count visits and clicks."')
    client = refused(make_client, SITE, "statistics")
    later = make_client(base=SITE, policy=wider)
    later.jar = client.jar

    assert view(later, EVERYTHING).cookies == []

    response = later.choose("reject", headers={"Cookie": EVERYTHING})
    assert names_ended(response) == ["hl_ad_7", "hl_stat", "hl_taste"]


def test_what_the_browsers_signal_turns_off_is_swept_too(make_client: MakeClient) -> None:
    client = make_client(base=SITE)
    client.choose("accept")

    assert names_ended(view(client, EVERYTHING, Sec_GPC="1")) == ["hl_ad_7", "hl_taste"]
    assert ended(view(client, EVERYTHING)) == []


@pytest.mark.parametrize("path", ["/", "/shop/cart"])
def test_in_observe_nothing_is_ended(make_client: MakeClient, path: str) -> None:
    client = make_client(mode="observe")
    response = client.choose("reject", headers={"Cookie": EVERYTHING})

    assert response.cookie_names == [CONSENT]
    assert view(client, EVERYTHING, path).cookies == []


def test_the_apps_own_cookies_leave_beside_the_sweep(make_client: MakeClient) -> None:
    client = make_client(setting("cart=8; Path=/", "hl_ad_7=; Path=/x; Max-Age=0", "hl_stat=2"))
    client.choose("reject")

    response = view(client, "hl_ad_7=a")

    assert response.cookies[:2] == ["cart=8; Path=/", "hl_ad_7=; Path=/x; Max-Age=0"]
    assert "hl_stat=2" not in response.cookies
    assert names_ended(response) == ["hl_ad_7"]


def test_the_app_does_not_see_what_is_being_swept(make_client: MakeClient) -> None:
    app = Cookies()
    client = make_client(app)
    client.choose("reject")
    own = f"{CONSENT}={client.jar[CONSENT]}"

    view(client, "hl_ad_7=a; cart=7")

    assert app.last == f"cart=7; {own}"


# --- how much of it ------------------------------------------------------------------------------


def test_many_cookies_are_ended_in_parts_that_fit_into_a_proxys_headers(
    make_client: MakeClient,
) -> None:
    client = make_client(base=SITE)
    names = [f"hl_ad_{number}" for number in range(20)]
    sent = "; ".join(f"{name}=a" for name in names)

    parts = [ended(client.choose("reject", headers={"Cookie": sent}))]
    parts += [ended(view(client, sent, "/bills")) for _ in range(4)]

    for part in parts:
        assert sum(len(f"Set-Cookie: {line}\r\n") for line in part) <= MOST_BYTES
    everything = {line for part in parts for line in part}
    for name in names:
        assert f"{name}=;Path=/;Max-Age=0" in parts[0]
        for domain in ("", ";Domain=www.harbour.example", ";Domain=harbour.example"):
            for path in ("/", "/bills"):
                assert f"{name}={domain};Path={path};Max-Age=0" in everything


def test_whatever_is_sent_the_answer_stays_small(make_client: MakeClient) -> None:
    client = refused(make_client)
    sent = "; ".join(f"hl_ad_{number}=" for number in range(5000))

    response = view(client, sent, "/a" * 5000)

    assert response.status == 200
    assert sum(len(line) for line in response.cookies) < MOST_BYTES + 200


@pytest.mark.parametrize("place", ["departure.sweep", "jar.Jar.write_swept"])
def test_on_a_fault_of_ours_the_page_leaves_with_nothing_optional(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    client = refused(make_client)

    def broken(*args: object, **named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(f"cookiesafe.{place}", broken)
    response = view(client, "hl_ad_7=a")

    assert response.status == 200
    assert response.text == PAGE
    assert response.cookies == []
    assert not lets_in(response, "ads.gullwing.example")


# --- what is said of it --------------------------------------------------------------------------


def section(response: Response) -> str:
    """What the page of choices says is still there; empty if nothing."""
    return response.text.partition("Still in your browser</h2>")[2].partition("Back to the site")[0]


def rows(response: Response) -> list[tuple[str, str, str]]:
    return re.findall(
        r"<th scope=\"row\"><code>(.*?)</code></th>"
        r"<td data-label=\"Set by\">(.*?)</td><td data-label=\"Purpose\">(.*?)</td>",
        section(response),
    )


def test_the_choices_list_what_is_still_sent_with_what_it_is(make_client: MakeClient) -> None:
    client = refused(make_client)

    assert rows(view(client, EVERYTHING, CHOICES)) == [
        ("hl_ad_7", "Gullwing Adverts", "Advertising"),
        ("hl_stat", "Harbour Light &amp; Water", "Statistics"),
        ("nobody", "unknown", "not declared"),
        ("hl_taste", "Harbour Light &amp; Water", "Advertising"),
    ]


def test_in_observe_where_the_site_reads_them_nothing_is_listed(make_client: MakeClient) -> None:
    client = refused(make_client, SITE, mode="observe")

    assert rows(view(client, EVERYTHING, CHOICES)) == []


def test_what_is_agreed_to_is_not_listed(make_client: MakeClient) -> None:
    client = refused(make_client, SITE, "statistics")

    assert [name for name, _, _ in rows(view(client, "hl_ad_7=a; hl_stat=s", CHOICES))] == [
        "hl_ad_7"
    ]


def test_the_companies_that_are_not_agreed_to_are_named_with_their_privacy_policies(
    make_client: MakeClient,
) -> None:
    policy = POLICY.replace(
        'name = "Gullwing Adverts"',
        'name = "Gullwing Adverts"\nprivacy = "https://gullwing.example/privacy?a=1&b=2"',
    )
    policy += '\n[vendors.post]\nname = "Penny Post"\nhosts = []\npurposes = ["advertising"]\n'
    client = make_client(base=SITE, policy=policy)
    client.choose("save", purpose=["statistics"])

    said = section(view(client, "cart=7", CHOICES))

    assert "only they or your browser can delete" in said
    assert '<li>Gullwing Adverts: <a href="https://gullwing.example/privacy?a=1&amp;b=2"' in said
    assert "Tidepool" not in said
    assert "Penny Post" not in said
    assert "Payfast" not in said
    assert rows(view(client, "cart=7", CHOICES)) == []


@pytest.mark.parametrize("choice", [None, "accept"])
def test_without_a_no_nothing_is_said_of_it(make_client: MakeClient, choice: str | None) -> None:
    client = make_client(base=SITE)
    if choice is not None:
        client.choose(choice)

    assert section(view(client, "hl_ad_7=a; cart=7", CHOICES)) == ""


def test_names_are_shown_as_text_and_cut(make_client: MakeClient) -> None:
    client = refused(make_client)
    sent = f"<b>x</b>=1; caf\xc3\xa9=1; \xff=1; =v; {'y' * 3000}=1; hl_ad_{'z' * 3000}=1"

    names = [name for name, _, _ in rows(view(client, sent, CHOICES))]

    assert names == [
        "&lt;b&gt;x&lt;/b&gt;",
        "café",
        "\N{REPLACEMENT CHARACTER}",
        "(without a name)",
        "y" * 80 + "…",
        f"hl_ad_{'z' * 74}…",
    ]


def test_a_flood_of_names_is_counted_and_not_listed(make_client: MakeClient) -> None:
    client = refused(make_client)
    response = view(client, "; ".join(f"n{number}=1" for number in range(60)), CHOICES)

    assert len(rows(response)) == 50
    assert "And 10 more." in section(response)
