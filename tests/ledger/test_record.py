"""A record, and the one form it is written in."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.ledger import Record

TEXT = st.text(max_size=12)
RECORDS = st.builds(
    Record,
    id=st.text(min_size=1, max_size=12),
    time=st.integers(0, 2**60),
    event=st.sampled_from(["grant", "refusal", "withdrawal", "change"]),
    policy=TEXT,
    notice=TEXT,
    language=TEXT,
    choices=st.dictionaries(TEXT, st.booleans(), max_size=5),
    grounds=st.dictionaries(TEXT, TEXT, max_size=5),
    receipt=st.none() | st.text(min_size=1, max_size=12),
    text=TEXT,
    regime=TEXT,
    signals=st.lists(TEXT, max_size=3).map(tuple),
    detail=st.dictionaries(TEXT, TEXT | st.integers() | st.lists(TEXT), max_size=3),
)


def a_record(**changed: Any) -> Record:
    plain: dict[str, Any] = {
        "id": "Q2hvcCBzdWV5ISAgIDEyMw",
        "time": 1_795_305_600_123,
        "event": "grant",
        "policy": "0123456789ab",
        "notice": "banner",
        "language": "en",
        "choices": {"tips": True, "ads": False},
        "grounds": {"tips": "3f9a1c22b0de"},
        "receipt": "Q2hvcCBzdWV5ISAgIDEyMw",
    }
    return Record(**{**plain, **changed})


@settings(deadline=None, max_examples=100)
@given(RECORDS)
def test_a_record_comes_back_as_it_was_written(record: Record) -> None:
    assert Record.from_json(record.to_json()) == record


@settings(deadline=None, max_examples=100)
@given(RECORDS)
def test_a_record_is_written_in_one_way(record: Record) -> None:
    text = record.to_json()

    assert text.isascii()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert Record.from_json(text).to_json() == text


def test_the_order_in_which_things_were_chosen_does_not_show() -> None:
    other = a_record(choices={"ads": False, "tips": True})

    assert other.to_json() == a_record().to_json()


def test_the_written_form_stays_as_stores_have_it() -> None:
    assert a_record().to_json() == (
        '{"choices":{"ads":false,"tips":true},"event":"grant","grounds":{"tips":"3f9a1c22b0de"},'
        '"id":"Q2hvcCBzdWV5ISAgIDEyMw","language":"en","notice":"banner","policy":"0123456789ab",'
        '"receipt":"Q2hvcCBzdWV5ISAgIDEyMw","time":1795305600123}'
    )


def test_a_refusal_is_written_without_what_it_does_not_have() -> None:
    refusal = a_record(event="refusal", choices={"ads": False}, grounds={}, receipt=None)

    assert not {"receipt", "grounds", "signals", "text"} & json.loads(refusal.to_json()).keys()
    assert Record.from_json(refusal.to_json()) == refusal


def test_choices_that_cannot_be_changed_can_be_written() -> None:
    shown = a_record(
        choices=MappingProxyType({"tips": True, "ads": False}),
        grounds=MappingProxyType({"tips": "3f9a1c22b0de"}),
    )

    assert shown.to_json() == a_record().to_json()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("not json", id="no JSON"),
        pytest.param("{", id="half of it"),
        pytest.param("null", id="null"),
        pytest.param("[]", id="a list"),
        pytest.param("5", id="a number"),
        pytest.param('"text"', id="a text"),
        pytest.param("{}", id="no fields"),
        pytest.param('{"id":"1"}', id="too few fields"),
        pytest.param('{"event":"grant","id":"1","signals":5,"time":1}', id="signals that are none"),
        pytest.param(a_record().to_json()[:-1] + ',"address":"192.0.2.1"}', id="one field more"),
        pytest.param(a_record().to_json() + "{}", id="something behind it"),
        pytest.param("[" * 100_000, id="nested too deeply"),
        pytest.param('{"time":' + "9" * 5000 + "}", id="a number of 5,000 digits"),
    ],
)
def test_anything_else_is_no_record(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Record.from_json(text)


@pytest.mark.law("L-05")
def test_a_record_has_no_field_for_address_agent_or_url() -> None:
    assert {field.name for field in fields(Record)} == {
        "id",
        "time",
        "event",
        "policy",
        "notice",
        "language",
        "text",
        "layout",
        "buttons",
        "regime",
        "signals",
        "choices",
        "grounds",
        "receipt",
        "detail",
    }


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        a_record().event = "refusal"  # type: ignore[misc]
