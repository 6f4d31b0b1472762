"""Which of the app's cookies leave."""

from __future__ import annotations

import logging
import re

import pytest

from cookiesafe import Policy, Visit
from tests.support.edges import AppRequest, AppResponse, Client, answer, html
from tests.support.harbour import PAGE, POLICY, MakeClient, setting

NECESSARY = "cart=7; Path=/"
STATISTICS = "hl_stat=s1; Path=/"
ADVERT = "hl_ad_7=a1; Path=/; Max-Age=600"
TASTE = "hl_taste=t1; Path=/"
UNDECLARED = "surprise=1; Path=/"
EVERYTHING = (NECESSARY, STATISTICS, ADVERT, TASTE, UNDECLARED)


@pytest.mark.law("L-01", "L-03")
def test_before_a_choice_only_necessary_cookies_leave(make_client: MakeClient) -> None:
    assert make_client(setting(*EVERYTHING)).get("/").cookies == [NECESSARY]


@pytest.mark.law("L-02")
def test_after_a_no_only_necessary_cookies_leave(make_client: MakeClient) -> None:
    client = make_client(setting(*EVERYTHING))
    client.choose("reject")

    assert client.get("/").cookies == [NECESSARY]


def test_after_a_yes_all_declared_cookies_leave_unchanged_and_in_order(
    make_client: MakeClient,
) -> None:
    client = make_client(setting(*EVERYTHING))
    client.choose("accept")

    assert client.get("/").cookies == [NECESSARY, STATISTICS, ADVERT, TASTE]


def test_a_yes_to_one_purpose_lets_out_its_cookies_alone(make_client: MakeClient) -> None:
    client = make_client(setting(*EVERYTHING))
    client.choose("save", purpose=["statistics"])

    assert client.get("/").cookies == [NECESSARY, STATISTICS]


def test_a_yes_to_a_vendor_lets_out_its_cookies_alone(make_client: MakeClient) -> None:
    client = make_client(setting(*EVERYTHING))
    client.choose("save", vendor=["gullwing"])

    assert client.get("/").cookies == [NECESSARY, ADVERT]


@pytest.mark.parametrize(
    "content_type", ["application/json", "image/gif", "text/javascript", "text/html"]
)
@pytest.mark.parametrize("destination", ["document", "image", "script", "empty", None])
def test_cookies_are_held_whatever_the_response_is(
    make_client: MakeClient, content_type: str, destination: str | None
) -> None:
    client = make_client(lambda visit, request: answer(content_type, b"{}", ("Set-Cookie", ADVERT)))

    assert client.get("/", {"Sec-Fetch-Dest": destination}).cookies == []


@pytest.mark.parametrize("status", [201, 204, 302, 304, 404, 500])
def test_cookies_are_held_whatever_the_status(make_client: MakeClient, status: int) -> None:
    fields = [("Set-Cookie", ADVERT), ("Set-Cookie", NECESSARY)]
    if status not in (204, 304):
        fields.append(("Content-Type", "text/html"))
    client = make_client(lambda visit, request: AppResponse(status, fields))

    assert client.get("/").cookies == [NECESSARY]


@pytest.mark.parametrize(
    "line",
    [
        "hl_ad_7=; Path=/; Max-Age=0",
        "hl_ad_7=gone; Path=/; Max-Age=-1",
        "hl_ad_7=; Path=/; Domain=example; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "surprise=; Expires=Thu, 01-Jan-1970 00:00:01 GMT",
    ],
)
def test_a_deletion_always_leaves(make_client: MakeClient, line: str) -> None:
    assert make_client(setting(line)).get("/").cookies == [line]


@pytest.mark.parametrize(
    "line",
    [
        "hl_ad_7=a; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "hl_ad_7=a; Max-Age=0; Max-Age=600",
        "hl_ad_7=a; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "hl_ad_7=a; Expires=never",
    ],
)
def test_what_a_browser_keeps_is_no_deletion(make_client: MakeClient, line: str) -> None:
    assert make_client(setting(line)).get("/").cookies == []


