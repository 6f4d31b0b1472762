"""Over ASGI, a store is never called on the thread of the event loop: whatever it does, the loop goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Literal

import pytest

from cookiesafe import SessionTerms
from cookiesafe.adapters.stores import MemoryStore, open_store, store_of
from cookiesafe.adapters.stores.divided import DividedStore
from cookiesafe.ports import Store
from tests.support.harbour import ONLY_ASGI, MakeClient
from tests.support.portal import Portal, restart, user
from tests.support.redis import fresh_prefix


class Watched(DividedStore):
    """Tells on which threads each method was called."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, store)
        self.called: dict[str, set[int]] = {}
        for name, method in list(vars(self).items()):
            if callable(method) and not isinstance(method, MemoryStore):
                setattr(self, name, self._watched(name, method))

    def _watched(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            self.called.setdefault(name, set()).add(threading.get_ident())
            return method(*given)

        return call


@pytest.fixture(params=["memory", "sqlite", "redis beside sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    database = f"sqlite:///{tmp_path / 'store.db'}"
    with ExitStack() as stack:
        if request.param == "memory":
            opened: Store = MemoryStore()
        elif request.param == "sqlite":
            opened = open_store(database)
        else:
            opened = store_of(stack.enter_context(fresh_prefix()), database)
        yield stack.enter_context(closing(Watched(opened)))


@ONLY_ASGI
@pytest.mark.parametrize("kept", ["cookie", "store"])
def test_no_call_of_the_store_is_made_on_the_loops_thread(
    make_client: MakeClient, store: Watched, kept: Literal["cookie", "store"]
) -> None:
    client = make_client(Portal(), store=store, session=SessionTerms(kept=kept))
    client.post("/cookiesafe/choices", {"choice": "accept"})
    client.get("/cookiesafe/receipt")
    client.get("/stay?user=ann")
    client.get("/put?colour=blue")
    client.get("/put?colour=red")
    assert user(client) == "ann"
    restart(client)
    assert user(client) == "ann"
    client.get("/cookiesafe/devices")
    client.get("/everywhere")
    assert user(client) is None

    expected = {"append", "entries_of", "epoch", "advance_epoch", "add_series", "load_series"}
    expected |= {"list_series", "delete_sessions", "revoke_series"}
    expected |= {"create_session", "load_session", "update_session"} if kept == "store" else set()
    assert expected <= set(store.called)
    assert threading.get_ident() not in set().union(*store.called.values())
