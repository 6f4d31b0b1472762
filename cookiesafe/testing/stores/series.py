"""Remembered logins in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookiesafe.errors import StoreError
from cookiesafe.ports import Logins
from cookiesafe.remember import TOMBSTONE, Series
from cookiesafe.testing.stores.samples import LOOKALIKES, NOW, a_series, series_of
from cookiesafe.testing.stores.suite import Suite, at_once

_DAY = 86_400
_KEYS = count()
_TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=32)
_TIMES = st.integers(NOW, 2**62)
_VALUES: dict[type, Any] = {str: _TEXT, int: _TIMES, bytes: st.binary(min_size=32, max_size=32)}
_TYPES: dict[str, type] = {
    **dict.fromkeys([each.name for each in fields(Series)], int),
    **dict.fromkeys(["device", "user", "record", "label", "revoked_why"], str),
    "mac_key": bytes,
}
_SERIES = st.builds(
    Series,
    key=st.just("to be replaced"),
    **{name: _VALUES[kind] for name, kind in _TYPES.items() if name != "key"},
)
LOGIN_CALLS: dict[str, Callable[[Logins], object]] = {
    "add_series": lambda store: store.add_series(a_series()),
    "load_series": lambda store: store.load_series("key"),
    "swap_series": lambda store: store.swap_series(a_series(), 0),
    "revoke_series": lambda store: store.revoke_series("key", "logout", NOW),
    "revoke_device": lambda store: store.revoke_device("ann", "device", "logout", NOW),
    "list_series": lambda store: store.list_series("ann"),
    "epoch": lambda store: store.epoch("ann"),
    "advance_epoch": lambda store: store.advance_epoch("ann"),
    "create_session": lambda store: store.create_session("key", "ann", b"", NOW),
    "load_session": lambda store: store.load_session("key", NOW),
    "update_session": lambda store: store.update_session("key", b"", NOW, 1, NOW),
    "delete_session": lambda store: store.delete_session("key"),
    "delete_sessions": lambda store: store.delete_sessions("ann"),
    "purge": lambda store: store.purge(NOW),
}


class RememberedLogins(Suite):
    """The series of ``Logins``."""

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(_SERIES)
    def test_a_series_is_read_as_it_was_kept(self, store: Logins, row: Series) -> None:
        row = replace(row, key=f"{next(_KEYS):064x}")

        assert store.add_series(row)

        assert series_of(store, row.key) == row
        assert row in store.list_series(row.user)

    def test_a_series_that_is_not_there_is_nothing(self, store: Logins) -> None:
        assert series_of(store, "0" * 64) is None
        assert list(store.list_series("ann")) == []

    def test_a_series_comes_with_the_epoch_of_its_user(self, store: Logins) -> None:
        (mine,), (foreign,) = rows("a"), rows("b", user="ann ")
        store.add_series(mine)
        store.add_series(foreign)
        before, other = store.epoch("ann"), store.epoch("ann ")
        assert store.load_series(mine.key) == (mine, before)

        store.advance_epoch("ann")
        store.advance_epoch("ann")

        assert store.load_series(mine.key) == (mine, before + 2)
        assert store.load_series(foreign.key) == (foreign, other)

    def test_a_key_of_a_series_is_taken_once(self, store: Logins) -> None:
        row = a_series()
        other = replace(row, user="eve")

        assert store.add_series(row)
        assert not store.add_series(row)
        assert not store.add_series(other)

        assert series_of(store, row.key) == row

    def test_a_series_is_swapped_by_its_generation(self, store: Logins) -> None:
        row = a_series()
        store.add_series(row)

        assert store.swap_series(turned(row), 0)
        assert not store.swap_series(turned(row), 0)

        assert series_of(store, row.key) == turned(row)

    def test_a_generation_may_stay_what_it_is(self, store: Logins) -> None:
        """As where the password was given again."""
        row = a_series()
        store.add_series(row)
        again = replace(row, auth_time=NOW + 5)

        assert store.swap_series(again, 0)
        assert store.swap_series(again, 0)

        assert series_of(store, row.key) == again

    def test_a_swap_makes_no_series(self, store: Logins) -> None:
        row = a_series()

        assert not store.swap_series(row, 0)

        assert series_of(store, row.key) is None

    def test_a_revoked_series_is_there_and_is_not_swapped(self, store: Logins) -> None:
        row = a_series()
        store.add_series(row)

        assert store.revoke_series(row.key, "theft", NOW + 7)
        assert not store.swap_series(turned(row), 0)

        assert series_of(store, row.key) == replace(row, revoked_at=NOW + 7, revoked_why="theft")

    def test_the_first_reason_stays(self, store: Logins) -> None:
        row = a_series()
        store.add_series(row)

        assert store.revoke_series(row.key, "theft", NOW + 7)
        assert not store.revoke_series(row.key, "logout", NOW + 8)
        assert not store.revoke_series("0" * 64, "logout", NOW + 8)

        ended = series_of(store, row.key)
        assert ended is not None
        assert ended.revoked_why == "theft"

    def test_a_user_ends_a_device_of_theirs_and_of_nobody_else(self, store: Logins) -> None:
        (mine, other), (foreign,) = rows("a", "b"), rows("c", user="bob")
        for row in (mine, other, foreign):
            store.add_series(row)

        assert not store.revoke_device("ann", foreign.device, "device", NOW)
        assert not store.revoke_device("ann", "", "device", NOW)
        assert store.revoke_device("ann", mine.device, "device", NOW)
        assert not store.revoke_device("ann", mine.device, "device", NOW)

        ended = [series_of(store, row.key) for row in (mine, other, foreign)]
        assert ended == [replace(mine, revoked_at=NOW, revoked_why="device"), other, foreign]

    def test_the_logins_of_a_user_come_last_used_first(self, store: Logins) -> None:
        old, new, ended = rows("a", "b", "c")
        new = replace(new, used_at=NOW + 10)
        ended = replace(ended, used_at=NOW - 10, revoked_at=NOW, revoked_why="logout")
        for row in (old, ended, new, *rows("d", user="bob")):
            store.add_series(row)

        assert list(store.list_series("ann")) == [new, old, ended]

    def test_users_that_look_alike_are_several(self, store: Logins) -> None:
        kept = [replace(a_series(str(number)), user=user) for number, user in enumerate(LOOKALIKES)]
        for row in kept:
            store.add_series(row)

        assert [list(store.list_series(user)) for user in LOOKALIKES] == [[row] for row in kept]

    def test_what_ended_long_ago_is_purged(self, store: Logins) -> None:
        living, revoked, expired = rows("a", "b", "c")
        revoked = replace(revoked, revoked_at=NOW, revoked_why="logout")
        expired = replace(expired, idle_until=NOW)
        for row in (living, revoked, expired):
            store.add_series(row)

        self.expect_purge(store.purge(NOW + TOMBSTONE - 1), 0)
        self.expect_purge(store.purge(NOW + TOMBSTONE), 2)

        if not self.goes_by_itself:
            assert list(store.list_series("ann")) == [living]
        assert series_of(store, living.key) == living
        self.expect_purge(store.purge(NOW + TOMBSTONE + 30 * _DAY), 1)

    def test_of_many_swaps_one_succeeds(self, store: Logins) -> None:
        row = a_series()
        store.add_series(row)

        swapped = [sum(at_once(16, swap_of(store, row, gen))) for gen in range(10)]

        assert swapped == [1] * 10
        ended = series_of(store, row.key)
        assert ended is not None
        assert ended.gen == 10

    def test_of_many_that_add_the_same_key_one_does(self, store: Logins) -> None:
        row = a_series()

        assert sum(at_once(16, lambda _: store.add_series(row))) == 1

    def test_renewing_ending_and_listing_at_once_do_no_harm(self, store: Logins) -> None:
        kept = rows(*"abcdefgh")

        def live(number: int) -> None:
            row = kept[number % 8]
            if number < 8:
                store.add_series(row)
                for gen in range(5):
                    store.swap_series(replace(row, gen=gen + 1), gen)
            else:
                store.revoke_device("ann", row.device, "device", NOW)
                store.list_series("ann")
                store.purge(NOW + 1)

        at_once(16, live)

        assert len(store.list_series("ann")) == 8

    @pytest.mark.parametrize("call", LOGIN_CALLS)
    def test_a_closed_store_knows_no_login(self, store: Logins, call: str) -> None:
        store.close()

        with pytest.raises(StoreError, match="closed"):
            LOGIN_CALLS[call](store)

    def test_of_processes_that_renew_one_login_at_once_each_turn_is_taken_once(
        self, place: Any
    ) -> None:
        first = self.make_store(place)
        first.add_series(a_series())

        taken = self.in_processes(place, _turn_fifty_times)

        assert sum(taken) == 50
        assert getattr(series_of(first, a_series().key), "gen", None) == 50
        first.close()


def _turn_fifty_times(store: Logins, _: int) -> int:
    row = a_series()
    return sum(store.swap_series(replace(row, gen=gen + 1), gen) for gen in _generations(store))


def _generations(store: Logins) -> Iterator[int]:
    """As the series has them, until it has turned fifty times."""
    while (row := series_of(store, a_series().key)) is not None and row.gen < 50:
        yield row.gen


def rows(*seeds: str, **values: object) -> list[Series]:
    return [a_series(seed, **values) for seed in seeds]  # type: ignore[arg-type]


def turned(row: Series) -> Series:
    return replace(row, gen=row.gen + 1, seen_gen=row.gen, rotated_at=NOW + 100, used_at=NOW + 100)


def swap_of(store: Logins, row: Series, gen: int) -> Callable[[int], bool]:
    return lambda _: store.swap_series(replace(row, gen=gen + 1), gen)
