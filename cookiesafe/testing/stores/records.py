"""Records in a store: appended, and read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookiesafe.errors import StoreError
from cookiesafe.ledger import Entry, Record
from cookiesafe.ports import Ledger
from cookiesafe.testing.stores.samples import a_record, append, ids, numbers, seal
from cookiesafe.testing.stores.suite import Suite

_TEXT = st.text(max_size=20)
_RECORDS = st.fixed_dictionaries(
    {
        "time": st.integers(0, 2**62),
        "event": st.sampled_from(["grant", "refusal", "withdrawal", "change"]),
        "policy": _TEXT,
        "notice": _TEXT | st.just("long" * 30_000),
        "language": _TEXT,
        "choices": st.dictionaries(_TEXT, st.booleans()),
        "grounds": st.dictionaries(_TEXT, _TEXT),
        "receipt": st.none() | st.text("aAbB09-_", min_size=1, max_size=64),
    }
)
_NUMBERS = count(1)


class Records(Suite):
    """A ``Ledger``'s records."""

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(batch=st.lists(_RECORDS, min_size=1, max_size=3))
    def test_what_was_appended_is_read_back(
        self, store: Ledger, batch: list[dict[str, object]]
    ) -> None:
        records = [a_record(next(_NUMBERS), **fields) for fields in batch]

        for record in records:
            store.append([record])

        assert list(store.records())[-len(records) :] == records

    def test_a_new_store_is_empty(self, store: Ledger) -> None:
        assert isinstance(store, Ledger)
        assert list(store.records()) == []

    def test_records_come_in_the_order_they_were_appended(self, store: Ledger) -> None:
        appended = [a_record(number) for number in (3, 1, 2)]

        for record in appended:
            store.append([record])

        assert list(store.records()) == appended

    def test_the_same_id_is_kept_once_and_as_it_was_first(self, store: Ledger) -> None:
        first = a_record(1)
        store.append([first])
        store.append([first])
        store.append([a_record(2, id=first.id)])
        store.append([a_record(3)])

        assert list(store.records()) == [first, a_record(3)]

    @pytest.mark.parametrize("receipts", [("r", None, "ü"), (None,)], ids=["some", "none"])
    @pytest.mark.parametrize("size", [10, 11, 100, 101, 250])
    def test_many_that_are_appended_at_once_come_in_their_order(
        self, store: Ledger, size: int, receipts: Sequence[str | None]
    ) -> None:
        appended = [a_record(n, receipt=receipts[n % len(receipts)]) for n in range(size)]
        store.append([appended[-1]])

        store.append([*appended, appended[0]])

        assert list(store.records()) == [appended[-1], *appended[:-1]]
        assert len(store.entries_of("r")) == sum(record.receipt == "r" for record in appended)

    def test_ids_that_differ_in_case_are_two(self, store: Ledger) -> None:
        store.append([a_record(id="abc")])
        store.append([a_record(id="ABC")])

        assert ids(store) == ["abc", "ABC"]

    def test_reading_may_stop_half_way_and_others_go_on(self, store: Ledger) -> None:
        for number in range(3):
            store.append([a_record(number)])

        started = [store.records() for _ in range(20)]
        assert [next(each).id for each in started] == [a_record(0).id] * 20
        store.append([a_record(3)])
        assert len(ids(store)) == 4

    def test_a_record_is_what_it_was_when_it_was_appended(self, store: Ledger) -> None:
        choices = {"advertising": True}
        store.append([a_record(choices=choices)])
        choices["advertising"] = False

        assert [record.choices for record in store.records()] == [{"advertising": True}]

    def test_a_closed_store_appends_and_reads_nothing(self, store: Ledger) -> None:
        store.append([a_record()])
        store.close()
        store.close()

        with pytest.raises(StoreError, match="closed"):
            store.append([a_record(1)])
        with pytest.raises(StoreError, match="closed"):
            list(store.records())

    def test_sixteen_threads_append_at_once(self, store: Ledger) -> None:
        def fifty(thread: int) -> None:
            for number in range(50):
                store.append([a_record(thread * 50 + number)])

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(fifty, range(16)))

        assert sorted(ids(store)) == [a_record(number).id for number in range(800)]

    def test_threads_that_try_the_same_record_keep_it_once(self, store: Ledger) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(store.append, [[a_record(1)]] * 40))

        assert ids(store) == [a_record(1).id]

    def test_a_record_keeps_its_type(self, store: Ledger) -> None:
        store.append([a_record(receipt=None, choices={}, grounds={})])

        (record,) = store.records()

        assert isinstance(record, Record)
        assert record.receipt is None

    def test_records_of_one_call_keep_their_order(self, store: Ledger) -> None:
        append(store, 3, 1, 2)

        assert numbers(store.pending(10)) == [3, 1, 2]

    def test_of_records_of_one_call_those_that_are_there_are_not_kept_twice(
        self, store: Ledger
    ) -> None:
        append(store, 1, 2)
        store.append(
            [a_record(2, policy="other"), a_record(3), a_record(3, policy="other"), a_record(1)]
        )

        assert list(store.records()) == [a_record(1), a_record(2), a_record(3)]

    def test_to_append_nothing_does_nothing(self, store: Ledger) -> None:
        store.append([])

        assert not store.pending(1)

    def test_many_records_of_one_call_are_kept(self, store: Ledger) -> None:
        append(store, *range(2000))

        assert numbers(store.pending(3000)) == list(range(2000))

    def test_an_entry_has_the_record_as_it_was_written(self, store: Ledger) -> None:
        record = a_record(1)
        store.append([record])
        said = (record.id, record.time, record.event, record.receipt, record.to_json())

        assert list(store.pending(10)) == [Entry(*said, None)]
        assert seal(store)
        assert list(store.entries(0, 10)) == [Entry(*said, 0)]

    def test_pending_records_are_not_in_the_log(self, store: Ledger) -> None:
        append(store, 1, 2, 3)
        assert seal(store, 2)

        assert numbers(store.entries(0, 10)) == [1, 2]
        assert numbers(store.pending(10)) == [3]
        assert [each.id for each in store.records()] == [a_record(n).id for n in (1, 2, 3)]

    def test_the_log_is_read_in_parts(self, store: Ledger) -> None:
        append(store, *range(6))
        assert seal(store)

        assert numbers(store.entries(2, 3)) == [2, 3, 4]
        assert numbers(store.entries(5, 3)) == [5]
        assert not store.entries(6, 3)
        assert not store.pending(3)

    def test_the_records_of_a_receipt_are_found(self, store: Ledger) -> None:
        store.append(
            [a_record(1, receipt="a"), a_record(2, receipt="b"), a_record(3, receipt=None)]
        )
        assert seal(store)
        store.append([a_record(4, receipt="a"), a_record(5, receipt="A")])

        assert numbers(store.entries_of("a")) == [1, 4]
        assert [entry.index for entry in store.entries_of("a")] == [0, None]
        assert not store.entries_of("")
        assert not store.entries_of("x")

    def test_records_of_an_event_are_found_by_their_time(self, store: Ledger) -> None:
        store.append(
            [a_record(n, event=e, time=t) for n, e, t in [(1, "policy", 30), (2, "policy", 10)]]
        )
        store.append([a_record(3), a_record(4, event="policy", time=20)])

        assert numbers(store.find_entries("policy", None, 10)) == [1, 2, 4]
        assert numbers(store.find_entries("policy", None, 2)) == [1, 2]
        assert numbers(store.find_entries("policy", 30, 10)) == [2, 4]
        assert not store.find_entries("policy", 10, 10)
        assert not store.find_entries("key", None, 10)

    def test_what_was_appended_is_there_for_the_next_store(self, place: Any) -> None:
        if not self.outlives:
            pytest.skip("what this store keeps goes with it")
        first = self.make_store(place)
        append(first, *range(3))
        first.close()

        second = self.make_store(place)
        assert numbers(second.pending(10)) == [0, 1, 2]
        second.close()

    def test_processes_append_at_once(self, place: Any) -> None:
        self.in_processes(place, _append_hundred)

        store = self.make_store(place)
        assert sorted(numbers(store.pending(999))) == list(range(200))
        store.close()


def _append_hundred(store: Ledger, process: int) -> None:
    for number in range(100):
        append(store, process * 100 + number)
