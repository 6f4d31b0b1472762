"""What the visitor is shown: the banner, our pages, their words and their looks."""

from .contact import Reached
from .letter import Letter, announcement_text
from .lists import Device, Lasting, Version
from .notice import Notice
from .receipts import Checked, Happening, Looked
from .shown import Shown

__all__ = [
    "Checked",
    "Device",
    "Happening",
    "Lasting",
    "Letter",
    "Looked",
    "Notice",
    "Reached",
    "Shown",
    "Version",
    "announcement_text",
]
