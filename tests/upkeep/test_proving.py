"""Proving: what a visitor is given to show that a record is in the log."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import DamagedLog, StoreError
from cookiesafe.ledger import Checkpoint, Tile
from cookiesafe.ledger.key import LedgerKey
from cookiesafe.ledger.note import read_checkpoint
from cookiesafe.ledger.tree import verify_inclusion
from cookiesafe.upkeep import prove, seal
from tests.support.logbook import KEY, NOW, ORIGIN, VKEY, Logbook, a_record, an_entry

SIZE = 3_000
BOOK = Logbook()
BOOK.fill(SIZE - 1)
NEW = LedgerKey(b"n" * 32)


@pytest.mark.law("L-12", "P-02")
@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, SIZE - 1), max_size=5))
def test_each_record_is_proved_by_the_newest_checkpoint(places: list[int]) -> None:
    evidence = BOOK.follow(prove([BOOK.sealed[index] for index in places]))

    assert evidence.checkpoint == BOOK.signed[-1]
    assert evidence.keys == (VKEY,)
    assert [each.entry.index for each in evidence.records] == places
    head, _ = read_checkpoint(BOOK.signed[-1].note)
    for index, (entry, proof) in zip(places, evidence.records, strict=True):
        assert proof is not None
        verify_inclusion(entry.leaf, index, SIZE, proof, head.root)


def test_a_proof_asks_the_store_for_it_and_for_what_its_key_is_trusted_by() -> None:
    book = BOOK.copy()

    book.follow(prove([book.sealed[5]]))

    assert book.asked == ["checkpoint", "tiles", "find_entries", "checkpoints", "tiles"]


def test_many_records_are_proved_some_at_a_time() -> None:
    evidence = BOOK.follow(prove(BOOK.sealed[:100]))

    assert all(each.proof for each in evidence.records)
    assert len(evidence.records) == 100


def test_what_is_pending_says_so() -> None:
    book = BOOK.copy()
    waiting = an_entry(a_record(SIZE))

    evidence = book.follow(prove([waiting, book.sealed[1]]))

    assert [each.proof is None for each in evidence.records] == [True, False]


def test_before_the_first_sealing_all_is_pending() -> None:
    evidence = Logbook().follow(prove([an_entry(a_record(1))]))

    assert evidence.records[0].proof is None
    assert (evidence.checkpoint, evidence.keys) == (None, ())


def test_what_was_sealed_behind_the_checkpoint_that_was_read_is_pending() -> None:
    old = BOOK.signed[-1]
    book = BOOK.copy()
    book.fill(5, first=SIZE)
    book.signed = [old]

    assert book.follow(prove([book.sealed[SIZE + 1]])).records[0].proof is None


def test_every_key_that_signs_is_named() -> None:
    book = BOOK.copy()
    book.append([a_record(SIZE)])
    book.follow(seal([KEY, NEW], ORIGIN, NOW))

    assert book.follow(prove([])).keys == (VKEY, str(NEW.named(ORIGIN)))

    book.fill(5, first=2 * SIZE)
    assert book.follow(prove([])).keys == (VKEY,)


def test_nothing_is_proved_of_what_was_changed() -> None:
    forged = an_entry(replace(BOOK.sealed[7].record, policy="another"), 7)
    with pytest.raises(DamagedLog, match="record 7 is not what was sealed"):
        BOOK.follow(prove([forged]))

    book = BOOK.copy()
    del book.kept[Tile(0, 0)]
    with pytest.raises(DamagedLog, match="tile 0/0"):
        book.follow(prove([book.sealed[7]]))

    book.signed = [Checkpoint(SIZE, "")]
    with pytest.raises(DamagedLog, match="last checkpoint is none"):
        book.follow(prove([book.sealed[7]]))


def test_the_store_s_error_is_raised() -> None:
    class Broken(Logbook):
        def checkpoint(self) -> Checkpoint | None:
            raise StoreError("it is away")

    with pytest.raises(StoreError, match="it is away"):
        Broken().follow(prove([]))
