"""The sealed log in a store: what is pending, what is sealed, and who wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event
from typing import Any

import pytest

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Batch, Checkpoint, Tile
from cookiesafe.ports import Ledger
from cookiesafe.testing.stores.samples import a_batch, a_record, append, numbers, seal, there
from cookiesafe.testing.stores.suite import Suite

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


class SealedLog(Suite):
    """A ``Ledger``'s log."""

    def test_a_new_log_has_nothing(self, store: Ledger) -> None:
        assert store.checkpoint() is None
        assert not store.checkpoints(0, 10)
        assert not store.entries(0, 10)
        assert store.tiles([Tile(0, 0)]) == store.tiles([]) == {}

    def test_a_batch_is_kept_with_its_tiles_and_its_checkpoint(self, store: Ledger) -> None:
        append(store, 1, 2, 3)
        tiles = {Tile(0, 0): b"\x00" * 32, Tile(63, 2**40): bytes(range(256)) * 32}
        batch = Batch(
            0, (a_record(2).id, a_record(1).id), tiles, Checkpoint(2, "a note\n\n— x y\n")
        )

        assert store.seal(batch)

        assert numbers(store.entries(0, 10)) == [2, 1]
        assert store.checkpoint() == batch.checkpoint
        assert store.tiles([*tiles, Tile(0, 1)]) == tiles

    def test_many_tiles_are_read_at_once(self, store: Ledger) -> None:
        append(store, 1)
        tiles = {Tile(0, number): number.to_bytes(2) * 4096 for number in range(300)}
        assert store.seal(a_batch(store)._replace(tiles=tiles))

        assert store.tiles([*tiles, *tiles]) == tiles

    def test_a_tile_that_grows_takes_the_place_of_what_it_was(self, store: Ledger) -> None:
        for number in range(3):
            append(store, number)
            assert seal(store)

        assert store.tiles([Tile(0, 0)]) == {Tile(0, 0): b"2 to 3"}

    def test_checkpoints_come_in_their_order(self, store: Ledger) -> None:
        for number in range(4):
            append(store, number, number + 10)
            assert seal(store)

        assert [each.size for each in store.checkpoints(0, 10)] == [2, 4, 6, 8]
        assert [each.size for each in store.checkpoints(2, 2)] == [4, 6]
        assert store.checkpoint() == store.checkpoints(7, 1)[0]

    @pytest.mark.parametrize("wrong", WRONG)
    def test_what_does_not_go_on_from_the_log_changes_nothing(
        self, store: Ledger, wrong: str
    ) -> None:
        append(store, 1, 2)
        assert seal(store)
        append(store, 3, 4)
        before = everything(store)
        batch = a_batch(store)

        assert not store.seal(WRONG[wrong](batch))

        assert everything(store) == before
        assert store.seal(batch)

    @pytest.mark.parametrize("size", [0, 1, 3])
    def test_a_batch_that_does_not_add_up_is_told(self, store: Ledger, size: int) -> None:
        append(store, 1, 2)

        with pytest.raises(StoreError, match="add up"):
            store.seal(a_batch(store)._replace(checkpoint=Checkpoint(size, "x")))
        with pytest.raises(StoreError, match="add up"):
            store.seal(Batch(0, (), {}, Checkpoint(0, "x")))
        assert seal(store)

    def test_a_record_that_was_erased_after_it_was_read_is_not_sealed(self, store: Ledger) -> None:
        append(store, 1, 2, 3)
        batch = a_batch(store)
        assert store.erase(there(store, [a_record(2)]), a_record(9))

        assert not store.seal(batch)

        assert store.checkpoint() is None
        assert seal(store)
        assert numbers(store.entries(0, 9)) == [1, 3, 9]

    def test_of_two_sealers_at_once_one_is_done(self, store: Ledger) -> None:
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

    def test_sealing_and_appending_do_not_wait_for_each_other(self, store: Ledger) -> None:
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

    def test_processes_seal_and_append_at_once(self, place: Any) -> None:
        self.in_processes(place, _append_sealing, 3)

        store = self.make_store(place)
        while store.pending(1):
            assert seal(store)
        assert_whole(store, 180)
        store.close()


def _append_sealing(store: Ledger, process: int) -> None:
    """Append two at a time, and seal what is pending after each; somebody else may be sealing too."""
    for number in range(100 * process, 100 * process + 60, 2):
        append(store, number, number + 1)
        batch = a_batch(store)
        if batch.ids and batch.adds_up:
            store.seal(batch)


def everything(store: Ledger) -> object:
    newest = store.tiles([Tile(0, 0)])
    return store.pending(99), store.entries(0, 99), store.checkpoints(0, 99), newest


def assert_whole(store: Ledger, size: int) -> None:
    """Places without a gap, and checkpoints that follow one another."""
    entries = store.entries(0, 10**6)
    assert [entry.index for entry in entries] == list(range(size))
    assert len({entry.id for entry in entries}) == size
    sizes = [each.size for each in store.checkpoints(0, 10**6)]
    assert all(before < after for before, after in pairwise([0, *sizes]))
    assert (sizes[-1] if sizes else 0) == size
