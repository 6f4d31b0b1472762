"""The visit: one request and its response, as the app sees it. Nothing on it waits for anything."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cached_property, partial

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
    _settings: Settings
    _session: Session | None
    _guarded = False
    """Whether caches were told that the response may be one visitor's, whatever the app looks at later."""

    @cached_property
    def _now(self) -> float:
        try:
            return self._settings.clock()
        except Exception:
            self._settings.report_fault("clock")
            return 0.0

    @cached_property
    def _jar(self) -> Jar:
        return self._settings.jar(self)

    @cached_property
    def _arrival(self) -> Arrival:
        return self._jar.empty[self.asks_privacy()]

    @property
    def session(self) -> Session:
        """What is kept for this browser from one request to the next: a mapping of JSON values."""
        if self._session is None:
            self._session = Session(self._jar.session, self._arrival, int(self._now))
            if self.departed:
                self._close(self._session)
        return self._session

    @property
    def consent(self) -> Consent:
        """All choices of the visitor."""
        self._ask()
        return self._arrival.standing.consent

    def allows(self, purpose: str) -> bool:
        """Whether the visitor agrees to a purpose now. Raises ``UnknownName``."""
        self._ask()
        return self._settings.policy.purpose(purpose).id in self._arrival.standing.allowed.purposes

    def allows_vendor(self, vendor: str) -> bool:
        """Whether the visitor agrees to a vendor: by name, or to all its purposes. Raises ``UnknownName``."""
        self._ask()
        return self._settings.policy.vendor(vendor).id in self._arrival.standing.allowed.vendors

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
"""Set by the edges around the app."""


def current_visit() -> Visit:
    """The visit of the request being answered. Raises ``UsageError`` outside of one."""
    visit = visiting.get()
    if visit is None:
        raise UsageError(
            "there is no visit here",
            fix="Ask inside a request that CookieSafeMiddleware passes on.",
        )
    return visit
