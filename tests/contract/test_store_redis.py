"""Logins in Redis: what it loses, where it is gone, full, slow or not to be written, and what is told of that."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import redis
from redis.connection import Connection

from cookiesafe.adapters.stores.redis import RedisStore
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.ports import Ledger, Logins
from cookiesafe.testing.stores.samples import NOW, a_series, series_of
from cookiesafe.testing.stores.series import LOGIN_CALLS
from tests.support.forks import fork, forking
from tests.support.redis import Server, a_server, fresh_prefix

PASSWORD = "not-to-be-seen"
ROW = a_series()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path) as server:
        yield server


@pytest.fixture
def store(server: Server) -> Iterator[RedisStore]:
    with closing(RedisStore(server.url)) as store:
        yield store


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def is_asked(store: RedisStore) -> bool:
    try:
        store.epoch("ann")
    except StoreError:
        return False
    return True


# --- what it is, and how it is kept --------------------------------------------------------------


def test_it_keeps_logins_and_no_ledger(store: RedisStore) -> None:
    assert isinstance(store, Logins)
    assert not isinstance(store, Ledger)


def test_all_but_epochs_goes_by_itself(store: RedisStore, server: Server) -> None:
    store.add_series(ROW)
    store.create_session("key", "ann", b"", NOW)
    store.advance_epoch("ann")

    with server.client() as client:
        goes = {key: client.expiretime(key) for key in client.scan_iter()}

    assert goes.pop(b"{cookiesafe}:epochs") == -1
    assert len(goes) == 4
    assert min(goes.values()) == NOW
    assert all(key.startswith(b"{cookiesafe}:") for key in goes)


def test_what_its_clock_says_is_over_is_gone_with_its_place_in_the_list(
    store: RedisStore, server: Server
) -> None:
    now = int(time.time())
    store.create_session("over", "ann", b"", now - 1)
    store.create_session("here", "ann", b"", now + 1000)

    with server.client() as client:
        assert client.exists("{cookiesafe}:session:over") == 0
        assert client.zrange("{cookiesafe}:sessions of:ann", 0, -1) == [b"here"]


def test_two_prefixes_are_two_stores(server: Server) -> None:
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(closing(RedisStore(f"{server.url}?prefix={name}")))
            for name in ("one", "other")
        )
        one.create_session("key", "ann", b"", NOW)

        assert other.load_session("key", 0) is None
        assert one.epoch("ann") != other.epoch("ann")


CALLS = {name: call for name, call in LOGIN_CALLS.items() if name != "purge"}


@pytest.mark.parametrize("call", CALLS)
def test_each_call_is_one_round_trip(store: RedisStore, call: str) -> None:
    CALLS[call](store)
    send: Any = Connection.send_packed_command
    sent: list[object] = []

    def counted(connection: Any, command: Any, **options: Any) -> Any:
        sent.append(command)
        return send(connection, command, **options)

    with patch.object(Connection, "send_packed_command", counted):
        CALLS[call](store)

    assert len(sent) == 1


def test_it_works_in_a_cluster(tmp_path: Path) -> None:
    with a_server(tmp_path, "--cluster-enabled", "yes") as server:
        with server.client() as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
            while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
                pass
        with closing(RedisStore(server.url)) as store:
            for call in CALLS.values():
                call(store)
            store.add_series(ROW)
            assert store.revoke_device("ann", ROW.device, "device", NOW)


def test_it_is_reached_by_a_socket_of_the_file_system(tmp_path: Path) -> None:
    with (
        a_server(tmp_path, "--unixsocket", str(tmp_path / "s")),
        closing(RedisStore(f"unix://{tmp_path / 's'}?db=2")) as store,
    ):
        assert store.advance_epoch("ann") > 0
        assert repr(store) == f"RedisStore('unix://{tmp_path / 's'}?db=2')"


# --- what it loses -------------------------------------------------------------------------------

LOSSES: dict[str, Callable[[Server], object]] = {
    "it is emptied": lambda server: server.client().flushall(),
    "it starts anew, and kept nothing": lambda server: server.restart(),
    "the epochs alone are let go": lambda server: server.client().delete("{cookiesafe}:epochs"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_was_signed_out_everywhere_stays_so_whatever_is_lost(
    store: RedisStore, server: Server, loss: str
) -> None:
    said = {store.epoch("ann"), store.advance_epoch("ann"), store.advance_epoch("ann")}

    LOSSES[loss](server)

    assert store.epoch("ann") not in said
    assert store.advance_epoch("ann") not in said
    assert store.epoch("ann") == store.epoch("bob") + 1


def test_a_login_that_outlives_the_epochs_is_void(store: RedisStore, server: Server) -> None:
    store.add_series(a_series(epoch=store.epoch("ann")))
    row, epoch = store.load_series(ROW.key) or (ROW, 0)
    assert row.lives(epoch, NOW)

    server.client().delete("{cookiesafe}:epochs")

    row, epoch = store.load_series(ROW.key) or (ROW, 0)
    assert not row.lives(epoch, NOW)


def test_a_database_never_says_that_nobody_was_ever_signed_out(store: RedisStore) -> None:
    """Or what another library remembers would be let in again, by one that has forgotten whom it had signed out."""
    assert store.epoch("ann") != 0


def test_what_is_lost_signs_out_and_is_not_made_anew(store: RedisStore, server: Server) -> None:
    store.add_series(ROW)
    store.create_session("key", "ann", b"", NOW)

    server.client().flushall()

    assert store.load_session("key", 0) is None
    assert store.update_session("key", b"late", NOW, 1, 0) == "gone"
    assert store.load_series(ROW.key) is None
    assert not store.swap_series(ROW, ROW.gen)
    assert list(store.list_series("ann")) == []


def test_what_it_has_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    with (
        a_server(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server,
        closing(RedisStore(server.url)) as store,
    ):
        epoch = store.advance_epoch("ann")
        store.add_series(ROW)
        server.restart()

        assert store.load_series(ROW.key) == (ROW, epoch)


# --- where it is gone, and comes back ------------------------------------------------------------


def test_who_has_lost_it_finds_it_again(store: RedisStore, server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(store.epoch, "abcdefgh"))
        server.stop()
        with pytest.raises(StoreError, match="was not advanced"):
            store.advance_epoch("ann")
        server.start()

        assert len(set(pool.map(store.epoch, ["ann"] * 32))) == 1


def test_scripts_that_the_server_has_forgotten_are_told_anew(
    store: RedisStore, server: Server
) -> None:
    store.create_session("key", None, b"", NOW)
    server.client().script_flush()

    assert store.update_session("key", b"more", NOW, 1, 0) == "kept"


def test_a_connection_that_was_ended_is_replaced(store: RedisStore, server: Server) -> None:
    before = store.advance_epoch("ann")
    server.client().client_kill_filter(_type="normal", skipme=True)

    assert store.advance_epoch("ann") == before + 1


def test_what_is_a_replica_by_now_is_left_for_another(store: RedisStore, server: Server) -> None:
    store.create_session("key", None, b"", NOW)
    with server.client() as client:
        ours = own_connections(client)
        client.replicaof("127.0.0.1", "1")
        with pytest.raises(StoreError, match="was not kept") as caught:
            store.update_session("key", b"more", NOW, 1, 0)
        assert isinstance(caught.value.__cause__, redis.ReadOnlyError)
        assert not ours & own_connections(client)
        client.replicaof("NO", "ONE")

    assert store.update_session("key", b"more", NOW, 1, 0) == "kept"


def own_connections(client: Any) -> set[str]:
    return {each["id"] for each in client.client_list()} - {str(client.client_id())}


def test_who_does_not_answer_is_waited_for_a_second_in_all(
    store: RedisStore, server: Server
) -> None:
    """By those too who wait for a connection meanwhile; and what comes late is nobody else's answer."""
    first = store.epoch("ann")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(32) as pool:
            asked = [pool.submit(store.epoch, "ann") for _ in range(32)]
            failed = [each.exception() for each in asked]
    finally:
        os.kill(server.process.pid, signal.SIGCONT)

    assert {type(each) for each in failed} == {StoreError}
    waited = [isinstance(each and each.__cause__, redis.TimeoutError) for each in failed]
    assert 0 < sum(waited) <= 16, "the others were told"
    while not is_asked(store):
        pass  # It is left alone for a moment.
    store.create_session("key", None, b"data", NOW)
    assert store.load_session("key", 0) == (b"data", 1)
    assert store.epoch("ann") == first


