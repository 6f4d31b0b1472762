"""Visitors who go on and on, of every kind, and know of what they did what must be so."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from threading import Condition, Thread

from tests.faults.book import Book, Browser

CYCLE_SECONDS = 60
NOBODY = {"user": None, "stolen": False}
SOON = 10
"""Seconds after which everything works again."""


@dataclass
class Calm:
    """Whether nothing is wrong, and since which change of that."""

    is_now: bool = True
    changes: int = 0

    def turns(self, is_now: bool) -> None:
        self.is_now = is_now
        self.changes += 1


@dataclass
class Traffic:
    """``sites`` are where. Each visitor's cycle is counted when it is done."""

    sites: Sequence[str]
    book: Book = field(default_factory=Book)
    calm: Calm = field(default_factory=Calm)
    _cycles: dict[str, int] = field(default_factory=dict)
    _done: Condition = field(default_factory=Condition)
    _over: bool = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """One visitor of each kind at each site."""
        threads = [
            Thread(target=self._go_on, args=(f"{kind.__name__} {number}", kind, site), daemon=True)
            for number, site in enumerate(self.sites)
            for kind in KINDS
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over = True
            for thread in threads:
                thread.join()

    def wait_for_all(self, cycles: int = 1) -> None:
        """Until every visitor has begun and ended as many cycles from now on."""
        with self._done:
            wanted = {name: many + cycles + 1 for name, many in self._cycles.items()}
            done = self._done.wait_for(
                lambda: all(self._cycles[name] >= many for name, many in wanted.items()),
                CYCLE_SECONDS,
            )
        if not done:
            late = [name for name, many in wanted.items() if self._cycles[name] < many]
            self.book.blame(f"in {CYCLE_SECONDS} s these got nowhere: {late}")

    def _go_on(
        self, name: str, kind: Callable[[Traffic, str, str], Iterator[None]], site: str
    ) -> None:
        with self._done:
            self._cycles[name] = 0
        try:
            for _ in kind(self, site, name.replace(" ", "-")):
                with self._done:
                    self._cycles[name] += 1
                    self._done.notify_all()
                if self._over:
                    return
                time.sleep(0.01)  # A machine of two cores is to serve, too.
        except BaseException as error:
            self.book.blame(f"{name} ended: {error!r}")
            raise

    def burst(self, signed_in: Browser, many: int) -> tuple[float, float]:
        """As many come at once as somebody who is signed in: the longest that one waited, and one who needs no store."""

        def come(number: int) -> tuple[float, float]:
            twin = Browser(signed_in.url, self.book)
            if number % 8 == 0:
                return 0, twin.get("/quick").seconds
            twin.agent = signed_in.agent
            return twin.get("/me").seconds, 0

        with ThreadPoolExecutor(many) as pool:
            waited, quick = zip(*pool.map(come, range(many)), strict=True)
        return max(waited), max(quick)


class _Watch:
    """What must be if it is calm from here to there. A machine that is busy may take until the second time."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._began = traffic.calm.changes if traffic.calm.is_now else None

    def _is_calm(self) -> bool:
        return self._began == self._traffic.calm.changes

    def expect(self, holds: bool, again: Callable[[], bool], failure: str) -> None:
        if holds or not self._is_calm():
            return
        self._traffic.book.hesitates()
        until = time.monotonic() + SOON
        while self._is_calm() and not again():
            if time.monotonic() > until:
                self._traffic.book.blame(f"{failure}, and nothing is wrong")
                return


def undecided(traffic: Traffic, site: str, name: str) -> Iterator[None]:
    while True:
        answered = Browser(site, traffic.book).get("/")
        if 'data-cookiesafe="banner"' not in answered.body:
            traffic.book.blame(f"an undecided visitor was asked nothing: {answered}")
        yield


def choosing(traffic: Traffic, site: str, name: str) -> Iterator[None]:
    """Choose, look, think better of it, look again."""
    turns = (
        (("accept",), ("reject",)),
        (("reject",), ("save", "statistics")),
        (("save", "advertising"), ("reject",)),
    )
    for turn in count():
        browser = Browser(site, traffic.book)
        for choice in turns[turn % 3]:
            watch = _Watch(traffic)
            again = partial(browser.choose, *choice)
            watch.expect(again(), again, f"{name} chose {choice}, which was not kept")
            browser.get("/")
        yield


def passing(traffic: Traffic, site: str, name: str) -> Iterator[None]:
    """Sign in for a visit, look round, sign out."""
    while True:
        browser, watch = Browser(site, traffic.book), _Watch(traffic)

        def signs_in(browser: Browser = browser) -> bool:
            browser.get(f"/in?user={name}")
            return _is_signed_in(browser, name)

        watch.expect(signs_in(), signs_in, f"{name} was not signed in")
        _sign_out(browser, name)
        yield


def staying(traffic: Traffic, site: str, name: str) -> Iterator[None]:
    """Signed in once and for all: whatever happens in between, it is so again afterwards."""
    browser = Browser(site, traffic.book)
    while not browser.cookie("cookiesafe-session"):
        browser.get(f"/in?user={name}")
    while True:
        _look(traffic, browser, name)
        yield


def returning(traffic: Traffic, site: str, name: str) -> Iterator[None]:
    """Remembered once and for all: comes back with a browser that was closed, every time."""
    browser = Browser(site, traffic.book)
    while not browser.cookie("cookiesafe-remember"):
        browser.get(f"/stay?user={name}")
    while True:
        browser.restart()
        _look(traffic, browser, name)
        _look(traffic, browser, name)
        if not browser.cookie("cookiesafe-remember"):
            traffic.book.blame(f"{name} is not remembered any more")
            return
        yield


def leaving(traffic: Traffic, site: str, name: str) -> Iterator[None]:
    """Is remembered, and signs out: nothing brings that back in this browser."""
    while True:
        browser, watch = Browser(site, traffic.book), _Watch(traffic)

        def stays(browser: Browser = browser) -> bool:
            browser.get(f"/stay?user={name}")
            return browser.cookie("cookiesafe-remember") is not None

        watch.expect(stays(), stays, f"{name} was not remembered")
        browser.restart()
        browser.get("/me")
        _sign_out(browser, name)
        yield


def _look(traffic: Traffic, browser: Browser, name: str) -> None:
    again = partial(_is_signed_in, browser, name)
    _Watch(traffic).expect(again(), again, f"{name} is signed out")


def _is_signed_in(browser: Browser, name: str) -> bool:
    """Whoever is not is nobody, and has not been robbed."""
    answered = browser.get("/me")
    told = json.loads(answered.body) if answered.status == 200 else NOBODY
    if told["user"] not in (name, None) or told["stolen"]:
        browser.book.blame(f"{name} is told {told}")
    return bool(told["user"])


def _sign_out(browser: Browser, name: str) -> None:
    browser.get("/out")
    if _is_signed_in(browser, name):
        browser.book.blame(f"{name} has signed out, and is signed in")


KINDS = (undecided, choosing, passing, staying, returning, leaving)
