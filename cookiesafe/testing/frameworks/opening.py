"""What all parts of the suite stand on: a browser at the site."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.safe import CookieSafe

from ..client import Client
from ..site import KEY, Clock, policy


class Opening(ABC):
    """Makes the app, and a browser at it."""

    @abstractmethod
    def create_app(self, safe: CookieSafe) -> Any:
        """The site in your framework, behind ``safe``'s middleware; what it has is in ``cookiesafe.testing.site``.

        ==========================  =====================================================================
        ``GET /``                   ``PAGE``, which sets ``COOKIES``
        ``GET /stream``             ``CHUNKS``, as they are, one after the other, as HTML
        ``GET /hello/NAME``         ``hello(name)``, as HTML
        ``GET /style.css``          ``STYLE``, with ``PUBLIC`` as its ``Cache-Control``
        ``GET /told``               ``told(visit, cookies)``, as JSON
        ``GET /fail``               puts something into the session, and raises ``AppError``
        ``POST /keep``              has the session hold what the form says, and nothing else
        ``POST /sign-in``           signs the form's ``user`` in, who is remembered if there is a field ``stay``
        ``POST /sign-out``          signs out, everywhere if there is a field ``everywhere``
        ``POST /order``             ``order(visit, form)``, as HTML
        ==========================  =====================================================================

        The first three that are posted are answered with 303, and lead to ``/told``. All else is left to the framework.
        """

    @abstractmethod
    def open(self, app: Any, root: str) -> Client:
        """A browser at an app that is mounted under ``root``."""

    def browser(self, *, root: str = "", **settings: Any) -> Client:
        """A browser at a new site, whose ``CookieSafe`` has these settings; ``self.clock`` moves its time."""
        self.clock = Clock()
        given: dict[str, Any] = {"secret_key": KEY, "store": MemoryStore(), "clock": self.clock}
        safe = CookieSafe(policy(), **(given | settings))
        client = self.open(self.create_app(safe), root)
        client.safe = safe
        return client
