"""What the visitor is shown: the banner, our pages, their words and their looks."""

from .contact import Reached
from .letter import Letter, announcement_text
from .lists import Device, Lasting, Version
from .notice import Notice
from .notices import Notices
from .receipts import Checked, Happening, Looked
from .rendering import at
from .script import script, script_version
from .shown import Shown
from .styles import Sheet
from .theme import THEME, Theme

__all__ = [
    "THEME",
    "Checked",
    "Device",
    "Happening",
    "Lasting",
    "Letter",
    "Looked",
    "Notice",
    "Notices",
    "Reached",
    "Sheet",
    "Shown",
    "Theme",
    "Version",
    "announcement_text",
    "at",
    "script",
    "script_version",
]
