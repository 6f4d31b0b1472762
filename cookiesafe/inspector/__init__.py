"""The inspector: what the gate did on the last requests, for who develops the site."""

from .inspector import Inspector
from .pages import fragment, page, style, style_version
from .story import Row, State, Story, Title

__all__ = [
    "Inspector",
    "Row",
    "State",
    "Story",
    "Title",
    "fragment",
    "page",
    "style",
    "style_version",
]
