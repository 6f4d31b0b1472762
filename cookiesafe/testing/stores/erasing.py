"""Records that are to be gone from a store for good."""

from __future__ import annotations

import pytest

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Tile
from cookiesafe.ports import Ledger
from cookiesafe.testing.stores.samples import a_batch, a_record, append, numbers, seal, there
from cookiesafe.testing.stores.suite import Suite


class Erasing(Suite):
    """What a ``Ledger`` erases."""

    def test_erased_records_are_gone_and_places_stay(self, store: Ledger) -> None:
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
        assert not store.entries_of("r2")
        assert not store.entries_of("r4")
        assert seal(store)
        assert numbers(store.entries(2, 9)) == [3, 9]

    def test_to_erase_nothing_changes_nothing(self, store: Ledger) -> None:
        append(store, 1)

        assert not store.erase([], a_record(9))
        assert numbers(store.pending(9)) == [1]

    @pytest.mark.parametrize("sealed", [False, True], ids=["pending", "sealed"])
    def test_nothing_is_erased_if_one_is_not_there_any_more(
        self, store: Ledger, sealed: bool
    ) -> None:
        append(store, 1, 2)
        assert not sealed or seal(store)
        both = there(store, [a_record(1), a_record(2)])
        assert store.erase(both[:1], a_record(8))

        assert not store.erase(both, a_record(9))
        assert a_record(2).id in [entry.id for entry in there(store, [a_record(2)])]
        assert store.find_entries("grant", None, 9)[-1].id == a_record(8).id

    def test_nothing_is_erased_if_one_was_sealed_since_it_was_read(self, store: Ledger) -> None:
        """Its place in the log would be empty, and nothing would say so."""
        append(store, 1, 2)
        read = there(store, [a_record(1)])
        assert seal(store)

        assert not store.erase(read, a_record(9))
        assert numbers(store.entries(0, 9)) == [1, 2]
        assert store.erase(there(store, [a_record(1)]), a_record(9))

    def test_more_are_erased_than_a_statement_takes(self, store: Ledger) -> None:
        append(store, *range(1200))

        assert store.erase(there(store, [a_record(n) for n in range(1100)]), a_record(5000))
        assert numbers(store.pending(999)) == [*range(1100, 1200), 5000]

    def test_a_closed_store_keeps_no_ledger(self, store: Ledger) -> None:
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
