"""What the check of a receipt says: never more than what the ledger proves."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.desk.checking import check, differing, listed, summary
from cookiesafe.ledger import Entry, LedgerKey, Record, make_receipt
from cookiesafe.notice import Checked
from cookiesafe.upkeep import prove, seal

NUMBER = "Q2hvcCBzdWV5ISAgIDEyMw"
NOW = 1_800_000_000_000


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture(name="store")
def store_fixture() -> MemoryStore:
    return a_store()


def a_store() -> MemoryStore:
    """A ledger with a sealed grant and a change of it that is pending."""
    store = MemoryStore()
    store.append([a_record("first", "grant", {"ads": True})])
    follow(seal([LedgerKey(b"l" * 32)], "shop.example/log", NOW), store)
    store.append([a_record("second", "change", {"ads": False})])
    return store


def a_record(id: str, event: Any, choices: dict[str, bool]) -> Record:
    return Record(id=id, time=NOW, event=event, choices=choices, receipt=NUMBER)


def a_receipt(store: MemoryStore) -> dict[str, Any]:
    return make_receipt("A shop", NUMBER, *follow(prove(store.entries_of(NUMBER)), store))


def checked(store: MemoryStore, text: str) -> Checked:
    return follow(check(text), store)


def meaning(text: str) -> Any:
    """All of a document that is signed, or that the ledger has."""
    said = json.loads(text)
    return [json.dumps(said[name], sort_keys=True) for name in ("origin", "receipt", "records")]


def proved(text: str) -> str:
    """The record in it that is sealed."""
    return json.dumps(json.loads(text)["records"][0], sort_keys=True)


@pytest.mark.parametrize("change", [lambda old: old ^ 1, lambda old: 0x20, lambda old: 0x30])
def test_changed_by_one_byte_anywhere_it_is_refused_or_says_the_same(
    store: MemoryStore, change: Any
) -> None:
    whole = json.dumps(a_receipt(store)).encode()
    assert checked(store, whole.decode()).outcome == "holds"
    refused = 0
    for at, old in enumerate(whole):
        text = (whole[:at] + bytes([change(old)]) + whole[at + 1 :]).decode("utf-8", "replace")

        outcome = checked(store, text).outcome
        if outcome == "holds":
            assert meaning(text) == meaning(whole.decode()), text
        elif outcome == "partly":
            assert proved(text) == proved(whole.decode()), text
        else:
            refused += 1

    assert refused > len(whole) / 2


def test_cut_off_anywhere_it_is_no_receipt(store: MemoryStore) -> None:
    text = json.dumps(a_receipt(store))

    assert {checked(store, text[:end]).outcome for end in range(len(text))} == {"unreadable"}


def test_keys_that_a_receipt_brings_along_prove_nothing(store: MemoryStore) -> None:
    forged = MemoryStore()
    forged.append([a_record("first", "grant", {"ads": False})])
    key = LedgerKey(b"f" * 32)
    follow(seal([key], "shop.example/log", NOW), forged)

    found = checked(store, json.dumps(a_receipt(forged)))

    assert found.outcome == "changed"
    assert (found.records[0].state, found.records[0].fields) == ("changed", ("choices (ads)",))


def test_a_site_without_a_sealed_ledger_proves_nothing(store: MemoryStore) -> None:
    found = checked(MemoryStore(), json.dumps(a_receipt(store)))

    assert (found.outcome, found.origin) == ("elsewhere", "shop.example/log")


def test_a_proof_that_was_changed_is_told_from_a_record_that_was(store: MemoryStore) -> None:
    document = a_receipt(store)
    document["records"][0]["index"] = 0

    assert [each.state for each in checked(store, json.dumps(document)).records] == [
        "unproved",
        "pending",
    ]


def test_without_a_checkpoint_that_holds_no_record_is_proved(store: MemoryStore) -> None:
    document = a_receipt(store)
    document["checkpoint"] = document["checkpoint"].replace("\n2\n", "\n3\n")

    found = checked(store, json.dumps(document))

    assert found.outcome == "changed"
    assert [each.state for each in found.records] == ["unproved", "unproved"]
    assert "not by the key it names" in found.problems[0]


@pytest.mark.parametrize("depth", [100, 400, 900, 2_000, 9_000, 30_000])
def test_what_is_nested_too_deep_is_refused(store: MemoryStore, depth: int) -> None:
    document = a_receipt(store)
    document["records"][0]["record"]["detail"] = "NESTED"
    deep = "[" * depth + "]" * depth
    text = json.dumps(document).replace('"NESTED"', deep)

    assert checked(store, text).outcome in ("changed", "unreadable")


def test_a_record_without_an_id_that_can_be_one_is_not_looked_up(store: MemoryStore) -> None:
    ids: list[Any] = [None, [], {}, 1, "\0", "\ud800"]
    for id in ids:
        document = a_receipt(store)
        document["records"][1]["record"]["id"] = id

        assert checked(store, json.dumps(document)).records[1].state == "unknown"


def test_it_is_told_by_name_which_fields_differ() -> None:
    said = {"a": 1, "b": {"x": True, "y": True}, "c": [1], "e": True}
    held = {"a": 1, "b": {"x": True, "y": False}, "d": 2, "e": 1}

    assert differing(said, held) == ("b (y)", "c", "d", "e")


@given(data=st.data())
def test_whatever_is_put_anywhere_is_answered_and_never_believed(data: st.DataObject) -> None:
    store = a_store()
    true = a_receipt(store)
    document = json.loads(json.dumps(true))
    place: Any = document
    while True:
        name = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        if not isinstance(place[name], (dict, list)) or not place[name] or data.draw(st.booleans()):
            break
        place = place[name]
    place[name] = data.draw(ANYTHING)

    found = checked(store, json.dumps(document))

    json.dumps(summary(found))
    if found.outcome == "holds":
        assert meaning(json.dumps(document)) == meaning(json.dumps(true))


@given(st.text() | ANYTHING.map(json.dumps))
def test_any_text_is_answered(text: str) -> None:
    assert checked(a_store(), text).outcome == "unreadable"


def test_a_key_that_was_put_into_the_database_is_not_believed(store: MemoryStore) -> None:
    key = LedgerKey(b"f" * 32)
    forged = MemoryStore()
    forged.append([a_record("first", "grant", {"ads": False})])
    follow(seal([key], "shop.example/log", NOW), forged)
    vkey = str(key.named("shop.example/log"))
    store.append([Record(id="key.f", time=NOW, event="key", detail={"key": vkey})])

    assert checked(store, json.dumps(a_receipt(forged))).outcome == "changed"
    follow(seal([LedgerKey(b"l" * 32)], "shop.example/log", NOW), store)
    assert checked(store, json.dumps(a_receipt(forged))).outcome == "changed"


def test_a_record_that_the_site_has_moved_since_is_told(store: MemoryStore) -> None:
    document = a_receipt(store)
    store._entries["first"] = replace(store._entries["first"], index=0)

    assert checked(store, json.dumps(document)).records[0].state == "altered"


def test_only_what_can_be_a_number_is_looked_up() -> None:
    class Asked(MemoryStore):
        def entries_of(self, receipt: str) -> list[Entry]:
            numbers.append(receipt)
            return super().entries_of(receipt)

    numbers: list[str] = []
    hostile = ["", "\0", "\ud800", "' OR 1=1", NUMBER + "\n", "x" * 60_000, NUMBER]
    for receipt in hostile:
        records = [{"record": {"receipt": each}, "pending": True} for each in hostile]
        document = {**a_receipt(a_store()), "receipt": receipt, "records": records}
        checked(Asked(), json.dumps({**document, "origin": "", "checkpoint": None}))

    assert set(numbers) == {NUMBER}


@pytest.mark.parametrize("before", [1, 50, 100])
def test_a_forged_record_is_found_behind_however_many_that_are_proved(before: int) -> None:
    store = MemoryStore()
    store.append([a_record(f"id{number}", "change", {"ads": True}) for number in range(before)])
    follow(seal([LedgerKey(b"l" * 32)], "shop.example/log", NOW), store)
    document = a_receipt(store)
    assert checked(store, json.dumps(document)).outcome == "holds"
    forged = {"event": "withdrawal", "id": "forged", "receipt": NUMBER, "time": NOW}
    document["records"].append({"record": forged, "pending": True})

    found = checked(store, json.dumps(document))

    assert found.outcome == "partly"
    assert len(found.records) == before + 1
    short = listed(found)
    assert (short.records[-1].number, short.records[-1].state) == (before + 1, "unknown")
    assert len(short.records) + short.more == before + 1
    assert len(short.records) <= 50


@pytest.mark.parametrize("same", ["record", "id", "index"])
def test_what_has_a_record_twice_does_not_hold(store: MemoryStore, same: str) -> None:
    document = a_receipt(store)
    true, pending = document["records"]
    twice = {
        "record": [true, true],
        "id": [true, {**pending, "record": {**pending["record"], "id": "first"}}],
        "index": [true, {**true, "record": pending["record"]}],
    }
    document["records"] = twice[same]

    found = checked(store, json.dumps(document))

    assert found.outcome == "changed"
    assert any("two records have the same" in each for each in found.problems)
