"""The receipt: shown, downloaded, checked; everything withdrawn, and everything forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from cookiesafe import StoreError
from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.ledger import Entry, Record, check_receipt
from cookiesafe.ledger.terms import LedgerTerms
from cookiesafe.ports import Store
from tests.support.edges import Client, Response
from tests.support.harbour import CONSENT, ONLY_ASGI, Asks, Clock, MakeClient, cache_rules
from tests.support.stores import store_fixture  # noqa: F401

RECEIPT = "/cookiesafe/receipt"
JSON = {"Accept": "application/json"}
SEALED: dict[str, Any] = {
    "ledger_key": b"l" * 32,
    "ledger": LedgerTerms(origin="www.example/consents", seal_after=0),
}
GPC = {"Sec-GPC": "1"}


def seal(client: Client) -> None:
    assert client.safe is not None
    client.safe.seal()


def number_of(client: Client) -> str:
    """The id in the visitor's cookie."""
    found = re.search(r"\.([A-Za-z0-9_-]{22})\.[^.]+$", client.jar[CONSENT])
    assert found, client.jar[CONSENT]
    return found[1]


def agreed(make_client: MakeClient, **settings: Any) -> Client:
    """A visitor who has agreed, and whose record is sealed."""
    client = make_client(**{**SEALED, **settings})
    client.choose("accept", notice="banner")
    seal(client)
    return client


