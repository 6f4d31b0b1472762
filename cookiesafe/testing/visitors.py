"""Visitors who have chosen, or have not yet: clients with the cookies that a browser would have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.errors import UsageError
from cookiesafe.events import is_async
from cookiesafe.safe import CookieSafe

from .asgi import ASGIClient, Scope
from .client import Client, Sent
from .jars import base_of, keep_in
from .wsgi import WSGIClient

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

C = TypeVar("C")
BASE: Final = "https://testserver"
"""Where an app is asked that does not say where it is; Django lets tests use that name."""


class Visitor:
    """A visitor of one site, by what was chosen there.

    The choice is posted to CookieSafe's own page, as the banner does it: so its cookie is signed, carries the policy's
    fingerprints, and what was granted is recorded, as a browser's is.
    """

    def __init__(
        self, safe: CookieSafe, form: dict[str, Any] | None, *, app: Callable[[], Any] | None = None
    ) -> None:
        self._safe = safe
        self._form = form
        self._app = app

    @classmethod
    def consenting(
        cls,
        safe: CookieSafe,
        purposes: Sequence[str] = (),
        vendors: Iterable[str] = (),
        *,
        app: Callable[[], Any] | None = None,
    ) -> Visitor:
        """Who agrees to these and to nothing else; without any, to everything. Raises ``UnknownName``."""
        named = [safe.policy.vendor(each).id for each in vendors]
        wanted = [safe.policy.purpose(each).id for each in purposes]
        if not wanted and not named:
            return cls(safe, {"choice": "accept"}, app=app)
        return cls(safe, {"choice": "save", "purpose": wanted, "vendor": named}, app=app)

    @classmethod
    def rejecting(cls, safe: CookieSafe, *, app: Callable[[], Any] | None = None) -> Visitor:
        """Who says no to everything."""
        return cls(safe, {"choice": "reject"}, app=app)

    @classmethod
    def undecided(cls, safe: CookieSafe, *, app: Callable[[], Any] | None = None) -> Visitor:
        """Who has not chosen."""
        return cls(safe, None, app=app)

    def cookies(self, base: str = BASE) -> dict[str, str]:
        """What the browser has of CookieSafe at ``base``, a scheme and a host. Raises ``UsageError`` if nothing is kept."""
        if self._form is None:
            return {}
        settings = self._safe.settings
        browser = WSGIClient(
            CookieSafeMiddleware(_nowhere, self._safe),
            base=settings.origin or base,
            validate=False,
        )
        answer = browser.post(f"{settings.path}/choices", form=self._form)
        if not browser.jar:
            raise UsageError(
                f"the choice was answered with {answer.status} and is not kept",
                fix="Look into the log: the store may not answer.",
            )
        return browser.jar

    def on(self, client: C, *, base: str | None = None) -> C:
        """The same client, with this visitor's choice in its jar instead of another.

        Starlette's, FastAPI's and Litestar's test clients, httpx's, Flask's and Werkzeug's, Django's,
        and ours. ``base`` is where the app is asked, where that is not as the client says. Raises ``UsageError`` for
        another client.
        """
        where = base or base_of(client)
        names = [jar.consent_name for jar in self._jars()]
        keep_in(client, where, {**dict.fromkeys(names), **self.cookies(where)})
        return client

    def client(self, app: Any = None, *, base: str | None = None) -> Client:
        """A new browser of this visitor, at an ASGI or WSGI app; without one, at ``cookiesafe_app``.

        It navigates as Chromium does. The app is asked without its startup.
        """
        if app is None:
            if self._app is None:
                raise UsageError("nobody has said which app it is", fix="Give it: client(app).")
            app = self._app()
        where = base or self._safe.settings.origin or BASE
        make: type[Client] = _ASGI if is_async(app) else _WSGI
        client = make(app, base=where)
        client.safe = self._safe
        return self.on(client)

    def _jars(self) -> Iterable[Any]:
        settings = self._safe.settings
        return {id(each): each for each in (settings.secure_jar, settings.plain_jar)}.values()


class _ASGI(ASGIClient):
    """Of a server without extensions."""

    def scope(self, sent: Sent, kind: str = "http") -> Scope:
        scope = super().scope(sent, kind)
        scope["extensions"] = {}
        return scope


class _WSGI(WSGIClient):
    """Of a server that takes what servers take."""

    def __init__(self, app: Any, *, base: str = BASE, root: str = "") -> None:
        super().__init__(app, base=base, root=root, validate=False)

    def environ(self, sent: Sent) -> WSGIEnvironment:
        environ = super().environ(sent)
        del environ["wsgi.file_wrapper"]
        return environ


def _nowhere(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return []
