"""The audit by itself: whose line it names, framework by framework, and that it leaves all as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bottle
import falcon
import pytest
import quart
from webob import Response

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.exchange import Exchange
from cookiesafe.testing import ASGIClient, Client, CookieAudit, WSGIClient
from cookiesafe.testing.lines import SETTERS
from cookiesafe.testing.site import KEY, POLICY

HERE = Path(__file__)


def bottles() -> Any:
    app = bottle.Bottle()

    @app.route("/page")  # type: ignore[untyped-decorator,unused-ignore]
    def page() -> str:
        bottle.response.set_cookie("hl_ad", "1")  # bottle
        return ""

    return app


class FalconPage:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.set_cookie("hl_ad", "1")  # falcon


def falcons() -> Any:
    app = falcon.App()
    app.add_route("/page", FalconPage())
    return app


def webobs() -> Any:
    def app(environ: Any, start_response: Any) -> Any:
        response = Response("")
        response.set_cookie("hl_ad", "1")  # webob
        return response(environ, start_response)

    return app


def quarts() -> Any:
    app = quart.Quart(__name__)

    @app.route("/page")
    async def page() -> quart.Response:
        response = quart.Response("")
        response.set_cookie("hl_ad", "1")  # quart
        return response

    return app


def safe(mode: Any = "enforce") -> CookieSafe:
    return CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store="sqlite://", mode=mode)


def line_of(mark: str) -> int:
    lines = HERE.read_text("utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.endswith(f"  # {mark}"))


@pytest.fixture
def audit() -> Any:
    audit = CookieAudit(HERE.parent)
    yield audit
    audit.end()


@pytest.mark.parametrize(
    ("make", "mark"),
    [(bottles, "bottle"), (falcons, "falcon"), (webobs, "webob"), (quarts, "quart")],
)
def test_the_line_is_the_apps_in_other_frameworks_too(
    make: Callable[[], Any], mark: str, audit: CookieAudit
) -> None:
    client: Client
    if make is quarts:
        client = ASGIClient(ASGIMiddleware(make(), safe()))
    else:
        client = WSGIClient(WSGIMiddleware(make(), safe()), validate=False)
    audit.begin()
    client.get("/page")

    assert 'GET /page sets "hl_ad"' in audit.end()
    [found] = audit.findings
    assert found.line is not None
    assert (found.line.file, found.line.number) == (str(HERE), line_of(mark))


def test_a_cookie_that_passes_in_observe_is_found_and_one_that_is_deleted_is_not(
    audit: CookieAudit,
) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        lines = [("Set-Cookie", "hl_ad=1"), ("Set-Cookie", "old=; Max-Age=0")]
        start_response("200 OK", [("Content-Type", "text/plain"), *lines])
        return []

    client = WSGIClient(WSGIMiddleware(app, safe("observe")))
    audit.begin()
    answers = [client.get("/page/7?token=secret") for _ in range(3)]
    told = audit.end()

    assert answers[0].cookie_names == ["hl_ad", "old"]
    assert [each.held.name for each in audit.findings] == ["hl_ad"]
    assert "A cookie is set" in told
    assert "GET /page/7 sets" in told
    assert "secret" not in told


def test_visitors_at_the_same_time_keep_their_lines_apart(audit: CookieAudit) -> None:
    app = quart.Quart(__name__)

    @app.route("/one")
    async def one() -> quart.Response:
        response = quart.Response("")
        response.set_cookie("hl_ad", "1")  # one
        await asyncio.sleep(0)
        return response

    @app.route("/two")
    async def two() -> quart.Response:
        response = quart.Response("")
        response.set_cookie("hl_ad", "1")  # two
        await asyncio.sleep(0)
        return response

    client = ASGIClient(ASGIMiddleware(app, safe()))

    async def both() -> None:
        asked = [client.prepared("/one"), client.prepared("/two")] * 5
        await asyncio.gather(*map(client.exchange, asked))

    audit.begin()
    asyncio.run(both())
    audit.end()

    found = {each.path: each.line and each.line.number for each in audit.findings}
    assert found == {"/one": line_of("one"), "/two": line_of("two")}


def test_it_leaves_everything_as_it_was(audit: CookieAudit) -> None:
    def there() -> list[Any]:
        import sys

        return [
            Exchange.arrive,
            Exchange._note,
            *(
                getattr(getattr(sys.modules[module], owner), method)
                for module, owner, method, _ in SETTERS
                if module in sys.modules
            ),
        ]

    before = there()
    audit.begin()
    during = there()
    assert audit.end() == ""
    assert audit.end() == ""

    assert there() == before
    assert not any(each in before for each in during)
