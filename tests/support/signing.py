"""A small site to sign in to and out of, with a form for each, as a browser shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.edges import AppRequest, AppResponse, answer, html, wsgi_app
from tests.support.harbour import KEY, POLICY
from tests.support.serving import serving

PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>Bills</title>
<style>button, input {{ min-width: 24px; min-height: 24px }}</style>
<body><main><h1>Bills</h1><p id=user>{user}</p>
<form method=post action=/in><button>Sign in</button></form>
<form method=post action=/out><label><input type=checkbox name=shared> This is a shared computer</label>
<button>Sign out</button></form></main>"""


def app(visit: Visit, request: AppRequest) -> AppResponse:
    """Every page says who is signed in, sets a cookie that scripts do not see, and leads back to itself."""
    onward = ("Location", "/bills?year=2026")
    if request.path == "/in":
        visit.login("ann")
        return answer("text/plain", b"", onward, status=303)
    if request.path == "/out":
        visit.logout(clear=b"shared" in request.body)
        return answer("text/plain", b"", onward, ("Clear-Site-Data", '"cache"'), status=303)
    return html(PAGE.format(user=visit.user_id), ("Set-Cookie", "cart=7; HttpOnly; Path=/"))


@contextmanager
def signing_site() -> Iterator[str]:
    """Where it is."""
    safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())
    with serving(CookieSafeMiddleware(wsgi_app(app), safe)) as port:
        yield f"http://harbour.localhost:{port}"
