"""CookieSafe: what a visitor has not agreed to does not happen, and the browser itself is told so."""

from typing import TYPE_CHECKING

__all__ = [
    "BadCarry",
    "Carried",
    "CarryTerms",
    "CarryTooLarge",
    "CookieSafe",
    "CookieSafeError",
    "Event",
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
    "Theme",
    "ThemeError",
    "TooLate",
    "TrafficTerms",
    "UnknownName",
    "UsageError",
    "Visit",
    "WeakKey",
    "current_visit",
    "keys_from",
    "keys_from_env",
    "keys_from_file",
]

if TYPE_CHECKING:
    from .public import *
else:

    def __getattr__(name):
        """A public name. With the first all are imported, and all that a ``CookieSafe`` takes: an edge alone is without."""
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        public = import_module(f"{__name__}.public")
        globals().update({each: getattr(public, each) for each in __all__})
        return globals()[name]

    def __dir__():
        return sorted({*globals(), *__all__})
