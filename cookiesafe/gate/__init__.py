"""The gate: decides what passes, going out and coming in."""

from .cookies import CookieGate, Held
from .csp import content_security_policy
from .page import PageGate
from .sweep import Place, sweep

__all__ = ["CookieGate", "Held", "PageGate", "Place", "content_security_policy", "sweep"]
