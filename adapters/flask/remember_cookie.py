"""The remember cookie as Flask-Login's settings have it: its name, its attributes, how long it lasts."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import current_app, request
from flask_login import config as defaults
from werkzeug.http import dump_cookie

from cookiesafe.adapters.flask.rings import MOST_APPS, ring_of
from cookiesafe.keys import KeyRing, Signer
from cookiesafe.migration import FlaskLoginRemember
from cookiesafe.remember import Presented, Terms
from cookiesafe.remember.cookie import RememberCookie
from cookiesafe.remember.series import CAP

_USE = "flask-remember"


def header() -> str:
    """The request's ``Cookie`` header."""
    found: str = request.environ.get("HTTP_COOKIE", "")
    return found


def presented() -> Presented | None:
    """What the browser shows of a series. Two that differ are nobody's: somebody else has set one of them."""
    return RememberCookie(_name(), _signer(), secure=False).presented(header())


def sent(payload: str, expires: int) -> str:
    """The ``Set-Cookie`` line of a payload, kept until then (unix seconds)."""
    return dump_cookie(_name(), _signer().sign(payload), expires=expires, **_attributes())


def expired() -> str:
    """The line that removes it, with all attributes that it was set with, or browsers may keep it."""
    return _expired(_name(), **_attributes())


def expired_elsewhere(reader: FlaskLoginRemember) -> list[str]:
    """The line that removes what Flask-Login has written, where ours does not take its place."""
    attributes = _attributes()
    place = (_name(), attributes["domain"], attributes["path"])
    if (reader.cookie, reader.domain, reader.path) == place:
        return []
    where = {"domain": reader.domain, "path": reader.path, "partitioned": reader.partitioned}
    return [_expired(reader.cookie, **attributes | where)]


def lasts() -> int:
    """For how many seconds a login is remembered, unless it says so itself."""
    duration = current_app.config.get("REMEMBER_COOKIE_DURATION", defaults.COOKIE_DURATION)
    return int(duration.total_seconds() if isinstance(duration, timedelta) else duration)


def terms(seconds: int) -> Terms:
    """Remembered for so long in all, or with ``REMEMBER_COOKIE_REFRESH_EACH_REQUEST`` so long without a return."""
    idle = max(1, min(seconds, CAP))
    return Terms(idle=idle, absolute=CAP if refreshes() else idle)


def refreshes() -> bool:
    return bool(current_app.config.get("REMEMBER_COOKIE_REFRESH_EACH_REQUEST"))


def _name() -> str:
    name: str = current_app.config.get("REMEMBER_COOKIE_NAME", defaults.COOKIE_NAME)
    return name


def _attributes() -> dict[str, Any]:
    config = current_app.config
    return {
        "domain": config.get("REMEMBER_COOKIE_DOMAIN"),
        "path": config.get("REMEMBER_COOKIE_PATH", "/"),
        "secure": config.get("REMEMBER_COOKIE_SECURE", defaults.COOKIE_SECURE),
        "httponly": config.get("REMEMBER_COOKIE_HTTPONLY", defaults.COOKIE_HTTPONLY),
        "samesite": config.get("REMEMBER_COOKIE_SAMESITE", defaults.COOKIE_SAMESITE),
    }


def _expired(name: str, **attributes: Any) -> str:
    return dump_cookie(name, "", max_age=0, expires=0, **attributes)


def _signer() -> Signer:
    return _made(ring_of(current_app), _name())


@lru_cache(MOST_APPS)
def _made(ring: KeyRing, name: str) -> Signer:
    return ring.signer(_USE, name)
