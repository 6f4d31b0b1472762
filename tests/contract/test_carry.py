"""A form of three steps, sent by browsers that keep no cookie."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cookiesafe import BadCarry, CarryTerms, TooLate, UsageError, Visit
from cookiesafe.departure import Departure
from tests.support.edges import AppRequest, AppResponse, Client, Response, answer, html
from tests.support.harbour import KEY, OTHER_KEY, Clock, MakeClient, cache_rules, varies_by

LAST = 2
SHARED = [("Cache-Control", "public, max-age=600"), ("CDN-Cache-Control", "max-age=600")]


class Shop:
    """An order in three steps; what was ordered is kept by its flow. ``version`` is that of the form."""

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.orders: dict[str, dict[str, Any]] = {}
        self.refused: list[str] = []

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        form = dict(parse_qsl(request.body.decode("latin-1")))
        token, go = form.pop("state", None), form.pop("go", "")
        last = LAST if go == "send" else None
        try:
            data, step, flow = visit.carry.open("order", token, self.version, step=last)
        except BadCarry as bad:
            self.refused.append(bad.why)
            return self.page(visit, 0, {}, bad.friendly if request.method == "POST" else "")
        data |= form
        if go == "send":
            stored = self.orders.setdefault(flow, data)
            return answer("application/json", json.dumps(stored))
        return self.page(visit, step + {"next": 1, "back": -1}.get(go, 0), data)

    def page(self, visit: Visit, step: int, data: dict[str, Any], note: str = "") -> AppResponse:
        state = visit.carry.seal("order", data, step, self.version)
        return html(
            f"<p class=note>{note}<form method=post>Step {step} {json.dumps(data)}"
            f'<input type=hidden name=state value="{state}">'
        )


def state_of(page: Response) -> str:
    found = re.search(r'name=state value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def step_of(page: Response) -> int:
    found = re.search(r"Step (\d)", page.text)
    assert found, page.text
    return int(found[1])


def send(client: Client, state: str, go: str, **typed: str) -> Response:
    """As a browser does that keeps no cookie."""
    response = client.post("/order", form={"state": state, "go": go, **typed}, cookies="")
    assert response.status == 200
    assert response.cookies == []
    return response


def to_the_last_step(client: Client) -> list[Response]:
    """The pages on the way."""
    pages = [client.get("/order", cookies="")]
    pages.append(send(client, state_of(pages[-1]), "next", name="Ada"))
    pages.append(send(client, state_of(pages[-1]), "next", street="Pier 1"))
    assert [step_of(page) for page in pages] == [0, 1, 2]
    return pages


# --- on, back, and done once ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_visitor_without_cookies_gets_to_the_end(make_client: MakeClient, mode: str) -> None:
    shop = Shop()
    client = make_client(shop, mode=mode)

    done = send(client, state_of(to_the_last_step(client)[-1]), "send")

    assert done.json() == {"name": "Ada", "street": "Pier 1"}
    assert list(shop.orders.values()) == [done.json()]
    assert shop.refused == ["absent"]


def test_back_and_on_again_is_the_same_order(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    page = to_the_last_step(client)[-1]
    for _ in range(2):
        page = send(client, state_of(page), "back")
    assert step_of(page) == 0
    assert "Pier 1" in page.text
    page = send(client, state_of(page), "next", name="Grace")
    page = send(client, state_of(page), "next")

    first = send(client, state_of(page), "send").json()
    again = send(client, state_of(page), "send").json()

    assert first == again == {"name": "Grace", "street": "Pier 1"}
    assert len(shop.orders) == 1


def test_an_old_page_that_is_sent_again_has_no_effect_but_a_page(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    pages = to_the_last_step(client)
    done = send(client, state_of(pages[-1]), "send").json()

    for number, page in enumerate(pages[:-1]):
        assert step_of(send(client, state_of(page), "next", name="Eve")) == number + 1

    assert list(shop.orders.values()) == [done]


def test_two_tabs_are_one_order(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    second = state_of(to_the_last_step(client)[1])
    tabs = [send(client, second, "next", street=f"Pier {tab}") for tab in range(2)]

    done = [send(client, state_of(tab), "send").json() for tab in tabs]

    assert done[0] == done[1] == {"name": "Ada", "street": "Pier 0"}
    assert len(shop.orders) == 1


def test_a_double_click_is_one_order(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    last = state_of(to_the_last_step(client)[-1])

    with ThreadPoolExecutor(16) as pool:
        sent = list(pool.map(lambda _: send(client.another(), last, "send").text, range(16)))

    assert len(set(sent)) == 1
    assert len(shop.orders) == 1


def test_two_visitors_are_two_orders(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    for _ in range(2):
        send(client, state_of(to_the_last_step(client)[-1]), "send")

    assert len(shop.orders) == 2


# --- what is not gone on with --------------------------------------------------------------------


def begins_again(client: Client, shop: Shop, state: str | bytes, go: str = "next") -> str:
    """Why it does: the first step is shown, with a line of explanation and nothing that was sent."""
    body = state.encode("utf-8", "surrogatepass") if isinstance(state, str) else state
    page = client.post("/order", body=b"state=" + body + f"&go={go}".encode(), cookies="")
    assert (page.status, step_of(page)) == (200, 0)
    assert re.search(r"<p class=note>[A-Z][a-zA-Z ,]+\.<form", page.text)
    assert "Ada" not in page.text
    assert shop.orders == {}
    return shop.refused[-1]


def test_a_token_that_was_changed_begins_again(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    token = state_of(to_the_last_step(client)[-1])
    others = {"A": "B"}
    damaged = [token[:at] + others.get(token[at], "A") + token[at + 1 :] for at in (0, 5, 20, 40)]
    damaged += [token[:-1], token[1:], token + "A", token + token, token[: len(token) // 2]]

    assert {begins_again(client, shop, each, "send") for each in damaged} == {"unreadable"}


@pytest.mark.parametrize(
    "state",
    [b"%00", b"%FF%FE", b"\xff\xfe", "é".encode(), "\ud800", b"+", b"A" * 1_000_000],
    ids=["NUL", "escaped", "raw", "UTF-8", "a surrogate", "a blank", "a megabyte"],
)
def test_what_is_no_token_begins_again(make_client: MakeClient, state: str | bytes) -> None:
    shop = Shop()

    assert begins_again(make_client(shop), shop, state) == "unreadable"


def test_without_a_token_it_begins(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)

    assert begins_again(client, shop, "") == "absent"
    assert step_of(client.post("/order", form={"go": "send"})) == 0


def test_no_step_is_left_out(make_client: MakeClient) -> None:
    shop = Shop()
    client = make_client(shop)
    pages = to_the_last_step(client)

    for page in pages[:-1]:
        assert begins_again(client, shop, state_of(page), "send") == "step"


def test_after_two_hours_it_begins_again(make_client: MakeClient, clock: Clock) -> None:
    shop = Shop()
    client = make_client(shop)
    last = state_of(to_the_last_step(client)[-1])
    clock.now += 7199
    assert step_of(send(client, last, "back")) == 1
    clock.now += 1

    assert begins_again(client, shop, last, "send") == "expired"


def test_how_long_that_is_can_be_set(make_client: MakeClient, clock: Clock) -> None:
    shop = Shop()
    client = make_client(shop, carry=CarryTerms(lifetime=60))
    last = state_of(to_the_last_step(client)[-1])
    clock.now += 60

    assert begins_again(client, shop, last) == "expired"


def test_without_a_clock_nothing_is_opened(make_client: MakeClient) -> None:
    class Breaking(Clock):
        broken = False

        def __call__(self) -> float:
            if self.broken:
                raise RuntimeError("no time")
            return super().__call__()

    shop, clock = Shop(), Breaking()
    client = make_client(shop, clock=clock)
    last = state_of(to_the_last_step(client)[-1])
    clock.broken = True

    assert begins_again(client, shop, last, "send") == "expired"


@pytest.mark.parametrize("version", [1, 3])
def test_a_form_that_was_changed_begins_again(make_client: MakeClient, version: int) -> None:
    shop = Shop(version=2)
    client = make_client(shop)
    last = state_of(to_the_last_step(client)[-1])
    shop.version = version

    assert begins_again(client, shop, last, "send") == "version"


def test_a_key_that_is_retired_opens_and_one_that_is_gone_does_not(make_client: MakeClient) -> None:
    shop = Shop()
    last = state_of(to_the_last_step(make_client(shop))[-1])
    rotated = make_client(shop, secret_key=OTHER_KEY, fallback_keys=[KEY])
    gone = make_client(shop, secret_key=OTHER_KEY)

    page = send(rotated, last, "back")

    assert step_of(page) == 1
    assert step_of(send(gone, state_of(page), "next")) == 2
    assert begins_again(gone, shop, last, "send") == "unreadable"


def test_another_site_with_the_same_key_begins_again(make_client: MakeClient) -> None:
    shop = Shop()
    last = state_of(to_the_last_step(make_client(shop))[-1])
    for base in ("https://shop.example", "https://www.example:8443", "http://www.example"):
        assert begins_again(make_client(shop, base=base), shop, last, "send") == "unreadable"


@pytest.mark.parametrize("host", ["WWW.Example", "www.example:443"])
def test_a_site_is_the_same_however_its_host_is_written(make_client: MakeClient, host: str) -> None:
    client = make_client(Shop())
    page = to_the_last_step(client)[1]
    client.headers = {"Host": host}

    assert step_of(send(client, state_of(page), "next")) == 2


def test_behind_a_proxy_the_site_is_what_visitors_see(make_client: MakeClient) -> None:
    shop = Shop()
    here, there = (
        make_client(shop, base=base, origin="https://www.example")
        for base in ("http://10.0.0.7:8000", "http://10.0.0.8:8000")
    )

    assert step_of(send(there, state_of(to_the_last_step(here)[1]), "next")) == 2


# --- what leaves ---------------------------------------------------------------------------------


class Sealing:
    """Answers with a token, in the way it is told to."""

    def __init__(self, response: AppResponse) -> None:
        self.response = response

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        visit.carry.seal("order", {"name": "Ada"})
        return self.response


ANSWERS = {
    "a page": html("<p>Order"),
    "a page for everybody": html("<p>Order", *SHARED),
    "JSON": answer("application/json", "{}"),
    "JSON for everybody": answer("application/json", "{}", *SHARED),
    "JSON for one visitor": answer("application/json", "{}", ("cache-control", "private")),
    "text in capitals": answer("text/plain", "x", ("CACHE-CONTROL", "PUBLIC, IMMUTABLE")),
    "a redirect": html("", ("Location", "/done"), ("Cache-Control", "max-age=9"), status=303),
    "an error": html("<p>Not so", *SHARED, status=422),
    "a fault": answer("text/plain", "x", *SHARED, status=500),
}


@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize("destination", ["document", "empty"])
@pytest.mark.parametrize("what", ANSWERS)
def test_no_cache_keeps_what_a_form_was_sealed_in(
    make_client: MakeClient, what: str, destination: str, mode: str
) -> None:
    client = make_client(Sealing(ANSWERS[what]), mode=mode)

    response = client.get("/", {"Sec-Fetch-Dest": destination}, cookies="")

    assert cache_rules(response) == {"no-store"}
    assert response.header("cdn-cache-control") is None
    assert "cookie" in varies_by(response)
    assert response.cookies == []


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_nor_who_has_chosen_and_has_a_session(make_client: MakeClient, choice: str) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session["seen"] = True
        return Sealing(html("<p>Order", *SHARED))(visit, request)

    client = make_client(app)
    client.choose(choice)

    response = client.get("/")

    assert cache_rules(response) == {"no-store"}
    assert len(response.cookies) == 1


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_nor_on_a_fault_of_our_own(
    make_client: MakeClient, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("boom")

    client = make_client(Sealing(html("<p>Order", *SHARED)), mode=mode)
    monkeypatch.setattr(Departure, "_depart", broken)

    assert cache_rules(client.get("/")) == {"no-store"}


def test_other_pages_are_as_they_were(make_client: MakeClient) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        return answer("application/json", "{}", *SHARED)

    assert cache_rules(make_client(app).get("/")) == {"public", "max-age=600"}


def test_a_form_is_sealed_before_the_headers_leave_or_not_at_all(make_client: MakeClient) -> None:
    told: list[str] = []

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        def body() -> Iterator[bytes]:
            yield b"begun"
            for _ in range(2):
                with pytest.raises(TooLate) as late:
                    visit.carry.seal("order", {})
                told.append(str(late.value))
            yield b"done"

        if request.path == "/begun":
            visit.carry.seal("order", {})
        return answer("text/plain", body())

    client = make_client(app)

    assert client.get("/").text == "begundone"
    assert client.get("/begun").text == "begundone"
    assert len(told) == 4
    assert "CS302" in told[0]


@pytest.mark.parametrize(
    "field",
    [("Location", "/next?state={}"), ("Refresh", "0; url=/next?{}"), ("HX-Push-Url", "/{}")],
)
@pytest.mark.parametrize("how", ["sealed", "opened"])
def test_a_token_in_a_header_is_told_to_the_app(
    make_client: MakeClient, field: tuple[str, str], how: str
) -> None:
    shop = Shop()
    name, value = field

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/order":
            return shop(visit, request)
        token = state_of(first)
        if how == "opened":
            visit.carry.open("order", token)
        else:
            token = visit.carry.seal("order", {})
        return html("", (name, value.format(token)), status=303)

    client = make_client(app)
    first = client.get("/order")

    with pytest.raises(UsageError, match=f"(?i)stands in the field {name}"):
        client.get("/redirect")
    assert client.get("/order").status == 200


def test_pages_with_a_form_tell_other_sites_no_path(make_client: MakeClient) -> None:
    page = make_client(Shop()).get("/order")

    assert page.header("referrer-policy") == "strict-origin-when-cross-origin"


def test_nothing_of_a_form_is_in_the_log(
    make_client: MakeClient, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop = Shop()
    client = make_client(shop)
    pages = to_the_last_step(client)
    tokens = [state_of(page) for page in pages]
    send(client, tokens[-1], "send")
    clock.now += 7200
    for token in tokens:
        send(client, token, "next")
        send(client, token[:-1], "next")

    told = caplog.text + "".join(repr(vars(each)) for each in caplog.records)
    secrets = [*shop.orders, "Ada", *(token[8:20] for token in tokens)]
    assert [each for each in secrets if each in told] == []


def test_a_flood_of_tokens_does_not_fill_the_log(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(Shop())
    for number in range(50):
        send(client, f"token-{number}", "send")

    assert caplog.records == []


def test_one_form_of_a_visit_is_always_the_same(make_client: MakeClient) -> None:
    seen: list[bool] = []

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        seen.append(visit.carry is visit.carry)
        return html("<p>Order")

    make_client(app).get("/")

    assert seen == [True]
