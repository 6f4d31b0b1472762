"""A record as ISO/IEC TS 27560 has it: complete, true to what was chosen, and silent about what nobody knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cookiesafe import Policy
from cookiesafe.ledger import Event, Record
from cookiesafe.ledger.dpv import STATES, consent_record, instant
from cookiesafe.ledger.processing import NO_RECIPIENT, NOT_RECORDED, duration

SCHEMA = json.loads(files("cookiesafe.ledger").joinpath("27560.schema.json").read_text("utf-8"))
VALID = Draft202012Validator(SCHEMA)
DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"
MANDATORY = {
    "schema_version",
    "record_id",
    "pii_principal_id",
    "privacy_notice",
    "language",
    "purpose",
    "pii_information",
    "pii_controllers",
    "storage_locations",
    "retention_period",
    "jurisdiction",
    "recipient_third_parties",
    "withdrawal_method",
    "pii_type",
    "party_id",
    "party_name",
    "party_address",
    "party_contact",
    "party_type",
    "event_time",
    "validity_duration",
    "entity_id",
    "event_type",
    "event_state",
}
POLICY = Policy.from_toml("""
[site]
name = "Harbour Lights"
contact = "privacy@harbour.example"

[purposes.statistics]
title = "Statistics"
text = "Counts which pages are read."
category = "statistics"

[purposes.advertising]
title = "Advertising"
text = "Shows adverts about the sea."
category = "advertising"
signal = "gpc"

[purposes.letters]
title = "Letters"
text = "Tells of new lamps."
channel = "email"

[vendors.gullwing]
name = "Gullwing Ads"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]
privacy = "https://gullwing.example/privacy"

[vendors.puffin]
name = "Puffin Ads"
hosts = ["ads.puffin.example"]
purposes = ["advertising"]

