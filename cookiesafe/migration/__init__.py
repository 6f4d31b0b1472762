"""Reading, for a while, what other libraries wrote: nobody is signed out on the day of the change.

Each reader is named by the site, for one cookie and until one day. It only reads, nothing is decoded before its
signature was verified, and whatever fails is "nothing there", never a try with another reader's format
(CVE-2026-39324 was that).
"""

from .django import DjangoSession
from .flask import FlaskSession, TaggedFlaskSession
from .flask_login import FlaskLoginRemember
from .reader import Reader, in_force
from .signed import SessionReader
from .starlette import StarletteSession

__all__ = [
    "DjangoSession",
    "FlaskLoginRemember",
    "FlaskSession",
    "Reader",
    "SessionReader",
    "StarletteSession",
    "TaggedFlaskSession",
    "in_force",
]
