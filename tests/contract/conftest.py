"""The parts that every test of the contract is given."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import pytest

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters.stores import MemoryStore
from tests.support.edges import Client, EdgeName, Handler, client_at
from tests.support.harbour import KEY, POLICY, Clock, MakeClient, MakeSafe, page

parsed = lru_cache(Policy.from_toml)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that tests keep busy may stand still for a second, which is not what they are about."""
    monkeypatch.setattr("cookiesafe.adapters._drive.Pool", partial(Pool, deadline=20))


@pytest.fixture(params=["asgi", "wsgi", "wsgi-validated"])
def edge(request: pytest.FixtureRequest) -> EdgeName:
    chosen: EdgeName = request.param
    return chosen


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_safe(clock: Clock) -> MakeSafe:
    def make(policy: str | Policy = POLICY, **settings: Any) -> CookieSafe:
        given = {"secret_key": KEY, "clock": clock, "store": MemoryStore(), **settings}
        return CookieSafe(parsed(policy) if isinstance(policy, str) else policy, **given)

    return make


@pytest.fixture
def make_client(edge: EdgeName, make_safe: MakeSafe) -> MakeClient:
    def make(
        handler: Handler = page,
        *,
        base: str = "https://www.example",
        root: str = "",
        options: dict[str, Any] | None = None,
        policy: str | Policy = POLICY,
        **settings: Any,
    ) -> Client:
        safe = make_safe(policy, **settings)
        return client_at(edge, safe, handler, base=base, root=root, **(options or {}))

    return make
