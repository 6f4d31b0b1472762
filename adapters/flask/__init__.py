"""For Flask: ``CookieSafeExtension``, ``visit`` and ``requires``.

``app.session_interface = SessionInterface()`` keeps Flask's settings, and what its sessions can hold; in
``cookiesafe.adapters.flask.login`` is what takes the place of Flask-Login.
"""

from __future__ import annotations

from cookiesafe.adapters.flask.extension import CookieSafeExtension, requires, visit
from cookiesafe.adapters.flask.interface import SessionInterface
from cookiesafe.adapters.flask.session import Session

__all__ = ["CookieSafeExtension", "Session", "SessionInterface", "requires", "visit"]
