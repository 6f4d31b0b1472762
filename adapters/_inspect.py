"""Which class the exchanges of an edge are of: with an inspector, one that tells of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cookiesafe.exchange import Exchange
    from cookiesafe.settings import Settings

E = TypeVar("E", bound="Exchange")


def exchanges(base: type[E], settings: Settings) -> type[E]:
    """``base`` itself without one, so that a site without an inspector pays nothing for it."""
    if settings.inspector is None:
        return base
    from cookiesafe.inspected import Inspected

    return type(f"Inspected{base.__name__}", (Inspected, base), {})
