"""A session and no more, for the portal without CookieSafe."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.http import dump_cookie, parse_cookie

from cookiesafe import BadCarry, Carried

if TYPE_CHECKING:
    from _typeshed import OptExcInfo

COOKIE = "hl_session"


class BareCarry:
    """A page's state, signed, for all to read, and good for ever."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeSerializer(secret_key, salt="portal form")
        self._flow = secrets.token_urlsafe()

    def seal(self, form: str, data: Mapping[str, Any], step: int, version: int, /) -> str:
        return str(self._serializer.dumps([form, version, step, self._flow, data]))

    def open(self, form: str, token: str | None, version: int, /) -> Carried:
        """A flow that was begun is gone on with."""
        try:
            found = self._serializer.loads(token or "")
        except BadSignature:
            raise BadCarry("unreadable" if token else "absent") from None
        if found[:2] != [form, version]:
            raise BadCarry("version")
        _, _, step, self._flow, data = found
        return Carried(data, step, self._flow)


class UnaskedVisit:
    """A visitor nobody asks: everything is taken for granted.

    Who is signed in stays so until the browser is closed, whatever was ticked, and is asked for no password again.
    Other browsers are not known of.
    """

    stolen = False
    child = False
    policy = ""

    def __init__(self, session: MutableMapping[str, Any], carry: BareCarry) -> None:
        self._session = session
        self.carry = carry

    @property
    def user_id(self) -> str | None:
        user: str | None = self._session.get("customer")
        return user

    def login(self, user_id: int, /, *, remember: bool = False) -> None:
        """Nothing of the visitor before stays in the session of the one who signs in."""
        self._session.clear()
        self._session["customer"] = str(user_id)

    def logout(self, *, everywhere: bool = False, clear: bool = False) -> None:
        self._session.clear()

    def limited_notice(self, feature: str, /) -> str:
        return ""

    def take_answer(self, form: Mapping[str, str], /) -> bool:
        return False

    def require_fresh(self, max_age: int, /) -> None:
        """Any password will do, however old."""

    def allows(self, purpose: str, /) -> bool:
        return True

    def can(self, feature: str, /) -> bool:
        return True


class BareSession:
    """WSGI's counterpart to Starlette's ``SessionMiddleware``: ``environ["session"]`` in a signed cookie."""

    def __init__(self, app: WSGIApplication, secret_key: str) -> None:
        self._app = app
        self._serializer = URLSafeSerializer(secret_key, salt="portal session")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        session = environ["session"] = self._read(environ)
        before = dict(session)

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
        ) -> Any:
            if session != before:
                cookie = dump_cookie(COOKIE, self._serializer.dumps(session), samesite="Lax")
                headers = [*headers, ("Set-Cookie", cookie)]
            return start_response(status, headers, exc_info)

        return self._app(environ, start)

    def _read(self, environ: WSGIEnvironment) -> dict[str, Any]:
        try:
            return dict(self._serializer.loads(parse_cookie(environ).get(COOKIE, "")))
        except BadSignature:
            return {}
