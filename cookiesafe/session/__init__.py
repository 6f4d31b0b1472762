"""The session: a mapping of JSON values, kept for one browser from one request to the next."""

from .cookie import Identity, Reference, SessionCookie, Stored, the_one
from .mapping import Session
from .terms import LEEWAY, MAX_COOKIE_BYTES, SessionTerms
from .vouched import Vouched

__all__ = [
    "LEEWAY",
    "MAX_COOKIE_BYTES",
    "Identity",
    "Reference",
    "Session",
    "SessionCookie",
    "SessionTerms",
    "Stored",
    "Vouched",
    "the_one",
]
