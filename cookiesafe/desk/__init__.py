"""The desk: answers what is asked under our own path, and takes the visitor's choice."""

from .asked import Asked, Flow
from .desk import answer

__all__ = ["Asked", "Flow", "answer"]
