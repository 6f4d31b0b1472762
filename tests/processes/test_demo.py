"""``python -m demo_app``: up at once, down without a word, and it remembers."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cookiesafe.adapters.stores import open_store
from demo_app import data
from tests.support.servers import EDGES, Edge, ask, demo

SOON = 20.0
BANNER = 'data-cookiesafe="banner"'


@pytest.mark.parametrize("edge", EDGES)
def test_it_is_up_in_seconds_and_an_interrupt_ends_it(tmp_path: Path, edge: Edge) -> None:
    began = time.monotonic()
    with demo(edge, tmp_path) as started:
        home, log = ask(started.portal, "/"), ask(started.gullwing, "/log")
        took = time.monotonic() - began

        assert (home.status, log.status) == (200, 200)
        assert "Light and water for every home on the bay" in home.body
        assert "What we know" in log.body
        assert took < SOON

        port = urlsplit(started.portal).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as half:
            half.sendall(b"GET / HTTP/1.1\r\nHost: harb")
            assert started.interrupt() == 0
        assert "Traceback" not in started.errors.read_text(encoding="utf-8")


@pytest.mark.parametrize("edge", EDGES)
def test_a_second_start_goes_on_with_what_the_first_kept(tmp_path: Path, edge: Edge) -> None:
    customer = {"name": "Bo Anchor", "email": "bo@harbour.example", "password": "anchorage"}
    cookies: dict[str, str] = {}
    with demo(edge, tmp_path) as first:
        cookies |= ask(first.portal, "/register", form=customer).set
        choice = ask(first.portal, "/cookiesafe/choices", form={"choice": "accept"})
        cookies |= choice.set
        assert first.interrupt() == 0
    ports = [urlsplit(url).port or 0 for url in (first.portal, first.gullwing, first.tidepool)]

    with demo(edge, tmp_path, ports=ports) as second:
        home = ask(second.portal, "/", cookies=cookies)
        fresh = ask(second.portal, "/", cookies={})
        again = ask(second.portal, "/sign-in", form=customer)

        assert "Hello, Bo" in home.body
        assert BANNER not in home.body
        assert BANNER in fresh.body
        assert (again.status, again.location) == (303, "/bills")
        assert second.interrupt() == 0
    with closing(open_store(data.database_url(data.last(tmp_path), "cookiesafe"))) as store:
        chosen = [each.event for each in store.records() if "advertising" in each.choices]
        assert chosen == ["grant"]
