"""Several sites in one process, apps in apps, and one middleware inside another."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Host, Mount, Route
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.fastapi import CurrentVisit
from cookiesafe.adapters.flask import CookieSafeExtension, visit
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import (
    AppRequest,
    AppResponse,
    ASGIClient,
    Client,
    EdgeName,
    WSGIClient,
    answer,
    asgi_app,
    html,
    wsgi_app,
)
from tests.support.harbour import (
    BANNER,
    OTHER_KEY,
    PAGE,
    POLICY,
    REVISIT,
    MakeSafe,
    next_of,
    policies,
)
from tests.support.portal import Portal, restart, user

SHOP = '[site]\nname = "Shop"\n[purposes.offers]\ntitle = "Offers"\ntext = "Shows offers."\n'


def nested(edge: EdgeName, app: Any, outer: CookieSafe, inner: CookieSafe) -> Client:
    client: Client
    if edge == "asgi":
        client = ASGIClient(ASGIMiddleware(ASGIMiddleware(asgi_app(app), inner), outer))
    else:
        client = WSGIClient(WSGIMiddleware(WSGIMiddleware(wsgi_app(app), inner), outer))
    client.safe = outer
    return client


def purposes(visit: Visit, request: AppRequest) -> AppResponse:
    visit.session["seen"] = visit.session.get("seen", 0) + 1
    return html(PAGE, ("Set-Cookie", "hl_ad=1"), ("X-Allows", str(visit.allows("advertising"))))


# --- one inside another --------------------------------------------------------------------------


def test_inside_another_one_the_outer_one_does_all_of_it(
    edge: EdgeName, make_safe: MakeSafe
) -> None:
    for inner in (make_safe(), make_safe(path="/privacy"), make_safe(SHOP, secret_key=OTHER_KEY)):
        client = nested(edge, purposes, make_safe(), inner)
        page = client.get("/")
        assert (page.text.count(BANNER), len(policies(page))) == (1, 1)

        client.choose("accept")
        page = client.get("/")
        assert (page.text.count(REVISIT), page.header("x-allows")) == (1, "True")
        assert "hl_ad" in page.cookie_names
        assert list(inner.store.records()) == []


def test_a_remembered_login_is_let_in_once_where_one_is_inside_another(
    edge: EdgeName, make_safe: MakeSafe
) -> None:
    safe = make_safe()
    client = nested(edge, Portal(), safe, safe)
    client.post("/stay?user=ann")
    for _ in range(3):
        restart(client)
        assert user(client) == "ann"


def test_who_sends_the_same_request_in_again_gets_a_visit_of_its_own(
    edge: EdgeName, make_safe: MakeSafe
) -> None:
    """As what shows an error page of the app's does, around all of it."""
    if edge == "asgi":
        inner = ASGIMiddleware(asgi_app(purposes), make_safe())

        async def twice(scope: Any, receive: Any, send: Any) -> None:
            async def unsent(message: Any) -> None:
                pass

            await inner(scope, receive, unsent)
            await inner(scope, receive, send)

        browser = ASGIClient(twice)
        browser.leaves = True
        client: Client = browser
    else:
        site = WSGIMiddleware(wsgi_app(purposes), make_safe())

        def again(environ: Any, start_response: Any) -> Any:
            list(site(environ, lambda *args: lambda data: None))
            return site(environ, start_response)

        client = WSGIClient(again, validate=False)

    page = client.get("/")

    assert BANNER in page.text
    assert "hl_ad" not in page.cookie_names
    assert len(policies(page)) == 1


# --- beside one another --------------------------------------------------------------------------


def site_of(name: str) -> Any:
    async def home(request: Request) -> HTMLResponse:
        allowed = request.state.visit.allows("offers" if name == "shop" else "advertising")
        request.session["site"] = name
        return HTMLResponse(f"<body><p>{name} {allowed}")

    return Starlette(routes=[Route("/", home)])


