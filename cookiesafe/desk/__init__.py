"""The desk: answers what is asked under our own path, takes the visitor's choice, and keeps other sites out of the app."""

from .asked import Asked, local_path
from .check import through_check
from .desk import answer
from .embed import EMBED
from .forms import keep_out

__all__ = ["EMBED", "Asked", "answer", "keep_out", "local_path", "through_check"]
