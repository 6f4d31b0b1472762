"""Remembered logins and epochs in every kind of store, on real servers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql import statements
from cookiesafe.errors import StoreError
from cookiesafe.ports import Store
from cookiesafe.remember import TOMBSTONE, Series
from tests.support.logins import DAY, NOW, a_login, kept_in
from tests.support.stores import (  # noqa: F401
    from_outside,
    server_url_fixture,
    store_fixture,
    url_fixture,
)

KEYS = count()
LOOKALIKES = ["ann", "Ann", "ann ", "ánn", "ann\t", "", " ", "an", "annn"]
"""Users that some collation or other takes for one."""


def rows(*seeds: str, **values: object) -> list[Series]:
    return [a_login(seed, **values)[0] for seed in seeds]  # type: ignore[arg-type]


def turned(row: Series) -> Series:
    return replace(row, gen=row.gen + 1, seen_gen=row.gen, rotated_at=NOW + 100, used_at=NOW + 100)


# --- series ------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=32)
TIMES = st.integers(0, 2**62)
VALUES: dict[type, Any] = {str: TEXT, int: TIMES, bytes: st.binary(min_size=32, max_size=32)}
TYPES: dict[str, type] = {
    **dict.fromkeys([each.name for each in fields(Series)], int),
    **dict.fromkeys(["device", "user", "record", "label", "revoked_why"], str),
    "mac_key": bytes,
}
SERIES = st.builds(
    Series,
    key=st.just("to be replaced"),
    **{name: VALUES[kind] for name, kind in TYPES.items() if name != "key"},
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SERIES)
def test_a_series_is_read_as_it_was_kept(store: Store, row: Series) -> None:
    row = replace(row, key=f"{next(KEYS):064x}")

    assert store.add_series(row)

    assert kept_in(store, row.key) == row
    assert row in store.list_series(row.user)


def test_a_series_that_is_not_there_is_nothing(store: Store) -> None:
    assert kept_in(store, "0" * 64) is None
    assert list(store.list_series("ann")) == []


def test_a_series_comes_with_the_epoch_of_its_user(store: Store) -> None:
    (mine,), (foreign,) = rows("a"), rows("b", user="ann ")
    store.add_series(mine)
    store.add_series(foreign)
    assert store.load_series(mine.key) == (mine, 0)

    store.advance_epoch("ann")
    store.advance_epoch("ann")

    assert store.load_series(mine.key) == (mine, 2)
    assert store.load_series(foreign.key) == (foreign, 0)


def test_a_key_is_taken_once(store: Store) -> None:
    row, _ = a_login()
    other = replace(row, user="eve")

    assert store.add_series(row)
    assert not store.add_series(row)
    assert not store.add_series(other)

    assert kept_in(store, row.key) == row


def test_a_series_is_swapped_by_its_generation(store: Store) -> None:
    row, _ = a_login()
    store.add_series(row)

    assert store.swap_series(turned(row), 0)
    assert not store.swap_series(turned(row), 0)

    assert kept_in(store, row.key) == turned(row)


def test_a_generation_may_stay_what_it_is(store: Store) -> None:
    """As where the password was given again."""
    row, _ = a_login()
    store.add_series(row)
    again = replace(row, auth_time=NOW + 5)

    assert store.swap_series(again, 0)
    assert store.swap_series(again, 0)

    assert kept_in(store, row.key) == again


def test_a_swap_makes_no_series(store: Store) -> None:
    row, _ = a_login()

    assert not store.swap_series(row, 0)

    assert kept_in(store, row.key) is None


def test_a_revoked_series_is_there_and_is_not_swapped(store: Store) -> None:
    row, _ = a_login()
    store.add_series(row)

    assert store.revoke_series(row.key, "theft", NOW + 7)
    assert not store.swap_series(turned(row), 0)

    assert kept_in(store, row.key) == replace(row, revoked_at=NOW + 7, revoked_why="theft")


def test_the_first_reason_stays(store: Store) -> None:
    row, _ = a_login()
    store.add_series(row)

    assert store.revoke_series(row.key, "theft", NOW + 7)
    assert not store.revoke_series(row.key, "logout", NOW + 8)
    assert not store.revoke_series("0" * 64, "logout", NOW + 8)

    ended = kept_in(store, row.key)
    assert ended is not None
    assert ended.revoked_why == "theft"


def test_a_user_ends_a_device_of_theirs_and_of_nobody_else(store: Store) -> None:
    (mine, other), (foreign,) = rows("a", "b"), rows("c", user="bob")
    for row in (mine, other, foreign):
        store.add_series(row)

    assert not store.revoke_device("ann", foreign.device, "device", NOW)
    assert not store.revoke_device("ann", "", "device", NOW)
    assert store.revoke_device("ann", mine.device, "device", NOW)
    assert not store.revoke_device("ann", mine.device, "device", NOW)

    ended = [kept_in(store, row.key) for row in (mine, other, foreign)]
    assert ended == [replace(mine, revoked_at=NOW, revoked_why="device"), other, foreign]


def test_the_logins_of_a_user_come_last_used_first(store: Store) -> None:
    old, new, ended = rows("a", "b", "c")
    new = replace(new, used_at=NOW + 10)
    ended = replace(ended, used_at=NOW - 10, revoked_at=NOW, revoked_why="logout")
    for row in (old, ended, new, *rows("d", user="bob")):
        store.add_series(row)

    assert list(store.list_series("ann")) == [new, old, ended]


def test_users_that_look_alike_are_several(store: Store) -> None:
    kept = [replace(a_login(str(number))[0], user=user) for number, user in enumerate(LOOKALIKES)]
    for row in kept:
        store.add_series(row)

    assert [list(store.list_series(user)) for user in LOOKALIKES] == [[row] for row in kept]


def test_what_ended_long_ago_is_purged(store: Store) -> None:
    living, revoked, expired = rows("a", "b", "c")
    revoked = replace(revoked, revoked_at=NOW, revoked_why="logout")
    expired = replace(expired, idle_until=NOW)
    for row in (living, revoked, expired):
        store.add_series(row)

    assert store.purge(NOW + TOMBSTONE - 1) == 0
    assert store.purge(NOW + TOMBSTONE) == 2

    assert list(store.list_series("ann")) == [living]
    assert store.purge(NOW + TOMBSTONE + 30 * DAY) == 1


def test_more_is_purged_than_goes_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_BATCH", 3)
    for row in rows(*"abcdefgh", revoked_at=NOW - TOMBSTONE, revoked_why="logout"):
        store.add_series(row)

    assert store.purge(NOW) == 8


# --- epochs ------------------------------------------------------------------------------------


def test_an_epoch_is_nought_until_it_is_advanced(store: Store) -> None:
    assert store.epoch("ann") == 0
    assert [store.advance_epoch("ann") for _ in range(3)] == [1, 2, 3]
    assert (store.epoch("ann"), store.epoch("bob")) == (3, 0)


def test_users_that_look_alike_have_epochs_of_their_own(store: Store) -> None:
    for number, user in enumerate(LOOKALIKES):
        for _ in range(number):
            store.advance_epoch(user)

    assert [store.epoch(user) for user in LOOKALIKES] == list(range(len(LOOKALIKES)))


def test_an_epoch_is_known_to_the_next_store(url: str) -> None:
    with closing(open_store(url)) as store:
        store.advance_epoch("ann")

    with closing(open_store(url)) as store:
        assert store.epoch("ann") == 1


# --- many at once ------------------------------------------------------------------------------


def at_once(count: int, act: Callable[[int], object]) -> list[Any]:
    barrier = Barrier(count)

    def one(number: int) -> object:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_many_swaps_one_succeeds(store: Store) -> None:
    row, _ = a_login()
    store.add_series(row)

    swapped = [sum(at_once(16, swap_of(store, row, gen))) for gen in range(10)]

    assert swapped == [1] * 10
    ended = kept_in(store, row.key)
    assert ended is not None
    assert ended.gen == 10


def swap_of(store: Store, row: Series, gen: int) -> Callable[[int], bool]:
    return lambda _: store.swap_series(replace(row, gen=gen + 1), gen)


def test_of_many_that_add_the_same_key_one_does(store: Store) -> None:
    row, _ = a_login()

    assert sum(at_once(16, lambda _: store.add_series(row))) == 1


def test_every_advance_counts(store: Store) -> None:
    first = at_once(16, lambda _: store.advance_epoch("ann"))
    then = at_once(16, lambda number: store.advance_epoch("ann" if number % 2 else "bob"))

    assert sorted(first) == list(range(1, 17))
    assert sorted(then) == sorted([*range(1, 9), *range(17, 25)])


def test_renewing_ending_and_listing_at_once_do_no_harm(store: Store) -> None:
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


# --- what can go wrong -------------------------------------------------------------------------

CALLS: dict[str, Callable[[Store], object]] = {
    "add_series": lambda store: store.add_series(a_login()[0]),
    "load_series": lambda store: store.load_series("key"),
    "swap_series": lambda store: store.swap_series(a_login()[0], 0),
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


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_store_says_so(store: Store, call: str) -> None:
    store.close()

    with pytest.raises(StoreError, match="closed"):
        CALLS[call](store)


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_is_down_is_an_error_of_the_store(call: str) -> None:
    with (
        closing(open_store("postgresql://nobody@127.0.0.1:1/db")) as store,
        pytest.raises(StoreError, match=r"127\.0\.0\.1:1/db"),
    ):
        CALLS[call](store)


def test_a_user_is_never_shortened(server_url: str) -> None:
    longest = "é" * 255

    with closing(open_store(server_url)) as store:
        assert store.advance_epoch(longest) == 1
        with pytest.raises(StoreError):
            store.add_series(a_login(user=longest * 5)[0])
        with pytest.raises(StoreError):
            store.advance_epoch(longest * 5)
        assert store.epoch(longest) == 1


@pytest.mark.parametrize("user", ["\x00", "\ud800"])
def test_a_user_that_cannot_be_kept_is_an_error_of_the_store_or_is_kept(
    store: Store, user: str
) -> None:
    try:
        store.advance_epoch(user)
    except StoreError:
        return
    assert store.epoch(user) == 1


def test_an_error_does_not_repeat_the_key(url: str) -> None:
    row = replace(a_login()[0], gen=2**70)

    with closing(open_store(url)) as store, pytest.raises(StoreError) as caught:
        store.add_series(row)

    told = f"{caught.value} {caught.value.__cause__!r}"
    assert repr(row.mac_key)[2:-1] not in told
    assert row.key not in told
