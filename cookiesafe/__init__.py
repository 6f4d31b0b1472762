"""CookieSafe: what a visitor has not agreed to does not happen, and the browser itself is told so."""

from .carry import Carried, CarryTerms
from .errors import (
    BadCarry,
    CarryTooLarge,
    CookieSafeError,
    NotFresh,
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
from .ledger.terms import LedgerTerms
from .policy import Policy, Regime
from .remember import Terms as RememberTerms
from .safe import CookieSafe
from .session import SessionTerms
from .visit import Visit, current_visit

__all__ = [
    "BadCarry",
    "Carried",
    "CarryTerms",
    "CarryTooLarge",
    "CookieSafe",
    "CookieSafeError",
    "LedgerTerms",
    "NotFresh",
    "NotStorable",
    "Policy",
    "PolicyError",
    "Regime",
    "RememberTerms",
    "SessionTerms",
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
