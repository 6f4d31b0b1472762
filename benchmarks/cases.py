"""The cases: each gives a function that does its work ``n`` times.

``python -m benchmarks.cases FEW MANY NAME...`` does each FEW times and MANY times, with a mark around each for what counts.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable

from . import answers, carried, headers, logins, sessions, tokens
from .site import Run


def django(how: str) -> Run:
    from .djangos import wsgi_django

    return wsgi_django(how)


MAKERS: dict[str, Callable[[str], Run]] = {
    "asgi-raw": sessions.asgi_raw,
    "asgi-cookiesafe": sessions.asgi_cookiesafe,
    "asgi-starlette": sessions.asgi_starlette,
    "asgi-starsessions": sessions.asgi_starsessions,
    "wsgi-raw": sessions.wsgi_raw,
    "wsgi-cookiesafe": sessions.wsgi_cookiesafe,
    "wsgi-flask": sessions.wsgi_flask,
    "wsgi-flask-none": sessions.wsgi_flask_none,
    "wsgi-flask-ours": sessions.wsgi_flask_ours,
    "wsgi-django": django,
    "answer-raw": answers.raw,
    "answer-refused": answers.refused,
    "answer-granted": answers.granted,
    "answer-undecided": answers.undecided,
    "answer-counted": answers.counted,
    "carry": carried.carry,
    "cookie": headers.cookie,
    "login-cookiesafe": logins.ours,
    "login-flask-login": logins.flask_login,
    "token": tokens.token,
}


def make(name: str) -> Run:
    """The case of a name such as ``asgi-cookiesafe:read``."""
    maker, _, how = name.partition(":")
    return MAKERS[maker](how or "untouched")


def mark() -> None:
    """Calls a function of the C library that nothing else calls, by which callgrind knows where it is."""
    os.getppid()


def main(few: int, many: int, names: list[str]) -> None:
    for name in names:
        run = make(name)
        run(few)
        # What other cases have left is not to be looked through in this one.
        gc.collect()
        gc.freeze()
        for count in (few, many):
            mark()
            run(count)
        mark()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
