"""Sealing: what is pending gets its place, once, whatever fails and whoever else seals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadNote, DamagedLog, StoreError
from cookiesafe.ledger import Batch, Checkpoint, Entry
from cookiesafe.ledger.key import LedgerKey
from cookiesafe.ledger.letters import written
from cookiesafe.ledger.note import Head, read_checkpoint, sign_checkpoint
from cookiesafe.ledger.tiles import extend
from cookiesafe.upkeep import seal, verify
from cookiesafe.upkeep.keys import keys_in_log
from cookiesafe.upkeep.sealing import BATCH, MOST_TRIES, key_record
from tests.support.logbook import KEY, NOW, ORIGIN, VKEY, Logbook, a_record, an_entry, at
from tests.support.merkle import root_of

NEW = LedgerKey(b"n" * 32)
NEW_VKEY = str(NEW.named(ORIGIN))
CALLS = 14
"""What two batches ask the store, the first with a key that is new, and the last look that finds nothing pending."""


def sealed_once(book: Logbook, records: int, keys: int = 1) -> None:
    """Every record is in the log once, in a place of its own, and the log holds."""
    verdict = book.follow(verify([VKEY]))
    assert verdict.findings == ()
    assert not book.waiting
    assert len({each.id for each in book.sealed}) == len(book.sealed) == records + keys
    assert [each.index for each in book.sealed] == list(range(records + keys))


@pytest.mark.law("P-01", "P-05")
def test_what_is_pending_is_sealed_in_its_order_behind_the_key() -> None:
    book = Logbook()
    book.append([a_record(number) for number in range(5)])

    assert book.follow(seal([KEY], ORIGIN, NOW)) == 6

    assert [each.event for each in book.sealed] == ["key", *["grant"] * 5]
    assert [each.id for each in book.sealed[1:]] == [a_record(number).id for number in range(5)]
    assert book.sealed[0].record.detail == {"key": VKEY}
    sealed_once(book, 5)


def test_the_checkpoint_has_the_root_of_the_records() -> None:
    book = Logbook()
    for size in (3, 254, 600):
        book.fill(size, first=1_000 * size)
        head, note = read_checkpoint(book.signed[-1].note)

        assert head.root == root_of([each.leaf for each in book.sealed])
        assert (head.origin, head.size) == (ORIGIN, len(book.sealed))
        assert note.signers([KEY.named(ORIGIN)])


def test_where_nothing_is_pending_nothing_is_done() -> None:
    book = Logbook()

    assert book.follow(seal([KEY], ORIGIN, NOW)) == 0
    assert (book.sealed, book.waiting, book.signed) == ([], {}, [])
    book.fill(3)
    assert book.follow(seal([KEY], ORIGIN, NOW)) == 0
    assert len(book.signed) == 1


def test_much_is_sealed_in_batches_and_no_more_than_was_asked_for() -> None:
    book = Logbook()
    book.append([a_record(number) for number in range(2 * BATCH + 5)])

    assert book.follow(seal([KEY], ORIGIN, NOW, most=1)) == BATCH
    assert [each.size for each in book.signed] == [BATCH]
    assert book.follow(seal([KEY], ORIGIN, NOW)) == BATCH + 6
    sealed_once(book, 2 * BATCH + 5)


def test_a_key_is_recorded_before_what_it_seals_however_much_is_pending() -> None:
    book = Logbook()
    book.append([a_record(number) for number in range(BATCH + 5)])

    book.follow(seal([KEY], ORIGIN, NOW, most=1))

    assert book.sealed[0].event == "key"


def test_a_log_keeps_the_origin_of_its_first_checkpoint() -> None:
    book = Logbook()
    book.fill(3)
    book.append([a_record(10)])

    book.follow(seal([KEY], "another.example", NOW))

    assert read_checkpoint(book.signed[-1].note)[0].origin == ORIGIN
    sealed_once(book, 4)


def test_a_new_key_beside_the_old_is_vouched_for_by_it() -> None:
    book = Logbook()
    book.fill(3)
    book.append([a_record(10)])
    book.follow(seal([KEY, NEW], ORIGIN, NOW))
    book.append([a_record(11)])
    book.follow(seal([NEW], ORIGIN, NOW))

    verdict = book.follow(verify([VKEY]))

    assert verdict.holds
    assert verdict.keys == (VKEY, NEW_VKEY)
    sealed_once(book, 5, keys=2)


def test_a_new_key_alone_is_refused_until_the_old_one_was_given_once() -> None:
    book = Logbook()
    book.fill(3)
    book.append([a_record(10)])

    with pytest.raises(DamagedLog, match="signed by no key of ours") as refused:
        book.follow(seal([NEW], ORIGIN, NOW))

    assert "ledger_fallback_keys" in str(refused.value)
    assert (len(book.signed), [*book.waiting]) == (1, [a_record(10).id])
    book.follow(seal([NEW, KEY], ORIGIN, NOW))
    book.append([a_record(11)])
    book.follow(seal([NEW], ORIGIN, NOW))
    sealed_once(book, 5, keys=2)


def test_who_has_the_old_key_alone_goes_on_behind_one_that_it_vouched_for() -> None:
    book = Logbook()
    book.fill(3)
    for number, keys in enumerate(([KEY, NEW], [NEW], [KEY])):
        book.append([a_record(10 + number)])
        book.follow(seal(keys, ORIGIN, NOW))

    sealed_once(book, 6, keys=2)


# --- what somebody puts into the database who has no key ---


def a_planted_key(**changed: Any) -> Entry:
    return an_entry(replace(key_record(NEW.named(ORIGIN), NOW), **changed))


@pytest.mark.law("P-04")
@pytest.mark.parametrize("event", ["key", "grant"])
@pytest.mark.parametrize("sealed", [0, 3])
def test_a_key_that_was_put_in_is_left_pending_and_named(sealed: int, event: str) -> None:
    book = Logbook()
    if sealed:
        book.fill(sealed)
    planted = replace(a_planted_key(), event=event)
    book.waiting[planted.id] = planted
    book.append([a_record(10)])

    book.follow(seal([KEY], ORIGIN, NOW))

    assert list(book.waiting.values()) == [planted]
    verdict = book.follow(verify([VKEY]))
    assert verdict.keys == book.follow(verify()).keys == (VKEY,)
    assert ("key", planted.id) in {(each.kind, each.id) for each in verdict.findings}
    assert book.follow(seal([KEY], ORIGIN, NOW)) == 0


def test_keys_that_were_put_in_keep_nobody_from_sealing_however_many_they_are() -> None:
    book = Logbook()
    book.fill(3)
    for number in range(2 * BATCH + 5):
        planted = a_planted_key(id=f"key.{number}")
        book.waiting[planted.id] = planted
    book.append([a_record(10)])

    assert book.follow(seal([KEY], ORIGIN, NOW)) == 1
    assert a_record(10).id not in book.waiting


def test_a_record_of_another_key_in_the_place_of_ours_stops_the_sealing() -> None:
    book = Logbook()
    own = key_record(KEY.named(ORIGIN), NOW).id
    book.waiting[own] = a_planted_key(id=own)
    book.append([a_record(1)])

    with pytest.raises(DamagedLog, match="in the place of that of our key"):
        book.follow(seal([KEY], ORIGIN, NOW))


@pytest.mark.law("P-04")
def test_a_key_that_has_not_signed_is_not_trusted_though_a_trusted_one_covers_its_record() -> None:
    book = Logbook()
    book.fill(3)
    planted = a_planted_key()
    leaves = [each.leaf for each in [*book.sealed, planted]]
    book.sealed.append(at(planted, 4))
    book.kept = extend(0, {}, leaves)
    book.signed.append(Checkpoint(5, sign_checkpoint(Head(ORIGIN, 5, root_of(leaves)), [KEY])))

    verdict = book.follow(verify([VKEY]))

    assert verdict.keys == (VKEY,)
    assert [(each.kind, each.index) for each in verdict.findings] == [("key", 4)]
    assert book.follow(keys_in_log()) == [KEY.named(ORIGIN)]


@pytest.mark.law("P-04")
def test_nothing_is_sealed_on_a_history_that_somebody_else_has_signed() -> None:
    book = Logbook()
    book.fill(5)
    forged = replace(book.sealed[2].record, event="withdrawal")
    book.sealed[2] = an_entry(forged, 2)
    book.kept = extend(0, {}, [each.leaf for each in book.sealed])
    planted = at(a_planted_key(), 6)
    leaves = [each.leaf for each in [*book.sealed, planted]]
    for there in ([*book.sealed], [*book.sealed, planted]):
        book.sealed = there
        book.kept = extend(0, {}, leaves[: len(there)])
        head = Head(ORIGIN, len(there), root_of(leaves[: len(there)]))
        book.signed = [Checkpoint(len(there), sign_checkpoint(head, [NEW]))]
        book.append([a_record(10)])

        with pytest.raises(DamagedLog, match="signed by no key of ours"):
            book.follow(seal([KEY], ORIGIN, NOW))

    assert book.follow(keys_in_log()) == []


def test_a_record_that_stands_where_none_can_be_names_no_key() -> None:
    book = Logbook()
    book.fill(5)
    book.sealed += [at(a_planted_key(id="a"), -5), at(a_planted_key(id="b"), 900)]

    assert book.follow(keys_in_log()) == [KEY.named(ORIGIN)]


def test_what_cannot_be_sealed_with_is_refused_before_anything_is_asked() -> None:
    book = Logbook()
    with pytest.raises(ValueError, match="without a key"):
        book.follow(seal([], ORIGIN, NOW))
    with pytest.raises(BadNote, match="cannot be the name"):
        book.follow(seal([KEY], "two words", NOW))
    assert book.asked == []


def a_damaged_log(how: str) -> Logbook:
    book = Logbook()
    book.fill(300)
    tile = max(book.kept)
    note = book.signed[-1].note
    size = book.signed[-1].size
    match how:
        case "a tile changed":
            book.kept[tile] = bytes(32) + book.kept[tile][32:]
        case "a tile cut off":
            book.kept[tile] = book.kept[tile][:-32]
        case "a tile gone":
            del book.kept[tile]
        case "the note changed":
            book.signed[-1] = Checkpoint(size, note.replace(f"\n{size}\n", f"\n{size + 1}\n"))
        case "the signature changed":
            line = note.split("\n")[4]
            zeros = written(KEY.named(ORIGIN).id + bytes(64))
            book.signed[-1] = Checkpoint(size, note.replace(line, f"— {ORIGIN} {zeros}"))
        case "the note gone":
            book.signed[-1] = Checkpoint(size, "")
        case "the size changed":
            book.signed[-1] = Checkpoint(size - 1, note)
        case "another's root":
            forged = sign_checkpoint(Head(ORIGIN, size, bytes(32)), [NEW])
            book.signed[-1] = Checkpoint(size, forged)
    book.append([a_record(1_000)])
    return book


@pytest.mark.law("P-04")
@pytest.mark.parametrize(
    "how",
    [
        "a tile changed",
        "a tile cut off",
        "a tile gone",
        "the note changed",
        "the signature changed",
        "the note gone",
        "the size changed",
        "another's root",
    ],
)
def test_no_second_log_is_signed_on_one_that_was_changed(how: str) -> None:
    book = a_damaged_log(how)

    with pytest.raises(DamagedLog):
        book.follow(seal([KEY], ORIGIN, NOW))

    assert len(book.signed) == 1
    assert a_record(1_000).id in book.waiting


class Failing(Logbook):
    """Fails at one call: before it is done, or after, so that nobody learns that it was."""

    calls = 0
    fails_at = -1
    after = False

    def answer(self, method: str, args: tuple[Any, ...]) -> Any:
        self.calls += 1
        if self.calls - 1 != self.fails_at:
            return super().answer(method, args)
        if self.after:
            super().answer(method, args)
        return StoreError("the disk is full")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(CALLS))
def test_a_process_that_dies_at_any_call_leaves_a_log_that_is_whole(
    call: int, *, after: bool
) -> None:
    book = Failing()
    book.append([a_record(number) for number in range(BATCH + 300)])
    book.fails_at, book.after = call, after

    with pytest.raises(StoreError, match="disk is full"):
        book.follow(seal([KEY], ORIGIN, NOW))
    book.follow(seal([KEY], ORIGIN, NOW))

    sealed_once(book, BATCH + 300)


def test_every_call_of_a_sealing_was_tried() -> None:
    book = Failing()
    book.append([a_record(number) for number in range(BATCH + 300)])

    book.follow(seal([KEY], ORIGIN, NOW))

    assert book.calls == CALLS


@pytest.mark.law("P-04")
@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 2), max_size=40), st.integers(1, 4))
def test_processes_that_seal_at_once_make_one_log(turns: list[int], records: int) -> None:
    book = Logbook()
    book.append([a_record(number) for number in range(records)])
    flows = [seal([KEY], ORIGIN, NOW + number) for number in range(3)]
    answers: list[Any] = [None, None, None]
    going = {0, 1, 2}
    for number in [*turns, *range(3)] + [0, 1, 2] * 40:
        if number in going:
            try:
                (need,) = flows[number].send(answers[number])
            except StopIteration:
                going.remove(number)
                continue
            answers[number] = [book.answer(need.method, need.args)]
            if need.method == "seal" and len(book.asked) < 40:
                book.append([a_record(len(book.asked))])
    assert not going
    book.follow(seal([KEY], ORIGIN, NOW))

    sealed_once(book, len(book.sealed) - 1)


def test_a_record_that_is_erased_meanwhile_is_left_out() -> None:
    class Erasing(Logbook):
        def seal(self, batch: Batch) -> bool:
            self.waiting.pop(a_record(1).id, None)
            return super().seal(batch)

    book = Erasing()
    book.append([a_record(number) for number in range(3)])

    assert book.follow(seal([KEY], ORIGIN, NOW)) == 3
    assert a_record(1).id not in {each.id for each in book.sealed}
    sealed_once(book, 2)


def test_a_store_that_never_adds_anything_is_not_asked_for_ever() -> None:
    class Refusing(Logbook):
        def seal(self, batch: Batch) -> bool:
            return False

    book = Refusing()
    book.append([a_record(0)])

    assert book.follow(seal([KEY], ORIGIN, NOW)) == 0
    assert book.asked.count("seal") == MOST_TRIES
