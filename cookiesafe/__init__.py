"""CookieSafe: what a visitor has not agreed to does not happen, and the browser itself is told so."""

from .errors import (
    CookieSafeError,
    NotStorable,
    PolicyError,
    SessionTooLarge,
    SettingError,
    StoreError,
    TooLate,
    UnknownName,
    UsageError,
    WeakKey,
)
from .policy import Policy
from .safe import CookieSafe
from .visit import Visit, current_visit

__all__ = [
    "CookieSafe",
    "CookieSafeError",
    "NotStorable",
    "Policy",
    "PolicyError",
    "SessionTooLarge",
    "SettingError",
    "StoreError",
    "TooLate",
    "UnknownName",
    "UsageError",
    "Visit",
    "WeakKey",
    "current_visit",
]
