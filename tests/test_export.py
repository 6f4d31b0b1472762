"""An export has all that was recorded, or all that is held of one person, and nothing of anybody else."""

from __future__ import annotations

import csv
import io
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.resources import files
from itertools import islice
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import inspect, text

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.contact import Answer, Contact
from cookiesafe.errors import StoreError, UsageError
from cookiesafe.ledger import Entry, Event, Record
from cookiesafe.ledger.dpv import STATES
from cookiesafe.ports import Store
from cookiesafe.recording import policy_record
from tests.support.logins import NOW, a_login
from tests.support.stores import from_outside, store_fixture, url_fixture

__all__ = ["store_fixture", "url_fixture"]

EVENTS = get_args(Event)
OF_SITE = set(EVENTS) - set(STATES)
POLICY = Policy.from_toml("""
[site]
name = "Harbour Lights"

[purposes.advertising]
title = "Advertising"

[purposes.letters]
title = "Letters"
channel = "email"
""")
HOSTILE = '=1+1,"\r\n\u2028\t\x7f-@</script>\U0001f36a'
VALID = Draft202012Validator(
    json.loads(files("cookiesafe.ledger").joinpath("27560.schema.json").read_text("utf-8"))
)


def safe_of(store: Store, **settings: Any) -> CookieSafe:
    return CookieSafe(
        POLICY,
        secret_key="k" * 32,
        store=store,
        ledger_key="l" * 43,
        clock=lambda: NOW + 60.0,
        **settings,
    )


def a_record(number: int, event: str = "grant", **fields: Any) -> Record:
    plain: dict[str, Any] = {
        "id": f"{number:032x}",
        "time": 1_800_000_000_000 + number % 7,
        "event": event,
        "policy": POLICY.fingerprint,
        "notice": HOSTILE,
        "language": "en",
        "regime": "europe",
        "choices": {"advertising": number % 2 == 0, HOSTILE: False},
        "detail": {"said": HOSTILE},
        "receipt": None if event in OF_SITE else f"r{number}",
    }
    return Record(**{**plain, **fields})


def person(number: int) -> tuple[str, str, list[Record], list[str]]:
    """A user's id, a browser's receipt, records of all events, and the ids of those that are the person's."""
    user, receipt, contact = f"user{number}", f"browser{number}", f"contact{number}"
    first = number * 100
    records = [
        a_record(first + at, event, receipt=receipt)
        for at, event in enumerate(EVENTS)
        if event not in OF_SITE | {"remember"}
    ]
    records += [a_record(first + 20, "remember", receipt=None)]
    records += [a_record(first + 21, event, receipt=contact) for event in ("grant",)]
    return user, receipt, records, [each.id for each in records]


