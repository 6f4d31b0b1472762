"""Flask-Login, its remember cookie being a series of ours: ``from cookiesafe.adapters.flask.login import LoginManager``.

A browser that is remembered gets another token when it comes back, a copied cookie is noticed and ends the login for
both, and a login that was ended is over with the next request.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import flask_login
from blinker import Namespace
from flask import current_app, g, request, session
from flask_login.config import SESSION_KEYS

from cookiesafe.adapters.flask import remember_cookie
from cookiesafe.adapters.flask.remembering import Remembering, idle_of
from cookiesafe.adapters.flask.responses import set_cookies
from cookiesafe.adapters.stores import store_of
from cookiesafe.migration import FlaskLoginRemember, in_force
from cookiesafe.ports import Store
from cookiesafe.remember import label_of
from cookiesafe.remember.rules import DELIVERY
from cookiesafe.remember.token import key_of, payload, raw, text

if TYPE_CHECKING:
    from flask import Flask, Response

login_stolen = Namespace().signal("cookiesafe-login-stolen")
"""Sent by the app, with a ``user_id``, where two have used one remembered login, which has ended: tell the visitor."""
_EXTENSION = "cookiesafe.remembering"
_SERIES = "_cookiesafe_series"
"""Where the session has the id of the series that it goes with, and whose that is."""


@dataclass(frozen=True)
class _Return:
    """What a browser that came back is to be told: a token, as long as it may leave, or to forget the one it has."""

    payload: str | None = field(default=None, repr=False)
    lasts_until: int = 0
    send_until: int = 0
    forget: bool = False
    reader: FlaskLoginRemember | None = None


class LoginManager(flask_login.LoginManager):  # type: ignore[misc]
    """As Flask-Login's. The app's ``COOKIESAFE_STORE`` is where logins are kept: a URL, or a ``Store``. Beside a Redis,
    ``COOKIESAFE_LEDGER_STORE`` is where they are recorded.

    ``migrate`` are readers of the cookies that Flask-Login itself has written: who is named there gets a series, and is
    not fresh. ``clock`` gives unix seconds, ``entropy`` random bytes.
    """

    def __init__(
        self,
        app: Flask | None = None,
        add_context_processor: bool = True,
        *,
        migrate: Iterable[FlaskLoginRemember] = (),
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._readers = in_force(migrate, int(clock()))
        self._clock = clock
        self._entropy = entropy
        super().__init__(app, add_context_processor)

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Raises ``SettingError`` for a store that cannot be."""
        store = store_of(
            app.config.get("COOKIESAFE_STORE"), app.config.get("COOKIESAFE_LEDGER_STORE")
        )
        app.extensions[_EXTENSION] = Remembering(store, self._readers, self._clock, self._entropy)
        super().init_app(app, add_context_processor)

    @property
    def store(self) -> Store:
        """Where the current app's logins are kept: ``store.advance_epoch(user_id)`` ends all of a user's."""
        return _remembering().store

    # --- as a request arrives --------------------------------------------------------------------

    def _load_user(self) -> None:
        if _SERIES in session and "_user_id" in session:
            standing = _remembering().standing(_key(), str(session["_user_id"]))
            if standing == "unknown":
                self._update_request_context_with_user()
                return
            if standing == "ended":
                for key in (*SESSION_KEYS, _SERIES):
                    session.pop(key, None)
        super()._load_user()

    def _load_user_from_remember_cookie(self, cookie: str) -> Any:
        presented = remember_cookie.presented()
        if presented is None:
            return self._load_user_from_older_cookie()
        verdict = _remembering().returned(presented)
        if verdict is None:
            return None
        row = verdict.series
        if verdict.outcome != "accepted" or row is None:
            g.cookiesafe_return = _Return(forget=True)
            if verdict.outcome == "stolen" and row is not None:
                login_stolen.send(_app(), user_id=row.user)
            return None
        g.cookiesafe_return = _Return(verdict.payload, row.idle_until, verdict.send_until)
        return self._let_in(row.user, text(presented.series))

    def _load_user_from_older_cookie(self) -> Any:
        """Who is named by a cookie of Flask-Login's own gets a series in its place."""
        remembering = _remembering()
        found = remembering.read(remember_cookie.header())
        if found is None:
            return None
        user_id, reader = found
        terms = remember_cookie.terms(remember_cookie.lasts())
        begun = remembering.begin(user_id, terms, _label())
        if begun is None:
            return None
        row, until = begun.row, begun.row.created_at + DELIVERY
        g.cookiesafe_return = _Return(begun.payload, row.idle_until, until, reader=reader)
        return self._let_in(user_id, begun.id)

    def _let_in(self, user_id: str, series: str) -> Any:
        """Sign in without a password, and so not fresh."""
        user = self._user_callback(user_id) if self._user_callback else None
        if user is not None:
            session.update({"_user_id": user_id, "_fresh": False, _SERIES: [series, user_id]})
            flask_login.user_loaded_from_cookie.send(_app(), user=user)
        return user

    # --- as a response leaves --------------------------------------------------------------------

    def _update_remember_cookie(self, response: Response) -> Response:
        operation = session.pop("_remember") if "_remember" in session else None
        if operation == "set" and "_user_id" in session and self._set_cookie(response):
            return response
        if operation == "clear" or self._is_anothers():
            self._clear_cookie(response)
        else:
            self._answer(response)
        return response

    def _set_cookie(self, response: Response) -> bool:
        """Begin a series for who has just signed in, in the place of any before; tells whether it was kept."""
        expires, remembering = self._expires(), _remembering()
        user_id = str(session["_user_id"])
        begun = remembering.begin(user_id, remember_cookie.terms(_seconds()), _label())
        if begun is None:
            return False
        self._end_series()
        session[_SERIES] = [begun.id, user_id]
        set_cookies(response, [remember_cookie.sent(begun.payload, expires)])
        return True

    def _clear_cookie(self, response: Response) -> None:
        self._end_series()
        session.pop(_SERIES, None)
        set_cookies(response, [remember_cookie.expired()])

    def _answer(self, response: Response) -> None:
        """What a browser is to be told that was let in or refused, or whose cookie is to last longer."""
        told: _Return | None = g.pop("cookiesafe_return", None)
        if told is None:
            if remember_cookie.refreshes() and _SERIES in session:
                self._refresh(response)
        elif told.forget:
            set_cookies(response, [remember_cookie.expired()])
        elif told.payload is not None and _remembering().now <= told.send_until:
            lines = [remember_cookie.sent(told.payload, told.lasts_until)]
            if told.reader is not None:
                lines += remember_cookie.expired_elsewhere(told.reader)
            set_cookies(response, lines)

    def _refresh(self, response: Response) -> None:
        """Let the cookie last longer, unless the browser has yet to come back for a newer one."""
        presented, row = remember_cookie.presented(), _remembering().prolong(_key())
        if row is not None and (presented is None or presented.gen == row.gen):
            token = payload(row.mac_key, raw(session[_SERIES][0]), row.gen)
            expires = self._expires() - _seconds() + idle_of(row)
            set_cookies(response, [remember_cookie.sent(token, expires)])

    def _is_anothers(self) -> bool:
        """Whether the browser is remembered for somebody else than who is signed in now, or for who has signed out."""
        user_id, goes_with = session.get("_user_id"), session.get(_SERIES)
        if goes_with is not None:
            return user_id is None or goes_with[1] != str(user_id)
        presented = None if user_id is None else remember_cookie.presented()
        if presented is None:
            return False
        standing = _remembering().standing(presented.key, str(user_id))
        if standing == "holds":
            session[_SERIES] = [text(presented.series), str(user_id)]
        return standing == "ended"

    def _end_series(self) -> None:
        """Whatever this browser is remembered by."""
        presented = remember_cookie.presented()
        keys = {presented.key} if presented else set()
        if _SERIES in session:
            keys.add(_key())
        for key in keys:
            _remembering().end(key)

    def _expires(self) -> int:
        """Until when Flask-Login would let a cookie last that it sets now, in unix seconds."""
        asked = _Asked()
        super()._set_cookie(asked)
        return int(asked.expires.replace(tzinfo=UTC).timestamp())


class _Asked:
    """Stands for a response where only what Flask-Login works out is wanted."""

    expires: datetime

    def set_cookie(self, name: str, *, expires: datetime, **_: Any) -> None:
        self.expires = expires


def login_remembered() -> bool:
    """Whether the current login is remembered, as Flask-Login's function of this name tells of its own cookies."""
    return session.get("_remember") != "clear" and remember_cookie.presented() is not None


def _app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def _seconds() -> int:
    """For how long who is signed in is remembered."""
    return int(session.get("_remember_seconds", remember_cookie.lasts()))


def _key() -> str:
    """What the store finds the session's series by."""
    return key_of(raw(session[_SERIES][0]))


def _remembering() -> Remembering:
    remembering: Remembering = current_app.extensions[_EXTENSION]
    return remembering


def _label() -> str:
    return label_of(request.headers.get("User-Agent", ""))
