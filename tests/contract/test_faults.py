"""What happens when something fails: the store, the app, or CookieSafe itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Event
from typing import Any

import pytest

from cookiesafe import StoreError, UsageError, Visit, current_visit
from cookiesafe.adapters import _drive
from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.ledger import Record
from tests.support.edges import AppRequest, AppResponse, ASGIClient, Client, Response, answer, html
from tests.support.harbour import (
    CONSENT,
    ONLY_ASGI,
    PAGE,
    Asks,
    Cookies,
    MakeClient,
    lets_in,
)

# --- the store -----------------------------------------------------------------------------------


class FailingStore(MemoryStore):
    """Fails while ``error`` is set; with ``late``, after the record was kept."""

    error: Exception | None = None
    late = False

    def append(self, records: Sequence[Record]) -> None:
        if self.error is None or self.late:
            super().append(records)
        if self.error is not None:
            raise self.error


ERRORS = [StoreError("the disk is full"), RuntimeError("a fault of the driver"), OSError(28, "x")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("choice", ["accept", "reject", "save"])
def test_a_choice_that_cannot_be_recorded_is_not_taken_and_that_is_told(
    make_client: MakeClient, choice: str, error: Exception
) -> None:
    store = FailingStore()
    store.error = error
    client = make_client(store=store)

    response = client.choose(choice)

    assert response.status == 503
    assert response.cookies == []
    assert "could not save your choice" in response.text
    assert "no-store" in (response.header("cache-control") or "")


def test_a_script_is_told_so_as_json(make_client: MakeClient) -> None:
    store = FailingStore()
    store.error = StoreError("down")

    response = make_client(store=store).choose("accept", headers={"Accept": "application/json"})

    assert response.status == 503
    assert response.json()["error"] == "Not saved"


@pytest.mark.parametrize(("first", "second"), [("accept", "reject"), ("reject", "accept")])
@pytest.mark.parametrize("late", [False, True])
def test_the_earlier_choice_stays(
    make_client: MakeClient, first: str, second: str, late: bool
) -> None:
    app, store = Asks(), FailingStore()
    client = make_client(app, store=store)
    client.choose(first)
    store.error, store.late = StoreError("down"), late

    client.choose(second)
    client.get("/")

    assert app.allowed == ({"statistics", "advertising"} if first == "accept" else set())


def test_after_the_store_is_back_a_choice_is_taken(make_client: MakeClient) -> None:
    store = FailingStore()
    store.error = StoreError("down")
    client = make_client(store=store)
    client.choose("accept")
    store.error = None

    assert client.choose("accept").status == 303
    assert len(client.records) == 1


def test_a_store_that_is_down_costs_no_page_anything(make_client: MakeClient) -> None:
    store = FailingStore()
    client = make_client(store=store)
    client.choose("accept")
    store.error = StoreError("down")
    store.close()

    response = client.get("/")

    assert response.status == 200
    assert lets_in(response, "ads.gullwing.example")


def test_what_failed_is_in_the_log(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    store = FailingStore()
    store.error = StoreError("the disk is full")
    make_client(store=store).choose("accept")

    assert "the disk is full" in caplog.text


class StuckStore(MemoryStore):
    """Does not go on before it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.let_go = Event(), Event()

    def append(self, records: Sequence[Record]) -> None:
        self.entered.set()
        assert self.let_go.wait(10)
        super().append(records)


@pytest.fixture
def stuck() -> Iterator[StuckStore]:
    store = StuckStore()
    yield store
    store.let_go.set()


