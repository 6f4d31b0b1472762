"""What the visitor is shown: the banner, our pages, their words and their looks."""

from .contact import Reached
from .lists import Device, Lasting, Version
from .notice import Notice
from .shown import Shown

__all__ = ["Device", "Lasting", "Notice", "Reached", "Shown", "Version"]
