"""All ways, in the order of the table in docs/leaks.md."""

from __future__ import annotations

from tests.leaks.way import Way
from tests.leaks.ways.beyond import BEYOND
from tests.leaks.ways.documents import DOCUMENTS, FRAMED
from tests.leaks.ways.elements import ELEMENTS
from tests.leaks.ways.frames import FRAMES
from tests.leaks.ways.headers import HEADERS
from tests.leaks.ways.hints import HINTS
from tests.leaks.ways.scripts import CALLS, MADE
from tests.leaks.ways.spellings import SPELLINGS
from tests.leaks.ways.styles import STYLES
from tests.leaks.ways.workers import WORKERS

CHAPTERS: dict[str, tuple[Way, ...]] = {
    "Elements": ELEMENTS,
    "Spellings": SPELLINGS,
    "Hints, refreshes and what a visitor sets off": HINTS,
    "Style sheets": STYLES,
    "Documents that are not HTML": DOCUMENTS,
    "Frames of every type": FRAMED,
    "Frames and popups without an address": FRAMES,
    "Calls of scripts": CALLS,
    "What scripts make and write": MADE,
    "Workers": WORKERS,
    "Headers": HEADERS,
    "Beyond": BEYOND,
}
WAYS: tuple[Way, ...] = tuple(way for ways in CHAPTERS.values() for way in ways)
