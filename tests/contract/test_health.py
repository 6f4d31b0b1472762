"""How a node says that it is well, or what is not; and the page that says so to who balances the load."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import keys_from_file
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.adapters.stores.sql.tables import schema
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Checkpoint, Entry
from cookiesafe.ports import Append, Ask, Store, ask, part_of
from tests.support.edges import Client
from tests.support.harbour import KEY, OTHER_KEY, Clock, MakeClient, MakeSafe
from tests.support.nodes import Keys
from tests.support.portal import DownStore
from tests.support.stores import from_outside

PAGE = "/cookiesafe/health"
LEDGER_KEY = "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U"


class Partly(MemoryStore):
    """One that does not answer about its logins."""

    def load_session(self, key: str, now: int) -> tuple[bytes, int] | None:
        raise StoreError("the logins at redis://user:tell-nobody@logins.example are down")


class Hanging(MemoryStore):
    """One whose ledger answers only when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.asked = 0

    def checkpoint(self) -> Checkpoint | None:
        self.asked += 1
        self.go.wait(20)
        return super().checkpoint()


class Raising(MemoryStore):
    """One that breaks its word."""

    def checkpoint(self) -> Checkpoint | None:
        raise ZeroDivisionError

    def pending(self, limit: int) -> list[Entry]:
        raise ZeroDivisionError


def test_a_node_that_is_well_says_what_is_in_force(make_safe: MakeSafe) -> None:
    safe = make_safe(fallback_keys=[OTHER_KEY], mode="observe")
    health = safe.health()

    assert health.ok
    assert (health.ledger.problem, health.logins.problem) == ("", "")
    assert (health.mode, health.keys, health.ledger_keys) == ("observe", 2, 0)
    assert health.policy == safe.policy.fingerprint
    assert health.sealed is health.waiting is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        health.mode = "enforce"  # type: ignore[misc]


def test_it_says_how_many_records_are_sealed_and_how_long_one_waits(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(ledger_key=LEDGER_KEY)
    safe = client.safe
    assert safe is not None
    client.choose("accept")
    clock.now += 90
    assert safe.health().waiting == 90
    assert safe.health().sealed is None
    sealed = safe.seal()

    assert safe.health().waiting is None
    assert safe.health().sealed == sealed
    assert safe.health().ledger_keys == 1


def test_it_is_json(make_safe: MakeSafe) -> None:
    told = json.loads(json.dumps(make_safe().health().to_dict()))

    assert told["ok"] is True
    assert set(told["ledger"]) == {"problem", "seconds"}
    assert KEY not in json.dumps(told)


def test_a_part_that_is_down_is_named_and_nothing_that_it_says(make_safe: MakeSafe) -> None:
    health = make_safe(store=Partly()).health()

    assert not health.ok
    assert health.ledger.ok
    assert health.logins.problem == "down"
    assert "tell-nobody" not in repr(health) + json.dumps(health.to_dict())


def test_a_store_that_breaks_its_word_is_down(make_safe: MakeSafe) -> None:
    health = make_safe(store=Raising(), ledger_key=LEDGER_KEY).health()

    assert health.ledger.problem == "down"
    assert health.logins.ok


def test_a_store_that_hangs_is_slow_and_is_not_asked_again_before_it_answers(
    make_safe: MakeSafe,
) -> None:
    store = Hanging()
    safe = make_safe(store=store)
    before = threading.active_count()
    found = [safe.health(timeout=0.02) for _ in range(5)]

    assert {each.ledger.problem for each in found} == {"slow"}
    assert all(each.logins.ok for each in found)
    assert found[-1].ledger.seconds > found[0].ledger.seconds >= 0.02
    assert store.asked == 1
    assert threading.active_count() <= before + 1
    store.go.set()
    assert safe.health(timeout=20).ok


def test_no_thread_for_it_is_no_answer(
    make_safe: MakeSafe, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe = make_safe()

    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)

    assert safe.health().ledger.problem == "down"


def test_tables_of_a_later_version_are_told_from_a_store_that_is_down(
    make_safe: MakeSafe, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with closing(open_store(url)) as store:
        store.checkpoint()
    with from_outside(url) as connection:
        connection.execute(schema.insert(), {"version": 999})
    with closing(make_safe(store=url)) as safe:
        assert safe.health().ledger.problem == "version"
    with closing(make_safe(store=f"sqlite:///{tmp_path}/no/such/folder.db")) as safe:
        health = safe.health()
    assert health.ledger.problem == health.logins.problem == "down"


def test_a_store_that_is_two_is_asked_in_both(make_safe: MakeSafe, tmp_path: Path) -> None:
    ledger, logins = DownStore(), DownStore()
    safe = make_safe(store=logins, ledger_store=ledger)
    logins.down = True
    assert (safe.health().ledger.ok, safe.health().logins.ok) == (True, False)
    logins.down, ledger.down = False, True
    assert (safe.health().ledger.ok, safe.health().logins.ok) == (False, True)


@pytest.mark.parametrize(
    ("need", "part"),
    [
        (ask(Store.load_session, "k", 1), "logins"),
        (ask(Store.epoch, "ann"), "logins"),
        (ask(Store.load_series, "k"), "logins"),
        (ask(Store.load_contact, "ann"), "ledger"),
        (ask(Store.checkpoint), "ledger"),
        (ask(Store.find_entries, "policy", None, 1), "ledger"),
        (Append(()), "ledger"),
    ],
)
def test_each_question_is_for_one_part_of_the_store(need: Append | Ask, part: str) -> None:
    assert part_of(need) == part


# --- the page ------------------------------------------------------------------------------------


def test_the_page_is_there_only_if_it_is_asked_for(make_client: MakeClient) -> None:
    assert make_client().get(PAGE).status == 404
    answer = make_client(health=True).get(PAGE)

    assert answer.status == 200
    assert answer.json() == {"ok": True, "ledger": "up", "logins": "up"}
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    ("store", "said"),
    [
        (Partly(), {"ledger": "up", "logins": "down"}),
        (Raising(), {"ledger": "down", "logins": "up"}),
    ],
)
def test_the_page_names_the_part_that_is_down_and_no_more(
    make_client: MakeClient, store: MemoryStore, said: dict[str, Any]
) -> None:
    answer = make_client(health=True, store=store).get(PAGE)

    assert answer.status == 503
    assert answer.json() == {"ok": False, **said}


def test_it_takes_no_cookie_and_no_post(make_client: MakeClient) -> None:
    client: Client = make_client(health=True, check_origin=True)

    assert client.head(PAGE).status == 200
    assert client.post(PAGE).status == 405
    assert client.get(PAGE, {"sec-fetch-dest": "empty"}, cookies="junk").status == 200


def test_the_page_and_the_method_see_the_store_come_back(make_client: MakeClient) -> None:
    store = DownStore()
    client = make_client(health=True, store=store)
    safe = client.safe
    assert safe is not None
    seen: list[Sequence[object]] = []
    for store.down in (True, False):
        seen.append((client.get(PAGE).status, safe.health().ok))

    assert seen == [(503, False), (200, True)]


def test_health_is_said_of_the_keys_of_now(make_safe: MakeSafe, tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys", KEY)
    safe = make_safe(secret_key=keys_from_file(keys.path))
    keys.are(OTHER_KEY, KEY)

    assert safe.health().keys == 2
