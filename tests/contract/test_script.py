"""The little script on both edges: who gets it, from where, and what it is told."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape
from typing import Any

import pytest

from cookiesafe import Visit
from cookiesafe.adapters.templates import cookiesafe_script
from cookiesafe.notice import script, script_version
from tests.support.edges import AppRequest, AppResponse, Client, Handler, answer, html
from tests.support.harbour import PAGE, POLICY, MakeClient, cache_rules, varies_by

JSON = {"Accept": "application/json"}
CONSENT_MODE = POLICY.replace(
    'text = "Lets us count visits."',
    'text = "Lets us count visits."\ngoogle_consent = ["analytics_storage"]',
)
TAG = re.compile(r"<script src=\"([^\"]*/notice\.js[^\"]*)\"([^>]*)></script>")
OURS = re.compile(r"<(section|template|nav|script) .*</\1>", re.DOTALL)
MOST_BYTES = {"undecided": 4096, "decided": 300}


def tags(text: str) -> list[tuple[str, dict[str, str]]]:
    """The address of each script of ours in a page, and its other attributes."""
    return [
        (
            unescape(src),
            {
                name: unescape(one or other)
                for name, one, other in re.findall(
                    r"""([\w-]+)(?:="([^"]*)"|='([^']*)')?""", attributes
                )
            },
        )
        for src, attributes in TAG.findall(text)
    ]


def state(client: Client, **headers: str) -> dict[str, Any]:
    """What the one script of a page is told."""
    [(_, attributes)] = tags(client.get("/", headers).text)
    told: dict[str, Any] = json.loads(attributes["data-state"])
    return told


def under(*policies: str, body: str = PAGE) -> Handler:
    """A page that comes with these policies of the app's own."""
    return lambda visit, request: html(body, *(("Content-Security-Policy", p) for p in policies))


def asking(visit: Visit, request: AppRequest) -> AppResponse:
    """A page whose template asks for the script."""
    return html(PAGE.replace("<title>", f"{cookiesafe_script('bm9uY2U=')}<title>"))


# --- from where -----------------------------------------------------------------------------------


def test_it_is_kept_for_good_under_its_own_version(make_client: MakeClient) -> None:
    client = make_client()
    [(address, _)] = tags(client.get("/").text)
    assert address == f"/cookiesafe/notice.js?v={script_version()}"

    response = client.get(address, {"Sec-Fetch-Dest": "script"})

    assert response.status == 200
    assert response.header("content-type") == "text/javascript; charset=utf-8"
    assert response.header("cache-control") == "public, max-age=31536000, immutable"
    assert response.header("set-cookie") is None
    assert varies_by(response) == set()
    assert response.body == script()


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab", "?v=1&v=2"])
def test_under_another_version_no_cache_keeps_it(make_client: MakeClient, query: str) -> None:
    response = make_client().get(f"/cookiesafe/notice.js{query}", {"Sec-Fetch-Dest": "script"})

    assert response.status == 200
    assert response.header("cache-control") == "no-store"


# --- who gets it ----------------------------------------------------------------------------------


def test_who_is_asked_gets_it_behind_the_banner(make_client: MakeClient) -> None:
    text = make_client().get("/").text

    assert len(tags(text)) == 1
    assert re.search(r"</section>\s*<template.*</template>\s*<script ", text, re.DOTALL)
    assert "defer" in tags(text)[0][1]


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_who_has_chosen_gets_none(make_client: MakeClient, choice: str) -> None:
    client = make_client()
    client.choose(choice)
    text = client.get("/").text

    assert "<script" not in text
    assert len(gzip.compress(text.removeprefix(PAGE).encode(), 9)) <= MOST_BYTES["decided"]


def test_a_visitor_who_is_asked_gets_four_kilobytes_at_most(make_client: MakeClient) -> None:
    client = make_client()
    text = client.get("/").text
    style = client.get("/cookiesafe/notice.css", {"Sec-Fetch-Dest": "style"}).body
    travelled = sum(len(gzip.compress(each, 9)) for each in (text.encode(), style, script()))

    assert travelled <= MOST_BYTES["undecided"]


