"""What was shown when something was chosen, so that it can be shown again."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

TEXT = "\0text\0"
"""Stands in a page for the fingerprint of what it shows, as long as that is not known."""


def as_ascii(html: str) -> bytes:
    """For a page of the app's, in whatever encoding it has."""
    return html.encode("ascii", "xmlcharrefreplace")


class Shown(NamedTuple):
    """A layer as visitors saw it: ``text`` is the fingerprint of its ``html`` (32 hex digits of SHA-256).

    ``layout`` is where it stood (``top``, ``bottom``, ``corner`` or ``inline``, as a theme has it; ``page``: a page of
    its own; ``form``: first in a form), ``buttons`` are the buttons it had, in their order, ``language`` the tag of
    the language it spoke.
    """

    text: str
    html: str
    layout: str
    buttons: str
    language: str

    @classmethod
    def of(cls, html: str, layout: str, buttons: str, language: str) -> Shown:
        """What the ``html`` of a layer shows."""
        return cls(sha256(html.encode()).hexdigest()[:32], html, layout, buttons, language)
