"""A site whose logins are in Redis, and its ledger elsewhere or nowhere."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import SessionTerms
from cookiesafe.adapters.stores import DividedStore, MemoryStore, store_of
from cookiesafe.adapters.stores.redis import RedisStore
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.ports import Store
from cookiesafe.testing.stores.samples import NOW, a_record, a_series
from tests.support.harbour import SESSION, MakeClient
from tests.support.portal import REMEMBER, Portal, restart, sent, user
from tests.support.redis import Server, a_server, fresh_prefix

NOBODY = "redis://nobody:secret@127.0.0.1:1/0"


@pytest.fixture
def prefix() -> Iterator[str]:
    with fresh_prefix() as url:
        yield url


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path) as server:
        yield server


# --- what is put together ------------------------------------------------------------------------


def test_each_half_keeps_its_own(prefix: str, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ledger.db'}"
    with closing(store_of(prefix, database)) as store:
        assert isinstance(store, Store)
        store.append([a_record(1)])
        store.add_series(a_series())

    with closing(store_of(database)) as ledger, closing(RedisStore(prefix)) as logins:
        assert list(ledger.records()) == [a_record(1)]
        assert list(ledger.list_series("ann")) == []
        assert list(logins.list_series("ann")) == [a_series()]


def test_a_redis_alone_is_told_of_and_its_ledger_is_in_memory(
    prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(store_of(prefix)) as store:
        store.append([a_record(1)])
        assert list(store.records()) == [a_record(1)]

    (told,) = caplog.records
    assert told.levelno == logging.ERROR
    assert "ledger_store=" in told.message
    assert told.message.endswith("[CS509]")


def test_with_a_ledger_nothing_is_told(prefix: str, caplog: pytest.LogCaptureFixture) -> None:
    store_of(prefix, "sqlite://").close()

    assert caplog.records == []


@pytest.mark.parametrize(
    ("store", "ledger", "what"),
    [
        pytest.param(None, "sqlite://", "without a store", id="a ledger alone"),
        pytest.param("sqlite://", NOBODY, "a crash or a failover", id="a ledger in Redis"),
        pytest.param("sqlite://", RedisStore(NOBODY), "keeps no ledger", id="the same, opened"),
        pytest.param("sqlite://", 7, "ledger_store=7", id="a ledger that is none"),
        pytest.param(7, "sqlite://", "store=7", id="a store that is none"),
    ],
)
def test_what_cannot_be_is_refused(store: Any, ledger: Any, what: str) -> None:
    with pytest.raises(SettingError, match=what) as caught:
        store_of(store, ledger)

    assert "secret" not in str(caught.value)
    assert caught.value.fix


def test_both_are_purged_and_closed_though_one_fails() -> None:
    class Failing(MemoryStore):
        def purge(self, now: int) -> int:
            raise StoreError("it does not purge")

        def close(self) -> None:
            super().close()
            raise StoreError("it does not close")

    ledger, logins = MemoryStore(), Failing()
    ledger.create_session("key", None, b"", NOW)
    store = DividedStore(ledger, logins)

    with pytest.raises(StoreError, match="purge"):
        store.purge(NOW)
    assert ledger.load_session("key", 0) is None
    with pytest.raises(StoreError, match="close"):
        store.close()
    with pytest.raises(StoreError, match="closed"):
        ledger.checkpoint()


def test_what_was_purged_is_counted_in_both() -> None:
    ledger, logins = MemoryStore(), MemoryStore()
    for half in (ledger, logins):
        half.create_session("key", None, b"", NOW)

    assert DividedStore(ledger, logins).purge(NOW) == 2


# --- what a visitor sees of it -------------------------------------------------------------------


@pytest.mark.parametrize("kept", ["cookie", "store"])
def test_who_was_signed_out_everywhere_stays_so_when_redis_has_lost_all(
    make_client: MakeClient, server: Server, kept: Any
) -> None:
    client = make_client(
        Portal(),
        store=server.url,
        ledger_store="sqlite://",
        session=SessionTerms(kept=kept),
        clock=time.time,
    )
    client.get("/stay?user=ann")
    copied = sent(client)
    assert user(client, copied) == "ann"
    client.get("/everywhere")

    server.client().flushall()

    assert user(client, copied) is None
    client.get("/in?user=ann")
    assert user(client) == "ann"
    assert user(client, copied) is None


def test_who_is_remembered_in_redis_comes_back(make_client: MakeClient, prefix: str) -> None:
    with closing(store_of(prefix, "sqlite://")) as store:
        client = make_client(Portal(), store=store, clock=time.time)
        client.get("/stay?user=ann")
        restart(client)

        assert user(client) == "ann"
        assert [each.event for each in store.records()][-1] == "remember"


def test_while_redis_is_down_nobody_is_signed_in_and_choices_are_taken(
    make_client: MakeClient, server: Server
) -> None:
    store = store_of(server.url, "sqlite://")
    client = make_client(Portal(), store=store, clock=time.time)
    client.get("/stay?user=ann")
    server.stop()

    assert user(client) is None
    assert client.post("/cookiesafe/choices", {"choice": "accept"}).status == 303
    assert [each.event for each in store.records()][-1] == "grant"
    assert {SESSION, REMEMBER} <= set(client.jar)
    server.start()


def test_without_its_ledger_a_login_is_not_remembered(
    make_client: MakeClient, prefix: str, tmp_path: Path
) -> None:
    """The tick is on record before the login is kept, whatever the other half says."""
    nowhere = f"sqlite:///{tmp_path / 'missing' / 'ledger.db'}"
    with closing(RedisStore(prefix)) as logins:
        client = make_client(Portal(), store=logins, ledger_store=nowhere, clock=time.time)
        client.get("/stay?user=ann")

        assert REMEMBER not in client.jar
        assert user(client) == "ann"
        assert list(logins.list_series("ann")) == []
