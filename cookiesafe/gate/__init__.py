"""The gate: decides what passes, going out and coming in."""

from .cookies import CookieGate, Held
from .csp import content_security_policy
from .hosts import HeldHost, HostGate, PageHosts
from .page import PageGate

__all__ = [
    "CookieGate",
    "Held",
    "HeldHost",
    "HostGate",
    "PageGate",
    "PageHosts",
    "content_security_policy",
]
