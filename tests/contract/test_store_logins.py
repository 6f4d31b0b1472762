"""Remembered logins and epochs in the SQL databases: what is of their own making."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql import statements
from cookiesafe.errors import StoreError
from cookiesafe.ports import Store
from cookiesafe.remember import TOMBSTONE
from cookiesafe.testing.stores.series import LOGIN_CALLS
from tests.support.logins import NOW, a_login
from tests.support.stores import server_url_fixture, store_fixture, url_fixture  # noqa: F401


def test_more_is_purged_than_goes_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_BATCH", 3)
    for seed in "abcdefgh":
        row, _ = a_login(seed, revoked_at=NOW - TOMBSTONE, revoked_why="logout")
        store.add_series(row)

    assert store.purge(NOW) == 8


@pytest.mark.parametrize("call", LOGIN_CALLS)
def test_a_server_that_is_down_is_an_error_of_the_store(call: str) -> None:
    with (
        closing(open_store("postgresql://nobody@127.0.0.1:1/db")) as store,
        pytest.raises(StoreError, match=r"127\.0\.0\.1:1/db"),
    ):
        LOGIN_CALLS[call](store)


def test_a_user_is_never_shortened(server_url: str) -> None:
    longest = "é" * 255

    with closing(open_store(server_url)) as store:
        assert store.advance_epoch(longest) == 1
        with pytest.raises(StoreError):
            store.add_series(a_login(user=longest * 5)[0])
        with pytest.raises(StoreError):
            store.advance_epoch(longest * 5)
        assert store.epoch(longest) == 1


def test_an_error_does_not_repeat_the_key(url: str) -> None:
    row = replace(a_login()[0], gen=2**70)

    with closing(open_store(url)) as store, pytest.raises(StoreError) as caught:
        store.add_series(row)

    told = f"{caught.value} {caught.value.__cause__!r}"
    assert repr(row.mac_key)[2:-1] not in told
    assert row.key not in told