def document_of(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get(RECEIPT, JSON).json()
    return document


def do(client: Client, way: str, headers: Any = None, **fields: str) -> Response:
    return client.post(RECEIPT, form={"do": way, **fields}, headers=headers or {})


def checked(client: Client, document: Any) -> Any:
    """What a script is told of it."""
    text = document if isinstance(document, str) else json.dumps(document)
    response = do(client, "check", JSON, receipt=text)
    assert response.status == 200
    return response.json()


def states(answer: Any) -> list[str]:
    return [each["state"] for each in answer["records"]]


def of_receipt(client: Client, receipt: str) -> list[Record]:
    return [each for each in client.records if each.receipt == receipt]


# --- shown ---------------------------------------------------------------------------------------


def test_who_agreed_sees_what_is_recorded_and_where_it_is_sealed(make_client: MakeClient) -> None:
    client = agreed(make_client)
    client.choose("save", purpose=["statistics"], notice="choices")

    text = client.get(RECEIPT).text

    assert f"<code>{number_of(client)}</code>" in text
    assert re.search(
        r"You agreed</h3>.*Agreed to</dt><dd>Statistics, Advertising<", text, re.DOTALL
    )
    assert re.search(r"You changed your choice</h3>.*Refused</dt><dd>Advertising<", text, re.DOTALL)
    assert re.search(r"at place \d+ of the log", text)
    assert "<em>pending</em>" in text
    assert "In the notice at the top of a page" in text


def test_the_policy_of_each_choice_is_linked_and_there(make_client: MakeClient) -> None:
    client = agreed(make_client)

    found = re.search(r'href="(/cookiesafe/changes\?version=[0-9a-f]+)"', client.get(RECEIPT).text)

    assert found
    assert client.get(found[1]).status == 200


@pytest.mark.parametrize("choice", [None, "reject"])
def test_without_a_yes_there_is_no_number_and_a_receipt_can_still_be_checked(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client(**SEALED)
    if choice:
        client.choose(choice)

    response = client.get(RECEIPT)

    assert response.status == 200
    assert "There is nothing to show" in response.text
    assert "Check a receipt" in response.text
    assert "Withdraw everything" not in response.text
    assert client.get(RECEIPT, JSON).status == 404


def test_a_site_that_does_not_seal_says_that_nothing_proves_it(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")

    text = client.get(RECEIPT).text

    assert "not sealed, so nothing proves these entries" in text
    assert "pending" not in text


def test_the_page_of_choices_leads_here(make_client: MakeClient) -> None:
    client = make_client(root="/shop")

    assert (
        'href="/shop/cookiesafe/receipt?next=/bills"'
        in client.get("/cookiesafe/choices?next=/bills").text
    )


def test_a_signal_is_told_in_plain_words(make_client: MakeClient) -> None:
    client = agreed(make_client)
    client.get("/", GPC)

    text = client.get(RECEIPT).text
    assert "Your browser’s signal turned off" in text
    assert "<dt>Turned off</dt><dd>Advertising</dd>" in text


@pytest.mark.law("L-12")
@pytest.mark.parametrize("headers", [JSON, {}], ids=["by script", "as a file"])
def test_the_document_is_proved_by_the_key_of_the_log(
    make_client: MakeClient, headers: dict[str, str]
) -> None:
    client = agreed(make_client)
    path = RECEIPT if headers else f"{RECEIPT}?download=1"

    response = client.get(path, headers)

    document = response.json()
    verdict = check_receipt(response.body, document["keys"])
    assert (verdict.holds, verdict.sealed, verdict.trusted) == (True, 1, True)
    assert "no-store" in cache_rules(response)
    if not headers:
        disposition = response.header("content-disposition") or ""
        assert disposition == 'attachment; filename="consent-receipt.json"'


@ONLY_ASGI
def test_the_app_can_give_the_document_itself(make_client: MakeClient) -> None:
    client = agreed(make_client)
    assert client.safe is not None

    given = client.safe.receipt(number_of(client))

    assert given is not None
    assert json.loads(given) == document_of(client)
    assert client.safe.receipt("a" * 22) is None


def test_the_number_is_in_no_address_and_in_no_log(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    client = agreed(make_client)
    number = number_of(client)
    pages = [client.get(RECEIPT), do(client, "forget"), do(client, "withdraw")]

    for page in pages:
        assert not [
            each for each in re.findall(r'(?:href|action)="([^"]*)"', page.text) if number in each
        ]
    assert number not in caplog.text


def test_ones_export_holds_all_that_is_stored_about_one_and_nothing_of_anybody_else(
    make_client: MakeClient,
) -> None:
    one = make_client(**SEALED)
    other = one.another()
    for client in (one, other):
        client.choose("accept")
        client.get("/", GPC)
        client.choose("save", purpose=["statistics"])
        client.choose("accept")
    seal(one)
    number, others = number_of(one), number_of(other)

    document = document_of(one)

    mine = [each["record"]["id"] for each in document["records"]]
    assert mine == [each.id for each in of_receipt(one, number)]
    assert len(mine) == 4
    text = json.dumps(document)
    for record in of_receipt(one, others):
        assert record.id not in text
    assert others not in text
    stored = [each.to_json() for each in one.records if number in each.to_json()]
    assert len(stored) == len(mine)


# --- withdrawn -----------------------------------------------------------------------------------


@pytest.mark.law("L-06")
def test_withdrawing_is_a_no_to_everything_and_shows_the_receipt_once(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app, **SEALED)
    client.choose("accept")
    seal(client)
    number = number_of(client)

    response = do(client, "withdraw", {"Cookie": f"{CONSENT}={client.jar[CONSENT]}; hl_ad_7=a1"})

    assert response.status == 200
    assert number in response.text
    assert "This is the last time" in response.text
    assert "hl_ad_7" in response.cookie_names
    assert response.header("clear-site-data") == '"cache"'
    client.get("/")
    assert app.allowed == set()
    assert number not in client.jar[CONSENT]
    last = of_receipt(client, number)[-1]
    assert (last.event, last.notice) == ("withdrawal", "receipt")
    assert not any(last.choices.values())
    assert number not in client.get(RECEIPT).text


def test_the_cookie_is_that_of_a_no_on_the_page_of_choices(make_client: MakeClient) -> None:
    one, other = agreed(make_client), agreed(make_client)
    do(one, "withdraw")
    other.choose("reject")

    assert one.jar[CONSENT] == other.jar[CONSENT]


def test_the_page_has_the_document_to_copy_with_the_withdrawal_in_it(
    make_client: MakeClient,
) -> None:
    client = agreed(make_client)

    text = do(client, "withdraw").text

    found = re.search(r"<textarea[^>]* readonly[^>]*>(.*?)</textarea>", text, re.DOTALL)
    assert found
    document = json.loads(found[1].replace("&#34;", '"').replace("&amp;", "&"))
    assert [each["record"]["event"] for each in document["records"]] == ["grant", "withdrawal"]
    assert check_receipt(document).holds


def test_a_script_is_answered_with_the_document(make_client: MakeClient) -> None:
    document = do(agreed(make_client), "withdraw", JSON).json()

    assert check_receipt(document, document["keys"]).sealed == 1
    assert document["records"][-1] == {"record": document["records"][-1]["record"], "pending": True}


def token_of(response: Response) -> str:
    found = re.search(r'name="token" value="([^"]+)"', response.text)
    assert found
    return found[1]


def test_for_15_minutes_it_can_be_downloaded_without_the_cookie(
    make_client: MakeClient, clock: Clock
) -> None:
    client = agreed(make_client)
    token = token_of(do(client, "withdraw"))
    seal(client)
    clock.now += 15 * 60

    response = do(client.another(), "download", token=token)

    assert response.header("content-disposition") == 'attachment; filename="consent-receipt.json"'
    assert check_receipt(response.body, response.json()["keys"]).sealed == 2
    clock.now += 1
    assert do(client, "download", token=token).status == 403


@pytest.mark.parametrize("token", ["", "x", "1900000000.Q2hvcCBzdWV5ISAgIDEyMw", "\ud800", "é.é"])
def test_a_token_that_is_not_ours_gives_nothing(make_client: MakeClient, token: str) -> None:
    sent = token.encode("utf-8", "replace").decode()

    assert do(make_client(**SEALED), "download", token=sent).status == 400


@pytest.mark.parametrize("way", ["withdraw", "forget"])
def test_who_has_no_receipt_is_told_so(make_client: MakeClient, way: str) -> None:
    client = make_client(**SEALED)
    client.choose("reject")

    response = do(client, way, sure="1")

    assert response.status == 409
    assert response.cookies == []


# --- forgotten -----------------------------------------------------------------------------------


def test_forgetting_is_asked_about_first_with_equal_buttons(make_client: MakeClient) -> None:
    client = agreed(make_client)
    before = client.records

    response = do(client, "forget")

    assert response.status == 200
    assert response.cookies == []
    assert client.records == before
    assert re.findall(r'<button name="do" value="(\w+)">', response.text) == ["forget", "keep"]


def test_who_thinks_better_of_it_keeps_everything(make_client: MakeClient) -> None:
    client = agreed(make_client)
    before = client.records

    response = do(client, "keep", sure="1")

    assert (response.status, response.header("location")) == (303, RECEIPT)
    assert (client.records, response.cookies) == (before, [])


@pytest.mark.law("P-04")
def test_after_forgetting_nothing_of_the_number_is_stored_and_the_log_still_verifies(
    make_client: MakeClient, tmp_path: Path
) -> None:
    client = agreed(make_client, store=open_store(f"sqlite:///{tmp_path / 'store.db'}"))
    client.choose("save", purpose=["statistics"])
    number = number_of(client)
    ids = [each.id for each in of_receipt(client, number)]
    assert client.safe is not None

    response = do(client, "forget", sure="1")

    assert response.status == 200
    assert CONSENT not in client.jar
    assert of_receipt(client, number) == []
    seal(client)
    verdict = client.safe.verify()
    client.safe.close()
    assert verdict.findings == ()
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(ids) == 2
    for secret in [number, *ids]:
        assert not any(secret.encode() in each for each in files)


def test_after_forgetting_one_is_asked_again_and_the_cookies_are_swept(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app, **SEALED)
    client.choose("accept")

    response = do(
        client, "forget", {"Cookie": f"{CONSENT}={client.jar[CONSENT]}; hl_ad_7=a; x=1"}, sure="1"
    )

    assert {"hl_ad_7", CONSENT} == set(response.cookie_names)
    assert all("Max-Age=0" in line for line in response.cookies)
    assert response.header("clear-site-data") == '"cache"'
    assert 'data-cookiesafe="banner"' in client.get("/").text
    assert app.allowed == set()


def test_what_others_have_recorded_stays(make_client: MakeClient) -> None:
    one = agreed(make_client)
    other = one.another()
    other.choose("accept")

    do(one, "forget", sure="1")

    assert len(of_receipt(one, number_of(other))) == 1


def test_a_script_has_to_be_sure_at_once(make_client: MakeClient) -> None:
    client = agreed(make_client)

    assert do(client, "forget", JSON).status == 400
    assert do(client, "forget", JSON, sure="1").json() == {"done": "forget"}


# --- checked -------------------------------------------------------------------------------------


def test_a_receipt_of_ours_holds(make_client: MakeClient) -> None:
    client = agreed(make_client)

    answer = checked(client.another(), document_of(client))

    assert answer["holds"] is True
    assert states(answer) == ["proved"]
    assert "The receipt holds." in do(client, "check", receipt=json.dumps(document_of(client))).text


def test_what_was_pending_is_sealed_by_now(make_client: MakeClient) -> None:
    client = agreed(make_client)
    client.choose("save", purpose=["statistics"])
    document = document_of(client)
    assert states(checked(client, document)) == ["proved", "pending"]

    seal(client)

    assert states(checked(client, document)) == ["proved", "since"]


def test_a_receipt_of_a_forgotten_record_is_still_proved(make_client: MakeClient) -> None:
    client = agreed(make_client)
    document = document_of(client)
    do(client, "forget", sure="1")

    answer = checked(client, document)

    assert (answer["holds"], states(answer)) == (True, ["forgotten"])


def test_a_changed_record_is_named_with_the_field_that_differs(make_client: MakeClient) -> None:
    client = agreed(make_client)
    document = document_of(client)
    document["records"][0]["record"]["choices"]["advertising"] = False

    answer = checked(client, document)

    assert answer["holds"] is False
    assert answer["records"][0]["state"] == "changed"
    assert answer["records"][0]["fields"] == ["choices (advertising)"]
    assert "choices (advertising)" in do(client, "check", receipt=json.dumps(document)).text


def test_a_changed_record_is_named_while_it_is_pending_too(make_client: MakeClient) -> None:
    client = make_client(**SEALED)
    client.choose("accept")
    document = document_of(client)
    assert checked(client, document)["outcome"] == "nothing"
    document["records"][0]["record"]["regime"] = "other"

    answer = checked(client, document)

    assert (answer["outcome"], answer["records"][0]["fields"]) == ("changed", ["regime"])


def test_a_receipt_of_another_site_is_told_as_such(make_client: MakeClient) -> None:
    terms = LedgerTerms(origin="elsewhere.example/log", seal_after=0)
    other = agreed(make_client, ledger_key=b"o" * 32, ledger=terms)

    answer = checked(agreed(make_client), document_of(other))

    assert (answer["outcome"], answer["origin"]) == ("elsewhere", "elsewhere.example/log")


def test_a_log_that_only_says_it_is_ours_is_not_believed(make_client: MakeClient) -> None:
    forger = agreed(make_client, ledger_key=b"f" * 32)

    answer = checked(agreed(make_client), document_of(forger))

    assert (answer["outcome"], answer["holds"]) == ("changed", False)
    assert states(answer) == ["foreign"]


def test_a_log_that_was_cut_back_is_shown_by_a_receipt(make_client: MakeClient) -> None:
    store = MemoryStore()
    client = agreed(make_client, store=store)
    client.choose("save", purpose=["statistics"])
    seal(client)
    document = document_of(client)
    assert not checked(client, document)["shorter"]

    store._checkpoints.pop()

    assert checked(client, document)["shorter"]
    assert "shorter now" in do(client, "check", receipt=json.dumps(document)).text


def with_file(text: bytes, name: bytes = b"consent-receipt.json") -> tuple[bytes, dict[str, str]]:
    """A form as browsers send it with a file."""
    parts = [(b'name="next"', b"/bills"), (b'name="file"; filename="' + name + b'"', text)]
    parts += [(b'name="receipt"', b""), (b'name="do"', b"check")]
    lines = [
        b"--x1\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value
        for head, value in parts
    ]
    body = b"\r\n".join([*lines, b"--x1--\r\n"])
    return body, {"Content-Type": "multipart/form-data; boundary=x1", **JSON}


def test_a_file_can_be_checked(make_client: MakeClient) -> None:
    client = agreed(make_client)
    body, headers = with_file(client.get(f"{RECEIPT}?download=1").body)

    assert client.post(RECEIPT, body=body, headers=headers).json()["holds"] is True


HOSTILE: dict[str, Callable[[], str]] = {
    "nothing at all": lambda: "no",
    "an empty table": lambda: "{}",
    "a list": lambda: "[1, 2]",
    "deeply nested": lambda: "[" * 20_000,
    "deeply nested and closed": lambda: "[" * 9_000 + "]" * 9_000,
    "a huge number": lambda: '{"cookiesafe":"receipt/1","x":' + "9" * 60_000 + "}",
    "a number without an end": lambda: '{"cookiesafe":"receipt/1","x":1e999}',
    "NUL": lambda: '{"cookiesafe":"receipt/1","origin":"\\u0000","receipt":"\\u0000"}',
    "half a character": lambda: '{"cookiesafe":"receipt/1","origin":"\\ud800"}',
    "markup": lambda: '{"cookiesafe":"receipt/1","origin":"<script>alert(1)</script>"}',
    "a name twice": lambda: '{"cookiesafe":"receipt/1","cookiesafe":"receipt/1"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_receipt_gets_a_friendly_page(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    response = do(agreed(make_client), "check", receipt=HOSTILE[name]())

    assert response.status == 200
    assert "A receipt, checked" in response.text
    assert "The receipt holds" not in response.text
    assert "<script" not in response.text
    assert caplog.records == []


HOSTILE_VALUES: list[Any] = [
    None, True, -1, 10**4000, 1e308, "", "\0", "\ud800", "<script>alert(1)</script>", "\u202e", [], {},
    [[]] * 50, {"<b>": "<i>"}, "é" * 3_000,
]  # fmt: skip


@ONLY_ASGI
@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
def test_no_value_of_any_field_is_believed_or_breaks_the_page(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, value: Any
) -> None:
    client = agreed(make_client)
    true = document_of(client)
    for path in _paths(true):
        document = json.loads(json.dumps(true))
        _put(document, path, value)

        response = do(client, "check", receipt=json.dumps(document))

        assert response.status == 200, path
        assert "<script" not in response.text
        assert "<b>" not in response.text
        if "The receipt holds" in response.text and document != true:
            assert path[0] in ("site", "keys"), path
    assert caplog.records == []


def _paths(document: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for name, value in pairs:
        found.append((*before, name))
        if isinstance(value, (dict, list)):
            found += _paths(value, (*before, name))
    return found


def _put(document: Any, path: Sequence[Any], value: Any) -> None:
    for name in path[:-1]:
        document = document[name]
    document[path[-1]] = value


def test_checking_changes_nothing_and_logs_nothing(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    client = agreed(make_client)
    document, before = document_of(client), client.records

    response = do(client, "check", receipt=json.dumps(document))

    assert (client.records, response.cookies) == (before, [])
    assert document["receipt"] not in caplog.text


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_form_is_told_so(make_client: MakeClient, text: str) -> None:
    assert do(make_client(**SEALED), "check", receipt=text).status == 400


@pytest.mark.parametrize("way", ["", "x", "Withdraw", "check\0"])
def test_another_way_changes_nothing(make_client: MakeClient, way: str) -> None:
    client = agreed(make_client)

    response = do(client, way, receipt="{}")

    assert (response.status, response.cookies) == (400, [])


@pytest.mark.parametrize("way", ["withdraw", "forget", "check", "download"])
def test_another_site_can_do_none_of_it(make_client: MakeClient, way: str) -> None:
    client = agreed(make_client)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    response = do(client, way, foreign, sure="1", receipt="{}")

    assert (response.status, response.cookies) == (403, [])
    assert [each.event for each in client.records].count("grant") == 1


def test_more_than_64_kb_is_not_looked_at(make_client: MakeClient) -> None:
    client = agreed(make_client)
    body, headers = with_file(b" " * 65_536)

    assert client.post(RECEIPT, body=body, headers=headers).status == 413


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=x2", "; boundary=x1x"])
def test_a_form_in_parts_that_is_none_changes_nothing(
    make_client: MakeClient, boundary: str
) -> None:
    client = agreed(make_client)
    body, _ = with_file(b"{}")

    response = client.post(
        RECEIPT, body=body, headers={"Content-Type": f"multipart/form-data{boundary}"}
    )

    assert (response.status, response.cookies) == (400, [])


def test_a_file_from_an_editor_that_marks_its_bytes_is_read(make_client: MakeClient) -> None:
    client = agreed(make_client)
    body, headers = with_file(b"\xef\xbb\xbf" + client.get(f"{RECEIPT}?download=1").body)

    assert client.post(RECEIPT, body=body, headers=headers).json()["holds"] is True


# --- a number with very many records --------------------------------------------------------------


def with_many(make_client: MakeClient, count: int, seal_them: bool = True) -> Client:
    """A visitor who has agreed, and whose number has so many records more."""
    store = MemoryStore()
    client = agreed(make_client, store=store)
    (first,) = of_receipt(client, number_of(client))
    later = [
        replace(first, id=f"{number:022}", time=first.time + 60_000 * number)
        for number in range(count)
    ]
    store.append(later)
    if seal_them:
        seal(client)
    return client


def test_the_newest_of_many_records_are_shown_and_the_others_counted(
    make_client: MakeClient,
) -> None:
    client = with_many(make_client, 100)

    text = client.get(RECEIPT).text

    assert text.count("You agreed</h3>") == 100
    assert "The newest 100 are shown. There is 1 earlier one." in text
    assert "at place 1 of the log" not in text
    assert "up to 300 of the newest records" in text
    text = do(client, "withdraw").text
    assert "The newest 100 are shown. There are 2 earlier ones." in text


def test_the_file_has_the_newest_of_many_records_and_says_how_many_are_not_in_it(
    make_client: MakeClient,
) -> None:
    client = with_many(make_client, 800)

    response = client.get(f"{RECEIPT}?download=1")

    document = response.json()
    assert (len(document["records"]), document["earlier"]) == (300, 501)
    assert document["records"][-1]["record"]["id"] == f"{799:022}"
    verdict = check_receipt(response.body, document["keys"])
    assert (verdict.holds, verdict.sealed) == (True, 300)
    assert "earlier" not in document_of(with_many(make_client, 299))


@pytest.mark.law("P-04")
def test_however_many_records_a_number_has_all_are_forgotten(make_client: MakeClient) -> None:
    client = with_many(make_client, 4_500, seal_them=False)
    number = number_of(client)

    response = do(client, "forget", sure="1")

    assert response.status == 200
    assert of_receipt(client, number) == []
    assert CONSENT not in client.jar


# --- what fails ----------------------------------------------------------------------------------


class Failing(MemoryStore):
    """Fails at the methods that are named in ``at``."""

    at: frozenset[str] = frozenset()

    def append(self, records: Sequence[Record]) -> None:
        self._fail("append")
        super().append(records)

    def entries_of(self, receipt: str) -> list[Entry]:
        self._fail("entries_of")
        return super().entries_of(receipt)

    def checkpoint(self) -> Any:
        self._fail("checkpoint")
        return super().checkpoint()

    def tiles(self, tiles: Any) -> Any:
        self._fail("tiles")
        return super().tiles(tiles)

    def find_entries(self, event: str, before: int | None, limit: int) -> list[Entry]:
        self._fail("find_entries")
        return super().find_entries(event, before, limit)

    def erase(self, entries: Sequence[Entry], record: Record) -> bool:
        self._fail("erase")
        return super().erase(entries, record)

    def _fail(self, method: str) -> None:
        if method in self.at:
            raise StoreError("the disk is full")


READING = ["entries_of", "checkpoint", "tiles", "find_entries"]


@pytest.mark.parametrize("method", READING)
@pytest.mark.parametrize("path", [RECEIPT, f"{RECEIPT}?download=1"])
def test_a_store_that_is_down_is_told_and_nothing_is_lost(
    make_client: MakeClient, method: str, path: str
) -> None:
    store, app = Failing(), Asks()
    client = make_client(app, store=store, **SEALED)
    client.choose("accept")
    seal(client)
    store.at = frozenset({method})

    response = client.get(path)

    assert (response.status, response.cookies) == (503, [])
    assert "Nothing is lost" in response.text
    client.get("/")
    assert app.allowed == {"statistics", "advertising"}


def test_what_cannot_be_recorded_is_not_withdrawn(make_client: MakeClient) -> None:
    store, app = Failing(), Asks()
    client = make_client(app, store=store, **SEALED)
    client.choose("accept")
    store.at = frozenset({"append"})

    response = do(client, "withdraw")

    assert (response.status, response.cookies) == (503, [])
    assert "could not save your choice" in response.text
    client.get("/")
    assert app.allowed == {"statistics", "advertising"}


@pytest.mark.law("L-06")
@pytest.mark.parametrize("method", READING)
def test_nobody_is_kept_from_withdrawing_by_what_cannot_be_read(
    make_client: MakeClient, method: str
) -> None:
    store, app = Failing(), Asks()
    client = make_client(app, store=store, **SEALED)
    client.choose("accept")
    seal(client)
    number = number_of(client)
    store.at = frozenset({method})

    response = do(client, "withdraw")

    assert response.status == 200
    assert number in response.text
    assert "cannot be read just now" in response.text
    client.get("/")
    assert app.allowed == set()
    store.at = frozenset()
    assert do(client, "download", token=token_of(response)).json()["receipt"] == number


@pytest.mark.parametrize("method", ["entries_of", "erase"])
def test_what_cannot_be_erased_leaves_the_cookie_and_can_be_tried_again(
    make_client: MakeClient, method: str
) -> None:
    store = Failing()
    client = agreed(make_client, store=store)
    before = client.records
    store.at = frozenset({method})

    response = do(client, "forget", sure="1")

    assert (response.status, response.cookies) == (503, [])
    assert client.records == before
    store.at = frozenset()
    assert do(client, "forget", sure="1").status == 200
    assert CONSENT not in client.jar


class Stuck(MemoryStore):
    """Does not go on with what is named in ``at`` before it is let."""

    at = ""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = Event()

    def append(self, records: Sequence[Record]) -> None:
        self._wait("append")
        super().append(records)

    def entries_of(self, receipt: str) -> list[Entry]:
        self._wait("entries_of")
        return super().entries_of(receipt)

    def erase(self, entries: Sequence[Entry], record: Record) -> bool:
        self._wait("erase")
        return super().erase(entries, record)

    def _wait(self, method: str) -> None:
        if method == self.at:
            assert self.let_go.wait(10)


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    store = Stuck()
    yield store
    store.let_go.set()


@ONLY_ASGI
@pytest.mark.parametrize(
    ("way", "at"), [("forget", "entries_of"), ("forget", "erase"), ("withdraw", "append")]
)
def test_a_slow_store_is_waited_for_no_longer_than_the_deadline_and_can_be_tried_again(
    make_client: MakeClient, stuck: Stuck, monkeypatch: pytest.MonkeyPatch, way: str, at: str
) -> None:
    monkeypatch.setattr("cookiesafe.adapters._drive.Pool", partial(Pool, deadline=0.2))
    client = agreed(make_client, store=stuck)
    number = number_of(client)
    stuck.at = at

    response = do(client, way, sure="1")

    assert (response.status, response.cookies) == (503, [])
    assert "Please try again" in response.text
    stuck.at = ""
    stuck.let_go.set()
    assert do(client, way, sure="1").status == 200
    assert number not in client.jar.get(CONSENT, "")


def test_what_is_sealed_again_and_again_meanwhile_is_not_said_to_be_forgotten(
    make_client: MakeClient,
) -> None:
    class Moving(MemoryStore):
        def erase(self, entries: Sequence[Entry], record: Record) -> bool:
            return False

    response = do(agreed(make_client, store=Moving()), "forget", sure="1")

    assert (response.status, response.cookies) == (503, [])


@pytest.mark.parametrize("method", ["find_entries", "checkpoint", "entries_of"])
def test_what_cannot_be_checked_now_is_told(make_client: MakeClient, method: str) -> None:
    store = Failing()
    client = agreed(make_client, store=store)
    document = document_of(client)
    store.at = frozenset({method})

    response = do(client, "check", receipt=json.dumps(document))

    assert response.status == 503
    assert "Please try again" in response.text


def test_a_record_that_was_changed_in_the_store_is_not_shown_as_proved(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    client = agreed(make_client, store=store)
    document, number = document_of(client), number_of(client)
    for id, entry in store._entries.items():
        if entry.receipt == number:
            body = entry.body.replace('"advertising":true', '"advertising":false')
            store._entries[id] = Entry(id, entry.time, entry.event, number, body, entry.index)

    response = client.get(RECEIPT)
    answer = checked(client, document)

    assert response.status == 503
    assert "is not what was kept" in response.text
    assert states(answer) == ["altered"]
    assert do(client, "withdraw").status == 200
    assert number not in caplog.text


def test_a_record_that_is_damaged_in_the_store_breaks_nothing(make_client: MakeClient) -> None:
    store = MemoryStore()
    client = agreed(make_client, store=store)
    document = document_of(client)
    for id, entry in store._entries.items():
        if entry.receipt:
            store._entries[id] = Entry(id, entry.time, entry.event, entry.receipt, "{", entry.index)

    assert client.get(RECEIPT).status == 503
    assert states(checked(client, document)) == ["altered"]


def damaged(store: MemoryStore, **changed: Any) -> None:
    """What is recorded of visitors, as somebody else has made it."""
    for id, entry in store._entries.items():
        if entry.receipt:
            values = json.loads(entry.body) | changed
            body = json.dumps(values, sort_keys=True, separators=(",", ":"))
            store._entries[id] = replace(entry, body=body, time=values["time"])


def nested(depth: int) -> Any:
    return json.loads('{"a":' * depth + "1" + "}" * depth)


DAMAGE: dict[str, dict[str, Any]] = {
    "choices that are a list": {"choices": []},
    "choices that are no table": {"choices": ["advertising"]},
    "a notice that is a list": {"notice": [1]},
    "a policy that is a table": {"policy": {}},
    "an event that is a list": {"event": ["x"]},
    "a time that no page can name": {"time": 10**18},
    "a time before all times": {"time": -(10**18)},
    "half a character": {"language": "\ud800"},
    "a choice that is half a character": {"choices": {"\ud800": True}},
    "what is nested deep": {"detail": nested(300)},
    "what is nested deeper": {"detail": nested(900)},
}


@pytest.mark.law("L-06")
@pytest.mark.parametrize("name", DAMAGE)
def test_nobody_is_kept_from_withdrawing_by_what_somebody_has_made_of_a_record(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    store, app = MemoryStore(), Asks()
    client = make_client(app, store=store, **SEALED)
    client.choose("accept")
    damaged(store, **DAMAGE[name])

    for path, headers in ((RECEIPT, {}), (RECEIPT, JSON), (f"{RECEIPT}?download=1", {})):
        assert client.get(path, headers).status in (200, 503)
    assert client.get("/cookiesafe/changes").status == 200
    assert do(client, "withdraw").status == 200

    client.get("/")
    assert app.allowed == set()
    assert "CS900" not in caplog.text


def test_what_the_database_says_when_it_fails_does_not_tell_the_number(
    make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    client = agreed(make_client, store=open_store(url))
    number = number_of(client)
    import sqlite3

    with sqlite3.connect(tmp_path / "store.db") as outside:
        outside.execute("ALTER TABLE cookiesafe_records RENAME TO elsewhere")
    outside.close()

    statuses = [client.get(RECEIPT).status]
    statuses += [do(client, way, sure="1").status for way in ("withdraw", "forget")]

    assert statuses == [503, 503, 503]
    assert caplog.text
    assert number not in caplog.text


# --- over every store ----------------------------------------------------------------------------


@pytest.mark.parametrize("edge", ["wsgi"])
def test_over_every_store_it_is_proved_checked_and_forgotten(
    make_client: MakeClient, store: Store
) -> None:
    client = agreed(make_client, store=store)
    client.choose("save", purpose=["statistics"])
    document = document_of(client)
    other = client.another()
    other.choose("accept")

    assert states(checked(client, document)) == ["proved", "pending"]
    assert do(client, "forget", sure="1").status == 200
    assert states(checked(client, document)) == ["forgotten", "unknown"]
    assert len(document_of(other)["records"]) == 1
    seal(client)
    assert client.safe is not None
    assert client.safe.verify().holds
