"""Sessions in a store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookiesafe.ports import Logins
from cookiesafe.testing.stores.samples import NOW
from cookiesafe.testing.stores.suite import Suite

_KEYS = count()


class Sessions(Suite):
    """The sessions of ``Logins``."""

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(st.binary(max_size=5000) | st.just(b"large" * 100_000), st.none() | st.just("ann"))
    def test_a_session_is_read_as_it_was_kept(
        self, store: Logins, data: bytes, user: str | None
    ) -> None:
        key = f"{next(_KEYS):064x}"

        assert store.create_session(key, user, data, NOW + 10)

        assert store.load_session(key, NOW) == (data, 1)

    def test_an_unknown_session_is_nothing_and_is_not_made(self, store: Logins) -> None:
        assert store.load_session("key", NOW) is None
        assert store.update_session("key", b"data", NOW + 10, 1, NOW) == "gone"
        assert store.load_session("key", NOW) is None

    def test_a_key_of_a_session_is_taken_once(self, store: Logins) -> None:
        assert store.create_session("key", None, b"first", NOW + 10)
        assert not store.create_session("key", "eve", b"second", NOW + 20)

        assert store.load_session("key", NOW + 9) == (b"first", 1)
        assert store.load_session("key", NOW + 10) is None

    def test_a_session_is_changed_by_its_version(self, store: Logins) -> None:
        store.create_session("key", None, b"first", NOW + 10)

        assert store.update_session("key", b"second", NOW + 20, 1, NOW) == "kept"
        assert store.update_session("key", b"third", NOW + 20, 1, NOW) == "conflict"
        assert store.update_session("key", b"fourth", NOW + 30, 2, NOW + 19) == "kept"

        assert store.load_session("key", NOW + 29) == (b"fourth", 3)

    def test_the_same_again_is_a_change_too(self, store: Logins) -> None:
        store.create_session("key", None, b"same", NOW + 10)

        assert store.update_session("key", b"same", NOW + 10, 1, NOW) == "kept"
        assert store.load_session("key", NOW) == (b"same", 2)

    def test_a_session_whose_time_is_over_is_gone(self, store: Logins) -> None:
        store.create_session("key", None, b"first", NOW + 10)

        assert store.load_session("key", NOW + 10) is None
        assert store.update_session("key", b"second", NOW + 99, 1, NOW + 10) == "gone"
        assert store.load_session("key", NOW + 11) is None

    def test_a_slow_request_does_not_bring_back_what_was_deleted(self, store: Logins) -> None:
        store.create_session("key", "ann", b"first", NOW + 10)
        loaded = store.load_session("key", NOW)
        assert loaded is not None

        store.delete_session("key")
        store.delete_session("key")

        assert store.update_session("key", b"late", NOW + 10, loaded[1], NOW) == "gone"
        assert store.load_session("key", NOW) is None

    def test_all_sessions_of_a_user_are_deleted_and_no_others(self, store: Logins) -> None:
        users = {"a": "ann", "b": "ann", "c": "Ann", "d": "ann ", "e": None, "f": "bob"}
        for key, user in users.items():
            store.create_session(key, user, b"", NOW + 10)

        store.delete_sessions("ann")

        left = [key for key in users if store.load_session(key, NOW)]
        assert left == ["c", "d", "e", "f"]

    def test_sessions_that_are_over_are_purged(self, store: Logins) -> None:
        for number in range(5):
            store.create_session(f"{number}", None, b"", NOW + number)

        self.expect_purge(store.purge(NOW + 2), 3)
        assert [bool(store.load_session(f"{number}", NOW + 2)) for number in range(5)] == [
            False,
            False,
            False,
            True,
            True,
        ]

    def test_of_many_that_change_one_version_one_does(self, store: Logins) -> None:
        store.create_session("key", None, b"", NOW + 10)

        with ThreadPoolExecutor(16) as pool:
            told = list(
                pool.map(
                    lambda number: store.update_session("key", b"%d" % number, NOW + 10, 1, NOW),
                    range(16),
                )
            )

        assert sorted(told) == ["conflict"] * 15 + ["kept"]
        assert store.load_session("key", NOW) == (b"%d" % told.index("kept"), 2)

    def test_sessions_come_and_go_at_once(self, store: Logins) -> None:
        def live(number: int) -> str:
            key = f"{number}"
            assert store.create_session(key, f"user {number % 4}", b"", NOW + 10)
            kept = store.update_session(key, b"data", NOW + 10, 1, NOW)
            store.delete_sessions(f"user {(number + 1) % 4}")
            store.purge(NOW)
            return kept

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(live, range(64))) <= {"kept", "gone"}

    @pytest.mark.parametrize("size", [65_536, 5_000_000])
    def test_large_sessions_are_kept_whole(self, store: Logins, size: int) -> None:
        data = bytes(range(256)) * (size // 256)

        store.create_session("key", None, data, NOW + 10)

        assert store.load_session("key", NOW) == (data, 1)

    def test_of_processes_that_change_one_session_at_once_none_loses_a_change(
        self, place: Any
    ) -> None:
        first = self.make_store(place)
        first.create_session("key", "ann", b"0", NOW + 10)

        self.in_processes(place, _count_to_fifty)

        assert first.load_session("key", NOW) == (b"100", 101)
        first.close()


def _count_to_fifty(store: Logins, _: int) -> None:
    counted = 0
    while counted < 50:
        data, version = store.load_session("key", NOW) or (b"", 0)
        more = b"%d" % (int(data) + 1)
        counted += store.update_session("key", more, NOW + 10, version, NOW) == "kept"