@pytest.mark.parametrize("call", LOGIN_CALLS)
def test_a_server_that_is_down_is_an_error_of_the_store(call: str) -> None:
    if call == "purge":
        pytest.skip("asks nothing")
    with (
        closing(RedisStore(f"redis://reader:{PASSWORD}@127.0.0.1:1/3")) as store,
        pytest.raises(StoreError, match=r"redis://127\.0\.0\.1:1/3: ") as caught,
    ):
        LOGIN_CALLS[call](store)

    assert PASSWORD not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_server_that_says_nothing_fails_in_a_second() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"redis://:{PASSWORD}@127.0.0.1:{listener.getsockname()[1]}/0"
        with closing(RedisStore(url)) as store, at_most(2.9), pytest.raises(StoreError):
            store.epoch("ann")


def test_a_password_that_is_wrong_is_an_error_of_the_store(tmp_path: Path) -> None:
    with a_server(tmp_path, "--requirepass", "right") as server:
        address = f"127.0.0.1:{server.port}"
        with closing(RedisStore(f"redis://:right@{address}")) as store:
            assert store.epoch("ann")
        with (
            closing(RedisStore(f"redis://:{PASSWORD}@{address}")) as store,
            pytest.raises(StoreError) as caught,
        ):
            store.epoch("ann")
    assert PASSWORD not in f"{caught.value} {caught.value.__cause__!r}"


