"""For Starlette: ``requires`` for its endpoints, and what takes the place of its sessions.

``SessionMiddleware`` and ``Session`` are Starlette's, with what they lack. Change the import, and nothing else.
"""

from __future__ import annotations

from cookiesafe.adapters.starlette.requires import requires
from cookiesafe.adapters.starlette.sessions import Session, SessionMiddleware

__all__ = ["Session", "SessionMiddleware", "requires"]
