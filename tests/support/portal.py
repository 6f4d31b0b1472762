"""A site that people sign in to, and what its pages say of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from threading import Thread
from typing import Any, Literal
from urllib.parse import parse_qsl

from cookiesafe import CookieSafe, Policy, SessionTerms, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.errors import StoreError
from tests.support.counter import serve_asgi, serve_wsgi
from tests.support.edges import (
    AppRequest,
    AppResponse,
    ASGIApp,
    Client,
    answer,
    asgi_app,
    html,
    wsgi_app,
)
from tests.support.harbour import KEY, SESSION

REMEMBER = "__Host-cookiesafe-remember"
MARK = "__Host-cookiesafe-out"
PUBLIC = ("Cache-Control", "public, max-age=600")


class Portal:
    """Each path does what its name says, and the answer tells who is signed in. ``status`` in the query is its status.

    ``meanwhile`` is what others do while the next request is in the app.
    """

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] | None = None

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        query = dict(parse_qsl(request.query))
        status = int(query.pop("status", 200))
        self.wait()
        if request.path == "/file":
            return answer("text/css", "p {}", PUBLIC)
        if request.path == "/public":
            return html("<p>the same for all", PUBLIC)
        for each in request.path.strip("/").split("/"):
            DOES[each](visit, query)
        told: dict[str, object] = {
            "user": visit.user_id,
            "fresh": visit.fresh,
            "remembered": visit.remembered,
        }
        told |= {"stolen": visit.stolen, "holds": dict(visit.session)}
        return answer("application/json", json.dumps(told), status=status)

    def wait(self) -> None:
        """For the others."""
        if self.meanwhile is not None:
            others, self.meanwhile = Thread(target=self.meanwhile), None
            others.start()
            others.join()


Does = Callable[[Visit, dict[str, str]], object]
DOES: dict[str, Does] = {
    "in": lambda visit, query: visit.login(query["user"]),
    "stay": lambda visit, query: visit.login(query["user"], remember=True),
    "out": lambda visit, query: visit.logout(),
    "everywhere": lambda visit, query: visit.logout(everywhere=True),
    "put": lambda visit, query: visit.session.update(query),
    "empty": lambda visit, query: visit.session.clear(),
    "me": lambda visit, query: None,
}


class DownStore(MemoryStore):
    """One that can be ``down``."""

    down = False

    def _check_open(self) -> None:
        super()._check_open()
        if self.down:
            raise StoreError("the store is down")


def user(client: Client, cookies: str | None = None) -> str | None:
    """Who is signed in in a browser, or in one that sends these cookies."""
    told: str | None = client.get("/me", cookies=cookies).json()["user"]
    return told


def sent(client: Client, *names: str) -> str:
    """The ``Cookie`` header of a browser, as it is now; of these names alone if any are given."""
    return "; ".join(f"{n}={v}" for n, v in client.jar.items() if not names or n in names)


def restart(client: Client) -> None:
    """Close the browser and open it again: what had no lifetime is gone."""
    client.jar.pop(SESSION, None)


def main(
    edge: str, url: str, kept: Literal["cookie", "store"], ledger_url: str | None = None
) -> None:
    """``python -m tests.support.portal asgi|wsgi STORE cookie|store [LEDGER]`` serves it until it is killed."""
    safe = CookieSafe(
        Policy.from_toml('[site]\nname = "The portal"'),
        secret_key=KEY,
        store=url,
        ledger_store=ledger_url,
        session=SessionTerms(kept=kept),
    )
    if edge == "asgi":
        serve_asgi(ASGIMiddleware(without_lifespan(asgi_app(Portal())), safe), [])
    else:
        serve_wsgi(WSGIMiddleware(wsgi_app(Portal()), safe), [])


def without_lifespan(app: ASGIApp) -> ASGIApp:
    async def http_alone(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)

    return http_alone


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