[cookies]
hl_ad = { purpose = "advertising", why = "Which advert was seen", lifetime = "90 days" }
hl_day = { purpose = "statistics", lifetime = "90 minutes" }
hl_tab = { purpose = "statistics", lifetime = "session" }
""")
TEXT = st.text(max_size=8) | st.sampled_from(
    ["\x00", "\n", "\u2028", "=1+1", "\ud800", "@gullwing"]
)
IDS = st.sampled_from([*POLICY.purposes, "@gullwing", "@puffin", "@nobody", ""]) | TEXT
RECORDS = st.builds(
    Record,
    id=TEXT,
    time=st.integers(-(2**60), 2**60),
    event=st.sampled_from(sorted(STATES)),
    policy=TEXT,
    notice=TEXT,
    language=TEXT,
    text=TEXT,
    layout=TEXT,
    buttons=TEXT,
    regime=st.sampled_from([*POLICY.regimes, ""]) | TEXT,
    signals=st.lists(st.just("gpc") | TEXT, max_size=3).map(tuple),
    choices=st.dictionaries(IDS, st.booleans(), max_size=6),
    grounds=st.dictionaries(TEXT, TEXT, max_size=3),
    receipt=st.none() | TEXT,
)


def a_record(event: str = "grant", **changed: Any) -> Record:
    plain: dict[str, Any] = {
        "id": "Q2hvcCBzdWV5ISAgIDEyMw",
        "time": 1_795_305_600_123,
        "event": event,
        "policy": POLICY.fingerprint,
        "notice": "banner",
        "language": "en",
        "text": "fedcba987654",
        "layout": "bar",
        "buttons": "accept reject choose",
        "regime": "europe",
        "choices": {"statistics": False, "advertising": True, "@puffin": False},
        "receipt": "cmVjZWlwdA",
    }
    return Record(**{**plain, **changed})


def mapped(event: str = "grant", **changed: Any) -> dict[str, Any]:
    address = "https://harbour.example/cookiesafe/choices"
    return consent_record(a_record(event, **changed), POLICY, address=address)


def of(record: dict[str, Any], id: str) -> dict[str, Any]:
    """The one process of that id."""
    [found] = [each for each in record["dpv:hasProcess"] if each["dct:identifier"] == id]
    return dict(found)


def states(record: dict[str, Any]) -> dict[str, str]:
    return {
        each["dct:identifier"]: each["dpv:hasConsentStatus"]["@type"].removeprefix("dpv:Consent")
        for each in record["dpv:hasProcess"]
    }


def found(node: Any, path: str) -> list[Any]:
    """What is at ``a / b``, in every element of what is a list."""
    nodes = [node]
    for step in path.split(" / "):
        below = [each[step] for each in nodes if isinstance(each, dict) and step in each]
        nodes = [one for each in below for one in (each if isinstance(each, list) else [each])]
    return nodes


def documented() -> Iterator[tuple[str, str]]:
    text = DOCS.read_text("utf-8").partition("ISO/IEC TS 27560\n")[2]
    for row in re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", text, re.MULTILINE):
        for path in re.findall(r"`([^`]+)`", row[1]):
            yield row[0], path


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@settings(deadline=None, max_examples=300)
@given(RECORDS, st.sampled_from([POLICY, None]), st.sampled_from(["", "/cookiesafe/choices"]))
def test_whatever_a_record_holds_the_schema_holds_for_it(
    record: Record, policy: Policy | None, address: str
) -> None:
    written = json.loads(json.dumps(consent_record(record, policy, address=address)))

    assert [error.message for error in VALID.iter_errors(written)] == []


@pytest.mark.parametrize("event", sorted(STATES))
@pytest.mark.parametrize("policy", [POLICY, None], ids=["policy known", "policy unknown"])
def test_every_mandatory_field_is_where_the_docs_say(event: str, policy: Policy | None) -> None:
    record = consent_record(a_record(event), policy)

    for field, path in documented():
        values = found(record, path)
        assert values, (field, path)
        assert all(values), (field, path)


def test_the_docs_list_the_mandatory_fields_and_no_others() -> None:
    assert {field for field, _ in documented()} == MANDATORY


@pytest.mark.parametrize("path", sorted({path for _, path in documented()}))
def test_the_schema_wants_each_of_them(path: str) -> None:
    record = mapped()
    *way, last = path.split(" / ")
    for parent in found(record, " / ".join(way)) if way else [record]:
        if isinstance(parent, dict):
            parent.pop(last, None)

    assert not VALID.is_valid(record)


def test_only_what_is_about_a_consent_is_mapped() -> None:
    others = set(get_args(Event)) - set(STATES)

    assert others == {"policy", "notice", "announcement", "key", "erasure"}
    for event in others:
        with pytest.raises(ValueError, match="is about no consent"):
            consent_record(a_record(event), POLICY)


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("grant", "ConsentGiven"),
        ("change", "RenewedConsentGiven"),
        ("kept", "RenewedConsentGiven"),
        ("remember", "ConsentGiven"),
        ("refusal", "ConsentRefused"),
        ("withdrawal", "ConsentWithdrawn"),
        ("forget", "ConsentWithdrawn"),
        ("signal", "ConsentWithdrawn"),
        ("child", "ConsentInvalidated"),
    ],
)
def test_each_event_leads_to_a_state(event: str, state: str) -> None:
    assert mapped(event)["dpv:hasConsentStatus"]["@type"] == f"dpv:{state}"


def test_what_was_refused_beside_what_was_granted_is_not_given() -> None:
    assert states(mapped()) == {
        "advertising": "Given",
        "statistics": "Refused",
        "@puffin": "Refused",
    }


def test_a_signal_takes_back_what_it_turns_off_and_nothing_else() -> None:
    choices = {"statistics": True, "advertising": True, "letters": False}
    record = mapped("signal", choices=choices, signals=("gpc",))

    assert states(record) == {
        "advertising": "Withdrawn",
        "statistics": "Given",
        "letters": "Refused",
    }
    assert "gpc" in record["dpv:hasConsentStatus"]["dpv:hasIndicationMethod"]


def test_a_childs_consent_counts_for_no_purpose_of_the_policy() -> None:
    record = mapped("child", choices={}, receipt=None)

    assert states(record) == {"statistics": "Invalidated", "advertising": "Invalidated"}
    assert record["dpv:hasDataSubject"]["@type"] == ["dpv:DataSubject", "dpv:Child"]
    assert record["dpv:hasConsentStatus"]["dpv:isIndicatedBy"] == {"@id": "_:controller"}


def test_the_box_to_stay_signed_in_is_a_purpose_though_no_policy_declares_it() -> None:
    record = mapped("remember", choices={"stay_signed_in": True}, receipt=None)

    [process] = record["dpv:hasProcess"]
    assert process["dpv:hasPurpose"][0]["dct:title"] == "Stay signed in"
    assert found(process, "dpv:hasPersonalData / skos:broader / @id") == ["pd:Authenticating"]


def test_a_purpose_is_told_in_the_words_of_its_policy() -> None:
    [purpose] = of(mapped(), "advertising")["dpv:hasPurpose"]

    assert purpose["dct:title"] == "Advertising"
    assert purpose["dct:description"] == "Shows adverts about the sea."
    assert purpose["skos:broader"] == {"@id": "dpv:Advertising"}


def test_recipients_are_the_vendors_of_a_purpose_but_not_one_that_was_refused() -> None:
    record = mapped()
    names = {each["@id"]: each["dpv:hasName"] for each in record["dpv:hasEntity"]}
    of_advertising = of(record, "advertising")["dpv:hasRecipient"]

    assert [names[each["@id"]] for each in of_advertising] == ["Gullwing Ads"]
    assert of(record, "statistics")["dpv:hasRecipient"] == [NO_RECIPIENT]


@settings(deadline=None, max_examples=50)
@given(RECORDS)
def test_whoever_is_referred_to_is_described_once(record: Record) -> None:
    written = consent_record(record, POLICY)
    described = [each["@id"] for each in written["dpv:hasEntity"]]
    referred = found(written, "dpv:hasProcess / dpv:hasRecipient / @id")

    assert set(referred) <= set(described)
    assert len(described) == len(set(described))


def test_cookies_say_what_is_kept_where_and_for_how_long() -> None:
    process = of(mapped(), "advertising")

    assert "hl_ad" in found(process, "dpv:hasPersonalData / dct:identifier")
    assert found(process, "dpv:hasStorageCondition / dpv:hasLocation / @id") == ["dpv:WithinDevice"]
    assert found(process, "dpv:hasStorageCondition / dpv:hasDuration / rdf:value") == ["P90D"]
    assert NOT_RECORDED in found(process, "dpv:hasStorageCondition / dpv:hasLocation")


def test_a_way_to_be_contacted_needs_what_it_is_reached_by() -> None:
    process = of(mapped(choices={"letters": True}), "letters")

    assert found(process, "dpv:hasPersonalData / skos:broader / @id") == ["pd:EmailAddress"]


def test_durations_are_those_of_iso_8601() -> None:
    values = [duration(seconds)["rdf:value"] for seconds in (86_400 * 183, 5_400, 0)]

    assert values == ["P183D", "PT5400S", "The browser's session ends"]


def test_a_yes_and_a_no_hold_as_long_as_the_rules_of_the_place_say() -> None:
    yes, no = (mapped(event, regime="california") for event in ("grant", "refusal"))

    assert found(yes, "dpv:hasConsentStatus / dpv:hasDuration / rdf:value") == ["P183D"]
    assert found(no, "dpv:hasConsentStatus / dpv:hasDuration / rdf:value") == ["P365D"]
    assert "US-CA" in found(no, "dpv:hasProcess / dpv:hasJurisdiction / dct:description")[0]


@pytest.mark.law("P-05")
def test_times_are_in_utc_to_the_millisecond() -> None:
    assert instant(1_795_305_600_123) == "2026-11-22T00:00:00.123Z"
    assert instant(2**60) == NOT_RECORDED
    assert instant(-(2**60)) == NOT_RECORDED


def test_what_the_ledger_does_not_keep_is_said_not_to_be_recorded() -> None:
    record = mapped("refusal", receipt=None)
    [controller] = [each for each in record["dpv:hasEntity"] if each["@id"] == "_:controller"]

    assert record["dpv:hasDataSubject"]["dct:identifier"] == NOT_RECORDED
    assert found(controller, "schema:contactPoint / schema:streetAddress") == [NOT_RECORDED]
    assert found(controller, "schema:contactPoint / schema:description") == [
        "privacy@harbour.example"
    ]


def test_a_record_of_an_unknown_policy_claims_nothing_of_it() -> None:
    record = consent_record(a_record(), None)

    assert set(found(record, "dpv:hasProcess / dpv:hasPurpose / dct:title")) == {NOT_RECORDED}
    assert set(found(record, "dpv:hasProcess / dpv:hasRecipient")) == {NOT_RECORDED}
    assert record["dpv:hasConsentStatus"]["dpv:hasDuration"] == NOT_RECORDED
    assert states(record)["advertising"] == "Given"
