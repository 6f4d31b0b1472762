"""The sealed log, over every kind of store: what is pending, what is sealed, and who wins."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Event

import pytest

from cookiesafe import upkeep
from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql import log
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Batch, Checkpoint, Entry, LedgerKey, Tile
from cookiesafe.ledger.record import NOWHERE
from cookiesafe.ports import Store
from cookiesafe.upkeep.erasing import forget
from tests.support.stores import (  # noqa: F401
    a_batch,
    a_record,
    append_all,
    append_sealing,
    from_outside,
    seal,
    server_url_fixture,
    store_fixture,
    there,
    url_fixture,
)

SPAWN = multiprocessing.get_context("spawn")


def append(store: Store, *numbers: int) -> None:
    store.append([a_record(number) for number in numbers])


def numbers(entries: object) -> list[int]:
    assert isinstance(entries, list)
    return [int(entry.id, 16) for entry in entries]


# --- appending -------------------------------------------------------------------------------------


def test_records_of_one_call_keep_their_order(store: Store) -> None:
    append(store, 3, 1, 2)

    assert numbers(store.pending(10)) == [3, 1, 2]


def test_of_records_of_one_call_those_that_are_there_are_not_kept_twice(store: Store) -> None:
    append(store, 1, 2)
    store.append(
        [a_record(2, policy="other"), a_record(3), a_record(3, policy="other"), a_record(1)]
    )

    assert list(store.records()) == [a_record(1), a_record(2), a_record(3)]


def test_to_append_nothing_does_nothing(store: Store) -> None:
    store.append([])

    assert store.pending(1) == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_of_records_of_one_call_all_are_kept_or_none(url: str, at: int) -> None:
    records = [a_record(number) for number in range(3)]
    records[at] = a_record(at, time=2**64)

    with closing(open_store(url)) as store:
        with pytest.raises(StoreError, match="was not kept"):
            store.append(records)
        assert store.pending(10) == []
        append(store, 7)
        assert numbers(store.pending(10)) == [7]


def test_many_records_of_one_call_are_kept(store: Store) -> None:
    append(store, *range(2000))

    assert numbers(store.pending(3000)) == list(range(2000))


# --- reading ---------------------------------------------------------------------------------------


def test_an_entry_has_the_record_as_it_was_written(store: Store) -> None:
    record = a_record(1)
    store.append([record])
    said = (record.id, record.time, record.event, record.receipt, record.to_json())

    assert store.pending(10) == [Entry(*said, None)]
    assert seal(store)
    assert store.entries(0, 10) == [Entry(*said, 0)]


def test_pending_records_are_not_in_the_log(store: Store) -> None:
    append(store, 1, 2, 3)
    assert seal(store, 2)

    assert numbers(store.entries(0, 10)) == [1, 2]
    assert numbers(store.pending(10)) == [3]
    assert [each.id for each in store.records()] == [a_record(n).id for n in (1, 2, 3)]


def test_the_log_is_read_in_parts(store: Store) -> None:
    append(store, *range(6))
    assert seal(store)

    assert numbers(store.entries(2, 3)) == [2, 3, 4]
    assert numbers(store.entries(5, 3)) == [5]
    assert store.entries(6, 3) == []
    assert store.pending(3) == []


def test_the_records_of_a_receipt_are_found(store: Store) -> None:
    store.append([a_record(1, receipt="a"), a_record(2, receipt="b"), a_record(3, receipt=None)])
    assert seal(store)
    store.append([a_record(4, receipt="a"), a_record(5, receipt="A")])

    assert numbers(store.entries_of("a")) == [1, 4]
    assert [entry.index for entry in store.entries_of("a")] == [0, None]
    assert store.entries_of("") == store.entries_of("x") == []


def test_records_of_an_event_are_found_by_their_time(store: Store) -> None:
    store.append(
        [a_record(n, event=e, time=t) for n, e, t in [(1, "policy", 30), (2, "policy", 10)]]
    )
    store.append([a_record(3), a_record(4, event="policy", time=20)])

    assert numbers(store.find_entries("policy", None, 10)) == [1, 2, 4]
    assert numbers(store.find_entries("policy", None, 2)) == [1, 2]
    assert numbers(store.find_entries("policy", 30, 10)) == [2, 4]
    assert store.find_entries("policy", 10, 10) == store.find_entries("key", None, 10) == []


# --- sealing ---------------------------------------------------------------------------------------


def test_a_new_log_has_nothing(store: Store) -> None:
    assert store.checkpoint() is None
    assert store.checkpoints(0, 10) == []
    assert store.entries(0, 10) == []
    assert store.tiles([Tile(0, 0)]) == store.tiles([]) == {}


def test_a_batch_is_kept_with_its_tiles_and_its_checkpoint(store: Store) -> None:
    append(store, 1, 2, 3)
    tiles = {Tile(0, 0): b"\x00" * 32, Tile(63, 2**40): bytes(range(256)) * 32}
    batch = Batch(0, (a_record(2).id, a_record(1).id), tiles, Checkpoint(2, "a note\n\n— x y\n"))

    assert store.seal(batch)

    assert numbers(store.entries(0, 10)) == [2, 1]
    assert store.checkpoint() == batch.checkpoint
    assert store.tiles([*tiles, Tile(0, 1)]) == tiles


def test_many_tiles_are_read_at_once(store: Store) -> None:
    append(store, 1)
    tiles = {Tile(0, number): number.to_bytes(2) * 4096 for number in range(300)}
    assert store.seal(a_batch(store)._replace(tiles=tiles))

    assert store.tiles([*tiles, *tiles]) == tiles


def test_a_tile_that_grows_takes_the_place_of_what_it_was(store: Store) -> None:
    for number in range(3):
        append(store, number)
        assert seal(store)

    assert store.tiles([Tile(0, 0)]) == {Tile(0, 0): b"2 to 3"}


def test_checkpoints_come_in_their_order(store: Store) -> None:
    for number in range(4):
        append(store, number, number + 10)
        assert seal(store)

    assert [each.size for each in store.checkpoints(0, 10)] == [2, 4, 6, 8]
    assert [each.size for each in store.checkpoints(2, 2)] == [4, 6]
    assert store.checkpoint() == store.checkpoints(7, 1)[0]


WRONG = {
    "a base that is too small": lambda batch: batch._replace(base=0, checkpoint=Checkpoint(2, "x")),
    "a base in the middle": lambda batch: batch._replace(base=1, checkpoint=Checkpoint(3, "x")),
    "a base that is too large": lambda batch: batch._replace(
        base=9, checkpoint=Checkpoint(11, "x")
    ),
    "a record that was never there": lambda batch: batch._replace(ids=(batch.ids[0], "nobody")),
    "a record that is sealed": lambda batch: batch._replace(ids=(batch.ids[0], a_record(1).id)),
    "a record twice": lambda batch: batch._replace(ids=(batch.ids[0],) * 2),
}


@pytest.mark.law("P-01", "P-04")
@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_go_on_from_the_log_changes_nothing(store: Store, wrong: str) -> None:
    append(store, 1, 2)
    assert seal(store)
    append(store, 3, 4)
    before = everything(store)
    batch = a_batch(store)

    assert not store.seal(WRONG[wrong](batch))

    assert everything(store) == before
    assert store.seal(batch)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_batch_that_does_not_add_up_is_told(store: Store, size: int) -> None:
    append(store, 1, 2)

    with pytest.raises(StoreError, match="add up"):
        store.seal(a_batch(store)._replace(checkpoint=Checkpoint(size, "x")))
    with pytest.raises(StoreError, match="add up"):
        store.seal(Batch(0, (), {}, Checkpoint(0, "x")))
    assert seal(store)


def everything(store: Store) -> object:
    newest = store.tiles([Tile(0, 0)])
    return store.pending(99), store.entries(0, 99), store.checkpoints(0, 99), newest


def test_a_record_that_was_erased_after_it_was_read_is_not_sealed(store: Store) -> None:
    append(store, 1, 2, 3)
    batch = a_batch(store)
    assert store.erase(there(store, [a_record(2)]), a_record(9))

    assert not store.seal(batch)

    assert store.checkpoint() is None
    assert seal(store)
    assert numbers(store.entries(0, 9)) == [1, 3, 9]


def test_of_two_sealers_at_once_one_is_done(store: Store) -> None:
    barrier = Barrier(2)

    def at_once(batch: Batch) -> bool:
        barrier.wait()
        return store.seal(batch)

    with ThreadPoolExecutor(2) as pool:
        for number in range(20):
            append(store, 2 * number, 2 * number + 1)
            batch = a_batch(store)
            other = batch._replace(ids=batch.ids[::-1])
            assert sorted(pool.map(at_once, [batch, other])) == [False, True]

    assert_whole(store, 40)


def assert_whole(store: Store, size: int) -> None:
    """Places without a gap, and checkpoints that follow one another."""
    entries = store.entries(0, 10**6)
    assert [entry.index for entry in entries] == list(range(size))
    assert len({entry.id for entry in entries}) == size
    sizes = [each.size for each in store.checkpoints(0, 10**6)]
    assert all(before < after for before, after in pairwise([0, *sizes]))
    assert (sizes[-1] if sizes else 0) == size


def test_sealing_and_appending_do_not_wait_for_each_other(store: Store) -> None:
    done = Event()

    def seal_on() -> None:
        while not done.is_set() or store.pending(1):
            if store.pending(1):
                assert seal(store, 20)

    def append_some(start: int) -> None:
        for number in range(start, start + 40):
            append(store, number, number + 1000)

    with ThreadPoolExecutor(5) as pool:
        sealing = pool.submit(seal_on)
        try:
            list(pool.map(append_some, range(0, 160, 40)))
        finally:
            done.set()
        sealing.result(60)

    assert_whole(store, 320)


def test_a_sealer_that_has_begun_holds_no_appender_up(server_url: str) -> None:
    with closing(open_store(server_url)) as store:
        append(store, *range(50))
        assert seal(store, 10)
        with from_outside(server_url) as other:
            other.exec_driver_sql("START TRANSACTION")
            log._add(other, a_batch(store))
            append(store, *range(100, 150))
            other.exec_driver_sql("ROLLBACK")

        assert numbers(store.pending(999)) == [*range(10, 50), *range(100, 150)]


def test_processes_seal_and_append_at_once(url: str) -> None:
    append_all(url, range(1))
    parts = [range(100 * n, 100 * n + 60) for n in range(1, 4)]
    processes = [SPAWN.Process(target=append_sealing, args=(url, part)) for part in parts]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    with closing(open_store(url)) as store:
        while store.pending(1):
            assert seal(store)
        assert_whole(store, 181)


def test_what_fails_half_way_is_undone(url: str) -> None:
    with closing(open_store(url)) as store:
        append(store, 1, 2)
        batch = a_batch(store)._replace(tiles={Tile(0, 0): b"x", Tile(2**40, 2**80): b"x"})

        with pytest.raises(StoreError, match="was not sealed"):
            store.seal(batch)

        assert store.checkpoint() is None
        assert numbers(store.pending(9)) == [1, 2]
        assert seal(store)


# --- erasing ---------------------------------------------------------------------------------------


@pytest.mark.law("P-04")
def test_erased_records_are_gone_and_places_stay(store: Store) -> None:
    append(store, 1, 2, 3)
    assert seal(store)
    append(store, 4)

    gone = there(store, [a_record(n) for n in (2, 4)])
    assert store.erase(gone, a_record(9, event="erasure"))

    assert [(entry.id, entry.index) for entry in store.entries(0, 9)] == [
        (a_record(1).id, 0),
        (a_record(3).id, 2),
    ]
    assert numbers(store.pending(9)) == [9]
    assert store.entries_of("r2") == store.entries_of("r4") == []
    assert seal(store)
    assert numbers(store.entries(2, 9)) == [3, 9]


def test_to_erase_nothing_changes_nothing(store: Store) -> None:
    append(store, 1)

    assert not store.erase([], a_record(9))
    assert numbers(store.pending(9)) == [1]


@pytest.mark.parametrize("sealed", [False, True], ids=["pending", "sealed"])
def test_nothing_is_erased_if_one_is_not_there_any_more(store: Store, sealed: bool) -> None:
    append(store, 1, 2)
    assert not sealed or seal(store)
    both = there(store, [a_record(1), a_record(2)])
    assert store.erase(both[:1], a_record(8))

    assert not store.erase(both, a_record(9))
    assert a_record(2).id in [entry.id for entry in there(store, [a_record(2)])]
    assert store.find_entries("grant", None, 9)[-1].id == a_record(8).id


def test_nothing_is_erased_if_one_was_sealed_since_it_was_read(store: Store) -> None:
    """Its place in the log would be empty, and nothing would say so."""
    append(store, 1, 2)
    read = there(store, [a_record(1)])
    assert seal(store)

    assert not store.erase(read, a_record(9))
    assert numbers(store.entries(0, 9)) == [1, 2]
    assert store.erase(there(store, [a_record(1)]), a_record(9))


def test_more_are_erased_than_a_statement_takes(store: Store) -> None:
    append(store, *range(1200))

    assert store.erase(there(store, [a_record(n) for n in range(1100)]), a_record(5000))
    assert numbers(store.pending(999)) == [*range(1100, 1200), 5000]


def test_an_erasure_that_cannot_be_recorded_erases_nothing(url: str) -> None:
    with closing(open_store(url)) as store:
        append(store, *range(1200))
        with pytest.raises(StoreError, match="were not erased"):
            store.erase(there(store, [a_record(n) for n in range(1100)]), a_record(9, time=2**64))

        assert len(store.pending(9999)) == 1200


def test_a_closed_store_does_none_of_it(store: Store) -> None:
    append(store, 1)
    batch, one = a_batch(store), there(store, [a_record(1)])
    store.close()

    for act in (
        lambda: store.entries(0, 1),
        lambda: store.pending(1),
        lambda: store.entries_of("r1"),
        lambda: store.find_entries("grant", None, 1),
        lambda: store.erase(one, a_record(2)),
        lambda: store.seal(batch),
        store.checkpoint,
        lambda: store.checkpoints(0, 1),
        lambda: store.tiles([Tile(0, 0)]),
        lambda: store.load_contact("ann"),
        lambda: store.delete_contact("ann"),
    ):
        with pytest.raises(StoreError, match="closed"):
            act()


# --- what somebody else has put into a file of SQLite, which keeps values of any type ---------------

TABLES = {"r": "cookiesafe_records", "t": "cookiesafe_tiles", "c": "cookiesafe_checkpoints"}
PUT_IN = {
    "a body of bytes": ("UPDATE r SET body = CAST(body AS BLOB) WHERE place = 5", ("changed", 5)),
    "a body of a number": ("UPDATE r SET body = x'37' WHERE place = 5", ("changed", 5)),
    "a body that is no UTF-8": (
        "UPDATE r SET body = CAST(x'7bff' AS TEXT) WHERE place = 5",
        ("changed", 5),
    ),
    "an id of bytes": ("UPDATE r SET id = x'01' WHERE place = 5", ("column", 5)),
    "a time of text": ("UPDATE r SET time = 'noon' WHERE place = 5", ("column", 5)),
    "an event of bytes": ("UPDATE r SET event = x'6b' WHERE place = 5", ("column", 5)),
    "a receipt of bytes": ("UPDATE r SET receipt = x'' WHERE place = 5", ("column", 5)),
    "a place of text": ("UPDATE r SET place = 'five' WHERE place = 5", ("moved", NOWHERE)),
    "a place with a fraction": ("UPDATE r SET place = 5.5 WHERE place = 5", ("removed", 5)),
    "a place before all": ("UPDATE r SET place = -5 WHERE place = 5", ("removed", 5)),
    "a tile of text": ("UPDATE t SET hashes = hashes || x'00' WHERE level = 0", ("tile", None)),
    "a tile of a number": ("UPDATE t SET hashes = 7 WHERE level = 0", ("tile", None)),
    "a note of bytes": ("UPDATE c SET note = CAST(note AS BLOB)", ("checkpoint", None)),
    "a note that is no UTF-8": ("UPDATE c SET note = CAST(x'ff' AS TEXT)", ("checkpoint", None)),
}


@pytest.mark.law("L-12")
@pytest.mark.parametrize("name", PUT_IN)
def test_what_is_of_another_type_is_named_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", LedgerKey(b"k" * 32)
    statement, finding = PUT_IN[name]
    for short, table in TABLES.items():
        statement = statement.replace(f" {short} ", f" {table} ")
    with closing(open_store(url)) as store:
        append(store, *range(10))
        follow(upkeep.seal([key], "shop.example", 0), store)
        with from_outside(url) as connection:
            assert connection.exec_driver_sql(statement).rowcount
        append(store, 20)

        verdict = follow(upkeep.verify(), store)

        assert finding in {(each.kind, each.index) for each in verdict.findings}
        assert len(store.entries_of("r8")) == len(store.entries_of("r20")) == 1
        assert verdict.pending == 1


def test_a_checkpoint_of_no_size_is_not_the_newest(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as store:
        append(store, 1)
        seal(store)
        with from_outside(url) as connection:
            connection.exec_driver_sql(
                "INSERT INTO cookiesafe_checkpoints (size, base, note) VALUES ('x', 'y', 'z')"
            )

        assert [store.checkpoint()] == store.checkpoints(0, 10)
        append(store, 2)
        assert seal(store)


def test_an_erasure_names_no_place_that_is_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as store:
        append(store, 1, 2)
        with from_outside(url) as connection:
            connection.exec_driver_sql(
                "UPDATE cookiesafe_records SET place = CASE receipt WHEN 'r1' THEN 'one' ELSE -2 END"
            )

        assert [follow(forget(each, 0, os.urandom), store) for each in ("r1", "r2")] == [1, 1]

        assert [each.record.detail["leaves"] for each in store.pending(9)] == ["", ""]
