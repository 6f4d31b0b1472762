"""Receipts: checked offline, by whoever has one; what is wrong with one is said."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadNote
from cookiesafe.ledger import check_receipt, make_receipt
from cookiesafe.ledger.key import LedgerKey
from cookiesafe.ledger.note import read_checkpoint, sign_checkpoint
from cookiesafe.upkeep import prove
from tests.support.logbook import KEY, ORIGIN, VKEY, Logbook, a_record, an_entry

STRANGER = LedgerKey(b"s" * 32)
STRANGER_VKEY = str(STRANGER.named(ORIGIN))
RECEIPT = "visitor"
BOOK = Logbook()
BOOK.append([a_record(number, receipt=RECEIPT) for number in (10_001, 10_002)])
BOOK.fill(50)
WAITING = an_entry(a_record(10_003, receipt=RECEIPT, event="withdrawal"))


def a_receipt(*, pending: bool = False) -> dict[str, Any]:
    entries = [each for each in BOOK.sealed if each.receipt == RECEIPT]
    evidence = BOOK.follow(prove([*entries, WAITING] if pending else entries))
    return make_receipt(
        "Harbour Light & Water", RECEIPT, evidence.records, evidence.checkpoint, evidence.keys
    )


@pytest.mark.law("L-12")
def test_a_receipt_is_checked_by_the_key_of_the_site() -> None:
    verdict = check_receipt(json.dumps(a_receipt()), [VKEY])

    assert verdict.holds
    assert (verdict.sealed, verdict.pending, verdict.size) == (2, 0, 53)
    assert (verdict.origin, verdict.receipt, verdict.trusted) == (ORIGIN, RECEIPT, True)
    assert str(verdict) == f"Proved: 2 in the log {ORIGIN} of 53 records."


def test_without_a_key_it_is_said_that_it_is_the_receipts_own() -> None:
    verdict = check_receipt(json.dumps(a_receipt()))

    assert (verdict.holds, verdict.trusted) == (True, False)
    assert str(verdict).endswith("Consistent, but by the key in it.")


@pytest.mark.parametrize("indent", [None, 4])
def test_it_may_be_text_or_bytes_or_an_object_and_laid_out_in_any_way(indent: int | None) -> None:
    receipt = a_receipt()
    text = json.dumps(receipt, indent=indent, ensure_ascii=False)

    assert check_receipt(text, [VKEY]).holds
    assert check_receipt(text.encode(), [VKEY]).holds
    assert check_receipt(receipt, [VKEY]).holds
    assert check_receipt(dict(reversed(receipt.items())), [VKEY]).holds


def test_what_is_pending_proves_nothing_yet() -> None:
    verdict = check_receipt(a_receipt(pending=True), [VKEY])

    assert (verdict.holds, verdict.sealed, verdict.pending) == (True, 2, 1)
    assert "1 not sealed yet, of which it proves nothing" in str(verdict)


def test_a_receipt_of_a_log_that_was_never_sealed_proves_nothing() -> None:
    evidence = Logbook().follow(prove([WAITING]))
    receipt = make_receipt("Shop", RECEIPT, evidence.records, evidence.checkpoint, evidence.keys)

    verdict = check_receipt(receipt, [VKEY])

    assert (verdict.holds, verdict.sealed, verdict.pending) == (True, 0, 1)
    assert not verdict.trusted
    assert str(verdict).startswith("Nothing is proved")


def test_a_key_that_was_given_beats_the_one_in_the_receipt() -> None:
    receipt = a_receipt()
    head, _ = read_checkpoint(receipt["checkpoint"])
    forged = receipt | {
        "checkpoint": sign_checkpoint(head._replace(size=head.size), [STRANGER]),
        "keys": [STRANGER_VKEY],
    }

    assert check_receipt(forged).holds
    assert check_receipt(forged, [VKEY]).problems == ("no key that is known has signed the note",)


def test_a_key_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(BadNote):
        check_receipt(a_receipt(), ["nobody"])


Change = Callable[[dict[str, Any]], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "another form": (lambda r: r.update(cookiesafe="receipt/2"), "does not say that it is"),
    "a field missing": (lambda r: r.pop("site"), "fields are missing.*site"),
    "a field more": (lambda r: r.update(extra=1), "fields are missing.*extra"),
    "no number of earlier ones": (lambda r: r.update(earlier=True), "a value that it cannot have"),
    "none that are earlier": (lambda r: r.update(earlier=0), "a value that it cannot have"),
    "site is no text": (lambda r: r.update(site=5), "a value that it cannot have"),
    "records are no list": (lambda r: r.update(records={}), "a value that it cannot have"),
    "keys are no list": (lambda r: r.update(keys=VKEY), "a value that it cannot have"),
    "no id": (lambda r: r.update(receipt=""), "a value that it cannot have"),
    "no records": (lambda r: r.update(records=[]), "it has no records"),
    "another id": (lambda r: r.update(receipt="x"), "record 1: it is of another receipt"),
    "another origin": (lambda r: r.update(origin="other.example"), f"of another log, {ORIGIN}"),
    "no origin": (lambda r: r.update(origin=""), "of another log"),
    "no checkpoint": (lambda r: r.update(checkpoint=None), "no checkpoint of it"),
    "checkpoint is no text": (lambda r: r.update(checkpoint=5), "not text"),
    "checkpoint cut off": (lambda r: r.update(checkpoint=r["checkpoint"][:-1]), "its end"),
    "another size": (
        lambda r: r.update(checkpoint=r["checkpoint"].replace("\n53\n", "\n54\n")),
        "not by the key it names",
    ),
    "no keys": (lambda r: r.update(keys=[]), f"no key is of the log {ORIGIN}"),
    "a key that is none": (lambda r: r.update(keys=["x"]), "public key|name"),
    "a key that is no text": (lambda r: r.update(keys=[5]), "not text"),
    "another key": (lambda r: r.update(keys=[STRANGER_VKEY]), "no key that is known"),
    "a key of another log": (
        lambda r: r.update(keys=[str(KEY.named("other.example"))]),
        "no key is of the log",
    ),
    "a record is no object": (lambda r: r["records"].append("x"), "record 3: it is none"),
    "a record without one": (lambda r: r["records"].append({}), "record 3: it is none"),
    "another policy": (
        lambda r: r["records"][1]["record"].update(policy="x"),
        "record 2: the proof leads to another root; the record, its index or its proof",
    ),
    "a choice turned": (
        lambda r: r["records"][0]["record"]["choices"].update(ads=True, tips=False),
        "record 1: the proof leads to another root",
    ),
    "a number for a truth": (
        lambda r: r["records"][0]["record"]["choices"].update(tips=1),
        "record 1: the proof leads to another root",
    ),
    "a field of a record more": (
        lambda r: r["records"][0]["record"].update(extra=""),
        "record 1: the proof leads to another root",
    ),
    "another index": (lambda r: r["records"][0].update(index=3), "leads to another root"),
    "an index beyond": (lambda r: r["records"][0].update(index=53), "there is no index 53"),
    "an index below 0": (lambda r: r["records"][0].update(index=-1), "there is no index -1"),
    "an index that is a truth": (lambda r: r["records"][0].update(index=True), "no index and"),
    "an index that is text": (lambda r: r["records"][0].update(index="1"), "no index and"),
    "no index": (lambda r: r["records"][0].pop("index"), "no index and proof"),
    "no proof": (lambda r: r["records"][0].pop("proof"), "no index and proof"),
    "pending beside a proof": (lambda r: r["records"][0].update(pending=True), "no index and"),
    "pending is no truth": (
        lambda r: r["records"].append({"record": r["records"][0]["record"], "pending": 1}),
        "record 3: it has no index",
    ),
    "a proof that is text": (lambda r: r["records"][0].update(proof="x"), "no list of hashes"),
    "a hash that is no text": (
        lambda r: r["records"][0]["proof"].__setitem__(0, 5),
        "no list of hashes",
    ),
    "a hash that is no base64": (
        lambda r: r["records"][0]["proof"].__setitem__(0, "!!!!"),
        "no base64",
    ),
    "a hash too short": (lambda r: r["records"][0]["proof"].__setitem__(0, "AAAA"), "32 bytes"),
    "a hash changed": (
        lambda r: r["records"][0]["proof"].__setitem__(0, base64.b64encode(bytes(32)).decode()),
        "another root",
    ),
    "a hash less": (lambda r: r["records"][0]["proof"].pop(), "fewer hashes"),
    "a hash more": (
        lambda r: r["records"][0]["proof"].append(base64.b64encode(bytes(32)).decode()),
        "more hashes",
    ),
    "proofs swapped": (
        lambda r: r["records"].__setitem__(
            slice(None), [r["records"][0] | {"proof": r["records"][1]["proof"]}]
        ),
        "another root",
    ),
}


@pytest.mark.parametrize(("change", "why"), CHANGES.values(), ids=CHANGES)
def test_what_was_changed_is_said(change: Change, why: str) -> None:
    receipt = deepcopy(a_receipt())
    change(receipt)

    verdict = check_receipt(json.dumps(receipt))

    assert not verdict.holds
    assert re.search(why, verdict.problems[0])
    assert str(verdict).startswith("The receipt does not hold: ")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        pytest.param("", "no JSON", id="nothing"),
        pytest.param(b"", "no JSON", id="no bytes"),
        pytest.param(b"\xff", "no JSON", id="no UTF-8"),
        pytest.param("{", "no JSON", id="half of it"),
        pytest.param("[" * 100_000, "no JSON", id="nested too deeply"),
        pytest.param("[]", "does not say", id="a list"),
        pytest.param("null", "does not say", id="null"),
        pytest.param("{}", "does not say", id="an empty object"),
        pytest.param("9" * 5_000, "", id="a number of 5,000 digits"),
        pytest.param("NaN", "no number", id="NaN"),
        pytest.param('{"a":1,"a":2}', "there twice", id="a field twice"),
        pytest.param({"a": object()}, "no JSON", id="an object that JSON has not"),
        pytest.param(None, "no JSON", id="None"),
        pytest.param(5, "no JSON", id="a number"),
        pytest.param(" " * 1_000_001, "more than 1000000 bytes", id="too long"),
    ],
)
def test_what_is_no_receipt_is_refused(document: Any, why: str) -> None:
    verdict = check_receipt(document, [VKEY])

    assert not verdict.holds
    assert why in verdict.problems[0]


@pytest.mark.law("L-12")
@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_letter_of_a_receipt_can_be_another(data: st.DataObject) -> None:
    text = json.dumps(a_receipt() | {"site": ""})
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = text[:place] + letter + text[place + 1 :]

    if check_receipt(changed, [VKEY]).holds:
        # Only the site's name and the keys that are not used are not signed.
        free = {"site": "", "keys": []}
        assert json.loads(changed) | free == json.loads(text) | free
