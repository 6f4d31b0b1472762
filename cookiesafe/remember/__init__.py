"""Remembered logins: one browser that a user asked to be remembered in, and what becomes of it at each return."""

from .label import label_of
from .rules import ATTEMPTS, RULES, Rule, Verdict, present
from .series import TOMBSTONE, Series, State, Terms, begin
from .token import Presented, parse

__all__ = [
    "ATTEMPTS",
    "RULES",
    "TOMBSTONE",
    "Presented",
    "Rule",
    "Series",
    "State",
    "Terms",
    "Verdict",
    "begin",
    "label_of",
    "parse",
    "present",
]
