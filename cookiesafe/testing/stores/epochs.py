"""The epochs of users in a store: what is of an earlier one is void."""

from __future__ import annotations

from typing import Any

import pytest

from cookiesafe.errors import StoreError
from cookiesafe.ports import Logins
from cookiesafe.testing.stores.samples import LOOKALIKES
from cookiesafe.testing.stores.suite import Suite, at_once


class Epochs(Suite):
    """The epochs of ``Logins``."""

    def test_an_epoch_is_one_more_with_each_advance(self, store: Logins) -> None:
        first = store.epoch("ann")

        assert [store.advance_epoch("ann") for _ in range(3)] == [first + n for n in (1, 2, 3)]
        assert store.epoch("ann") == first + 3

    def test_an_advance_moves_no_other_user(self, store: Logins) -> None:
        before = store.epoch("bob")
        store.advance_epoch("ann")

        assert store.epoch("bob") == before

    def test_an_epoch_stays_what_it_was_read_as(self, store: Logins) -> None:
        assert len({store.epoch("ann") for _ in range(3)}) == 1

    def test_users_that_look_alike_have_epochs_of_their_own(self, store: Logins) -> None:
        first = [store.epoch(user) for user in LOOKALIKES]
        for number, user in enumerate(LOOKALIKES):
            for _ in range(number):
                store.advance_epoch(user)

        moved = [store.epoch(user) - was for user, was in zip(LOOKALIKES, first, strict=True)]
        assert moved == list(range(len(LOOKALIKES)))

    def test_every_advance_counts(self, store: Logins) -> None:
        ann, bob = store.epoch("ann"), store.epoch("bob")
        first = at_once(16, lambda _: store.advance_epoch("ann"))
        then = at_once(16, lambda number: store.advance_epoch("ann" if number % 2 else "bob"))

        assert sorted(first) == [ann + n for n in range(1, 17)]
        assert sorted(then) == sorted(
            [*(bob + n for n in range(1, 9)), *(ann + n for n in range(17, 25))]
        )

    def test_an_epoch_is_known_to_the_next_store(self, place: Any) -> None:
        if not self.outlives:
            pytest.skip("what this store keeps goes with it")
        first = self.make_store(place)
        epoch = first.advance_epoch("ann")
        first.close()

        second = self.make_store(place)
        assert second.epoch("ann") == epoch
        second.close()

    def test_processes_see_one_epoch_and_each_advance_of_the_other(self, place: Any) -> None:
        before = self.make_store(place)
        first = before.epoch("ann")

        advanced = self.in_processes(place, _advance_fifty_times)

        assert sorted(each for one in advanced for each in one) == [
            first + n for n in range(1, 101)
        ]
        assert before.epoch("ann") == first + 100
        before.close()

    @pytest.mark.parametrize("user", ["\x00", "\ud800"])
    def test_a_user_that_cannot_be_kept_is_an_error_of_the_store_or_is_kept(
        self, store: Logins, user: str
    ) -> None:
        try:
            epoch = store.advance_epoch(user)
        except StoreError:
            return
        assert store.epoch(user) == epoch


def _advance_fifty_times(store: Logins, _: int) -> list[int]:
    return [store.advance_epoch("ann") for _ in range(50)]
