"""The site that goes on while its store fails: ``python -m tests.faults.site`` by ASGI, or ``wsgi()`` by gunicorn.

FAULTS_STORE is the URL of its store, FAULTS_LEDGER that of its ledger's if that is another, FAULTS_KEPT says where sessions are, and FAULTS_SINCE when its clock began, which
goes ``PACE`` times as fast as others: so remembered logins are renewed all the time.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cookiesafe import CookieSafe, LedgerTerms, Policy, SessionTerms, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.counter import serve_asgi
from tests.support.edges import AppRequest, AppResponse, answer, asgi_app, html, wsgi_app
from tests.support.harbour import KEY, POLICY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PACE = 20
LEDGER_KEY = "l" * 43
ADVERT = '<iframe src="https://ads.gullwing.example/card"></iframe>'
OPTIONAL = {"hl_ad_7": "advertising", "hl_stat": "statistics"}
HOSTS = {"ads.gullwing.example": "advertising", "count.tidepool.example": "statistics"}


def page(visit: Visit, request: AppRequest) -> AppResponse:
    """``/`` wants everything that visitors may agree to; other paths do what they say, and tell who is signed in."""
    query = dict(parse_qsl(request.query))
    if request.path == "/":
        allowed = [each for each in ("advertising", "statistics") if visit.allows(each)]
        cookies = [("Set-Cookie", f"{name}=1; Path=/") for name in OPTIONAL]
        return html(
            f"<!doctype html><title>Harbour</title><p>{' '.join(allowed)}</p>{ADVERT}", *cookies
        )
    if request.path == "/in":
        visit.login(query["user"])
    elif request.path == "/stay":
        visit.login(query["user"], remember=True)
    elif request.path == "/out":
        visit.logout()
    if request.path == "/quick":
        return answer("text/plain", "quick")
    told = {"user": visit.user_id, "remembered": visit.remembered, "stolen": visit.stolen}
    return answer("application/json", json.dumps(told))


def a_safe(store: str, ledger: str, since: float, kept: Any = "cookie") -> CookieSafe:
    return CookieSafe(
        Policy.from_toml(POLICY),
        secret_key=KEY,
        store=store,
        ledger_store=ledger or None,
        session=SessionTerms(kept=kept),
        ledger_key=LEDGER_KEY,
        ledger=LedgerTerms(origin="harbour.example/choices", seal_after=0.2),
        clock=lambda: since + (time.time() - since) * PACE,
    )


def _safe() -> CookieSafe:
    since = float(os.environ["FAULTS_SINCE"])
    stores = os.environ["FAULTS_STORE"], os.environ["FAULTS_LEDGER"]
    return a_safe(*stores, since, os.environ["FAULTS_KEPT"])


def wsgi() -> WSGIApplication:
    return WSGIMiddleware(wsgi_app(page), _safe())


async def _asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await asgi_app(page)(scope, receive, send)


if __name__ == "__main__":
    serve_asgi(ASGIMiddleware(_asgi, _safe()), [])
