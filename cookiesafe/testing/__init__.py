"""What a site is tested with: visitors who have chosen, an audit of cookies, and whether all get the same pages:
docs/testing.md. pytest finds the fixtures by itself.

What a framework of your own is tested with, as those are that we know: docs/frameworks.md. Stores have theirs in
``cookiesafe.testing.stores``: docs/stores.md.

A test class that derives from ``ASGISuite`` or ``WSGISuite`` makes the suite's small site in its framework
(``create_app``), and pytest finds all tests in it. They need nothing but that app.
"""

from .asgi import ASGIClient
from .audit import CookieAudit
from .client import Client, Response
from .frameworks import ASGISuite, FrameworkSuite, WebSocketSuite, WSGISuite
from .sameness import assert_same_for_rejecters
from .visitors import Visitor
from .wsgi import WSGIClient

__all__ = [
    "ASGIClient",
    "ASGISuite",
    "Client",
    "CookieAudit",
    "FrameworkSuite",
    "Response",
    "Visitor",
    "WSGIClient",
    "WSGISuite",
    "WebSocketSuite",
    "assert_same_for_rejecters",
]
