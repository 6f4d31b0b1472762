"""Consent: one visitor's choices, what follows from them, and the cookie that carries them."""

from .allowed import Allowed, Question, allowed, question
from .circumstances import Circumstances
from .consent import DAY, UNDECIDED, UNKNOWN, Consent, State, choose, holds, lapse, with_vendor
from .cookie import MOST_SWEEPS, SWEPT_DAYS, read, read_sweeps, write, write_sweeps

__all__ = [
    "DAY",
    "MOST_SWEEPS",
    "SWEPT_DAYS",
    "UNDECIDED",
    "UNKNOWN",
    "Allowed",
    "Circumstances",
    "Consent",
    "Question",
    "State",
    "allowed",
    "choose",
    "holds",
    "lapse",
    "question",
    "read",
    "read_sweeps",
    "with_vendor",
    "write",
    "write_sweeps",
]