@pytest.mark.parametrize("choice", [None, "accept", "reject"])
def test_a_template_may_ask_for_it_for_everybody(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client(asking)
    if choice:
        client.choose(choice)
    response = client.get("/")

    [(_, attributes)] = tags(response.text)
    assert attributes["nonce"] == "bm9uY2U="
    assert "defer" not in attributes
    told = json.loads(attributes["data-state"])
    assert told["decided"] is (choice is not None)
    assert ("statistics" in told["allows"]) is (choice == "accept")
    assert "cookie" in varies_by(response)
    assert ("private" in cache_rules(response)) is (choice == "accept")


@pytest.mark.parametrize(
    ("policies", "nonce"),
    [
        ((), ""),
        (("default-src 'self'",), ""),
        (("default-src 'self'; require-trusted-types-for 'script'",), ""),
        (("script-src 'nonce-QUJD' 'strict-dynamic'",), "QUJD"),
        (("script-src 'self', script-src-elem 'nonce-QUJD'; default-src *",), "QUJD"),
        (("script-src 'nonce-QUJD' 'nonce-QUJE'", "script-src 'nonce-QUJE'"), "QUJE"),
        (("script-src 'self' 'strict-dynamic'",), None),
        (("script-src 'none'",), None),
        (("script-src 'self'; connect-src https://api.example",), None),
        (("default-src 'none'; script-src 'self'",), None),
        (("script-src 'self'", "script-src 'none'"), None),
        (("script-src 'nonce-QUJD'", "script-src 'nonce-QUJE'"), None),
        (("script-src 'nonce-&quot;><script>'",), None),
    ],
)
def test_the_policy_of_the_app_decides_whether_and_with_which_nonce(
    make_client: MakeClient, policies: tuple[str, ...], nonce: str | None
) -> None:
    text = make_client(under(*policies)).get("/").text

    found = [attributes.get("nonce", "") for _, attributes in tags(text)]
    assert found == ([] if nonce is None else [nonce])
    assert 'data-cookiesafe="banner"' in text
    assert ('data-cookiesafe="answer"' in text) is (nonce is not None)


# --- what it is told ------------------------------------------------------------------------------


def test_it_is_told_where_the_visitor_stands(make_client: MakeClient) -> None:
    client = make_client()

    told = state(client)
    assert told["decided"] is False
    assert told["allows"] == ["necessary", "@payfast"]
    assert set(told) == {"decided", "allows", "id", "page"}


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_an_answer_tells_the_same_as_the_next_page(make_client: MakeClient, choice: str) -> None:
    client = make_client(asking)
    began = state(client)
    answered = client.choose(choice, headers=JSON).json()

    assert answered["state"] == state(client)
    assert answered["state"] == client.get("/cookiesafe/choices", JSON).json()["state"]
    assert answered["state"]["id"] != began["id"]
    assert (answered["state"]["page"] != began["page"]) is (choice == "accept")
    assert answered["said"].startswith("On 20")


def test_a_signal_is_heard_in_it(make_client: MakeClient) -> None:
    client = make_client(asking)
    client.choose("accept")

    told = state(client, **{"Sec-GPC": "1"})
    assert told["allows"] == ["necessary", "statistics", "@tidepool", "@payfast"]


def test_a_page_that_answers_a_form_leaves_the_forms_to_the_browser(
    make_client: MakeClient,
) -> None:
    response = make_client().post("/", {"a": "1"}, headers={"Sec-Fetch-Dest": "document"})

    [(_, attributes)] = tags(response.text)
    assert attributes["data-native"] == "1"


@pytest.mark.parametrize("field", ["text/html", "text/html, application/json", "*/*"])
def test_who_does_not_ask_for_json_gets_the_page_of_choices(
    make_client: MakeClient, field: str
) -> None:
    response = make_client().get("/cookiesafe/choices", {"Accept": field})

    assert response.header("content-type") == "text/html; charset=utf-8"


# --- Google's Consent Mode ------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [None, "accept", "reject"])
@pytest.mark.parametrize(
    ("page", "before"),
    [
        (PAGE, "<!doctype html><html><head>"),
        ("<p>Hello", ""),
        ("<!-- <head> --><!DOCTYPE html>\n<HTML lang=en>\n<HEAD data-a='>'><title>x", None),
        ("<title>x</title><body>y", ""),
        ("text alone", ""),
        ("", ""),
    ],
)
def test_with_consent_mode_it_is_the_first_thing_in_the_head(
    make_client: MakeClient, choice: str | None, page: str, before: str | None
) -> None:
    pieces = [page[at : at + 3].encode() for at in range(0, len(page), 3)]
    client = make_client(lambda visit, request: html(pieces), policy=CONSENT_MODE)
    if choice:
        client.choose(choice)
    text = client.get("/").text

    [(_, attributes)] = tags(text)
    at = text.index("<script src=")
    assert text[:at] == (page[: page.index("<title>")] if before is None else before)
    assert "defer" not in attributes
    default, *updates = json.loads(attributes["data-state"])["google"]
    assert default[:2] == ["consent", "default"]
    assert set(default[2].values()) == {"denied"}
    assert len(updates) == (choice == "accept")
    if updates:
        [update] = updates
        assert [n for n, value in update[2].items() if value == "granted"] == ["analytics_storage"]
    assert "".join(OURS.sub("", text).split()) == "".join(page.split())


def test_a_choice_updates_what_google_is_told(make_client: MakeClient) -> None:
    client = make_client(policy=CONSENT_MODE)

    [yes] = client.choose("accept", headers=JSON).json()["state"]["google"]
    [no] = client.choose("reject", headers=JSON).json()["state"]["google"]
    assert [yes[:2], no[:2]] == [["consent", "update"]] * 2
    assert yes[2]["analytics_storage"] == "granted"
    assert yes[2]["ad_storage"] == "denied"
    assert set(no[2].values()) == {"denied"}


def test_where_the_template_has_it_nothing_more_is_placed(make_client: MakeClient) -> None:
    client = make_client(asking, policy=CONSENT_MODE)

    assert len(tags(client.get("/").text)) == 1
    client.choose("reject")
    assert len(tags(client.get("/").text)) == 1


@pytest.mark.parametrize("kind", ["text/css", "application/json", "image/svg+xml"])
def test_nothing_is_placed_in_what_is_no_page(make_client: MakeClient, kind: str) -> None:
    client = make_client(lambda visit, request: answer(kind, "<svg></svg>"), policy=CONSENT_MODE)

    assert client.get("/").text == "<svg></svg>"


def test_a_page_in_utf_16_is_not_broken(make_client: MakeClient) -> None:
    body = "\ufeff" + PAGE
    client = make_client(lambda visit, request: html(body.encode("utf-16-le")), policy=CONSENT_MODE)

    text = client.get("/").body.decode("utf-16-le")
    assert text.replace(" ", "") == body.replace(" ", "")
