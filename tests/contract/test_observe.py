"""``observe``: everything passes, and it is said what would have been held."""

from __future__ import annotations

import logging
import re

import pytest

from cookiesafe import Policy, Visit
from tests.support.edges import AppRequest, AppResponse, answer, html
from tests.support.harbour import (
    PAGE,
    POLICY,
    SESSION,
    Asks,
    Cookies,
    MakeClient,
    counting,
    setting,
)

COOKIES = ("cart=7; Path=/", "hl_ad_7=a1; Path=/", "surprise=1; Path=/")


def test_every_cookie_leaves(make_client: MakeClient) -> None:
    assert make_client(setting(*COOKIES), mode="observe").get("/").cookies == list(COOKIES)


def test_every_cookie_arrives_as_it_was_sent(make_client: MakeClient) -> None:
    app = Cookies()
    sent = "cart=7;hl_ad_7=a1;  surprise=1"
    make_client(app, mode="observe").get("/", cookies=sent)

    assert app.last == sent


def test_the_page_leaves_byte_for_byte_and_may_be_shortened(make_client: MakeClient) -> None:
    seen: list[AppRequest] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        seen.append(request)
        return html(PAGE, ("ETag", '"v1"'), ("Cache-Control", "public"))

    response = make_client(handler, mode="observe").get("/", {"If-None-Match": '"v1"'})

    assert response.text == PAGE
    assert response.header("etag") == '"v1"'
    assert response.header("cache-control") == "public"
    assert seen[0].header("if-none-match") == '"v1"'
    assert seen[0].header("accept-encoding") != "identity"
    assert seen[0].short_cuts != frozenset()


@pytest.mark.parametrize(
    ("content_type", "destination"), [("text/html", "document"), ("text/css", "style")]
)
def test_the_policy_only_reports(
    make_client: MakeClient, content_type: str, destination: str
) -> None:
    client = make_client(lambda v, r: answer(content_type, b"x"), mode="observe")
    response = client.get("/", {"Sec-Fetch-Dest": destination})

    assert response.header("content-security-policy") is None
    reporting = response.header("content-security-policy-report-only")
    assert reporting is not None
    assert "ads.gullwing.example" not in reporting


def test_the_visit_tells_the_visitors_true_answer(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, mode="observe")
    client.get("/")
    assert app.allowed == set()

    client.choose("save", purpose=["statistics"])
    client.get("/")

    assert app.allowed == {"statistics"}


def test_the_visit_knows_what_would_have_been_held(make_client: MakeClient) -> None:
    visits: list[Visit] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visits.append(visit)
        return html(PAGE, *(("Set-Cookie", line) for line in COOKIES))

    make_client(handler, mode="observe").get("/")

    assert [each.name for each in visits[0].held] == ["hl_ad_7", "surprise"]


def test_the_log_says_what_would_be_held(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(setting(*COOKIES), mode="observe")
    with caplog.at_level(logging.INFO, "cookiesafe"):
        client.get("/")
        client.get("/")

    assert len(caplog.messages) == 2
    assert all("would be held back" in line for line in caplog.messages)


def test_the_lines_it_writes_make_the_policy_whole(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["surprise", "_odd.name", "x-y-z", "__Host-theirs"]
    client = make_client(setting(*(f"{name}=1" for name in names)), mode="observe")
    client.get("/")
    lines = re.findall(r"under \[cookies\]: (.*?\})", caplog.text)
    declared = "\n".join(line.replace("…", "advertising") for line in lines)

    policy = Policy.from_toml(f"{POLICY}\n[cookies]\n{declared}\n")

    found = [policy.cookie_for(name) for name in names]
    assert [each and each.purpose for each in found] == ["advertising"] * len(names)


def test_sessions_and_choices_work(make_client: MakeClient) -> None:
    client = make_client(counting, mode="observe")
    client.get("/")
    client.choose("accept")

    assert client.get("/").text == "2"
    assert [record.event for record in client.records] == ["grant"]


def test_what_is_one_visitors_is_private_here_too(make_client: MakeClient) -> None:
    response = make_client(counting, mode="observe").get("/")

    assert "private" in (response.header("cache-control") or "")
    assert "Cookie" in (response.header("vary") or "")


def test_a_choice_alone_does_not_change_what_caches_are_told(make_client: MakeClient) -> None:
    client = make_client(
        lambda v, r: html(PAGE, ("Cache-Control", "public, max-age=60")), mode="observe"
    )
    client.choose("accept")

    response = client.get("/", cookies=f"{client._cookies()}; {SESSION}=x")

    assert response.header("cache-control") == "public, max-age=60"
    assert response.header("vary") is None


def test_a_page_made_from_a_yes_is_private_here_too(make_client: MakeClient) -> None:
    client = make_client(Asks(), mode="observe")
    client.choose("accept")

    response = client.get("/")

    assert response.header("cache-control") == "private"
    assert response.header("vary") == "Cookie, Sec-GPC"


def test_taking_back_leaves_the_browsers_cache(make_client: MakeClient) -> None:
    """The pages in it hold nothing back: the policy they were stored with only reports."""
    client = make_client(mode="observe")
    client.choose("accept")

    assert client.choose("reject").header("clear-site-data") is None


def test_our_own_names_are_held_here_too_and_the_log_says_so(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(setting("__Host-cookiesafe=x; Secure; Path=/"), mode="observe")

    with caplog.at_level(logging.WARNING, "cookiesafe"):
        response = client.get("/")

    assert response.cookies == []
    (said,) = (record.getMessage() for record in caplog.records if "CS203" in record.getMessage())
    assert "it was held back" in said


def test_a_fault_of_ours_hides_no_cookie_from_the_app(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    app = Cookies()
    client = make_client(app, mode="observe")
    monkeypatch.setattr("cookiesafe.jar.Jar.read", fails)
    client.get("/", cookies="cart=7; hl_ad_7=a1")

    assert app.last == "cart=7; hl_ad_7=a1"
