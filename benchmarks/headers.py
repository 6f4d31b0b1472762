"""Cases of the ``Cookie`` header: one cookie looked up in it, or all of it read."""

from __future__ import annotations

from collections.abc import Callable

from cookiesafe.cookies import find_cookie, parse_cookie

from .site import Run

NAME = "__Host-cookiesafe"
HEADER = "; ".join(
    f"{NAME if n == 16 else f'cookie_{n}'}={'Q2hvcCBzdWV5'[: 4 + n % 8] * (2 + n % 9)}"
    for n in range(25)
)
"""25 cookies, ours among them."""


def _loop(header: str) -> dict[str, str]:
    """What is written by hand, and the least that reads all."""
    jar = {}
    for pair in header.split(";"):
        name, _, value = pair.partition("=")
        jar[name.strip()] = value.strip()
    return jar


def _find(header: str) -> object:
    return find_cookie(header, NAME)


def _starlette() -> Callable[[str], object]:
    from starlette.requests import cookie_parser

    return cookie_parser


def _simple_cookie() -> Callable[[str], object]:
    from http.cookies import SimpleCookie

    return SimpleCookie


_READERS: dict[str, Callable[[], Callable[[str], object]]] = {
    "nothing": lambda: len,
    "find": lambda: _find,
    "loop": lambda: _loop,
    "jar": lambda: parse_cookie,
    "starlette": _starlette,
    "simple-cookie": _simple_cookie,
}


def cookie(how: str) -> Run:
    read = _READERS[how]()

    def run(n: int) -> None:
        for _ in range(n):
            read(HEADER)

    return run