@pytest.mark.parametrize(
    "line",
    [
        " hl_ad_7 = a ; Path=/",
        "hl_ad_7=a;path=/",
        "hl_ad_7",
        "=hl_ad_7=a",
        "hl_ad_7=" + "a" * 5000,
    ],
)
def test_an_odd_spelling_does_not_get_a_cookie_out(make_client: MakeClient, line: str) -> None:
    assert make_client(setting(line)).get("/").cookies == []


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
@pytest.mark.parametrize("line", ["\thl_ad_7=a", "hl_ad_7=a\x01b", "hl_ad_7\x7f=a", "hl_ad_7=\0"])
def test_a_control_character_does_not_get_a_cookie_out(make_client: MakeClient, line: str) -> None:
    """``wsgiref.validate`` around the app would not let it send these at all."""
    assert make_client(setting(line)).get("/").cookies == []


@pytest.mark.parametrize("name", ["HL_STAT", "Hl_Ad_7", "hl_statx", "xhl_ad_7"])
def test_another_name_than_the_declared_one_is_undeclared(
    make_client: MakeClient, name: str
) -> None:
    client = make_client(setting(f"{name}=1"))
    client.choose("accept")

    assert client.get("/").cookies == []


@pytest.mark.law("W-01")
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "session", "__Host-session", "_xsrf"])
def test_what_frameworks_need_leaves_without_being_declared(
    make_client: MakeClient, name: str
) -> None:
    line = f"{name}=1; Path=/; Secure"

    assert make_client(setting(line)).get("/").cookies == [line]


@pytest.mark.parametrize(
    "name", ["__Host-cookiesafe", "__Host-cookiesafe-session", "__Host-cookiesafe-swept"]
)
def test_the_app_cannot_set_our_own_cookies(make_client: MakeClient, name: str) -> None:
    client = make_client(setting(f"{name}=1.1.+advertising; Path=/; Secure"))

    assert client.get("/").cookies == []


