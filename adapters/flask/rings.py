"""The key rings of apps: one for each secret, made when it is first needed, since an app is given its key late."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cookiesafe.keys import KeyRing

if TYPE_CHECKING:
    from flask import Flask

MOST_APPS = 64


def ring_of(app: Flask) -> KeyRing:
    """Of ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``; a short key is taken, as Flask takes it, and logged.

    Raises ``WeakKey`` without one.
    """
    return _ring(app.secret_key or "", _fallbacks(app.config["SECRET_KEY_FALLBACKS"]))


def _fallbacks(keys: Iterable[str | bytes] | None) -> Any:
    """What can be looked up; a string in the place of a list is left for the ring to refuse."""
    return keys if isinstance(keys, (str, bytes)) else tuple(keys or ())


@lru_cache(MOST_APPS)
def _ring(key: str | bytes, fallbacks: tuple[str | bytes, ...]) -> KeyRing:
    return KeyRing(key, fallbacks, short="log")
