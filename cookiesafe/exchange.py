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
            if exchange.leave(status, headers):
                ...  # supply what it needs
            headers = exchange.depart(status, headers, TEXT)
        # and when the response has ended:
        exchange.finish()  # and again what it needs

Where that is wanted, what another site has sent is ours to answer, too; the body may be read for that, and the app is to
get it all the same. A WebSocket that another site opens with a visitor's login (``is_ridden``) is closed instead of all
this.

The core never waits: the edges perform what it needs, each in the way of its world.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Protocol

from .blocked import says_blocked
from .consent import DAY, choose
from .departure import Departure
from .desk import Asked, answer, keep_out
from .fields import TEXT
from .gate.documents import FRAMES
from .jar import Arrival, Standing
from .login import Login, recognise
from .origin import SAFE_METHODS
from .ports import Answer, Flow, Reply, Store
from .recalling import recall
from .sayings import say
from .session import Session
from .settings import Settings

HIDDEN_FROM_APP = frozenset(
    {"accept-encoding", "if-none-match", "if-modified-since", "if-range", "range"}
)
"""Request fields the app does not get where something may be placed in its page: it is to send all of it, plain."""

_Asking = Callable[[Asked], Flow[Reply | None]]
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
    reply: Reply | None = None

    def arrive(self, settings: Settings) -> bool:
        """Read the cookies and the signals, and work out where the visitor stands.

        Whether the app is to answer the request, just as it came. What comes without cookies for what is no document
        always is, unless another site may have sent it to change something; where its visitor stands is worked out only
        when it is asked.
        """
        # Set here, not on the class: looking a default up costs several times as much as setting it.
        self.page = self._session = self._login = self._news = self._carry = None
        self.asked = False
        self._settings = settings
        own = settings.own_paths in self.path or self.path == settings.statement
        if (
            self.destination == ""
            and not self.cookie
            and not own
            and (settings.at_once or (settings.ordinary is not None and self._is_safe))
        ):
            return True
        self.places = self.navigates = self._at_fault = False
        self.swept_from = None
        arrival = self._read_cookies()
        settings = self._settings
        if own and self.path != settings.statement:
            own = self.path.startswith(settings.own_paths)
        unknown = arrival.unknown and settings.versions.may_recall(
            arrival.standing.consent.former, self._now
        )
        suspect = settings.check_origin and not own and self._is_suspect()
        if own or arrival.keyed or unknown or suspect:
            asking = answer if own else keep_out if suspect else None
            self._converse(self._proceeding(arrival, asking, unknown=unknown))
            return False
        if self.destination in _PAGES:
            self._await_page(arrival)
        if self.app_cookie is None:
            return not self.places
        self.cookie = self.app_cookie
        return False

    @property
    def _is_safe(self) -> bool:
        """Whether the request is one that changes nothing (RFC 9110, section 9.2.1). A WebSocket may be used for anything."""
        return self.method in SAFE_METHODS

    def _is_suspect(self) -> bool:
        """Whether another site may have sent this to change something."""
        if self._is_safe:
            return False
        return self._settings.judge(self, has_cookies=bool(self.cookie)).verdict != "allowed"

    def is_ridden(self, settings: Settings) -> bool:
        """Whether another site opens this WebSocket with the visitor's session or remembered login: it is to be closed.

        Browsers send cookies along, and always an ``Origin`` (RFC 6455, section 10.2). To be asked before ``arrive``.
        """
        if not settings.jar(self).signs_in(self.cookie):
            return False
        ridden = settings.judge(self, has_cookies=True).verdict == "refused"
        if ridden:
            settings.telling.report_ridden(self.header("origin"))
        return ridden

    def _hear(self, answers: list[Answer]) -> None:
        self._settings.telling.hear(self.needs, answers)

    def _proceeding(self, arrival: Arrival, asking: _Asking | None, *, unknown: bool) -> Flow[None]:
        """Find out who comes, and then answer as what we are ``asking`` says, or let the app do so."""
        if unknown:
            yield from recall(self._settings, arrival.standing.consent.former)
            self._arrival = arrival = self._read_cookies()
        if arrival.keyed:
            try:
                self._login = yield from recognise(
                    self._settings, self._jar, arrival, int(self._now)
                )
                if self._login.speaks:
                    # A session that is there, if untouched, keeps the response from being the same for all.
                    self._session = Session(self._session_as_it_came)
            except Exception:
                self._settings.telling.report_fault("login")
                self._login = Login(unknown=True)
        if asking is not None:
            yield from self._asking_the_desk(arrival.standing, asking)
        if self.ours:
            return
        if self.destination in _PAGES:
            self._await_page(arrival)
        if self.app_cookie is not None:
            self.cookie = self.app_cookie

    def _await_page(self, arrival: Arrival) -> None:
        """Where something may be placed in what comes, keep what that takes."""
        self.navigates = self.is_navigation()
        if self.navigates and not arrival.header and says_blocked(self.query):
            arrival = self._refusing(arrival)
        if self._settings.places:
            self._prepare_page(arrival)

    def _refusing(self, arrival: Arrival) -> Arrival:
        """Where the visitor stands whose browser keeps no choice: as after a no to everything."""
        try:
            no = choose(self._settings.policy, (), day=int(self._now) // DAY)
            self._arrival = self._jar.with_consent(arrival, no)
        except Exception:
            self._settings.telling.report_fault("blocked")
            self._arrival = self._jar.nobodys
        self._blocked = True
        return self._arrival

    def _prepare_page(self, arrival: Arrival) -> None:
        if self.destination in FRAMES:
            self.places = not arrival.standing.passage.complete
        elif self.navigates:
            self.places = self.whole = True
            self.posted = not self._is_safe
            if arrival.to_sweep:
                self.swept_from = self._settings.place_of(self)
        if self.places:
            self.shown = self.method != "HEAD"

    def _asking_the_desk(self, standing: Standing, asking: _Asking) -> Flow[None]:
        asked = Asked(self._settings, self, self._jar, standing, self._now, self._login)
        try:
            reply = yield from asking(asked)
            if reply is None:
                return
            self.ours = True
            yield from self.keeping(reply.status, reply.headers)
            self._conclude(reply)
        except Exception:
            self._settings.telling.report_fault("desk")
            self.ours = asking is answer or self._settings.enforce
            if self.ours:
                self._conclude(self._sorry())

    def _conclude(self, reply: Reply) -> None:
        self.own_policy = reply.policy
        headers = self.depart(reply.status, reply.headers, TEXT)
        headers = headers + [("Set-Cookie", line) for line in reply.cookies]
        if reply.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(reply.body))))
        body = b"" if self.method == "HEAD" else reply.body
        self.reply = Reply(reply.status, headers, body)

    def _sorry(self) -> Reply:
        """By a fault of our own: nothing was changed."""
        fields = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        text: str = say("This page does not work now.")
        with suppress(Exception):
            notice = self._settings.notices.accepted(self.header("accept-language"))
            text = notice.language.plain(text)
        return Reply(503, fields, f"{text}\n".encode())
