"""Limited notices: what a visitor goes without, said above the form concerned, and the two answers to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe import Policy, TooLate, UnknownName, UsageError, Visit
from cookiesafe.features import said_in
from tests.support.billing import POLICY, Billing, Form
from tests.support.edges import AppRequest, AppResponse, Client, Fields, Response, answer, html
from tests.support.harbour import (
    BANNER,
    CONSENT,
    SESSION,
    MakeClient,
    cache_rules,
    lets_in,
    next_of,
    policies,
    varies_by,
)
from tests.support.portal import DownStore

TYPED = {"name": "Ada & Co", "note": "<b>by the gate</b>", "paper": "on"}
KEEPER = "keeper.example"
GPC: Fields = {"Sec-GPC": "1"}
CHOICES = "/cookiesafe/choices"
SENTENCE = "“Remember me” is off, so you type your contact and billing details again."
NEWER = POLICY.replace("Fills in your", "Keeps you signed in and fills in your")

MakeBilling = Callable[..., tuple[Client, Billing]]


@pytest.fixture
def make_billing(make_client: MakeClient) -> MakeBilling:
    def make(*features: str, **settings: Any) -> tuple[Client, Billing]:
        app = Billing(*features)
        return make_client(app, **{"policy": POLICY, **settings}), app

    return make


def values_in(notice: str) -> dict[str, str]:
    """What the buttons of a notice send, by their words."""
    found = re.findall(r'<button name="cookiesafe-feature" value="([^"]+)"[^>]*>([^<]+)<', notice)
    return {words: unescape(value) for value, words in found}


def press(client: Client, app: Billing, words: str, **more: Any) -> Response:
    """Open the page, fill the form in, and press a button of its notice."""
    client.get("/bill", more.get("headers", {}))
    values = values_in("".join(app.notices))
    return client.post("/bill", form={**TYPED, "cookiesafe-feature": values[words]}, **more)


def on(feature: str = "saved_details", policy: str = POLICY, text: str = "0" * 32) -> str:
    """A yes that nobody was shown a button for."""
    return f"on:{feature}:{Policy.from_toml(policy).fingerprint}.{text}"


# --- where it is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [None, "reject"])
def test_who_goes_without_is_told_so_above_the_form(
    make_billing: MakeBilling, choice: str | None
) -> None:
    client, _ = make_billing()
    if choice:
        client.choose(choice)

    response = client.get("/bill")

    assert '<form method="post" action="/bill"><section class="cookiesafe ' in response.text
    assert unescape(response.text).count(SENTENCE) == 1
    assert list(values_in(response.text)) == ["Keep off", "Turn on"]
    assert (BANNER in response.text) == (choice is None)
    assert response.cookie_names == ["csrftoken"]
    assert "Cookie" in {each.title() for each in varies_by(response)}


@pytest.mark.parametrize(
    ("choice", "fields", "settings", "shown"),
    [
        ("accept", {}, {}, [False, False]),
        ("reject", {}, {}, [True, True]),
        ("reject", GPC, {}, [True, False]),
        (None, GPC, {}, [True, False]),
        ("reject", {}, {"mode": "observe"}, [False, False]),
        (None, {}, {"mode": "observe"}, [False, False]),
    ],
)
def test_it_is_shown_only_where_a_yes_would_change_something(
    make_billing: MakeBilling,
    choice: str | None,
    fields: Fields,
    settings: dict[str, Any],
    shown: list[bool],
) -> None:
    client, app = make_billing("saved_details", "matching_adverts", **settings)
    if choice:
        client.choose(choice)

    client.get("/bill", fields)

    assert [bool(each) for each in app.notices] == shown


@pytest.mark.law("N-US2")
def test_a_child_is_not_asked(make_client: MakeClient) -> None:
    def school(visit: Visit, request: AppRequest) -> AppResponse:
        visit.treat_as_child()
        return html(f"<form method=post>{visit.limited_notice('saved_details')}</form>")

    assert "cookiesafe-limited" not in make_client(school, policy=POLICY).get("/").text


def test_a_feature_is_spoken_of_once_in_a_page(make_billing: MakeBilling) -> None:
    client, app = make_billing("saved_details", "usual_card", "saved_details")
    client.get("/bill")

    assert [bool(each) for each in app.notices] == [True, True, False]
    assert "you choose your card again" in app.notices[1]


def test_a_feature_nobody_declared_is_named(make_client: MakeClient) -> None:
    def page(visit: Visit, request: AppRequest) -> AppResponse:
        with pytest.raises(UnknownName, match="saved_details"):
            visit.limited_notice("saved_detail")
        return html("")

    assert make_client(page, policy=POLICY).get("/").status == 200


def test_enter_in_a_field_presses_neither(make_billing: MakeBilling) -> None:
    """What the browser takes for pressed then is the first button of the form (HTML, section 4.10.21.2)."""
    client, _ = make_billing()
    form = client.get("/bill").text.partition('action="/bill"')[2].partition("</form>")[0]

    first, *others = re.findall("<button[^>]*>", form)
    assert first == '<button class="cookiesafe-enter">'
    assert [re.findall('name="(.*?)"', each) for each in others] == [
        ["cookiesafe-feature"],
        ["cookiesafe-feature"],
        ["do"],
    ]
    assert all("formnovalidate" in each for each in others[:2])


def test_below_a_mount_its_style_and_its_way_to_the_choices_are_too(
    make_billing: MakeBilling,
) -> None:
    client, app = make_billing(root="/my")
    press(client, app, "Keep off")

    assert 'href="/my/cookiesafe/notice.css?' in app.notices[0]
    assert 'href="/my/cookiesafe/choices?next=/my/bill"' in app.notices[0]


# --- Turn on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [None, "reject"])
@pytest.mark.parametrize("fields", [{}, {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}])
def test_turned_on_it_counts_at_once_and_the_form_is_shown_as_it_came(
    make_billing: MakeBilling, choice: str | None, fields: Fields
) -> None:
    client, app = make_billing()
    if choice:
        client.choose(choice)

    response = press(client, app, "Turn on", headers=fields)

    assert app.paid == []
    assert app.can == [False, True]
    assert app.notices == [""]
    assert 'value="Ada &amp; Co"' in response.text
    assert "&lt;b&gt;by the gate&lt;/b&gt;" in response.text
    assert "hl_details" in response.cookie_names
    assert lets_in(response, KEEPER)
    assert "private" in cache_rules(response)
    assert CONSENT in response.cookie_names

    client.post("/bill", form=TYPED)
    assert app.can[-1]
    assert len(app.paid) == 1


@pytest.mark.parametrize("choice", [None, "reject"])
def test_it_is_a_choice_about_that_purpose_alone(
    make_billing: MakeBilling, choice: str | None
) -> None:
    client, app = make_billing()
    if choice:
        client.choose(choice)
    press(client, app, "Turn on")

    grant = client.records[-1]
    refused = {} if choice is None else {"statistics": False, "advertising": False}
    assert (grant.event, dict(grant.choices)) == ("grant", {"remember": True, **refused})
    assert list(grant.grounds) == ["remember"]
    assert grant.receipt
    page = client.get("/bill").text
    assert (BANNER in page) == (choice is None)
    if choice is None:
        asked = set(re.findall('name="purpose" value="(.*?)"', page))
        assert asked == {"statistics", "advertising"}


def test_a_receipt_there_is_goes_on(make_billing: MakeBilling) -> None:
    client, app = make_billing()
    client.choose("save", purpose=["statistics"])
    press(client, app, "Turn on")

    before, after = client.records
    assert (after.event, after.receipt) == ("change", before.receipt)
    assert dict(after.choices) == {"remember": True, "statistics": True, "advertising": False}


@pytest.mark.law("L-04")
def test_what_was_shown_is_on_record(make_billing: MakeBilling) -> None:
    client, app = make_billing()
    client.get("/bill")
    notice = app.notices[0]
    press(client, app, "Turn on")

    (grant,) = client.records
    assert client.safe is not None
    words = {each.id: each for each in client.safe.store.records()}
    kept = words[f"notice.{grant.text}"].detail["html"]
    assert (grant.notice, grant.layout, grant.buttons) == ("feature", "form", "off,on")
    assert grant.policy == client.safe.policy.fingerprint
    assert f"policy.{grant.policy}" in words
    assert kept == unescape(notice).replace(f"{grant.policy}.{grant.text}", ".")
    receipt = client.get("/cookiesafe/receipt").text
    assert "In a form that would do more with it" in receipt


def test_twice_sent_it_is_recorded_once(make_billing: MakeBilling) -> None:
    client, app = make_billing()
    client.get("/bill")
    form = {**TYPED, "cookiesafe-feature": values_in(app.notices[0])["Turn on"]}
    client.post("/bill", form=form)
    client.post("/bill", form=form)

    assert [each.event for each in client.records] == ["grant"]
    assert app.paid == []


def test_an_app_that_asks_twice_takes_one_answer(make_client: MakeClient) -> None:
    def twice(visit: Visit, request: AppRequest) -> AppResponse:
        form = Form.of(request.body)
        told = [visit.take_answer(form), visit.take_answer(form)] if form else []
        return html(f"{told} {visit.limited_notice('saved_details')}")

    client = make_client(twice, policy=POLICY)
    value = values_in(client.get("/").text)["Turn on"]

    assert "[True, True]" in client.post("/", form={"cookiesafe-feature": value}).text
    assert len(client.records) == 1


def test_the_first_of_two_answers_is_taken(make_client: MakeClient) -> None:
    def twice(visit: Visit, request: AppRequest) -> AppResponse:
        notices = [visit.limited_notice(each) for each in ("saved_details", "matching_adverts")]
        if request.method == "POST":
            for value in re.findall(r'value="(on:[^"]+)"', "".join(notices)):
                visit.take_answer({"cookiesafe-feature": value})
        return html("".join(notices))

    client = make_client(twice, policy=POLICY)
    client.post("/")

    assert [each.choices for each in client.records] == [{"remember": True}]


@pytest.mark.parametrize(
    ("site", "buttons"),
    [("cross-site", []), ("same-site", []), ("same-origin", ["Keep off", "Turn on"])],
)
def test_in_a_frame_of_another_site_there_is_nothing_to_press(
    make_billing: MakeBilling, site: str, buttons: list[str]
) -> None:
    client, app = make_billing()
    client.get("/bill", headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": site})

    assert "is off, so" in app.notices[0]
    assert list(values_in(app.notices[0])) == buttons


def test_where_the_address_says_that_nothing_is_kept_no_answer_is_taken(
    make_billing: MakeBilling,
) -> None:
    client, app = make_billing()
    client.keeps_cookies = False
    client.get("/bill")
    form = {**TYPED, "cookiesafe-feature": values_in(app.notices[0])["Turn on"]}
    client.post("/bill?cookiesafe=blocked", form=form)

    assert (client.records, app.can[-1], app.paid) == ([], False, [])


def test_who_had_refused_everything_is_asked_then_about_what_was_added_since(
    make_billing: MakeBilling,
) -> None:
    """The banner leads back to where it stands, though none was due when the request came."""
    client, app = make_billing()
    client.choose("reject")
    later, app = make_billing(policy=POLICY + '[purposes.maps]\ntitle = "Maps"\n')
    later.jar |= client.jar
    assert BANNER not in later.get("/bill").text

    response = press(later, app, "Turn on")

    assert BANNER in response.text
    assert next_of(response) == "/bill"
    assert set(re.findall('name="purpose" value="(.*?)"', response.text)) == {"maps"}


# --- Keep off ------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [None, "reject"])
def test_kept_off_it_is_not_asked_again_in_this_session(
    make_billing: MakeBilling, choice: str | None
) -> None:
    client, app = make_billing("saved_details", "usual_card")
    if choice:
        client.choose(choice)
    consent, records = client.jar.get(CONSENT), len(client.records)

    response = press(client, app, "Keep off")

    assert app.paid == []
    assert 'value="Ada &amp; Co"' in response.text
    assert response.cookie_names == ["csrftoken", SESSION]
    for _ in range(2):
        assert values_in("".join(app.notices)) == {}
        assert SENTENCE in unescape(app.notices[0])
        assert f'href="{CHOICES}?next=/bill"' in app.notices[0]
        client.get("/bill")
    assert (client.jar.get(CONSENT), len(client.records)) == (consent, records)
    assert app.can == [False] * 4

    client.jar.pop(SESSION)
    client.get("/bill")
    assert list(values_in(app.notices[0])) == ["Keep off", "Turn on"]


def test_other_purposes_are_still_asked_about(make_billing: MakeBilling) -> None:
    client, app = make_billing("saved_details", "matching_adverts")
    client.get("/bill")
    for feature, notices in (("saved_details", [0, 2]), ("matching_adverts", [0, 0])):
        value = f"off:{feature}:"
        client.post("/bill", form={"cookiesafe-feature": value})
        assert [len(values_in(each)) for each in app.notices] == notices


def test_who_keeps_one_thing_off_has_not_said_no_to_everything(make_client: MakeClient) -> None:
    on: list[bool] = []

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        assert visit.take_answer(Form.of(request.body)) == (request.method == "POST")
        on.append(visit.allows("statistics"))
        return html("")

    client = make_client(app, policy=POLICY, place_headers=["X-Country"])
    client.headers = {"X-Country": "GB"}
    client.post("/", form={"cookiesafe-feature": "off:saved_details:"})

    assert BANNER in client.get("/").text
    assert on == [True, True], "what is on there until a no"
    assert "You have not chosen yet" in client.get(CHOICES).text


def test_kept_off_what_is_on_by_now_is_a_no(make_billing: MakeBilling) -> None:
    """A page that was opened before it was turned on in another."""
    client, app = make_billing()
    client.get("/bill")
    off = values_in(app.notices[0])["Keep off"]
    press(client, app, "Turn on")

    response = client.post("/bill", form={**TYPED, "cookiesafe-feature": off})

    assert [each.event for each in client.records] == ["grant", "withdrawal"]
    assert not lets_in(response, KEEPER)
    assert "hl_details" not in response.cookie_names
    assert response.header("clear-site-data") == '"cache"'
    assert not app.can[-1]


# --- what is not taken ---------------------------------------------------------------------------


def changes_nothing(client: Client, app: Billing, form: Mapping[str, Any], **more: Any) -> bool:
    """Whether a form is shown again, and nothing else was done by it."""
    jar = dict(client.jar)
    records, paid = len(client.records), len(app.paid)
    response = client.post("/bill", form=form, **more)
    assert response.status == 200
    same = (dict(client.jar) | {"csrftoken": "1"}) == (jar | {"csrftoken": "1"})
    return same and not app.can[-1] and (records, paid) == (len(client.records), len(app.paid))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "on",
        "on:saved_details",
        "on:saved_details:",
        on(),
        on("nobody"),
        on("remember"),
        on(policy=NEWER),
        "on:statistics",
        "On:saved_details",
        "off",
        "off:",
        "off:nobody",
        "off:saved_details2:",
        "toggle:saved_details:",
        "accept",
        "\0on:saved_details",
        "on:saved_details:\ud7ff" * 3000,
        ["off:saved_details:", "off:saved_details:"],
        ["on:saved_details:", "off:saved_details:"],
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_no_button_sends_changes_nothing(make_billing: MakeBilling, value: Any) -> None:
    client, app = make_billing()

    assert changes_nothing(client, app, {**TYPED, "cookiesafe-feature": value})


def test_a_yes_twice_in_a_form_is_none(make_billing: MakeBilling) -> None:
    client, app = make_billing()
    client.get("/bill")
    value = values_in(app.notices[0])["Turn on"]

    assert changes_nothing(client, app, {"cookiesafe-feature": [value, value]})


@pytest.mark.law("L-09")
@pytest.mark.parametrize("words", ["Turn on", "Keep off"])
@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.www.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
    ],
)
def test_another_site_turns_nothing_on_and_does_nothing(
    make_billing: MakeBilling, fields: Fields, words: str
) -> None:
    client, app = make_billing()
    client.choose("reject")
    client.get("/bill")

    form = {**TYPED, "cookiesafe-feature": values_in(app.notices[0])[words]}
    assert changes_nothing(client, app, form, headers=fields)


def test_what_sends_no_origin_is_judged_by_the_cookies_it_came_with(
    make_billing: MakeBilling,
) -> None:
    """Those that the app may not see, too."""
    client, app = make_billing()
    client.get("/bill")
    form = {"cookiesafe-feature": values_in(app.notices[0])["Turn on"]}
    silent: Fields = {"Sec-Fetch-Site": None, "Origin": None}

    assert changes_nothing(client, app, form, headers=silent, cookies="nobody=1")
    client.post("/bill", form=form, headers=silent, cookies="")
    assert [each.event for each in client.records] == ["grant"]


@pytest.mark.parametrize("words", ["Turn on", "Keep off"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_only_a_post_is_an_answer(make_billing: MakeBilling, method: str, words: str) -> None:
    client, app = make_billing()
    client.get("/bill")
    value = values_in(app.notices[0])[words]
    query = f"/bill?cookiesafe-feature={value}&name=Ada"

    client.request(method, query)

    assert (client.records, client.jar.keys() - {"csrftoken"}, app.paid) == ([], set(), [])
    assert not app.can[-1]


@pytest.mark.parametrize("words", ["Turn on", "Keep off"])
def test_a_signal_that_has_come_since_is_heeded(make_billing: MakeBilling, words: str) -> None:
    client, app = make_billing("matching_adverts")
    client.get("/bill")
    form = {"cookiesafe-feature": values_in(app.notices[0])[words]}

    assert changes_nothing(client, app, form, headers=GPC)


@pytest.mark.law("N-US2")
@pytest.mark.parametrize("first", ["child", "answer"])
def test_no_answer_of_a_child_is_taken(make_client: MakeClient, first: str) -> None:
    consents: list[frozenset[str]] = []

    def school(visit: Visit, request: AppRequest) -> AppResponse:
        form = Form.of(request.body)
        if form and first == "child":
            visit.treat_as_child()
        if form:
            assert visit.take_answer(form)
            visit.treat_as_child()
            consents.append(visit.consent.grants)
        return html(str(visit.limited_notice("saved_details")))

    client = make_client(school, policy=POLICY)
    value = values_in(client.get("/").text)["Turn on"]
    response = client.post("/", form={"cookiesafe-feature": value})

    assert consents == [frozenset()]
    assert [each.event for each in client.records] == ["child"]
    assert response.cookie_names == ["__Host-cookiesafe-age"]
    assert not lets_in(response, KEEPER)


def test_a_yes_to_the_words_of_before_is_none_and_a_no_is_one(
    make_billing: MakeBilling,
) -> None:
    client, app = make_billing()
    client.get("/bill")
    yes, no = (values_in(app.notices[0])[words] for words in ("Turn on", "Keep off"))
    later, app = make_billing(policy=NEWER)

    assert changes_nothing(later, app, {"cookiesafe-feature": yes})
    assert list(values_in(app.notices[0])) == ["Keep off", "Turn on"]
    later.post("/bill", form={"cookiesafe-feature": no})
    assert values_in(app.notices[0]) == {}


def test_a_no_by_other_words_says_nothing_of_what_was_shown(make_billing: MakeBilling) -> None:
    client, app = make_billing()
    press(client, app, "Turn on")
    client.post("/bill", form={"cookiesafe-feature": "off:saved_details:"})

    no = client.records[-1]
    assert (no.event, no.notice, no.text) == ("withdrawal", "feature", "")


def test_in_observe_no_answer_is_taken(make_billing: MakeBilling) -> None:
    client, app = make_billing()
    client.get("/bill")
    value = values_in(app.notices[0])["Turn on"]
    watching, app = make_billing(mode="observe")
    watching.post("/bill", form={"cookiesafe-feature": value})

    assert (watching.records, app.can, app.paid) == ([], [False], [])


def test_a_form_without_it_is_the_apps(make_billing: MakeBilling) -> None:
    client, app = make_billing()

    client.post("/bill", form={**TYPED, "cookiesafe2": "on:saved_details"})

    assert len(app.paid) == 1
    assert client.records == []


class Several:
    """A form of a framework's own."""

    def __init__(self, *values: Any) -> None:
        self.values = list(values)

    def __contains__(self, name: str) -> bool:
        return name == "cookiesafe-feature"

    def __getitem__(self, name: str) -> Any:
        return self.values[-1]

    def getlist(self, name: str) -> list[Any]:
        return self.values


