"""What goes around the portal: CookieSafe, or when the demo runs bare, only a session."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from . import policy
from .page import Visit

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from starlette.types import ASGIApp

log = logging.getLogger(__name__)

Mode = Literal["enforce", "observe"]


class Guard(Protocol):
    def asgi(self, app: ASGIApp) -> ASGIApp:
        """Go around an ASGI app."""

    def wsgi(self, app: WSGIApplication) -> WSGIApplication:
        """Go around a WSGI app."""

    def visit(self, request: Mapping[str, Any]) -> Visit:
        """The visit behind a scope or an environ that went through."""

    def choose_contact(self, customer: int, choices: Mapping[str, bool], /) -> None:
        """Keep what a customer has said about being written to."""

    def close(self) -> None: ...


LONGEST_STATE = 24 * 1024
"""In bytes: six fields as long as they may be, in whatever letters, take 19 KB."""
SEAL_AFTER = 5
"""In seconds: sooner than it needs to be, so that a receipt proves itself while it is looked at."""


class CookieSafeGuard:
    def __init__(
        self, *, secret_key: str, ledger_key: str, store: str, mode: Mode, gullwing_port: int
    ) -> None:
        from cookiesafe import CarryTerms, CookieSafe, LedgerTerms, Policy

        if gullwing_port == policy.GULLWING_PORT:
            declared = Policy.from_file(policy.PATH)
        else:
            declared = Policy.from_toml(policy.text(gullwing_port))
        self._safe = CookieSafe(
            declared,
            secret_key=secret_key,
            ledger_key=ledger_key,
            ledger=LedgerTerms(origin="harbour.example/choices", seal_after=SEAL_AFTER),
            store=store,
            mode=mode,
            check_origin=True,
            carry=CarryTerms(max_bytes=LONGEST_STATE),
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

    def close(self) -> None:
        """Nothing is held."""