def test_an_undeclared_cookie_is_named_in_one_log_line_for_a_route(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(setting(UNDECLARED))
    with caplog.at_level(logging.WARNING, "cookiesafe"):
        for path in ("/bills/4711", "/bills/4712", "/", "/bills/4711"):
            client.get(path)

    line, other = caplog.messages
    assert "'/bills/*'" in line
    assert "'surprise'" in line
    assert "CS201" in line
    assert "'/'" in other


def test_the_log_line_has_the_toml_that_declares_the_cookie(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    make_client(setting("odd.name!=1")).get("/")
    found = re.search(r"under \[cookies\]: (.*?\})", caplog.text)
    assert found is not None
    wider = f"{POLICY}\n[cookies]\n{found[1].replace('…', 'statistics')}\n"

    declared = Policy.from_toml(wider).cookie_for("odd.name!")

    assert declared is not None
    assert declared.purpose == "statistics"


def test_a_refused_cookie_is_no_warning(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "cookiesafe"):
        make_client(setting(ADVERT)).get("/")

    (record,) = caplog.records
    assert record.levelno == logging.INFO
    assert "hl_ad_7" in record.getMessage()


def test_the_log_says_no_value(make_client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "cookiesafe"):
        make_client(setting("surprise=my-secret", "hl_ad_7=my-secret")).get("/")

    assert "my-secret" not in caplog.text


def test_thousands_of_names_do_not_fill_the_log(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    make_client(setting(*(f"n{number}=1" for number in range(3000)))).get("/")

    assert len(caplog.records) <= 1000


def test_the_visit_knows_what_was_held(make_client: MakeClient) -> None:
    visits: list[Visit] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visits.append(visit)
        assert visit.held == ()
        return html(PAGE, ("Set-Cookie", ADVERT), ("Set-Cookie", UNDECLARED))

    make_client(handler).get("/")

    assert [(each.name, each.purpose, each.rule) for each in visits[0].held] == [
        ("hl_ad_7", "advertising", "not granted"),
        ("surprise", None, "undeclared"),
    ]


def test_other_fields_of_the_app_leave_in_their_order(make_client: MakeClient) -> None:
    fields = [
        ("Content-Type", "text/plain"),
        ("X-First", "1"),
        ("Link", "</a.css>; rel=preload"),
        ("X-Second", "2"),
        ("Link", "</b.css>; rel=preload"),
    ]
    client: Client = make_client(lambda visit, request: AppResponse(200, fields, b"x"))

    left = [(name.lower(), value) for name, value in client.get("/").headers]

    assert left[: len(fields)] == [(name.lower(), value) for name, value in fields]


# --- how long, and how often ---------------------------------------------------------------------

SHORT = POLICY.replace("[cookies.hl_stat]\n", '[cookies.hl_stat]\nlifetime = "30 days"\n').replace(
    "[cookies.hl_taste]\n", '[cookies.hl_taste]\nlifetime = "session"\n'
)
LONG = (
    "hl_stat=1; Max-Age=31536000; path=/",
    "hl_taste=1; Max-Age=60; Secure",
    "cart=1; Max-Age=60",
)
CUT = ["hl_stat=1; Max-Age=2592000; path=/", "hl_taste=1; Secure", "cart=1; Max-Age=60"]


@pytest.mark.law("W-04")
def test_no_cookie_is_kept_for_longer_than_the_policy_says(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(setting(*LONG), policy=SHORT)
    client.choose("accept")
    with caplog.at_level(logging.DEBUG, "cookiesafe"):
        assert client.get("/bills").cookies == CUT
        assert client.get("/").cookies == CUT

    assert [(record.levelname, record.args) for record in caplog.records] == [
        ("WARNING", ("/bills", "hl_stat", "was")),
        ("WARNING", ("/bills", "hl_taste", "was")),
    ]
    assert all("CS208" in message for message in caplog.messages)


def test_in_observe_it_is_said_and_not_done(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(setting(*LONG), policy=SHORT, mode="observe")
    client.choose("accept")

    assert client.get("/").cookies == list(LONG)
    assert ["would be cut" in message for message in caplog.messages] == [True, True]


def test_what_is_cut_is_not_held(make_client: MakeClient) -> None:
    visits: list[Visit] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visits.append(visit)
        return html(PAGE, ("Set-Cookie", LONG[0]))

    client = make_client(handler, policy=SHORT)
    client.choose("accept")
    client.get("/")

    assert visits[-1].held == ()


def test_a_cookie_set_twice_leaves_twice_and_is_told_of_once(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    lines = ["cart=; Path=/; Max-Age=0", "cart=1; Path=/", "cart=1; Path=/other"]
    client = make_client(setting(*lines))

    for _ in range(2):
        assert client.get("/bills").cookies == lines

    (message,) = caplog.messages
    assert "'/bills' set cookie 'cart' twice" in message
    assert "CS209" in message


def test_one_that_was_held_is_not_set_twice(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    make_client(setting("hl_ad_7=1", "hl_ad_7=2")).get("/")

    assert "CS209" not in caplog.text


@pytest.mark.parametrize(
    "line",
    [
        "__Host-cookiesafe=1; Path=/; Secure",
        "__host-cookiesafe=1; Path=/; Secure",
        "__HOST-CookieSafe-Session=1; Path=/; Secure",
        "=__Host-cookiesafe=1",
        "cookiesafe=1; Domain=example; Path=/",
        "cookiesafe-session=1; Domain=www.example; Path=/cookiesafe",
        "__Secure-cookiesafe=1; Domain=example; Secure",
        "__Host-cookiesafe=; Max-Age=0; Path=/; Secure",
    ],
)
@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_no_cookie_of_the_app_is_like_one_of_ours(
    make_client: MakeClient, mode: str, line: str
) -> None:
    policy = f'{POLICY}\n[cookies."*"]\npurpose = "statistics"\n'
    client = make_client(setting(line), policy=policy, mode=mode)
    client.choose("accept")

    assert client.get("/").cookies == []


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
@pytest.mark.parametrize("line", ["cart=a\x01b", "cart=" + "a" * 5000, "=", ""])
def test_what_a_browser_would_ignore_does_not_leave(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    assert make_client(setting(line)).get("/").cookies == []
    assert "CS204" in caplog.text