def test_two_sites_of_a_process_know_nothing_of_each_other(make_safe: MakeSafe) -> None:
    safes = {
        "www.example": make_safe(),
        "shop.example": make_safe(SHOP, secret_key=OTHER_KEY, path="/privacy"),
    }
    hosts = [
        Host(host, ASGIMiddleware(site_of(host.partition(".")[0]), safe))
        for host, safe in safes.items()
    ]
    app = Starlette(routes=hosts)
    www, shop = (ASGIClient(app, base=f"https://{host}") for host in safes)
    www.safe, shop.safe = safes.values()
    www.choose("accept")
    shop.jar = dict(www.jar)
    first = shop.get("/")
    shop.post("/privacy/choices", form={"choice": "accept"})

    assert "shop False" in first.text
    assert 'action="/privacy/choices"' in first.text
    assert "shop True" in shop.get("/").text
    assert "www True" in www.get("/").text
    assert [len(each.records) for each in (www, shop)] == [1, 1]


def test_a_part_of_an_app_may_be_behind_it_alone(make_safe: MakeSafe) -> None:
    """Mounted, it has its own pages below where it is."""

    async def outside(request: Request) -> HTMLResponse:
        return HTMLResponse(PAGE)

    part = ASGIMiddleware(site_of("www"), make_safe(path="/privacy"))
    client = ASGIClient(Starlette(routes=[Mount("/shop", part), Route("/", outside)]))
    page = client.get("/shop/")
    posted = client.post("/shop/privacy/choices", form={"choice": "accept", "next": "/shop/"})

    assert 'action="/shop/privacy/choices"' in page.text
    assert (posted.status, posted.leads_to) == (303, "/shop/")
    assert "www True" in client.get("/shop/").text
    assert client.get("/").text == PAGE
    assert policies(client.get("/")) == []


# --- apps in an app ------------------------------------------------------------------------------


def test_an_app_in_fastapi_has_the_visit_of_the_whole(make_safe: MakeSafe) -> None:
    api, part = FastAPI(), FastAPI()

    @part.get("/who")
    def who(visit: CurrentVisit) -> dict[str, bool]:
        return {"allowed": visit.allows("advertising")}

    api.mount("/part", part)
    client = ASGIClient(ASGIMiddleware(api, make_safe()))
    client.choose("accept")

    assert client.get("/part/who", {"Accept": "application/json"}).json() == {"allowed": True}


def test_an_app_in_starlette_leads_back_to_where_it_is_mounted(make_safe: MakeSafe) -> None:
    whole = Starlette(routes=[Mount("/deep", Starlette(routes=[Mount("/er", site_of("www"))]))])
    client = ASGIClient(ASGIMiddleware(whole, make_safe()))
    page = client.get("/deep/er/?page=2")

    assert next_of(page) == "/deep/er/?page=2"
    assert 'action="/cookiesafe/choices"' in page.text


def test_apps_beside_each_other_in_wsgi_have_each_their_own(make_safe: MakeSafe) -> None:
    apps = []
    for path in ("/cookiesafe", "/privacy"):
        app = Flask("one")
        CookieSafeExtension(app, make_safe(path=path))
        app.add_url_rule(
            "/", view_func=lambda: f"<body><p>{visit.allows('advertising')}", endpoint="home"
        )
        apps.append(app)
    client = WSGIClient(DispatcherMiddleware(apps[0], {"/shop": apps[1]}))
    first, second = client.get("/").text, client.get("/shop/").text
    client.post("/shop/privacy/choices", form={"choice": "accept"})

    assert 'action="/cookiesafe/choices"' in first
    assert 'action="/shop/privacy/choices"' in second
    # Of one host, one key and one policy, they have one visitor.
    assert "True" in client.get("/").text
    assert "True" in client.get("/shop/").text


def test_apps_behind_one_middleware_have_one_visit(make_safe: MakeSafe) -> None:
    def say(visit: Visit, request: AppRequest) -> AppResponse:
        return answer("text/plain", f"{request.root} {visit.allows('advertising')}")

    parts: Any = DispatcherMiddleware(wsgi_app(say), {"/shop": wsgi_app(say)})
    client = WSGIClient(WSGIMiddleware(parts, make_safe(Policy.from_toml(POLICY))))
    client.choose("accept")

    assert [client.get(path).text for path in ("/", "/shop/x")] == [" True", "/shop True"]
