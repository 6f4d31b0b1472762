"""A site goes on while its store fails, and after: visitors of every kind come all the while, to real processes.

COOKIESAFE_TEST_FAULTS says how often each fault befalls each store, once unless it is set.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.book import Browser
from tests.faults.disk import disk
from tests.faults.faults import Fault, faults_of
from tests.faults.proxy import Line, line_to
from tests.faults.servers import KINDS, Server, running, wait_until
from tests.faults.site import a_safe
from tests.faults.traffic import SOON, Traffic
from tests.support.servers import gunicorn, served

ROUNDS = int(os.environ.get("COOKIESAFE_TEST_FAULTS", "1"))
BURST = 32
LONGEST = 2.5
"""Seconds that a response takes at most while a store is down: one is ours, the others those of a busy machine."""
CROWDED = 5.0
"""Seconds, where it stands in line at a server with fewer threads than there are visitors."""
QUICK = 1.0
"""Seconds that one takes which needs no store, where the others do not keep it from being served."""
KEPT = {
    "postgresql": ("cookie", "store"),
    "mariadb": ("store", "cookie"),
    "sqlite": ("store", "store"),
    "redis": ("cookie", "store"),
}
"""Where the sessions are of the one site and the other."""


class Figures(NamedTuple):
    """Seconds: of a burst, the longest that one waited, and one who needs no store, at the two sites; until all worked again."""

    fault: str
    asgi: tuple[float, float]
    wsgi: tuple[float, float]
    until_well: float

    def __str__(self) -> str:
        asgi, wsgi = (" ".join(f"{each:.2f}" for each in both) for both in self[1:3])
        return f"{self.fault:8} asgi {asgi} wsgi {wsgi} well after {self.until_well:.2f}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_goes_on_while_its_store_fails_and_after(kind: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(running(kind))
        line = stack.enter_context(line_to(server.port))
        ledger = ""
        if kind == "redis":
            ledger = f"sqlite:///{stack.enter_context(disk('64m')).path / 'ledger.db'}"
        with closing(a_safe(server.url(server.port), ledger, time.time())) as safe:
            safe.store.checkpoint()
        stores = server.url(line.port), ledger
        urls, since = stack.enter_context(sites(*stores, KEPT[kind], tmp_path))
        traffic = Traffic(urls)
        with traffic.running():
            traffic.wait_for_all()
            signed_in = [member(url, traffic) for url in urls]
            for _ in range(ROUNDS):
                for name, fault in faults_of(server).items():
                    print(befall(name, fault, server, line, traffic, signed_in), flush=True)
                assert not traffic.book.wrong, traffic.book.wrong
        with closing(a_safe(server.url(server.port), ledger, since)) as safe:
            records, verdict = list(safe.store.records()), safe.verify()
    print(kind, traffic.book)
    assert traffic.book.compare(records) == []
    assert verdict.holds, verdict.findings


@contextmanager
def sites(
    store: str, ledger: str, kept: tuple[str, str], folder: Path
) -> Iterator[tuple[list[str], float]]:
    """One of each edge, where they are, and when their clock began."""
    since = time.time()
    said = {"FAULTS_STORE": store, "FAULTS_LEDGER": ledger, "FAULTS_SINCE": repr(since)}
    threads = ["--worker-class", "gthread", "--threads", "8"]
    asgi = served(["tests.faults.site"], folder / "asgi", FAULTS_KEPT=kept[0], **said)
    wsgi = gunicorn(
        "tests.faults.site:wsgi()", folder / "wsgi", *threads, FAULTS_KEPT=kept[1], **said
    )
    with asgi as one, wsgi as other:
        yield [one.url, other.url], since


def member(url: str, traffic: Traffic) -> Browser:
    """Somebody who is signed in there."""
    browser = Browser(url, traffic.book)
    browser.get("/in?user=burst")
    assert browser.cookie("cookiesafe-session")
    return browser


def befall(
    name: str, fault: Fault, server: Server, line: Line, traffic: Traffic, signed_in: list[Browser]
) -> Figures:
    """The fault, until all visitors have met it, and its end, until all is well for all of them."""
    book = traffic.book
    traffic.calm.turns(False)
    book.going_on = name
    fault.begin(server, line)
    book.going_on = f"{name} and crowded"
    asgi, wsgi = (traffic.burst(each, BURST) for each in signed_in)
    book.going_on = name
    traffic.wait_for_all()
    fault.end(server, line)
    book.going_on = f"after {name}"
    took = wait_until(lambda: works(traffic), f"nothing works after {name}")
    book.going_on = "calm"
    traffic.calm.turns(True)
    traffic.wait_for_all()
    figures = Figures(name, asgi, wsgi, took)
    in_time = book.longest[name] <= LONGEST and max(asgi[0], wsgi[0]) <= CROWDED
    if not in_time or asgi[1] > QUICK or took > SOON:
        book.blame(f"too long, and {book.longest[name]:.2f} s at most: {figures}")
    return figures


def works(traffic: Traffic) -> bool:
    """Each site takes a choice, and signs somebody in who stays so."""
    for url in traffic.sites:
        browser = Browser(url, traffic.book)
        if not browser.choose("accept"):
            return False
        browser.get("/stay?user=works")
        browser.restart()
        if '"user": "works"' not in browser.get("/me").body:
            return False
    return True
