"""What is answered where a page needs what its visitor has not agreed to."""

from __future__ import annotations

import pytest

from cookiesafe import UnknownName, UsageError, Visit
from tests.support.edges import AppRequest, AppResponse, Client, html
from tests.support.harbour import BANNER, PAGE, MakeClient, cache_rules, varies_by

SCRIPT = {"Accept": "application/json", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}


def adverts(visit: Visit, request: AppRequest) -> AppResponse:
    """A page that needs advertising, or with ``?feature`` the tips."""
    refusal = visit.refusal(feature="tips") if request.query else visit.refusal("advertising")
    if refusal is None:
        return html(PAGE)
    return AppResponse(refusal.reply.status, refusal.reply.headers, refusal.reply.body)


def test_who_agrees_is_let_in(make_client: MakeClient) -> None:
    client = make_client(adverts)
    client.choose("save", purpose=["advertising"])

    assert client.get("/adverts").status == 200
    assert client.get("/adverts?feature").status == 403


@pytest.mark.parametrize("choice", [None, "reject"])
def test_who_does_not_is_told_what_is_off_and_led_to_the_choices_and_back(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client(adverts, root="/shop")
    if choice is not None:
        client.choose(choice)
    refused = client.get("/adverts")

    assert refused.status == 403
    assert "“Advertising” is off" in refused.text
    assert 'href="/shop/cookiesafe/choices?next=/shop/adverts"' in refused.text
    assert (BANNER in refused.text) == (choice is None)
    assert "cookie" in varies_by(refused)
    assert "no-store" in cache_rules(refused)


def test_a_feature_says_what_the_visitor_goes_without(make_client: MakeClient) -> None:
    refused = make_client(adverts).get("/?feature")

    assert "“Statistics” is off, so you see the same tips as everybody." in refused.text


def test_a_script_is_told_the_same_as_json(make_client: MakeClient) -> None:
    refused = make_client(adverts).get("/adverts", SCRIPT)

    assert refused.status == 403
    assert refused.json() == {
        "error": "This needs your consent",
        "detail": "“Advertising” is off, and this cannot be shown without it.",
        "purpose": "advertising",
        "choices": "/cookiesafe/choices?next=/adverts",
    }


def test_a_signal_that_turns_it_off_refuses_too(make_client: MakeClient) -> None:
    client = make_client(adverts)
    client.choose("accept")

    assert client.get("/", {"Sec-GPC": "1"}).status == 403


def test_while_observing_nothing_is_refused(make_client: MakeClient) -> None:
    assert make_client(adverts, mode="observe").get("/").status == 200


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_name_that_is_not_declared_is_told_whoever_comes(
    make_client: MakeClient, choice: str
) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        with pytest.raises(UnknownName, match='Did you mean "advertising"'):
            visit.refusal("advertisin")
        with pytest.raises(UnknownName, match='Did you mean "tips"'):
            visit.refusal(feature="tip")
        for both in (("advertising", "tips"), (None, None)):
            with pytest.raises(UsageError, match="either a purpose or a feature"):
                visit.refusal(both[0], feature=both[1])
        return html(PAGE)

    client: Client = make_client(app)
    client.choose(choice)

    assert client.get("/").status == 200