@pytest.mark.parametrize(
    ("form", "taken"),
    [
        ({"cookiesafe-feature": "off:saved_details:x"}, True),
        ({"cookiesafe-feature": ["off:saved_details:x"]}, True),
        ({"cookiesafe-feature": ("off:saved_details:x",)}, True),
        (Several("off:saved_details:x"), True),
        (Several("off:saved_details:x", "off:saved_details:x"), False),
        (Several("off:usual_card:x", "on:saved_details:x"), False),
        (Several(), False),
        (Several(b"off:saved_details:x"), False),
        ({"cookiesafe-feature": None}, False),
        ({"cookiesafe-feature": b"off:saved_details:x"}, False),
        ({"cookiesafe-feature": []}, False),
        ({"cookiesafe-feature": object()}, False),
        ({"cookiesafe-feature": ["off:saved_details:x"] * 2}, False),
    ],
)
def test_a_form_may_be_of_any_framework(form: Any, taken: bool) -> None:
    said = said_in(Policy.from_toml(POLICY), form)

    assert (said is not None) == taken
    if said is not None:
        assert (said.feature.id, said.on, said.words) == ("saved_details", False, "x")


DECLARED = Policy.from_toml(POLICY)


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_it_fail(value: str) -> None:
    said = said_in(DECLARED, {"cookiesafe-feature": value})

    assert said is None or value.startswith((f"on:{said.feature.id}", f"off:{said.feature.id}"))


