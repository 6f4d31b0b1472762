"""The site that is asked, who asks it, and how it is asked without a server."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Callable
from typing import Any

from cookiesafe import CookieSafe, Policy

Run = Callable[[int], None]
Fields = list[tuple[str, str]]

KEY = "a key of the benchmarks, 32 bytes or more"
SESSION: dict[str, Any] = {
    "user": 4711,
    "name": "Ada Lovelace",
    "roles": ["customer", "board"],
    "basket": {"gas": 2, "water": 1, "note": "ring twice, please"},
    "seen": [3, 14, 15, 92, 65, 35, 89, 79],
    "csrf": "Q2hvcCBzdWV5ISAgIDEyMwQ2hvcCBzdWV5ISAgIDEyMw",
    "path": "/bill/pay",
}
OTHERS = {
    "csrftoken": "6YxK3hD0pQ2vT9sW1nB7mL4cF8gJ5rZa",
    "lang": "en",
    "theme": "dark",
    "hl_stats": "1.2.1800000000.1",
    "hl_ad": "x8d7f6a5",
    "seen_tour": "1",
}
NECESSARY = {name: value for name, value in OTHERS.items() if not name.startswith("hl_")}
POLICY = """
[site]
name = "Benchmarks"
[purposes.statistics]
title = "Statistics"
[purposes.advertising]
title = "Advertising"
[vendors.gullwing]
name = "Gullwing"
hosts = ["ads.gullwing.example", "*.gullwing.example"]
purposes = ["advertising"]
[cookies]
lang = { purpose = "necessary", why = "the language of the page" }
theme = { purpose = "necessary", why = "light or dark" }
seen_tour = { purpose = "necessary", why = "shows the tour once" }
hl_stats = { purpose = "statistics" }
"hl_ad*" = { purpose = "advertising", vendor = "gullwing" }
"""
BODY = b"Hello, world"
_BROWSER = [
    ("host", "www.example"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-GB,en;q=0.9"),
    ("sec-fetch-site", "same-origin"),
]
HEADERS: Fields = [
    *_BROWSER,
    ("accept", "application/json"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
]
NAVIGATION: Fields = [
    *_BROWSER,
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
]


def touch(session: Any, how: str) -> None:
    """What the app does to its session in a case that is ``untouched``, ``read`` or ``modified``."""
    if how == "read":
        session["user"]
    elif how == "modified":
        session["path"] = "/usage" if session["path"] == "/bill/pay" else "/bill/pay"


def safe(policy: str = POLICY, **settings: Any) -> CookieSafe:
    """A CookieSafe as its users make it."""
    logging.disable(logging.CRITICAL)
    return CookieSafe(Policy.from_toml(policy), secret_key=KEY, **settings)


def cookie_header(extra: dict[str, str], others: dict[str, str] = OTHERS) -> str:
    return "; ".join(f"{name}={value}" for name, value in {**others, **extra}.items())


def our_cookies(choice: str = "accept", policy: str = POLICY) -> str:
    """The cookies of a visitor who has chosen and has a session, made by the middleware itself."""
    from cookiesafe.adapters.wsgi import CookieSafeMiddleware

    jar: dict[str, str] = {}

    def app(environ: Any, start_response: Any) -> list[bytes]:
        environ["cookiesafe.visit"].session.update(SESSION)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [BODY]

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        for name, value in headers:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                jar[key] = rest.partition(";")[0]

    middleware = CookieSafeMiddleware(app, safe(policy))
    form = f"choice={choice}".encode()
    for environ in (
        wsgi_environ("") | {"PATH_INFO": "/"},
        wsgi_environ("")
        | {
            "PATH_INFO": "/cookiesafe/choices",
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(form)),
            "wsgi.input": io.BytesIO(form),
        },
    ):
        list(middleware(environ, start_response))
    return cookie_header(jar, OTHERS if choice == "accept" else NECESSARY)


def asgi_scope(cookies: str, fields: Fields = HEADERS) -> dict[str, Any]:
    headers = [(name.encode(), value.encode()) for name, value in fields]
    if cookies:
        headers.append((b"cookie", cookies.encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/api/usage",
        "raw_path": b"/api/usage",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }


def wsgi_environ(cookies: str) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/api/usage",
        "QUERY_STRING": "",
        "SERVER_NAME": "www.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS}
    if cookies:
        environ["HTTP_COOKIE"] = cookies
    return environ


def drive_asgi(app: Any, cookies: str, fields: Fields = HEADERS) -> Run:
    scope = asgi_scope(cookies, fields)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        pass

    async def requests(n: int) -> None:
        for _ in range(n):
            # As uvicorn does: a scope and a state for each request.
            await app({**scope, "state": {}}, receive, send)

    return lambda n: asyncio.run(requests(n))


def drive_wsgi(app: Any, cookies: str) -> Run:
    environ = wsgi_environ(cookies)

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        return None

    def run(n: int) -> None:
        for _ in range(n):
            body = app(dict(environ), start_response)
            for _chunk in body:
                pass
            if hasattr(body, "close"):
                body.close()

    return run
