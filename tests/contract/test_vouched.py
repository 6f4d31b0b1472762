"""What the store has said of a login is taken for true for so many seconds, by one process, and for no longer."""

from __future__ import annotations

from typing import Any

import pytest

from cookiesafe import SessionTerms, SettingError
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.session import Identity, Vouched
from tests.support.harbour import Clock, MakeClient
from tests.support.portal import DownStore, Portal, sent, user

NOW = 1_800_000_000
ANN = Identity("ann", NOW, "s" * 22, 3, "")


class AskedStore(MemoryStore):
    """Counts what it is asked about who is signed in."""

    asked = 0

    def epoch(self, user: str) -> int:
        self.asked += 1
        return super().epoch(user)


def a_site(make_client: MakeClient, store: Any, trusted: int = 10) -> Any:
    client = make_client(Portal(), store=store, session=SessionTerms(trusted=trusted))
    client.post("/in?user=ann")
    return client


@pytest.mark.parametrize(("trusted", "asked"), [(0, 5), (10, 1)])
def test_the_store_is_asked_once_in_so_many_seconds(
    make_client: MakeClient,
    trusted: int,
    asked: int,
) -> None:
    store = AskedStore()
    client = a_site(make_client, store, trusted)
    store.asked = 0

    assert [user(client) for _ in range(5)] == ["ann"] * 5
    assert store.asked == asked


def test_it_is_asked_again_when_they_are_over(make_client: MakeClient, clock: Clock) -> None:
    store = AskedStore()
    client = a_site(make_client, store)
    user(client)
    store.advance_epoch("ann")

    clock.now += 9
    assert user(client) == "ann"
    clock.now += 1
    assert user(client) is None


def test_who_signs_out_is_out_at_once_in_the_own_browser(make_client: MakeClient) -> None:
    client = a_site(make_client, MemoryStore())
    user(client)
    copied = sent(client)
    client.post("/out")

    assert user(client) is None
    marked = f"{copied}; {sent(client)}"
    assert user(client.another(), cookies=marked) is None


def test_a_store_that_is_down_vouches_for_nobody_anew(
    make_client: MakeClient, clock: Clock
) -> None:
    store = DownStore()
    client = a_site(make_client, store)
    user(client)

    store.down = True
    assert user(client) == "ann"
    clock.now += 10
    assert user(client) is None


def test_each_login_is_vouched_for_by_itself() -> None:
    vouched = Vouched(10)
    vouched.add(ANN, NOW)

    assert vouched.holds(ANN, NOW + 9)
    assert not vouched.holds(ANN._replace(epoch=4), NOW)
    assert not vouched.holds(ANN._replace(user="ben"), NOW)
    assert not vouched.holds(ANN._replace(series="k" * 43), NOW)


def test_nothing_is_taken_for_true_by_a_clock_that_was_set_back() -> None:
    vouched = Vouched(10)
    vouched.add(ANN, NOW)

    assert not vouched.holds(ANN, NOW - 3600)


def test_its_memory_is_bounded() -> None:
    vouched = Vouched(10)
    for number in range(25_000):
        vouched.add(ANN._replace(user=str(number)), NOW)

    assert vouched.holds(ANN._replace(user="24999"), NOW)
    assert len(vouched._asked_at) <= 10_000


@pytest.mark.parametrize("trusted", [-1, 301, 10**9])
def test_trust_has_its_bounds(trusted: int) -> None:
    with pytest.raises(SettingError, match="trusted"):
        SessionTerms(trusted=trusted)
