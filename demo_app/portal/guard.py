"""What goes around the portal: CookieSafe, or when the demo runs bare, only a session."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol

from . import policy
from .page import Visit

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from starlette.types import ASGIApp

    from cookiesafe.adapters.mail import Letter
    from cookiesafe.count import Count

History = Callable[[int, str], "Iterable[Count]"]
"""Counts of the days up to one, in days since 1970-01-01, by the fingerprint of the policy in force."""
DAY = 24 * 60 * 60
log = logging.getLogger(__name__)

Mode = Literal["enforce", "observe"]
HOME = "https://harbour.example"
"""Where the portal is, as its mails have it: their links are of https."""


class Guard(Protocol):
    def asgi(self, app: ASGIApp) -> ASGIApp:
        """Go around an ASGI app."""

    def wsgi(self, app: WSGIApplication) -> WSGIApplication:
        """Go around a WSGI app."""

    def visit(self, request: Mapping[str, Any]) -> Visit:
        """The visit behind a scope or an environ that went through."""

    def choose_contact(self, customer: int, choices: Mapping[str, bool], /) -> None:
        """Keep what a customer has said about being written to."""

    def receipt(self, visit: Visit, /) -> str | None:
        """The receipt of who visits, as it can be downloaded."""

    def may_contact(self, customer: int, purpose: str, /) -> bool:
        """Whether a customer may be written to. Where that cannot be told, no."""

    def mail_fields(self, customer: int, purpose: str, /) -> Mapping[str, str]:
        """The fields of a mail by which one click stops such mails."""

    def add_history(self, counts: History, /) -> None:
        """Keep made-up counts of the days before, if nothing was counted yet."""

    def publish(self, in_force: date, /) -> Letter | None:
        """Announce version 3 of the policy; what customers are written about it."""

    def close(self) -> None: ...


LONGEST_STATE = 24 * 1024
"""In bytes: six fields as long as they may be, in whatever letters, take 19 KB."""
SEAL_AFTER = 5
"""In seconds: sooner than it needs to be, so that a receipt proves itself while it is looked at."""


class CookieSafeGuard:
    def __init__(
        self,
        *,
        secret_key: str,
        ledger_key: str,
        store: str,
        mode: Mode,
        gullwing_port: int,
        tidepool_port: int = policy.TIDEPOOL_PORT,
        clock: Callable[[], float] = time.time,
        origin: str | None = None,
        inspector: bool = False,
        works_here: Callable[[str | None], bool] = lambda user_id: False,
    ) -> None:
        """``works_here`` says whether a user may see the dashboard."""

        from cookiesafe import CarryTerms, CookieSafe, LedgerTerms, Policy

        ports = gullwing_port, tidepool_port
        if ports == (policy.GULLWING_PORT, policy.TIDEPOOL_PORT):
            declared = Policy.from_file(policy.PATH)
        else:
            declared = Policy.from_toml(policy.text(*ports))
        self._next = Policy.from_toml(policy.next_text(*ports))
        self._safe = CookieSafe(
            declared,
            secret_key=secret_key,
            ledger_key=ledger_key,
            ledger=LedgerTerms(origin="harbour.example/choices", seal_after=SEAL_AFTER),
            store=store,
            mode=mode,
            check_origin=True,
            origin=origin,
            inspector=inspector,
            traffic=True,
            dashboard=lambda visit: works_here(visit.user_id),
            carry=CarryTerms(max_bytes=LONGEST_STATE),
            clock=clock,
        )

    def asgi(self, app: ASGIApp) -> ASGIApp:
        from cookiesafe.adapters.asgi import CookieSafeMiddleware

        return CookieSafeMiddleware(app, self._safe)

    def wsgi(self, app: WSGIApplication) -> WSGIApplication:
        from cookiesafe.adapters.wsgi import CookieSafeMiddleware

        return CookieSafeMiddleware(app, self._safe)

    def visit(self, request: Mapping[str, Any]) -> Visit:
        visit: Visit = request["cookiesafe" if "cookiesafe" in request else "cookiesafe.visit"]
        return visit

    def choose_contact(self, customer: int, choices: Mapping[str, bool], /) -> None:
        from cookiesafe import StoreError

        try:
            self._safe.choose_contact(customer, choices)
        except StoreError:
            log.exception("what customer %d wants to be written about was not kept", customer)

    def receipt(self, visit: Any, /) -> str | None:
        from cookiesafe import StoreError

        number = visit.consent.receipt
        try:
            return None if number is None else self._safe.receipt(number)
        except StoreError:
            log.exception("a receipt was not shown")
            return None

    def may_contact(self, customer: int, purpose: str, /) -> bool:
        from cookiesafe import StoreError

        try:
            return self._safe.may_contact(customer, purpose)
        except StoreError:
            log.exception("whether customer %d may be written to is not known", customer)
            return False

    def mail_fields(self, customer: int, purpose: str, /) -> Mapping[str, str]:
        return self._safe.unsubscribe_headers(customer, purpose, HOME)

    def add_history(self, counts: History, /) -> None:
        from cookiesafe.ports import Counts

        today, store = int(self._safe.settings.clock()) // DAY, self._safe.store
        if isinstance(store, Counts) and not store.counts(today - 1, today):
            store.add_counts([*counts(today, self._safe.policy.fingerprint)])

    def publish(self, in_force: date, /) -> Letter:
        from cookiesafe.adapters.mail import announcement_text

        announcement = self._safe.publish(self._next, summary=policy.SUMMARY, in_force=in_force)
        return announcement_text(announcement, HOME)

    def close(self) -> None:
        self._safe.close()


class BareGuard:
    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def asgi(self, app: ASGIApp) -> ASGIApp:
        from starlette.middleware.sessions import SessionMiddleware

        from .bare import COOKIE

        return SessionMiddleware(app, self._secret_key, session_cookie=COOKIE, max_age=None)

    def wsgi(self, app: WSGIApplication) -> WSGIApplication:
        from .bare import BareSession

        return BareSession(app, self._secret_key)

    def visit(self, request: Mapping[str, Any]) -> Visit:
        from .bare import BareCarry, UnaskedVisit

        return UnaskedVisit(request["session"], BareCarry(self._secret_key))

    def choose_contact(self, customer: int, choices: Mapping[str, bool], /) -> None:
        """Nobody is asked, so nothing is kept."""

    def receipt(self, visit: Visit, /) -> None:
        """Nobody has one."""

    def may_contact(self, customer: int, purpose: str, /) -> bool:
        """Everybody is written to."""
        return True

    def mail_fields(self, customer: int, purpose: str, /) -> Mapping[str, str]:
        """There is no way to stop them."""
        return {}

    def add_history(self, counts: History, /) -> None:
        """Nothing is counted."""

    def publish(self, in_force: date, /) -> None:
        """Nobody is told of anything."""

    def close(self) -> None:
        """Nothing is held."""
