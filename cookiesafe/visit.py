"""The visit: one request and its response, as the app sees it. Nothing on it waits for anything."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial

from .consent import Consent
from .errors import UsageError
from .gate.findings import AnyHeld
from .jar import Arrival, Jar
from .ports import Request
from .session import Session
from .settings import Settings


class Visit(Request):
    """What the app asks and keeps: the visitor's choices and the session. An exchange is one.

    ``held`` is what the gate did not let through (in ``observe``, what it would not have), known once the response's
    headers have left, which ``departed`` says. ``asked`` is whether the app has looked at the consent, so that its
    answer depends on it.
    """

    asked: bool
    departed = False
    held: tuple[AnyHeld, ...] = ()
    app_cookie: str | None
    """The ``Cookie`` header for the app: ``None`` as it came, empty for none."""
    _settings: Settings
    _session: Session | None
    _arrival: Arrival | None = None
    _jar: Jar
    _now: float
    _guarded = False
    """Whether caches were told that the response may be one visitor's, whatever the app looks at later."""

    def _arrived(self) -> Arrival:
        """What the cookies came to. Of a request without any, that is worked out when it is first asked for."""
        if self._arrival is None:
            return self._read_cookies()
        return self._arrival

    def _read_cookies(self) -> Arrival:
        """On a fault of our own the visitor is one who has sent none: the site works, with nothing optional."""
        settings = self._settings
        self.app_cookie = None
        self._now = 0.0
        try:
            self._now = now = settings.clock()
            jars, scheme = settings.jars, self.scheme
            self._jar = jar = jars[scheme] if scheme in jars else settings.jar(self)
            gpc = self.gpc is not None and self.asks_privacy()
            if self.cookie:
                self._arrival = arrival = jar.read(self.cookie, gpc, now)
                self.app_cookie = arrival.cookies
            else:
                self._arrival = arrival = jar.empty[gpc]
        except Exception:
            settings.report_fault("arrive")
            self._jar = settings.secure_jar
            self._arrival = arrival = self._jar.empty[False]
            self.app_cookie = "" if settings.enforce else None
        return arrival

    @property
    def session(self) -> Session:
        """What is kept for this browser from one request to the next: a mapping of JSON values."""
        if self._session is None:
            arrival = self._arrived()
            self._session = Session(self._jar.session, arrival, int(self._now))
            if self.departed:
                self._close(self._session)
        return self._session

    @property
    def consent(self) -> Consent:
        """All choices of the visitor."""
        self._ask()
        return self._arrived().standing.consent

    def allows(self, purpose: str) -> bool:
        """Whether the visitor agrees to a purpose now. Raises ``UnknownName``."""
        self._ask()
        return (
            self._settings.policy.purpose(purpose).id in self._arrived().standing.allowed.purposes
        )

    def allows_vendor(self, vendor: str) -> bool:
        """Whether the visitor agrees to a vendor: by name, or to all its purposes. Raises ``UnknownName``."""
        self._ask()
        return self._settings.policy.vendor(vendor).id in self._arrived().standing.allowed.vendors

    def can(self, feature: str) -> bool:
        """Whether a feature has the purpose it needs. Raises ``UnknownName``."""
        return self.allows(self._settings.policy.feature(feature).purpose)

    def _ask(self) -> None:
        if self.departed and not self.asked and not self._guarded:
            self._settings.report_late("the visitor's consent")
        self.asked = True

    def _close(self, session: Session) -> None:
        session.closed = True
        if not self._guarded:
            session.late = partial(self._settings.report_late, "the session")

    def __repr__(self) -> str:
        return "<Visit>"


visiting: ContextVar[Visit | None] = ContextVar("cookiesafe.visit", default=None)
enter, leave = visiting.set, visiting.reset
"""Called by the edges around the app. Bound once: looking these methods up takes longer than they do."""


def current_visit() -> Visit:
    """The visit of the request being answered. Raises ``UsageError`` outside of one."""
    visit = visiting.get()
    if visit is None:
        raise UsageError(
            "there is no visit here",
            fix="Ask inside a request that CookieSafeMiddleware passes on.",
        )
    return visit
