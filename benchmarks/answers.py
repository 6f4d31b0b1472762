"""Cases of what an app answers with: lines that are held, pages that pass, and a policy of any length."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from cookiesafe import TrafficTerms
from cookiesafe.adapters import _tallying
from cookiesafe.adapters.asgi import CookieSafeMiddleware

from .site import (
    HEADERS,
    NAVIGATION,
    NECESSARY,
    POLICY,
    Run,
    cookie_header,
    drive_asgi,
    our_cookies,
    safe,
)

JSON = b'{"kwh": [3, 14, 15, 92, 65, 35]}'
LINES = [
    b"lang=de; Path=/; Max-Age=31536000; SameSite=Lax",
    b"hl_stats=1.2.1800000000.2; Path=/; Max-Age=7776000; SameSite=Lax",
    b"hl_ad_7=x8d7f6a5; Path=/; Max-Age=7776000; SameSite=None; Secure",
]
"""Of a visitor who refused, the first leaves."""

_PARAGRAPH = b'<p class="text">Words, <a href="/x/y.html" class="link">a link</a>, and more words of it.</p>\n'
_HEAD = b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Usage</title></head><body>\n'
_FRAME = b'<iframe src="https://ads.gullwing.example/e?n=1" width="560" height="315"></iframe>\n'
SIZE = 20 * 1024
_MOST = 1000


def page(inside: bytes = b"") -> bytes:
    """A page of 20 KB."""
    text = _HEAD + inside + _PARAGRAPH * (SIZE // len(_PARAGRAPH))
    return text[: SIZE - 16] + b"</body></html>\n"


def policy(more: int) -> str:
    """The policy with so many more vendors and cookies."""
    return POLICY + "".join(
        f'[vendors.v{n}]\nname = "Vendor {n}"\nhosts = ["v{n}.example"]\npurposes = ["advertising"]\n'
        f'[cookies.c{n}]\npurpose = "advertising"\nvendor = "v{n}"\n'
        for n in range(more)
    )


def _policy_of(how: str) -> str:
    return policy(_MOST) if how.endswith("-1000") else POLICY


def _app(how: str) -> Any:
    """``text`` and ``lines`` are no documents; ``page`` and ``page-4`` are one, whole or in four chunks; ``frame`` holds one."""
    kind = how.removesuffix("-1000")
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(JSON))]
    chunks = [JSON]
    if kind == "lines":
        headers += [(b"set-cookie", line) for line in LINES]
    elif kind != "text":
        whole = page(_FRAME if kind == "frame" else b"")
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(whole)),
        ]
        size = len(whole) // 4 if kind == "page-4" else len(whole)
        chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    bodies = [
        {"type": "http.response.body", "body": chunk, "more_body": n < len(chunks) - 1}
        for n, chunk in enumerate(chunks)
    ]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        for body in bodies:
            await send(body)

    return app


def _fields(how: str) -> list[tuple[str, str]]:
    return NAVIGATION if how.startswith(("page", "frame")) else HEADERS


def _ours(how: str, cookies: str) -> Run:
    app = CookieSafeMiddleware(_app(how), safe(_policy_of(how)))
    return drive_asgi(app, cookies, _fields(how))


def raw(how: str) -> Run:
    return drive_asgi(_app(how), cookie_header({}, NECESSARY), _fields(how))


def refused(how: str) -> Run:
    return _ours(how, our_cookies("reject", _policy_of(how)))


def granted(how: str) -> Run:
    return _ours(how, our_cookies("accept", _policy_of(how)))


def counted(how: str) -> Run:
    """As ``granted``, with traffic counted: what a request leaves, and what a thread does with it, which is done at the end.

    With ``-left`` it is what the request does alone.
    """
    kind, _, left = how.partition("-")
    with patch.object(_tallying, "READ_AFTER", 3600):
        counting_safe = safe(traffic=TrafficTerms(purpose="statistics", flush_after=3600))
    run = drive_asgi(CookieSafeMiddleware(_app(kind), counting_safe), our_cookies(), _fields(kind))
    counting = counting_safe.settings.counting
    assert counting is not None

    def all_of_it(n: int) -> None:
        run(n)
        if not left:
            counting.work_off()

    return all_of_it


def undecided(how: str) -> Run:
    return _ours(how, cookie_header({}, NECESSARY))
