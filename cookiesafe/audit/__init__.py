"""What a site does in a browser, held to what it asked for and what it declares: the plan, the evidence, the findings, the report."""

from __future__ import annotations

from .evidence import Evidence, Kind, Moment, Sighting, Thing
from .findings import Finding, find
from .plan import Limits, Pages, Plan, Walk
from .published import Published, published
from .report import Picture, Report, Trouble, Walked

__all__ = [
    "Evidence",
    "Finding",
    "Kind",
    "Limits",
    "Moment",
    "Pages",
    "Picture",
    "Plan",
    "Published",
    "Report",
    "Sighting",
    "Thing",
    "Trouble",
    "Walk",
    "Walked",
    "find",
    "published",
]
