"""What the visitor is shown: the banner, our pages, their words and their looks."""

from .notice import Notice

__all__ = ["Notice"]
