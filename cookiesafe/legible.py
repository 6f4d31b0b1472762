"""What a stranger's text is shown as."""

from __future__ import annotations

LONGEST = 80


def legible(text: str, longest: int = LONGEST) -> str:
    """Short, and without what cannot be seen, or turns a line around."""
    shown = "".join(each if each.isprintable() else "\ufffd" for each in text[:longest])
    return shown if len(text) <= longest else f"{shown}…"
