"""Traffic: how often a site is used, counted for everybody together, and how visitors answer its notices."""

from .counting import Counting
from .figures import CUTS, FIGURES, LEAST, NOTICES, Cut, Figure
from .keeping import LATE, fold_days, keep, read, remove_old
from .left import Answer, Blocked, Done, HeldBack, Left, Press, Seen, Site, Unrecorded
from .report import EPOCH, Cells, Notices, Traffic, day_of, report
from .terms import TERMS, TrafficTerms

__all__ = [
    "CUTS",
    "EPOCH",
    "FIGURES",
    "LATE",
    "LEAST",
    "NOTICES",
    "TERMS",
    "Answer",
    "Blocked",
    "Cells",
    "Counting",
    "Cut",
    "Done",
    "Figure",
    "HeldBack",
    "Left",
    "Notices",
    "Press",
    "Seen",
    "Site",
    "Traffic",
    "TrafficTerms",
    "Unrecorded",
    "day_of",
    "fold_days",
    "keep",
    "read",
    "remove_old",
    "report",
]
