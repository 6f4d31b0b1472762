"""Behind a proxy: what it says of the visitor counts only where the operator says so."""

from __future__ import annotations

from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import ASGIClient, Client, WSGIClient, asgi_app, wsgi_app
from tests.support.harbour import BANNER, CONSENT, SESSION, MakeClient, MakeSafe, counting, next_of

INSIDE = "http://127.0.0.1:8000"
FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "www.example",
    "X-Forwarded-Prefix": "/shop",
    "X-Forwarded-For": "198.51.100.9",
    "X-Scheme": "https",
    "Forwarded": "for=198.51.100.9;proto=https;host=www.example",
}
"""What a proxy may say, and any client, too."""
OURS = {"Origin": "https://www.example", "Sec-Fetch-Site": None}


def test_what_a_client_says_it_has_forwarded_is_not_believed(make_client: MakeClient) -> None:
    client = make_client(counting, base=INSIDE)
    client.headers = FORWARDED

    assert client.get("/").cookie_names == ["cookiesafe-session"]
    assert client.choose("accept", headers=OURS).status == 403
    assert client.records == []
    assert client.choose("accept", headers={"Sec-Fetch-Site": None}).status == 303
    assert "/shop" not in client.get("/cookiesafe/choices").text


def test_where_the_origin_is_told_that_counts_and_no_field(make_client: MakeClient) -> None:
    client = make_client(counting, base=INSIDE, origin="https://www.example")
    client.headers = {**FORWARDED, "X-Forwarded-Host": "evil.example"}

    assert client.get("/").cookie_names == [SESSION]
    assert client.choose("accept", headers=OURS).status == 303
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": None}
    assert client.choose("accept", headers=evil).status == 403


def through(client: Client, safe: Any) -> Client:
    """The browser's requests come as a proxy passes them on."""
    client.safe = safe
    client.headers = FORWARDED
    return client


def is_seen_as_the_site(client: Client) -> None:
    assert client.get("/").cookie_names == [SESSION]
    assert client.choose("accept", headers=OURS).status == 303
    assert CONSENT in client.jar


def test_werkzeugs_fix_around_us_is_believed_with_its_prefix(make_safe: MakeSafe) -> None:
    safe = make_safe()
    app = WSGIMiddleware(wsgi_app(counting), safe)
    fixed = ProxyFix(app, x_proto=1, x_host=1, x_prefix=1)
    client = through(WSGIClient(fixed, base=INSIDE), safe)
    page = client.get("/cookiesafe/choices?next=/shop/bills")

    assert 'action="/shop/cookiesafe/choices"' in page.text
    assert next_of(page) == "/shop/bills"
    is_seen_as_the_site(client)


def test_what_werkzeugs_fix_is_not_told_to_trust_is_not_believed(make_safe: MakeSafe) -> None:
    safe = make_safe()
    app = ProxyFix(WSGIMiddleware(wsgi_app(counting), safe), x_for=1, x_proto=0)

    names = through(WSGIClient(app, base=INSIDE), safe).get("/").cookie_names

    assert names == ["cookiesafe-session"]


@pytest.mark.parametrize(("trusted", "name"), [("203.0.113.0/24", SESSION), ("10.0.0.1", None)])
def test_uvicorns_proxy_headers_are_believed_from_whom_it_trusts(
    make_safe: MakeSafe, trusted: str, name: str | None
) -> None:
    safe = make_safe()
    app: Any = ASGIMiddleware(asgi_app(counting), safe)
    fixed: Any = ProxyHeadersMiddleware(app, trusted)
    client = through(ASGIClient(fixed, base="http://www.example"), safe)

    if name is None:
        # Plain http elsewhere than on this machine: browsers keep no cookie of ours.
        assert client.choose("accept", headers=OURS).status == 403
    else:
        is_seen_as_the_site(client)


def test_a_fix_inside_of_us_comes_too_late(make_safe: MakeSafe) -> None:
    safe = make_safe()
    app = WSGIMiddleware(ProxyFix(wsgi_app(counting), x_proto=1, x_host=1), safe)

    names = through(WSGIClient(app, base=INSIDE), safe).get("/").cookie_names

    assert names == ["cookiesafe-session"]


def test_under_a_prefix_that_the_proxy_takes_off_the_server_is_told_of_it(
    make_client: MakeClient,
) -> None:
    """As ``--root-path`` and SCRIPT_NAME do."""
    client = make_client(root="/shop")
    page = client.get("/bills?page=2")

    assert BANNER in page.text
    assert next_of(page) == "/shop/bills?page=2"