@ONLY_ASGI
def test_a_slow_store_is_waited_for_no_longer_than_the_deadline(
    make_client: MakeClient, stuck: StuckStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cookiesafe.adapters._drive.Pool", partial(Pool, deadline=0.02))
    client = make_client(store=stuck)

    async def choose() -> Response:
        return await asgi(client).exchange(
            asgi(client).prepared("/cookiesafe/choices", "POST", b"choice=accept")
        )

    response = asyncio.run(asyncio.wait_for(choose(), 5))

    assert stuck.entered.is_set()
    assert response.status == 503
    assert response.cookies == []


@ONLY_ASGI
def test_a_slow_store_does_not_hold_up_other_requests(
    make_client: MakeClient, stuck: StuckStore
) -> None:
    client = asgi(make_client(store=stuck))

    async def run() -> tuple[Response, Response]:
        choosing = asyncio.create_task(
            client.exchange(client.prepared("/cookiesafe/choices", "POST", b"choice=accept"))
        )
        assert await asyncio.to_thread(stuck.entered.wait, 5)
        page = await client.exchange(client.prepared("/"))
        assert not choosing.done()
        stuck.let_go.set()
        return page, await choosing

    page, chosen = asyncio.run(run())

    assert page.status == 200
    assert chosen.status == 303


@ONLY_ASGI
def test_who_cannot_be_served_in_time_is_told_at_once(
    make_client: MakeClient, stuck: StuckStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_drive, "MOST_WAITING", 1)
    client = asgi(make_client(store=stuck))
    sent = client.prepared("/cookiesafe/choices", "POST", b"choice=accept")

    async def run() -> tuple[Response, Response]:
        first = asyncio.create_task(client.exchange(sent))
        assert await asyncio.to_thread(stuck.entered.wait, 5)
        second = await client.exchange(sent)
        stuck.let_go.set()
        return await first, second

    first, second = asyncio.run(run())

    assert (first.status, second.status) == (303, 503)


def asgi(client: Client) -> ASGIClient:
    assert isinstance(client, ASGIClient)
    return client


# --- CookieSafe itself ---------------------------------------------------------------------------

LEAVING = {
    "departure.ROLES": "the names of fields",
    "departure.KINDS": "the kind of response",
    "gate.CookieGate.outgoing": "the gate for cookies",
    "notice.Notice.revisit": "the way back",
    "jar.Jar.write_session": "writing the session",
}


def broken(*args: Any, **kwargs: Any) -> Any:
    raise ZeroDivisionError("a fault of our own")


def eventful(visit: Visit, request: AppRequest) -> AppResponse:
    """A page that makes use of everything."""
    visit.session["seen"] = request.path
    lines = ["cart=7; Path=/", "hl_ad_7=a1; Path=/"]
    return html(PAGE, *(("Set-Cookie", line) for line in lines))


@pytest.mark.parametrize("place", LEAVING)
def test_on_a_fault_of_ours_the_page_is_served_with_nothing_optional(
    make_client: MakeClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    client = make_client(eventful)
    client.choose("accept")
    monkeypatch.setattr(f"cookiesafe.{place}", broken)

    response = client.get("/")

    assert response.status == 200
    assert response.text.startswith(PAGE)
    assert not lets_in(response, "ads.gullwing.example")
    assert not [name for name in response.cookie_names if name.startswith("hl_")]
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "CS900" in record.getMessage()
    assert record.exc_info is not None


@pytest.mark.parametrize("place", LEAVING)
@pytest.mark.parametrize("lines", [[], ["hl_ad_7=a1"], ["cart=7"]], ids=["none", "advert", "cart"])
def test_on_a_fault_of_ours_a_file_is_served_with_nothing_optional(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, place: str, lines: list[str]
) -> None:
    cached = [("Cache-Control", "public"), ("CDN-Cache-Control", "max-age=60")]
    fields = [*cached, *(("Set-Cookie", line) for line in lines)]
    client = make_client(lambda v, r: answer("application/json", b"{}", *fields))
    client.choose("accept")
    monkeypatch.setattr(f"cookiesafe.{place}", broken)

    response = client.get("/x", {"Sec-Fetch-Dest": "empty"})

    assert (response.status, response.body) == (200, b"{}")
    assert not lets_in(response, "ads.gullwing.example")
    if response.cookies:
        assert "public" not in (response.header("cache-control") or "")


@pytest.mark.parametrize("step", ["feed", "close"])
def test_on_a_fault_of_the_page_gate_the_page_is_served(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    client = make_client(lambda v, r: html(iter([PAGE.encode(), b"<p>more"])))
    monkeypatch.setattr(f"cookiesafe.gate.PageGate.{step}", broken)

    response = client.get("/")

    assert response.status == 200
    assert f"{PAGE.partition('<h1>')[2]}<p>more" in response.text


def read_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading cookies fails, where there are some."""
    from cookiesafe.jar import Jar

    read = Jar.read

    def breaking(jar: Jar, header: str, circumstances: Any, now: int) -> Any:
        return broken() if header else read(jar, header, circumstances, now)

    monkeypatch.setattr(Jar, "read", breaking)


def test_when_cookies_cannot_be_read_the_page_is_served_as_to_a_stranger(
    make_client: MakeClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")
    read_breaks(monkeypatch)

    responses = [client.get("/") for _ in range(3)]

    assert app.allowed == set()
    for response in responses:
        assert response.status == 200
        assert PAGE.partition("<h1>")[2] in response.text
        assert not lets_in(response, "ads.gullwing.example")
    assert len(caplog.records) == 1


def test_when_cookies_cannot_be_read_the_app_reads_none_that_is_optional(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Cookies()
    client = make_client(app)
    read_breaks(monkeypatch)

    client.get("/", cookies="cart=7; hl_ad_7=a1; surprise=1")

    assert "hl_ad_7" not in (app.last or "")
    assert "surprise" not in (app.last or "")


@pytest.mark.parametrize("place", ["incoming", "outgoing"])
def test_a_gate_that_fails_is_no_open_gate(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    seen = Cookies()

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        seen(visit, request)
        return html(PAGE, ("Set-Cookie", "hl_ad_7=a1; Path=/"))

    client = make_client(handler)
    monkeypatch.setattr(f"cookiesafe.gate.CookieGate.{place}", broken)

    response = client.get("/", cookies="cart=7; hl_ad_7=a1")

    assert response.status == 200
    assert response.cookies == []
    assert "hl_ad_7" not in (seen.last or "")


@pytest.mark.parametrize(
    "place", ["departure.KINDS", "notice.choices.ChoicesNotice.page", "desk.choices.local_path"]
)
def test_on_a_fault_of_ours_our_own_page_says_so(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    client = make_client()
    monkeypatch.setattr(f"cookiesafe.{place}", broken)

    response = client.get("/cookiesafe/choices")

    assert response.status in (200, 503)
    assert not lets_in(response, "ads.gullwing.example")


@pytest.mark.parametrize(
    "place", ["desk.choices.choose", "choosing.record_of", "jar.Jar.write_consent"]
)
def test_on_a_fault_of_ours_a_choice_is_not_taken(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    client = make_client()
    monkeypatch.setattr(f"cookiesafe.{place}", broken)

    response = client.choose("accept")

    assert response.status == 503
    assert response.cookies == []


def test_on_a_fault_of_ours_the_answer_to_a_choice_still_leaves(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    monkeypatch.setattr("cookiesafe.departure.KINDS", broken)

    response = client.choose("reject")

    recorded = len(client.records) == 1
    assert response.status in (303, 503)
    assert (response.cookie_names == [CONSENT]) is (recorded and response.status == 303)


def test_observe_stays_out_of_the_way_even_on_a_fault(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(eventful, mode="observe")
    monkeypatch.setattr("cookiesafe.gate.CookieGate.outgoing", broken)

    response = client.get("/")

    assert response.status == 200
    assert response.text == PAGE
    assert {"cart", "hl_ad_7"} <= set(response.cookie_names)


# --- the app -------------------------------------------------------------------------------------


class AppError(BaseException):
    """Not even an ``Exception``."""


@pytest.mark.parametrize("error", [ValueError("x"), AppError("x")], ids=["usual", "unusual"])
def test_what_the_app_raises_comes_out_unchanged(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        raise error

    with pytest.raises(type(error)) as raised:
        make_client(handler).get("/")

    assert raised.value is error
    assert caplog.records == []


def test_what_the_app_raises_in_mid_page_comes_out_unchanged(make_client: MakeClient) -> None:
    error = ValueError("in mid-page")

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        def body() -> Iterator[bytes]:
            yield b"<body><p>x"
            raise error

        return html(body())

    client = make_client(handler)
    left: list[bytes] = []
    client.on_chunk = left.append

    with pytest.raises(ValueError, match="in mid-page") as raised:
        client.get("/")

    assert raised.value is error
    assert left != []


@pytest.mark.parametrize("kind", ["purpose", "session"])
def test_what_the_app_does_wrong_is_raised_in_the_app(make_client: MakeClient, kind: str) -> None:
    wrong: dict[str, Callable[[Visit], object]] = {
        "purpose": lambda visit: visit.allows("nothing"),
        "session": lambda visit: visit.session.update({"a": object()}),
    }

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        wrong[kind](visit)
        return html(PAGE)

    with pytest.raises(UsageError):
        make_client(handler).get("/")


def test_after_the_app_raised_there_is_no_visit(make_client: MakeClient) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        make_client(handler).get("/")

    with pytest.raises(UsageError):
        current_visit()


def test_without_a_store_it_is_said_once_and_works(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(store=None)
    assert [record.levelname for record in caplog.records] == ["WARNING"]

    assert client.choose("accept").status == 303
    assert len(client.records) == 1


@pytest.mark.parametrize("destination", ["document", "empty"])
def test_without_a_clock_the_site_works_with_nothing_optional(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, destination: str
) -> None:
    client = make_client(eventful)
    client.choose("accept")
    another = make_client(eventful, clock=broken)
    another.jar = client.jar

    response = another.get("/", {"Sec-Fetch-Dest": destination})

    assert response.status == 200
    assert not lets_in(response, "ads.gullwing.example")
    assert "CS900" in caplog.text


def test_on_a_fault_of_ours_nothing_in_a_page_is_called_early(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = "<link rel=preconnect href=https://ads.gullwing.example>"
    fields = [("Content-Security-Policy", "img-src *; report-uri https://ads.gullwing.example/r")]
    client = make_client(lambda v, r: html(f"<head>{hint}</head><p>x</p>", *fields))
    monkeypatch.setattr("cookiesafe.departure.KINDS", broken)

    response = client.get("/")

    assert "data-held-rel=preconnect" in response.text
    assert "report-uri https" not in "".join(response.headers_of("content-security-policy"))
