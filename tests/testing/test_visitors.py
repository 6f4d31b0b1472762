"""Visitors' choices in the jars of clients of other kinds, and how a ``CookieSafe`` is found."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from litestar.testing import TestClient as LitestarClient

from cookiesafe import CookieSafe, Policy, UsageError, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.errors import StoreError
from cookiesafe.testing import ASGIClient, Visitor
from cookiesafe.testing.finding import safe_of
from cookiesafe.testing.site import KEY, POLICY
from tests.test_public_names import loaded_by

SAFE = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store="sqlite://")


async def told(scope: Any, receive: Any, send: Any) -> None:
    visit = current_visit()
    body = json.dumps([each for each in ("statistics", "advertising") if visit.allows(each)])
    fields = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body.encode()})


APP = ASGIMiddleware(told, SAFE)


@pytest.mark.parametrize("base", ["https://www.harbour.example", "http://localhost:8000"])
def test_a_client_that_awaits(base: str) -> None:
    async def ask() -> Any:
        transport = httpx2.ASGITransport(app=APP)
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            first = await Visitor.consenting(SAFE, ["advertising"]).on(client).get("/")
            second = await Visitor.undecided(SAFE).on(client).get("/")
            return first.json(), second.json(), len(client.cookies.jar)

    assert asyncio.run(ask()) == (["advertising"], [], 0)


def test_a_vendor_alone_and_ours() -> None:
    client = Visitor.consenting(SAFE, vendors=["tidepool"]).client(APP)

    assert client.get("/").json() == []
    assert "+@tidepool" in client.jar["__Host-cookiesafe"]
    assert Visitor.rejecting(SAFE).on(ASGIClient(APP)).get("/").json() == []


def test_litestars_client() -> None:
    assert Visitor.consenting(SAFE).on(LitestarClient(APP)).cookies.get("__Host-cookiesafe")


def test_a_choice_that_the_store_does_not_keep_is_none() -> None:
    safe = CookieSafe(
        Policy.from_toml(POLICY), secret_key=KEY, store="sqlite:////nowhere/at/all.db"
    )

    with pytest.raises((UsageError, StoreError)):
        Visitor.consenting(safe).cookies()


def test_a_cookiesafe_is_found_below_what_others_put_around_it() -> None:
    class Around:
        def __init__(self, app: Any) -> None:
            self.app = app

        def __call__(self) -> None: ...

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        return []

    for app in (APP, Around(Around(APP)), WSGIMiddleware(wsgi, SAFE), SAFE):
        assert safe_of(app) is SAFE
    around = Around(None)
    around.app = around
    with pytest.raises(UsageError, match="no CookieSafe is found in Around"):
        safe_of(around)


def test_what_pytest_imports_everywhere_is_little_and_the_rest_needs_no_pytest() -> None:
    assert "cookiesafe" not in loaded_by("import pytest_cookiesafe")
    assert "pytest" not in loaded_by("import cookiesafe.testing")
