"""What ``cookiesafe check`` does: an app is loaded, asked for its pages in this process, and held to rules.

Rules are functions that yield findings, by family in ``rules``. Each finding has a code, a place and a remedy.
"""

from .apps import App, find_app
from .checking import Asking, Report, answers_of, check
from .finding import Finding, Place

__all__ = ["App", "Asking", "Finding", "Place", "Report", "answers_of", "check", "find_app"]
