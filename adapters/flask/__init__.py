"""For Flask: ``SessionInterface``, and in ``cookiesafe.adapters.flask.login`` what takes the place of Flask-Login's.

``app.session_interface = SessionInterface()`` keeps Flask's settings, and what its sessions can hold.
"""

from __future__ import annotations

from cookiesafe.adapters.flask.interface import SessionInterface
from cookiesafe.adapters.flask.session import Session

__all__ = ["Session", "SessionInterface"]
