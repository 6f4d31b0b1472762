"""The gate: decides what passes, going out and coming in."""

from .cookies import CookieGate, Held
from .csp import content_security_policy
from .headers import HeaderGate, HeldField
from .hosts import HeldHost, HostGate, PageHosts
from .page import PageGate
from .sightings import Sightings

__all__ = [
    "CookieGate",
    "HeaderGate",
    "Held",
    "HeldField",
    "HeldHost",
    "HostGate",
    "PageGate",
    "PageHosts",
    "Sightings",
    "content_security_policy",
]
