"""A small site to try CookieSafe on, and another company's, both in one WSGI app: they differ by their host."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Final

from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.current import current_visit
from cookiesafe.policy import Policy
from cookiesafe.safe import CookieSafe

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY: Final = """
[site]
name = "Pier Café"
contact = "hello@pier.example"
languages = ["*"]

[purposes.statistics]
title = "Usage statistics"
text = "Counts visits, so that we can mend slow or confusing pages."

[purposes.advertising]
title = "Advertising"
text = "Lets Gullwing show adverts that match your interests."
signal = "gpc"

[purposes.films]
title = "Films"
text = "Shows films of Tidepool, who then learns that you look at them."

[vendors.gullwing]
name = "Gullwing Adverts"
hosts = ["ads.localhost:{port}"]
purposes = ["advertising"]
privacy = "http://ads.localhost:{port}/privacy"

[vendors.tidepool]
name = "Tidepool Films"
hosts = ["films.localhost:{port}"]
purposes = ["films"]
privacy = "http://films.localhost:{port}/privacy"

[cookies.pier_visits]
purpose = "statistics"
lifetime = "90 days"

[cookies.pier_taste]
purpose = "advertising"
vendor = "gullwing"
lifetime = "30 days"

[features.matching_adverts]
purpose = "advertising"
without = "the adverts are the same for everybody"
"""
COOKIES: Final = ("pier_visits", "pier_taste", "pier_unknown")
"""What the page sets, whatever the visitor has chosen. The last is declared nowhere."""
_STYLE: Final = (
    "<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}"
    "main{max-inline-size:44rem;margin-inline:auto;padding:1rem}td,th{text-align:start;padding:.2rem 1rem .2rem 0}"
    "iframe{box-sizing:border-box;inline-size:100%;block-size:12rem;border:1px solid}</style>"
)
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Pier Café</title>{style}
<body><main><h1>Pier Café</h1>
<p>This page always tries to set three cookies, to fetch an advert, and to show a film. What of it happens is up to you.</p>
<table><tr><th>cookie<th>what becomes of it</tr>{rows}</table>
<h2>An advert</h2><p><img alt="An advert, if you agree to advertising" src="http://ads.localhost:{port}/advert.svg"></p>
<h2>A film</h2><iframe title="A film" src="http://films.localhost:{port}/film"></iframe>
<p><a href="/cookiesafe/choices">Your choices</a> · <a href="/cookiesafe/receipt">Your receipt</a> ·
<a href="/cookiesafe/cookies">What is declared</a></p></main></body></html>"""
_ADVERT: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="60"><rect width="320" height="60" fill="#0b5"/>'
    '<text x="16" y="38" font-family="sans-serif" font-size="20">Gullwing: fly more</text></svg>'
)


def create_app(port: int) -> WSGIApplication:
    """The site at ``localhost``, and at any name below it another company."""
    safe = CookieSafe(
        Policy.from_toml(POLICY.replace("{port}", str(port)), "the demo's policy"),
        secret_key=secrets.token_urlsafe(32),
        ledger_key=secrets.token_urlsafe(32),
        store=MemoryStore(),
    )
    site = CookieSafeMiddleware(_site(port), safe)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name = str(environ.get("HTTP_HOST", "")).partition(":")[0]
        return (_company if name.endswith(".localhost") else site)(environ, start_response)

    return app


def _site(port: int) -> WSGIApplication:
    def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/":
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"There is one page: /"]
        fields = [("Set-Cookie", f"{name}=1; Max-Age=2592000; SameSite=Lax") for name in COOKIES]
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *fields])
        return [_PAGE.format(style=_STYLE, rows=_rows(), port=port).encode()]

    return site


def _rows() -> str:
    visit = current_visit()
    becomes = {
        "pier_visits": _said(visit.allows("statistics"), "statistics"),
        "pier_taste": _said(visit.allows("advertising"), "advertising"),
        "pier_unknown": "held: nobody declared it",
    }
    return "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(said)}</tr>"
        for name, said in becomes.items()
    )


def _said(allowed: bool, purpose: str) -> str:
    return f"set: you agree to {purpose}" if allowed else f"held: you have not agreed to {purpose}"


def _company(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/advert.svg":
        start_response("200 OK", [("Content-Type", "image/svg+xml")])
        return [_ADVERT.encode()]
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    page = f'<!doctype html><html lang="en"><title>Another company</title>{_STYLE}<main>A film of another company.'
    return [page.encode()]
