"""The dashboard: what the operator of a site sees of what was counted, and of the ledger's proof."""

from .fairness import Sign, State, light, signs
from .figures import Metric, metrics
from .page import Told, as_csv, as_json, as_shown, page, style, style_version
from .period import LENGTHS, Period
from .proof import Proof, look_at_proof
from .table import Column, Table
from .tables import tables

__all__ = [
    "LENGTHS",
    "Column",
    "Metric",
    "Period",
    "Proof",
    "Sign",
    "State",
    "Table",
    "Told",
    "as_csv",
    "as_json",
    "as_shown",
    "light",
    "look_at_proof",
    "metrics",
    "page",
    "signs",
    "style",
    "style_version",
    "tables",
]
