"""Which class the exchanges of an edge are of: with an inspector, one that tells of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cookiesafe.errors import SettingError

if TYPE_CHECKING:
    from cookiesafe.exchange import Exchange, Safe

E = TypeVar("E", bound="Exchange")


def exchanges(base: type[E], safe: Safe) -> type[E]:
    """``base`` itself without one, so that a site without an inspector pays nothing for it.

    Raises ``SettingError`` for what is no ``CookieSafe``: app and safe may have changed places.
    """
    from cookiesafe.settings import Settings

    settings = getattr(safe, "settings", None)
    if not isinstance(settings, Settings):
        raise SettingError(
            f"safe={safe!r}, which is no CookieSafe",
            fix="Give the app first: CookieSafeMiddleware(app, CookieSafe(…)).",
        )
    if settings.inspector is None:
        return base
    from cookiesafe.inspected import Inspected

    return type(f"Inspected{base.__name__}", (Inspected, base), {})
