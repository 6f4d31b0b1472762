"""One request's conversation with the core: arrive, supply what it needs, depart.

    if exchange.arrive(settings):
        ...  # the app answers, with the request as it came
    if exchange.ours:
        while exchange.needs:
            exchange.supply([perform(need) for need in exchange.needs])
        # exchange.reply is the answer
    else:
        # the app runs, with the exchange as its visit and exchange.app_cookie; before its headers leave:
        if exchange.is_same_for_all(headers):
            headers = headers + constant
        else:
            headers = exchange.depart(status, headers, TEXT)

The core never waits: the edges perform what it needs, each in the way of its world.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Protocol

from .departure import Departure
from .desk import Asked, Flow, answer
from .errors import UsageError
from .fields import TEXT
from .gate.documents import FRAMES
from .jar import Arrival, Standing
from .ports import Answer, Need, Reply, Store
from .settings import Settings

HIDDEN_FROM_APP = frozenset(
    {"accept-encoding", "if-none-match", "if-modified-since", "if-range", "range"}
)
"""Request fields the app does not get where something may be placed in its page: it is to send all of it, plain."""

_PAGES = FRAMES | {None, "document"}


class Safe(Protocol):
    """What the edges know of a ``CookieSafe``."""

    settings: Settings
    store: Store


class Exchange(Departure):
    """One request and its response, as an edge drives it; the app sees the visit in it.

    If it is ``ours``, the app is not asked: ``needs`` is what the core waits for, ``reply`` our answer. The app gets
    ``app_cookie`` as its ``Cookie`` header; if the exchange ``places``, it must not see the fields of
    ``HIDDEN_FROM_APP``.
    """

    ours = False
    needs: tuple[Need, ...] = ()
    reply: Reply | None = None
    _flow: Flow | None = None

    def arrive(self, settings: Settings) -> bool:
        """Read the cookies and the signals, and work out where the visitor stands.

        Whether the app is to answer the request, just as it came. What comes without cookies for what is no document
        always is, and where its visitor stands is worked out only when it is asked.
        """
        # Set here, not on the class: looking a default up costs several times as much as setting it.
        self.page = self._session = None
        self.asked = False
        self._settings = settings
        own = settings.own_paths in self.path
        if self.destination == "" and not self.cookie and not own:
            return True
        self.places = False
        arrival = self._read_cookies()
        if own and self.path.startswith(settings.own_paths):
            self.ours = True
            self._ask_the_desk(arrival.standing)
            return False
        if settings.places and self.destination in _PAGES:
            self._await_page(arrival)
        if self.app_cookie is None:
            return not self.places
        self.cookie = self.app_cookie
        return False

    def supply(self, answers: list[Answer]) -> None:
        """Go on with the answers to ``needs``, in their order."""
        flow = self._flow
        if flow is None:
            raise UsageError("the exchange needs nothing")
        try:
            self.needs = flow.send(answers)
        except StopIteration as end:
            self._conclude(end.value)
        except Exception:
            self._apologise()

    def _await_page(self, arrival: Arrival) -> None:
        """Where something may be placed or swapped in what comes, keep what that takes."""
        if self.destination in FRAMES:
            self.places = not arrival.standing.passage.complete
        elif self.is_navigation():
            self.places = self.whole = True
            if arrival.standing.to_ask:
                self.here = self.address()
            if arrival.to_sweep:
                self.swept_from = self._settings.place_of(self)
        if self.places:
            self.shown = self.method != "HEAD"

    def _ask_the_desk(self, standing: Standing) -> None:
        asked = Asked(self._settings, self, self._jar, standing, self._now)
        try:
            answered = answer(asked)
            if isinstance(answered, Reply):
                self._conclude(answered)
            else:
                self._flow = answered
                self.needs = next(answered)
        except StopIteration as end:
            self._conclude(end.value)
        except Exception:
            self._apologise()

    def _apologise(self) -> None:
        """A page of our own failed, by a fault of our own: say so, and change nothing."""
        self._settings.report_fault("desk")
        self._conclude(
            Reply(
                503,
                [("Content-Type", "text/plain"), ("Cache-Control", "no-store")],
                b"This page does not work now.\n",
            )
        )

    def _conclude(self, reply: Reply) -> None:
        self.needs = ()
        self.own_policy = reply.policy
        headers = self.depart(reply.status, reply.headers, TEXT)
        headers = headers + [("Set-Cookie", line) for line in reply.cookies]
        if reply.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(reply.body))))
        body = b"" if self.method == "HEAD" else reply.body
        self.reply = Reply(reply.status, headers, body)