def test_what_is_of_another_type_is_an_error_of_the_store(
    store: RedisStore, server: Server
) -> None:
    with server.client() as client:
        client.set("{cookiesafe}:session:key", "somebody else's")
    with pytest.raises(StoreError, match="was not read"):
        store.load_session("key", 0)


def test_rows_that_are_none_of_ours_are_an_error_of_the_store(
    store: RedisStore, server: Server
) -> None:
    with server.client() as client:
        for key, name in {"session:key": "data", f"series:{ROW.key}": "user"}.items():
            client.hset(f"{{cookiesafe}}:{key}", name, "somebody else's")
        client.zadd("{cookiesafe}:series of:ann", {ROW.key: NOW})
        client.hset("{cookiesafe}:epochs", "born", "no number")

    calls: list[Callable[[], object]] = [
        lambda: store.load_session("key", 0),
        lambda: store.load_series(ROW.key),
        lambda: store.list_series("ann"),
        lambda: store.epoch("ann"),
    ]
    for call in calls:
        with pytest.raises(StoreError, match="not read"):
            call()


@pytest.mark.parametrize("option", ["decode_responses=true", "retry=5", "protocol=3"])
def test_options_that_a_url_has_for_others_change_nothing(server: Server, option: str) -> None:
    with closing(RedisStore(f"{server.url}?{option}")) as store:
        store.add_series(ROW)
        store.create_session("key", "ann", b"\xff", NOW)

        assert series_of(store, ROW.key) == ROW
        assert store.load_session("key", 0) == (b"\xff", 1)


def test_an_option_that_is_no_text_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingError) as caught:
        RedisStore(f"redis://:{PASSWORD}@127.0.0.1?cache_config={PASSWORD}")

    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_what_it_is_connected_by_is_not_shown() -> None:
    with closing(RedisStore(f"redis://:{PASSWORD}@127.0.0.1")) as store:
        assert PASSWORD not in f"{store!r} {store._address!r}"


@pytest.mark.parametrize("url", ["redis://127.0.0.1?max_connections=1"])
def test_whose_turn_does_not_come_goes(url: str) -> None:
    with closing(RedisStore(url)) as store, store._turns, at_most(2.9):
        with pytest.raises(StoreError) as caught:
            store.epoch("ann")
        assert isinstance(caught.value.__cause__, TimeoutError)


@forking
def test_parent_and_child_go_on_after_a_fork(store: RedisStore) -> None:
    first = store.epoch("ann")

    def child() -> bool:
        for _ in range(50):
            store.advance_epoch("ann")
        store.close()
        return True

    ended = fork(child)
    for _ in range(50):
        store.advance_epoch("ann")

    assert ended()
    assert store.epoch("ann") == first + 100


# --- what is told --------------------------------------------------------------------------------


def test_a_server_that_lets_go_of_anything_is_told_of_once(
    store: RedisStore, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")

    store.epoch("ann")
    store.epoch("bob")

    (told,) = caplog.records
    assert told.levelno == logging.ERROR
    assert "allkeys-lru" in told.message
    assert told.message.endswith("[CS510]")


@pytest.mark.parametrize("policy", ["noeviction", "volatile-lru", "volatile-ttl"])
def test_one_that_keeps_the_epochs_is_not_told_of(
    store: RedisStore, server: Server, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        client.config_set("maxmemory-policy", policy)

    store.epoch("ann")

    assert caplog.records == []


STORES = (Path(__file__).parents[2] / "docs" / "stores.md").read_text("utf-8")


@pytest.mark.parametrize("call", LOGIN_CALLS)
def test_the_rights_on_the_page_are_enough_for_all_that_is_asked(
    server: Server, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    [(rights, keys)] = re.findall(r"needs `(\+@.+?)`, on the keys\s+`(.+?)`", STORES)
    with server.client() as client:
        client.acl_setuser(
            "app", enabled=True, passwords=["+pw"], keys=[keys], commands=rights.split()
        )
    with closing(RedisStore(f"redis://app:pw@127.0.0.1:{server.port}/0")) as store:
        LOGIN_CALLS[call](store)

    assert caplog.records == []


def test_who_may_not_ask_for_that_is_served_all_the_same(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        client.acl_setuser(
            "app", enabled=True, passwords=["+pw"], keys=["*"], commands=["+@all", "-info"]
        )
    with closing(RedisStore(f"redis://app:pw@127.0.0.1:{server.port}/0")) as store:
        assert store.advance_epoch("ann") == store.epoch("ann")

    assert caplog.records == []


def test_the_machines_own_is_left_as_it_was() -> None:
    with fresh_prefix() as url, closing(RedisStore(url)) as store:
        store.add_series(ROW)
        assert series_of(store, ROW.key) == ROW
        prefix = url.partition("prefix=")[2]
    with redis.Redis.from_url(url.partition("?")[0]) as client:
        assert client.keys(f"*{prefix}*") == []
