"""The gate: decides what passes, going out and coming in."""

from .cookies import CookieGate, Held
from .csp import content_security_policy
from .page import PageGate

__all__ = ["CookieGate", "Held", "PageGate", "content_security_policy"]