def fill(store: Store, people: int, seal: Callable[[], object]) -> None:
    """People whose records lie among each other's, half of them sealed."""
    every = [policy_record(POLICY, NOW), a_record(10**9, "erasure")]
    for number in range(people):
        user, _, records, _ = person(number)
        every += records
        tick = f"{number * 100 + 20:032x}"
        for browser in range(2):
            row, _ = a_login(f"{number}.{browser}", user=user, label=f"{HOSTILE} of {user}")
            assert store.add_series(replace(row, record=tick if browser else "0" * 32))
        answers = {"letters": Answer(yes=True, ground="f00d"), "calls": Answer(yes=False)}
        contact = Contact(user=user, receipt=f"contact{number}", answers=answers)
        assert store.save_contact(contact)
        assert store.create_session(f"s{number}", user, b"secret of the app", NOW + 1000)
    random.Random(7).shuffle(every)  # noqa: S311
    store.append(every[: len(every) // 2])
    seal()
    store.append(every[len(every) // 2 :])


def lines(exported: Iterator[str]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in exported]


def ids(exported: Iterator[str]) -> list[str]:
    return [each["record"]["id"] for each in lines(exported) if "record" in each]


def rows(exported: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(exported), newline=""), strict=True))


def dumped(url: str, words: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that has one of ``words`` in it as a whole value."""
    with from_outside(url) as database:
        quote = database.dialect.identifier_preparer.quote
        return {
            table: [
                dict(row)
                for row in database.execute(text(f"SELECT * FROM {quote(table)}")).mappings()  # noqa: S608
                if any(_text(each) in words for each in row.values())
            ]
            for table in inspect(database).get_table_names()
        }


def _text(value: object) -> object:
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return None


def test_one_person_among_others_gets_all_that_every_table_has_of_them_and_nothing_else(
    url: str,
) -> None:
    with closing(open_store(url)) as store:
        safe = safe_of(store)
        fill(store, 60, safe.seal)
        user, receipt, _, own = person(7)
        told = lines(safe.export(receipt=receipt, user_id=user))
        everybody_else = [word for n in range(60) if n != 7 for word in (f"user{n}", f"browser{n}")]

        raw = dumped(url, [user, receipt, "contact7", *own])

    assert {name for name, found in raw.items() if found} == {
        "cookiesafe_records",
        "cookiesafe_contacts",
        "cookiesafe_series",
        "cookiesafe_sessions",
    }
    kept = {json.dumps(json.loads(each["body"])) for each in raw["cookiesafe_records"]}
    assert {json.dumps(each["record"]) for each in told if "record" in each} == kept
    assert sorted(own) == sorted(each["record"]["id"] for each in told if "record" in each)
    assert [each["contact"] for each in told if "contact" in each] == [
        {
            "choices": {"letters": True, "calls": False},
            "grounds": {"letters": "f00d"},
            "receipt": "contact7",
        }
    ]
    logins = [each["login"] for each in told if "login" in each]
    assert len(logins) == len(raw["cookiesafe_series"]) == 2
    assert len(told) == len(kept) + 3
    words = set(json.dumps(told).replace('"', " ").split())
    assert not words & set(everybody_else)
    for row in raw["cookiesafe_series"]:
        for secret in (row["key"], row["device"], bytes(row["mac_key"]).hex()):
            assert secret not in json.dumps(told)


def test_a_receipt_alone_tells_nothing_of_the_user(store: Store) -> None:
    safe = safe_of(store)
    fill(store, 12, safe.seal)
    _, receipt, records, _ = person(3)

    told = lines(safe.export(receipt=receipt))

    assert {each["record"]["receipt"] for each in told} == {receipt}
    assert len(told) == sum(each.receipt == receipt for each in records)


@pytest.mark.parametrize(
    "receipt", ["", "nobody", "browser", "browser3 ", "BROWSER3", "%", "é" * 99]
)
def test_what_is_nobodys_receipt_gives_nothing(store: Store, receipt: str) -> None:
    safe = safe_of(store)
    fill(store, 4, safe.seal)

    assert list(safe.export(receipt=receipt)) == []


@pytest.mark.parametrize("user", ["", "nobody", "user", "user3 ", "USER3", "%"])
def test_who_is_no_user_has_nothing(store: Store, user: str) -> None:
    safe = safe_of(store)
    fill(store, 4, safe.seal)

    assert list(safe.export(user_id=user)) == []


def test_a_users_id_may_be_a_number(store: Store) -> None:
    assert store.save_contact(Contact(user="5", receipt="c5"))

    assert lines(safe_of(store).export(user_id=5)) == [
        {"contact": {"choices": {}, "grounds": {}, "receipt": "c5"}}
    ]


def test_everything_comes_once_the_sealed_by_index_then_what_is_pending(store: Store) -> None:
    safe = safe_of(store)
    fill(store, 12, safe.seal)
    told = lines(safe.export())
    indexes = [each["index"] for each in told]
    sealed = [each for each in indexes if each is not None]

    assert sealed == list(range(len(sealed)))
    assert set(indexes[len(sealed) :]) == {None}
    assert {each["record"]["id"] for each in told} == {each.id for each in store.records()}
    assert len(told) == len(list(store.records()))


def test_each_line_hashes_to_the_leaf_that_the_store_has(store: Store) -> None:
    safe = safe_of(store)
    fill(store, 3, safe.seal)
    leaves = {each.id: each.leaf for each in [*store.entries(0, 999), *store.pending(999)]}

    for line in safe.export():
        record = Record.from_json(line.partition('"record":')[2].rstrip("\n")[:-1])
        assert Entry(record.id, 0, "", None, record.to_json(), None).leaf == leaves[record.id]


def test_all_forms_have_the_same_records(store: Store) -> None:
    safe = safe_of(store)
    fill(store, 6, safe.seal)
    exact = {each["record"]["id"]: each["record"] for each in lines(safe.export())}
    consents = {id for id, each in exact.items() if each["event"] in STATES}

    table = {each["id"]: each for each in rows(safe.export("csv"))}
    mapped = {each["dct:identifier"]: each for each in lines(safe.export("27560"))}

    assert table.keys() == exact.keys()
    assert mapped.keys() == consents
    for record in mapped.values():
        assert [error.message for error in VALID.iter_errors(record)] == []


def test_a_mapped_record_speaks_in_the_words_of_the_policy_it_was_given_to(store: Store) -> None:
    safe = safe_of(store, origin="https://harbour.example")
    store.append([policy_record(POLICY, NOW), a_record(2), a_record(4, policy="0123456789ab")])

    known, unknown = lines(safe.export("27560"))

    assert known["dpv:hasEntity"][0]["dpv:hasName"] == "Harbour Lights"
    assert unknown["dpv:hasEntity"][0]["dpv:hasName"] == "not recorded"
    control = known["dpv:hasProcess"][0]["dpv:hasConsentControl"]
    assert control["dpv:isExercisedAt"] == "https://harbour.example/cookiesafe/choices"


def test_a_table_has_logins_and_contacts_as_rows_of_their_kind(store: Store) -> None:
    safe = safe_of(store)
    fill(store, 2, safe.seal)

    table = rows(safe.export("csv", user_id="user1"))

    assert [each["kind"] for each in table] == ["contact", "login", "login", "record", "record"]
    assert table[0]["choices"] == '{"calls": false, "letters": true}'
    assert table[0]["grounds"] == '{"letters": "f00d"}'
    assert json.loads(table[1]["detail"])["label"] == f"{HOSTILE} of user1"


def test_a_login_tells_how_it_ended(store: Store) -> None:
    ends: dict[str, dict[str, Any]] = {
        "lives": {},
        "over": {"idle_until": NOW + 5},
        "copied": {"revoked_at": NOW + 9, "revoked_why": "theft"},
    }
    for seed, fields in ends.items():
        assert store.add_series(a_login(seed, label=seed, **fields)[0])

    told = [each["login"] for each in lines(safe_of(store).export(user_id="ann"))]

    assert {each["label"]: (each["why"], each["ended"]) for each in told} == {
        "lives": (None, None),
        "over": ("time", "2027-01-15T08:00:05.000Z"),
        "copied": ("theft", "2027-01-15T08:00:09.000Z"),
    }
    store.advance_epoch("ann")
    again = [each["login"] for each in lines(safe_of(store).export(user_id="ann"))]
    assert {each["why"] for each in again} == {"everywhere", "theft"}


def test_what_is_sealed_while_it_is_exported_comes_once(store: Store) -> None:
    safe = safe_of(store)
    store.append([a_record(number) for number in range(10)])
    safe.seal()
    store.append([a_record(number) for number in range(10, 20)])
    exported = safe.export()
    some = [next(exported) for _ in range(3)]
    safe.seal()
    store.append([a_record(99)])

    told = [json.loads(each)["record"]["id"] for each in [*some, *exported]]

    assert len(told) == len(set(told))
    assert {f"{number:032x}" for number in range(20)} <= set(told)


@pytest.mark.parametrize("form", ["json", "CSV", "27650", "", "../csv"])
def test_another_form_is_refused_at_once(form: Any) -> None:
    with pytest.raises(UsageError, match="no export has the form"):
        safe_of(MemoryStore()).export(form)


def test_a_form_that_is_close_is_named() -> None:
    with pytest.raises(UsageError, match='Did you mean "27560"'):
        safe_of(MemoryStore()).export("27650")  # type: ignore[arg-type]


class Failing(MemoryStore):
    """Fails at its third page."""

    asked = 0

    def entries(self, start: int, limit: int) -> list[Entry]:
        self.asked += 1
        if self.asked > 2:
            raise StoreError("the disk is gone")
        return [*super().entries(start, 5)]


def test_an_export_that_breaks_off_says_so() -> None:
    safe = safe_of(store := Failing())
    store.append([a_record(number) for number in range(20)])
    safe.seal()
    store.asked = 0
    exported = safe.export()

    with pytest.raises(StoreError, match="the disk is gone"):
        list(exported)


class Long(MemoryStore):
    """20,000 sealed records of 5,000 characters, which are made as they are read."""

    def entries(self, start: int, limit: int) -> list[Entry]:
        body = a_record(1, id="MARK", detail={"text": "x" * 5_000}).to_json()
        end = min(start + limit, 20_000)
        each = ((at, body.replace("MARK", f"{at}")) for at in range(start, end))
        return [Entry(f"{at}", 1, "grant", "r1", text, at) for at, text in each]


@pytest.mark.parametrize("form", ["jsonl", "csv", "27560"])
def test_a_long_log_takes_the_memory_of_a_page(form: Any) -> None:
    safe = safe_of(Long())
    tracemalloc.start()
    try:
        exported = safe.export(form)
        count = sum(1 for _ in islice(exported, 3_000))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 3_000
    assert most < 20_000_000


def test_a_record_that_was_damaged_is_in_the_export_as_what_it_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Damaged(MemoryStore):
        def pending(self, limit: int) -> list[Entry]:
            return [replace(each, body="{\n") for each in super().pending(limit)]

    safe = safe_of(store := Damaged())
    store.append([a_record(1)])

    assert lines(safe.export()) == [{"index": None, "id": f"{1:032x}", "damaged": "{\n"}]
    assert [each["kind"] for each in rows(safe.export("csv"))] == ["damaged"]
    assert list(safe.export("27560")) == []
    assert "is damaged" in caplog.text
