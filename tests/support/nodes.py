"""Several nodes of one site: what they share, and what its pages do."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import BadCarry, CookieSafe, Policy, keys_from_file
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.visit import Visit
from tests.support.counter import serve_asgi, serve_wsgi
from tests.support.edges import AppRequest, AppResponse, answer, asgi_app, wsgi_app
from tests.support.harbour import POLICY
from tests.support.portal import Portal, without_lifespan
from tests.support.redis import fresh_prefix
from tests.support.stores import Databases

SHARED: dict[str, Callable[[ExitStack, Path, Databases], dict[str, Any]]] = {
    "sqlite": lambda _, folder, databases: {"store": f"sqlite:///{folder}/shared.db"},
    "postgresql": lambda _, folder, databases: {"store": databases("postgresql")},
    "redis": lambda stack, folder, databases: {
        "store": stack.enter_context(fresh_prefix()),
        "ledger_store": databases("postgresql"),
    },
}
"""What ``CookieSafe`` is given on each node, by the name of what they share."""


@pytest.fixture(name="shared", params=SHARED)
def shared_fixture(
    request: pytest.FixtureRequest, tmp_path: Path, databases: Databases
) -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        yield SHARED[request.param](stack, tmp_path, databases)


class Keys:
    """A file of keys, as one node has it."""

    def __init__(self, path: Path, *keys: str) -> None:
        self.path = path
        self.are(*keys)

    def are(self, *keys: str) -> None:
        """Replaced wholly, as secrets are that are mounted."""
        other = self.path.with_suffix(".next")
        other.write_text("\n".join(keys))
        other.replace(self.path)


class Site(Portal):
    """The portal, with a form without cookies, a form's token, and an answer to what is allowed."""

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        match request.path:
            case "/form":
                return answer("text/plain", visit.carry.seal("order", {"name": "Ada"}))
            case "/next":
                try:
                    told: Any = visit.carry.open("order", request.query).data
                except BadCarry as error:
                    told = error.why
                return answer("application/json", json.dumps(told))
            case "/token":
                return answer("text/plain", visit.form_token)
            case "/child":
                visit.treat_as_child()
                return answer("application/json", json.dumps(visit.child))
            case "/allows":
                allowed = {each: visit.allows(each) for each in ("statistics", "advertising")}
                return answer("application/json", json.dumps({**allowed, "child": visit.child}))
        return super().__call__(visit, request)


def main(edge: str, settings: str, keys: str) -> None:
    """``python -m tests.support.nodes asgi|wsgi SETTINGS KEYS`` serves it until it is killed: a JSON object, and a file."""
    safe = CookieSafe(
        Policy.from_toml(POLICY), secret_key=keys_from_file(keys), **json.loads(settings)
    )
    if edge == "asgi":
        serve_asgi(ASGIMiddleware(without_lifespan(asgi_app(Site())), safe), [])
    else:
        serve_wsgi(WSGIMiddleware(wsgi_app(Site()), safe), [])


if __name__ == "__main__":
    main(*sys.argv[1:])
