"""The suites: all parts at one of the two edges."""

from __future__ import annotations

from typing import Any

from ..asgi import ASGIClient
from ..client import Client
from ..wsgi import WSGIClient
from .carrying import Carrying
from .choices import Choices
from .faults import Faults
from .gate import Gate
from .logins import Logins
from .places import Places
from .sessions import Sessions
from .sockets import Life, Sockets


class FrameworkSuite(Gate, Sessions, Logins, Choices, Carrying, Faults, Places):
    """What holds on every framework. Derive from ``ASGISuite`` or ``WSGISuite``, and give it ``create_app``."""


class ASGISuite(FrameworkSuite, Life):
    """For an ASGI app."""

    def open(self, app: Any, root: str) -> Client:
        return ASGIClient(app, root=root)


class WebSocketSuite(ASGISuite, Sockets):
    """For an ASGI app with WebSockets.

    ``/live`` accepts, setting ``COOKIES``, sends ``told(visit, cookies)`` as JSON, and closes.
    """


class WSGISuite(FrameworkSuite):
    """For a WSGI app; what it does is validated (``wsgiref.validate``)."""

    def open(self, app: Any, root: str) -> Client:
        return WSGIClient(app, root=root)
