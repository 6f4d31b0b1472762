"""``SessionInterface``: takes the place of Flask's own, with the same settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import sessions
from werkzeug.http import dump_cookie

from cookiesafe.adapters.flask.responses import set_cookies, vary_by_cookie
from cookiesafe.adapters.flask.rings import MOST_APPS, ring_of
from cookiesafe.adapters.flask.session import Arrival, Session, TaggedJSON
from cookiesafe.adapters.flask.wire import Wire
from cookiesafe.migration import SessionReader, in_force
from cookiesafe.session import Stored
from cookiesafe.session.text import EMPTY

if TYPE_CHECKING:
    from flask import Flask, Request, Response

_PERMANENT = '"_permanent":'


class SessionInterface(sessions.SessionInterface):
    """``app.session_interface = SessionInterface()``: sessions in a signed cookie, as Flask's own settings say.

    ``migrate`` are readers of what Flask itself has written, each until its day: see ``cookiesafe.migration``. ``clock``
    gives unix seconds.
    """

    serializer = sessions.session_json_serializer
    """Tags the types that JSON does not have; more are registered as with Flask's own."""

    def __init__(
        self, *, migrate: Iterable[SessionReader] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self._readers = in_force(migrate, int(clock()))
        self._clock = clock
        self._wire = lru_cache(MOST_APPS)(Wire)

    def open_session(self, app: Flask, request: Request) -> Session | None:
        """The session of a request; ``None``, and so one that cannot be written, without a key."""
        if not app.secret_key:
            return None
        lifetime = int(app.permanent_session_lifetime.total_seconds())
        wire = self._wire(self.get_cookie_name(app), ring_of(app), lifetime)
        codec = TaggedJSON(app.json, self.serializer)
        header = request.environ.get("HTTP_COOKIE", "")
        return Session(Arrival(wire, header, int(self._clock()), codec, self._readers))

    def save_session(self, app: Flask, session: sessions.SessionMixin, response: Response) -> None:
        """Raises ``SessionTooLarge`` and ``NotStorable``, once: the app's error page leaves, and changes nothing."""
        if not isinstance(session, Session) or session.sent:
            return
        accessed, lines = session.accessed, []
        if not session.given_up:
            session.given_up = True
            lines = self._lines(app, session)
            session.given_up = False
            session.sent = True
        if lines:
            set_cookies(response, lines)
        elif accessed:
            vary_by_cookie(response)

    def _lines(self, app: Flask, session: Session) -> list[str]:
        """The ``Set-Cookie`` lines that leave."""
        arrival = session.arrival
        text = session.leaving
        if text is None:
            text = session.text
            upgraded = session.accessed and arrival.read_by is not None
            if not upgraded and not self._is_refreshed(app, session, text):
                return []
        if text == EMPTY:
            came = arrival.stored is not None or arrival.read_by is not None
            return [self._expired(app), *self._expired_elsewhere(app, arrival)] if came else []
        began = arrival.now if arrival.stored is None else arrival.stored.began
        token = arrival.wire.write(Stored(text, began, arrival.now))
        expires = self.get_expiration_time(app, session)
        return [
            dump_cookie(self.get_cookie_name(app), token, expires=expires, **self._attributes(app)),
            *self._expired_elsewhere(app, arrival),
        ]

    def _expired(self, app: Flask, **where: Any) -> str:
        """Removed with all attributes that it was set with, or browsers may keep it."""
        attributes = {"key": self.get_cookie_name(app), **self._attributes(app), **where}
        return dump_cookie(value="", max_age=0, expires=0, **attributes)

    def _expired_elsewhere(self, app: Flask, arrival: Arrival) -> list[str]:
        """What another library has written, where ours does not take its place."""
        reader = arrival.read_by
        if reader is None:
            return []
        place = (self.get_cookie_name(app), self.get_cookie_domain(app), self.get_cookie_path(app))
        if (reader.cookie, reader.domain, reader.path) == place:
            return []
        where = {"domain": reader.domain, "path": reader.path, "partitioned": reader.partitioned}
        return [self._expired(app, key=reader.cookie, **where)]

    def _attributes(self, app: Flask) -> dict[str, Any]:
        return {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "httponly": self.get_cookie_httponly(app),
            "samesite": self.get_cookie_samesite(app),
            "partitioned": self.get_cookie_partitioned(app),
            # It was measured as browsers do, by name and value alone.
            "max_size": 0,
        }

    def _is_refreshed(self, app: Flask, session: Session, text: str) -> bool:
        return (
            app.config["SESSION_REFRESH_EACH_REQUEST"] and _PERMANENT in text and session.permanent
        )
