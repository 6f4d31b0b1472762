"""The gate: decides what passes, going out and coming in."""

from .cookies import CookieGate, Held
from .csp import content_security_policy
from .embeds import MAX_QUERY, Embeds, embed_query
from .findings import Findings
from .headers import HeaderGate, HeldField
from .hosts import HeldHost, HostGate, PageHosts
from .page import InLanguage, PageGate
from .sightings import Sightings
from .sweep import Place, sweep

__all__ = [
    "MAX_QUERY",
    "CookieGate",
    "Embeds",
    "Findings",
    "HeaderGate",
    "Held",
    "HeldField",
    "HeldHost",
    "HostGate",
    "InLanguage",
    "PageGate",
    "PageHosts",
    "Place",
    "Sightings",
    "content_security_policy",
    "embed_query",
    "sweep",
]
