"""The desk: answers what is asked under our own path, and takes the visitor's choice."""

from .asked import Asked, Flow, local_path
from .check import through_check
from .desk import answer
from .embed import EMBED

__all__ = ["EMBED", "Asked", "Flow", "answer", "local_path", "through_check"]
