"""A session and no more, for the portal without CookieSafe."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.http import dump_cookie, parse_cookie

if TYPE_CHECKING:
    from _typeshed import OptExcInfo

COOKIE = "hl_session"


class UnaskedVisit:
    """A visitor nobody asks: everything is taken for granted.

    Who is signed in stays so until the browser is closed, whatever was ticked, and is asked for no password again.
    Other browsers are not known of.
    """

    stolen = False
    policy = ""

    def __init__(self, session: MutableMapping[str, Any]) -> None:
        self._session = session

    @property
    def user_id(self) -> str | None:
        user: str | None = self._session.get("customer")
        return user

    def login(self, user_id: int, /, *, remember: bool = False) -> None:
        """Nothing of the visitor before stays in the session of the one who signs in."""
        self._session.clear()
        self._session["customer"] = str(user_id)

    def logout(self, *, everywhere: bool = False) -> None:
        self._session.clear()

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
