"""Verifying: what was done to a log is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadNote, StoreError
from cookiesafe.ledger import Checkpoint, Entry, Tile
from cookiesafe.ledger.key import LedgerKey
from cookiesafe.ledger.note import Head, read_checkpoint, sign_checkpoint
from cookiesafe.ledger.runs import write_runs
from cookiesafe.ledger.tiles import extend, frontier
from cookiesafe.upkeep import Verdict, seal, verify
from tests.support.logbook import KEY, NOW, ORIGIN, VKEY, Logbook, a_record, an_entry, at

SIZE = 10_000
BOOK = Logbook()
BOOK.fill(SIZE - 1)
PLACES = st.integers(0, SIZE - 1)
STRANGER = LedgerKey(b"s" * 32)


def verdict_on(book: Logbook) -> Verdict:
    return book.follow(verify([VKEY]))


def named(verdict: Verdict) -> set[tuple[str, int | None]]:
    return {(each.kind, each.index) for each in verdict.findings}


def renumbered(entries: list[Entry]) -> list[Entry]:
    return [at(each, index) for index, each in enumerate(entries)]


def changed(entry: Entry) -> Entry:
    return an_entry(replace(entry.record, policy="another"), entry.index)


def a_stranger(index: int | None = None) -> Entry:
    return an_entry(a_record(SIZE * 10), index)


def erase(book: Logbook, indexes: list[int], leaves: str | None = None, number: int = 0) -> None:
    there = [each for each in book.sealed if each.index in indexes]
    detail = {"leaves": write_runs(indexes) if leaves is None else leaves}
    book.erase(there, a_record(SIZE + number, event="erasure", receipt=None, detail=detail))


# --- any single thing among 10,000 records ---


@pytest.mark.law("L-12")
def test_a_log_that_nobody_touched_holds() -> None:
    verdict = verdict_on(BOOK)

    assert verdict == Verdict(ORIGIN, SIZE, 0, 0, (), 0, (VKEY,))
    assert verdict.holds
    assert BOOK.follow(verify()) == verdict


@pytest.mark.law("L-12")
@settings(deadline=None, max_examples=25)
@given(PLACES, st.data())
def test_a_record_that_was_changed_is_named(index: int, data: st.DataObject) -> None:
    book = BOOK.copy()
    entry = book.sealed[index]
    where = data.draw(st.integers(0, len(entry.body) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    body = entry.body[:where] + letter + entry.body[where + 1 :]
    book.sealed[index] = Entry(entry.id, entry.time, entry.event, entry.receipt, body, index)

    verdict = verdict_on(book)

    expected = set() if body == entry.body else {("changed", index)}
    assert {each for each in named(verdict) if each[0] != "column"} == expected
    assert {each.id for each in verdict.findings} <= {entry.id}


@pytest.mark.law("P-01")
@settings(deadline=None, max_examples=25)
@given(PLACES)
def test_a_record_that_was_removed_is_named(index: int) -> None:
    book = BOOK.copy()
    del book.sealed[index]

    assert named(verdict_on(book)) == {("removed", index)}


@settings(deadline=None, max_examples=15)
@given(PLACES)
def test_a_record_that_was_removed_is_named_when_the_others_moved_up(index: int) -> None:
    book = BOOK.copy()
    book.sealed = renumbered(book.sealed[:index] + book.sealed[index + 1 :])

    verdict = verdict_on(book)

    assert ("removed", index) in named(verdict)
    assert verdict.findings[0].index == index
    if index < SIZE - 1:
        assert verdict.findings[0].text == f"it was moved from index {index + 1}"
    assert verdict.count == SIZE - index
    assert {each.kind for each in verdict.findings} <= {"removed", "moved"}


@pytest.mark.law("P-01")
@settings(deadline=None, max_examples=15)
@given(st.integers(0, SIZE))
def test_a_record_that_was_put_in_is_named(index: int) -> None:
    book = BOOK.copy()
    book.sealed = renumbered([*book.sealed[:index], a_stranger(), *book.sealed[index:]])

    verdict = verdict_on(book)

    assert (verdict.findings[0].kind, verdict.findings[0].index) == ("inserted", index)
    assert verdict.findings[0].id == a_stranger().id
    assert {each.kind for each in verdict.findings[1:]} <= {"moved"}
    assert verdict.count == SIZE - index + 1


@settings(deadline=None, max_examples=25)
@given(PLACES, PLACES)
def test_records_that_changed_places_are_named(one: int, other: int) -> None:
    book = BOOK.copy()
    book.sealed[one], book.sealed[other] = (
        at(book.sealed[other], one),
        at(book.sealed[one], other),
    )

    verdict = verdict_on(book)

    expected = set() if one == other else {("moved", one), ("moved", other)}
    assert named(verdict) == expected
    assert {each.text for each in verdict.findings} == {
        f"it was moved from index {place}" for _, place in expected
    }


@settings(deadline=None, max_examples=15)
@given(PLACES, PLACES)
def test_a_record_that_was_moved_is_named(one: int, other: int) -> None:
    book = BOOK.copy()
    book.sealed.insert(other, book.sealed.pop(one))
    book.sealed = renumbered(book.sealed)

    verdict = verdict_on(book)

    assert verdict.count == (0 if one == other else abs(one - other) + 1)
    assert {each.kind for each in verdict.findings} <= {"moved"}
    assert {each.index for each in verdict.findings} <= set(
        range(min(one, other), max(one, other) + 1)
    )


@settings(deadline=None, max_examples=25)
@given(PLACES, st.sampled_from(["id", "time", "event", "receipt"]))
def test_a_column_that_was_changed_is_named(index: int, column: str) -> None:
    book = BOOK.copy()
    entry = book.sealed[index]
    values = {"id": entry.id, "time": entry.time, "event": entry.event, "receipt": entry.receipt}
    values[column] = 1 if column == "time" else "another"
    book.sealed[index] = Entry(**values, body=entry.body, index=index)  # type: ignore[arg-type]

    verdict = verdict_on(book)

    assert named(verdict) == {("column", index)}
    assert verdict.findings[0].text.endswith(f": {column}")


@settings(deadline=None, max_examples=25)
@given(PLACES)
def test_a_hash_of_a_tile_that_was_changed_is_told_from_a_record(index: int) -> None:
    book = BOOK.copy()
    tile, first = Tile(0, index // 256), index % 256 * 32
    data = book.kept[tile]
    book.kept[tile] = data[:first] + bytes(32) + data[first + 32 :]

    verdict = verdict_on(book)

    assert named(verdict) == {("tile", None)}
    assert f"0/{index // 256} " in verdict.findings[0].text


@settings(deadline=None, max_examples=15)
@given(PLACES)
def test_a_record_that_was_changed_with_all_its_tiles_is_found_by_the_signature(
    index: int,
) -> None:
    book = BOOK.copy()
    book.sealed[index] = changed(book.sealed[index])
    book.kept = extend(0, {}, [each.leaf for each in book.sealed])

    [finding] = verdict_on(book).findings

    first, last = index // 1_000 * 1_000, index // 1_000 * 1_000 + 999
    assert finding.kind == "checkpoint"
    assert f"something from record {first} to {last} is not what was signed" in finding.text


# --- tiles and checkpoints ---


def a_log(size: int = 600) -> Logbook:
    """Sealed in batches of 100."""
    book = Logbook()
    for first in range(0, size, 100):
        book.fill(100, first=first)
    return book


def resigned(book: Logbook, at: int, head: Head, *keys: LedgerKey) -> None:
    book.signed[at] = Checkpoint(book.signed[at].size, sign_checkpoint(head, keys or (KEY,)))


def head_of(book: Logbook, at: int) -> Head:
    return read_checkpoint(book.signed[at].note)[0]


def drop_tile(book: Logbook) -> None:
    del book.kept[Tile(0, 1)]


def cut_tile(book: Logbook) -> None:
    book.kept[Tile(0, 1)] = book.kept[Tile(0, 1)][:-32]


def change_upper_tile(book: Logbook) -> None:
    book.kept[Tile(1, 0)] = bytes(32) + book.kept[Tile(1, 0)][32:]


def drop_upper_tile(book: Logbook) -> None:
    del book.kept[Tile(1, 0)]


@pytest.mark.parametrize(
    ("change", "tile"),
    [
        (drop_tile, "0/1"),
        (cut_tile, "0/1"),
        (change_upper_tile, "1/0"),
        (drop_upper_tile, "1/0"),
    ],
)
def test_a_tile_that_was_changed_is_named(change: Callable[[Logbook], None], tile: str) -> None:
    book = a_log()
    change(book)

    verdict = verdict_on(book)

    assert {each.kind for each in verdict.findings} == {"tile"}
    assert f"the tile {tile} has other hashes" in verdict.findings[0].text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(
            lambda book: book.signed.__setitem__(2, Checkpoint(301, "")), "no sig", id="no note"
        ),
        pytest.param(
            lambda book: resigned(book, 2, head_of(book, 2), STRANGER),
            "no key that is known",
            id="by a stranger",
        ),
        pytest.param(
            lambda book: resigned(book, 2, head_of(book, 2)._replace(root=bytes(32))),
            "another root: something from record 201 to 300",
            id="another root",
        ),
        pytest.param(
            lambda book: resigned(book, 2, head_of(book, 1)),
            "it says that they are 201",
            id="another size",
        ),
        pytest.param(
            lambda book: resigned(book, 2, head_of(book, 2)._replace(origin="other.example")),
            "it is of another log, other.example",
            id="another origin",
        ),
        pytest.param(
            lambda book: book.signed.__setitem__(
                2, Checkpoint(301, book.signed[2].note.replace("301", "302"))
            ),
            "it says that they are 302",
            id="changed",
        ),
    ],
)
def test_a_checkpoint_that_is_not_of_this_log_is_named(
    change: Callable[[Logbook], None], why: str
) -> None:
    book = a_log()
    change(book)

    [finding] = verdict_on(book).findings

    assert finding.kind == "checkpoint"
    assert "the checkpoint of 301 records" in finding.text
    assert why in finding.text


def test_a_log_that_somebody_else_made_is_not_trusted() -> None:
    book = Logbook()
    book.fill(20, key=STRANGER)

    assert book.follow(verify()).holds
    assert [each.kind for each in verdict_on(book).findings] == ["checkpoint"]


def test_a_log_that_names_no_key_is_not_trusted_without_one() -> None:
    book = Logbook()
    book.append([a_record(1)])
    entry = at(next(iter(book.waiting.values())), 0)
    book.sealed, book.waiting = [entry], {}
    book.kept = extend(0, {}, [entry.leaf])
    root = frontier(1, book.kept).root()
    book.signed = [Checkpoint(1, sign_checkpoint(Head(ORIGIN, 1, root), [KEY]))]

    assert verdict_on(book).holds
    assert [each.kind for each in book.follow(verify()).findings] == ["key", "checkpoint"]


def test_a_key_that_was_put_in_is_not_trusted() -> None:
    book = a_log()
    forged = a_record(5, id="key.forged", event="key", detail={"key": str(STRANGER.named(ORIGIN))})
    book.sealed[5] = an_entry(forged, 5)
    resigned(book, 5, head_of(book, 5), STRANGER)

    verdict = verdict_on(book)

    assert named(verdict) == {("changed", 5), ("checkpoint", None)}
    assert verdict.keys == (VKEY,)


def test_a_record_of_another_event_names_no_key() -> None:
    book = Logbook()
    book.append([a_record(1, detail={"key": str(STRANGER.named(ORIGIN))})])
    book.fill(3, first=10)
    plain = book.sealed[1]
    book.sealed[1] = Entry(plain.id, plain.time, "key", plain.receipt, plain.body, 1)

    verdict = verdict_on(book)

    assert named(verdict) == {("column", 1)}
    assert verdict.keys == (VKEY,)


def test_a_log_of_three_levels_of_tiles_is_verified() -> None:
    book = Logbook()
    book.fill(66_000)
    assert verdict_on(book).holds

    book.sealed[65_000] = changed(book.sealed[65_000])
    book.kept[Tile(2, 0)] = bytes(32)

    verdict = verdict_on(book)

    assert named(verdict) == {("changed", 65_000), ("tile", None)}


def test_a_store_without_checkpoints_does_not_pass_for_one_that_is_signed() -> None:
    class Silent(Logbook):
        def checkpoints(self, after: int, limit: int) -> list[Checkpoint]:
            return []

    book = Silent()
    book.fill(20)

    assert [each.kind for each in verdict_on(book).findings] == ["checkpoint"]


def test_a_public_key_that_is_none_is_refused() -> None:
    with pytest.raises(BadNote):
        BOOK.follow(verify(["nobody"]))


# --- erasures ---


@pytest.mark.law("P-04")
def test_what_was_erased_is_counted_and_no_finding() -> None:
    book = a_log()
    erase(book, [3, *range(250, 520)])

    for pending in (1, 0):
        verdict = verdict_on(book)
        assert (verdict.holds, verdict.erased, verdict.pending) == (True, 271, pending)
        book.follow(seal([KEY], ORIGIN, NOW))


def test_an_erasure_that_waits_behind_many_others_is_found() -> None:
    book = a_log()
    book.append([a_record(20_000 + number) for number in range(10_000)])
    erase(book, [3])

    verdict = verdict_on(book)

    assert (verdict.holds, verdict.erased, verdict.pending) == (True, 1, 10_000)


def test_what_was_erased_beside_is_removed() -> None:
    book = a_log()
    erase(book, [3, 4, 5], leaves="3,5")

    verdict = verdict_on(book)

    assert named(verdict) == {("removed", 4)}
    assert verdict.erased == 2


def test_most_of_a_large_log_can_be_erased() -> None:
    book = BOOK.copy()
    erase(book, list(range(1, SIZE - 10)))

    verdict = verdict_on(book)

    assert (verdict.holds, verdict.erased) == (True, SIZE - 11)


@pytest.mark.parametrize("leaves", ["5-4", "all", "0-100000", None, 5, {"0": "1"}])
def test_an_erasure_that_makes_no_sense_explains_nothing(leaves: object) -> None:
    book = a_log()
    book.erase(
        [book.sealed[7]],
        a_record(SIZE, event="erasure", receipt=None, detail={"leaves": leaves}),
    )
    pending = named(verdict_on(book))
    book.follow(seal([KEY], ORIGIN, NOW))

    assert ("removed", 7) in pending & named(verdict_on(book))
    assert ("erasure", None) in pending
    assert ("erasure", 601) in named(verdict_on(book))


def test_an_erasure_cannot_explain_what_came_after_it() -> None:
    book = a_log(300)
    erase(book, [], leaves="")
    book.append([a_record(9_000, event="erasure", receipt=None, detail={"leaves": "350"})])
    book.fill(100, first=5_000)
    book.sealed = [each for each in book.sealed if each.index != 350]

    assert named(verdict_on(book)) == {("removed", 350), ("erasure", 301)}


def test_what_an_erasure_says_is_gone_and_is_there_is_named() -> None:
    book = a_log()
    gone = book.sealed[7]
    erase(book, [7])
    book.follow(seal([KEY], ORIGIN, NOW))
    book.sealed.insert(7, gone)

    assert named(verdict_on(book)) == {("restored", 7)}


# --- what is not sealed, or was not ---


def test_a_record_behind_the_end_was_never_sealed() -> None:
    book = a_log()
    book.sealed.append(a_stranger(601))

    [finding] = verdict_on(book).findings

    assert (finding.kind, finding.index, finding.id) == ("inserted", 601, a_stranger().id)


def test_a_sealed_record_that_stands_as_pending_is_named() -> None:
    book = a_log()
    entry = book.sealed.pop(50)
    book.waiting[entry.id] = at(entry, None)

    [finding] = verdict_on(book).findings

    assert (finding.kind, finding.index, finding.id) == ("moved", 50, entry.id)


def test_a_copy_in_the_place_of_another_is_named() -> None:
    book = a_log()
    book.sealed[50] = at(book.sealed[60], 50)

    assert named(verdict_on(book)) == {("inserted", 50), ("removed", 50)}


def test_the_columns_of_what_is_pending_are_verified() -> None:
    book = a_log()
    entry = an_entry(a_record(7_000))
    book.waiting[entry.id] = Entry(entry.id, 1, entry.event, entry.receipt, entry.body, None)

    [finding] = verdict_on(book).findings

    assert (finding.kind, finding.index, finding.id) == ("column", None, entry.id)


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "[" * 100_000, '{"id":1}', "\ud800"])
def test_a_body_that_is_no_record_breaks_nothing(body: str) -> None:
    book = a_log()
    entry = book.sealed[9]
    book.sealed[9] = Entry(entry.id, entry.time, entry.event, entry.receipt, body, 9)
    book.waiting["x"] = Entry("x", 0, "erasure", None, body, None)

    assert {("changed", 9), ("column", 9)} <= named(verdict_on(book))


def test_an_empty_ledger_holds_and_one_that_only_waits_too() -> None:
    book = Logbook()
    assert verdict_on(book) == Verdict("", 0, 0, 0, (), 0, (VKEY,))
    book.append([a_record(1)])
    assert verdict_on(book).pending == 1


def test_findings_are_counted_when_they_are_too_many_to_be_told() -> None:
    book = BOOK.copy()
    book.sealed = book.sealed[:-5_000]

    verdict = verdict_on(book)

    assert verdict.count == 5_000
    assert len(verdict.findings) == 100


# --- while others are at work ---


def test_a_log_that_grows_and_is_erased_from_meanwhile_holds() -> None:
    class Busy(Logbook):
        def answer(self, method: str, args: tuple[object, ...]) -> object:
            answer = super().answer(method, args)
            if method == "tiles" and len(self.asked) < 60:
                turn = len(self.asked)
                Logbook.append(self, [a_record(50_000 + turn)])
                erase(self, [1 + turn, 9_000 + turn], number=turn)
                if turn % 2:
                    quiet = Logbook()
                    quiet.__dict__ |= self.__dict__
                    quiet.follow(seal([KEY], ORIGIN, NOW))
                    self.__dict__ |= quiet.__dict__
            return answer

    book = Busy()
    book.__dict__ |= BOOK.copy().__dict__

    verdict = verdict_on(book)

    assert verdict.findings == ()
    assert verdict.size == SIZE
    assert len(book.sealed) + len(book.waiting) > SIZE - 20
    assert book.signed[-1].size > SIZE


def test_the_store_s_error_is_raised() -> None:
    class Broken(Logbook):
        def tiles(self, tiles: object) -> dict[Tile, bytes]:
            raise StoreError("it is away")

    book = Broken()
    book.__dict__ |= a_log(100).__dict__

    with pytest.raises(StoreError, match="it is away"):
        verdict_on(book)
