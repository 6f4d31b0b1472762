"""Finds an app by its name, and the ``CookieSafe`` of an app, as the command does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from cookiesafe.errors import UsageError
from cookiesafe.safe import CookieSafe

_NO_APP: Final = 'Say which it is: cookiesafe_app = "shop.web:app" in pytest\'s ini file, or a fixture of that name in conftest.py.'
_NO_SAFE: Final = "Say which it is: a fixture cookiesafe in conftest.py that returns it, or safe=…."


def app_at(where: str, folder: Path) -> Any:
    """The app at ``MODULE:APP``, seen from ``folder``; of nothing, Django's, where that is set up.

    Raises ``NoApp``, and ``UsageError`` where nothing is named.
    """
    if where:
        from cookiesafe.inspection.apps import find_app

        return find_app(where, folder).app
    settings = getattr(sys.modules.get("django.conf"), "settings", None)
    if settings is None or not settings.configured:
        raise UsageError("nobody has said which app it is", fix=_NO_APP)
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


def safe_of(app: Any) -> CookieSafe:
    """The ``CookieSafe`` that is around an app, or somewhere in it. Raises ``UsageError``."""
    from cookiesafe.inspection.layers import Walk

    safe = Walk(app).safe()
    if safe is None:
        raise UsageError(f"no CookieSafe is found in {type(app).__name__}", fix=_NO_SAFE)
    return safe