# --- when something fails ------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [None, "reject"])
def test_what_cannot_be_recorded_is_not_turned_on(
    make_billing: MakeBilling, choice: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    store = DownStore()
    client, app = make_billing(store=store)
    if choice:
        client.choose(choice)
    client.get("/bill")
    form = {**TYPED, "cookiesafe-feature": values_in(app.notices[0])["Turn on"]}
    store.down = True
    with caplog.at_level(logging.ERROR):
        response = client.post("/bill", form=form)

    assert (response.status, app.paid) == (200, [])
    assert response.cookie_names == ["csrftoken"]
    assert not lets_in(response, KEEPER)
    assert "CS602" in caplog.text
    store.down = False
    client.get("/bill")
    assert not app.can[-1]
    client.post("/bill", form=form)
    assert app.can[-1]


def test_a_no_that_cannot_be_recorded_is_one_all_the_same(make_billing: MakeBilling) -> None:
    store = DownStore()
    client, app = make_billing(store=store)
    press(client, app, "Turn on")
    store.down = True
    response = client.post("/bill", form={"cookiesafe-feature": "off:saved_details:"})

    assert not lets_in(response, KEEPER)
    assert "hl_details" not in response.cookie_names
    store.down = False
    client.get("/bill")
    assert not app.can[-1]


@pytest.mark.parametrize("place", ["features.choose", "choosing.record_of", "settings.judge"])
def test_on_a_fault_of_ours_the_form_is_shown_again_and_nothing_is_on(
    make_billing: MakeBilling,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    client, app = make_billing()
    client.get("/bill")
    form = {**TYPED, "cookiesafe-feature": values_in(app.notices[0])["Turn on"]}

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(f"cookiesafe.{place}", broken)
    assert changes_nothing(client, app, form)
    assert "CS900" in caplog.text


def test_on_a_fault_as_it_is_kept_nothing_is_on(
    make_billing: MakeBilling, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, app = make_billing()
    client.get("/bill")
    form = {**TYPED, "cookiesafe-feature": values_in(app.notices[0])["Turn on"]}

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("cookiesafe.jar.Jar.write_consent", broken)
    response = client.post("/bill", form=form)

    assert (response.status, response.cookies, client.records) == (200, [], [])
    assert all(KEEPER not in each for each in policies(response))


def test_after_the_headers_have_left_it_is_too_late(make_client: MakeClient) -> None:
    raised: list[Exception] = []

    def late(visit: Visit, form: Form) -> Iterator[bytes]:
        yield b"<p>"
        with pytest.raises(TooLate) as caught:
            visit.take_answer(form)
        raised.append(caught.value)

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        return answer("text/html", late(visit, Form.of(request.body)))

    client = make_client(app, policy=POLICY)
    client.post("/", form={"cookiesafe-feature": "off:saved_details:"})

    assert len(raised) == 1
    assert client.records == []


def test_an_error_of_the_apps_keeps_the_choice(make_client: MakeClient) -> None:
    def failing(visit: Visit, request: AppRequest) -> AppResponse:
        form = Form.of(request.body)
        if form:
            visit.take_answer(form)
        return html(str(visit.limited_notice("saved_details")), status=500 if form else 200)

    client = make_client(failing, policy=POLICY)
    value = values_in(client.get("/").text)["Turn on"]
    response = client.post("/", form={"cookiesafe-feature": value})

    assert response.cookie_names == [CONSENT]
    assert [each.event for each in client.records] == ["grant"]


def test_a_cookie_that_a_browser_was_to_delete_is_not_once_it_is_agreed_to(
    make_billing: MakeBilling,
) -> None:
    client, app = make_billing()
    client.choose("reject")
    client.get("/bill")
    form = {"cookiesafe-feature": values_in(app.notices[0])["Turn on"]}
    client.jar["hl_details"] = "7"

    response = client.post("/bill", form=form)

    assert set(response.cookie_names) == {"hl_details", "csrftoken", CONSENT}
    assert client.jar["hl_details"] == "1"


# --- the way to the choices ----------------------------------------------------------------------


def test_the_way_to_the_choices_leads_back(make_client: MakeClient) -> None:
    visits: list[Visit] = []

    def page(visit: Visit, request: AppRequest) -> AppResponse:
        visits.append(visit)
        return answer("text/plain", visit.choices_address)

    client = make_client(page, policy=POLICY, root="/my")
    address = client.get("/bills/ä?year=2026&page=2").text

    assert address == "/my/cookiesafe/choices?next=/my/bills/%25C3%25A4%3Fyear%3D2026%26page%3D2"
    back = client.get(address.removeprefix("/my")).text
    assert 'href="/my/bills/%C3%A4?year=2026&amp;page=2"' in back
    with pytest.raises(UsageError, match="was answered"):
        _ = visits[0].choices_address
