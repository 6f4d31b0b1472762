"""Apps that break the rules, served by real servers: what a client sees is the same without CookieSafe and behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.servers import gunicorn
from tests.support.serving import serving
from tests.support.torture import VISITORS, differences, let_through
from tests.support.torture_site import (
    OVER_ASGI,
    OVER_WSGI,
    ask,
    hypercorn,
    uvicorn,
    werkzeug,
    wsgi_site,
)

UNDECIDED = VISITORS["undecided, a page"]
TEXT = "body: text in a list"
"""What is no bytes fails in the page gate, before the start has left: the client is told 500, and not cut off."""
LINE_BREAK = "headers: a line break in a value"
"""These servers send what is behind it as another field, without us and with us."""
NUMBER = "status: a number"
"""This one then leaves its client waiting, without us and with us."""
TUPLES = ("headers: a tuple", "headers: a tuple, of no page")
"""This one takes nothing but lists, and gets them from us."""
NO_FIELDS = "headers: None"
"""The server fails once it has begun; with us the app does, and the client is told 500, and not cut off."""
VIEWS = "headers: memoryviews"
"""This one takes nothing but bytes, and gets them from us."""


def compare(port: int, names: Sequence[str], unlike: Sequence[str] = ()) -> None:
    for at, name in enumerate(names):
        if name in unlike:
            continue
        bare, ours = ask(port, f"/bare/{at}"), ask(port, f"/safe/{at}")
        assert differences(bare, ours, UNDECIDED) == {}, name
        if ours.left and ours.left[0].status == 200:
            assert let_through(ours, UNDECIDED) == [], name


@pytest.mark.parametrize(
    ("server", "unlike"),
    [
        pytest.param(partial(uvicorn, "h11"), (NO_FIELDS,), id="uvicorn, h11"),
        pytest.param(partial(uvicorn, "httptools"), (NO_FIELDS, VIEWS), id="uvicorn, httptools"),
        pytest.param(hypercorn, (), id="hypercorn"),
    ],
)
def test_servers_of_asgi_serve_the_same(
    server: Callable[[], AbstractContextManager[int]], unlike: Sequence[str]
) -> None:
    with server() as port:
        compare(port, OVER_ASGI, unlike)


@pytest.mark.parametrize(
    ("server", "unlike"),
    [
        pytest.param(werkzeug, (TEXT, LINE_BREAK, NUMBER), id="werkzeug"),
        pytest.param(lambda: serving(wsgi_site()), (LINE_BREAK, *TUPLES), id="wsgiref"),
    ],
)
def test_servers_of_wsgi_serve_the_same(
    server: Callable[[], AbstractContextManager[int]], unlike: Sequence[str]
) -> None:
    with server() as port:
        compare(port, OVER_WSGI, unlike)


@pytest.mark.parametrize("worker", ["sync", "gthread"])
def test_gunicorn_serves_the_same(worker: str, tmp_path: Path) -> None:
    site = "tests.support.torture_site:wsgi_site()"
    with gunicorn(site, tmp_path, "--worker-class", worker) as running:
        port = urlsplit(running.url).port
        assert port
        compare(port, OVER_WSGI, (TEXT,))
