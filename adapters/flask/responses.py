"""Keeps a Flask response that depends on one visitor out of shared caches."""

from __future__ import annotations

from flask import Response

from cookiesafe.gate.caches import make_private, vary


def vary_by_cookie(response: Response) -> None:
    fields = list(response.headers)
    vary(fields, ("Cookie",))
    response.headers.clear()
    response.headers.extend(fields)


def set_cookies(response: Response, lines: list[str]) -> None:
    """Add ``Set-Cookie`` lines: such a response is one visitor's alone, whatever else is said of it."""
    fields = list(response.headers)
    vary(fields, ("Cookie",))
    make_private(fields)
    response.headers.clear()
    response.headers.extend([*fields, *(("Set-Cookie", line) for line in lines)])
