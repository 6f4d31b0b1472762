"""The page gate: what is put into an HTML document, and what is taken out, as it streams by."""

from .gate import InLanguage, PageGate
from .judge import Swapped, Swaps
from .place import MAX_HELD_BACK

__all__ = ["MAX_HELD_BACK", "InLanguage", "PageGate", "Swapped", "Swaps"]
