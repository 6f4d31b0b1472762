"""What the inspector looks like: at the end of a page, and on one of its own. In English: it is for who develops the site."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from urllib.parse import quote

import jinja2

from ..templates import templates_of
from .story import Story


def fragment(stories: Sequence[Story], root: str, own_paths: str) -> bytes:
    """The newest first, to stand last in a page; ASCII. ``own_paths`` is where our pages live, below ``root``."""
    html = _rendered("fragment.html", stories, root, own_paths)
    return html.encode("ascii", "xmlcharrefreplace")


def page(stories: Sequence[Story], root: str, own_paths: str) -> bytes:
    """All that are kept, the newest first."""
    return _rendered("inspector.html", stories, root, own_paths).encode()


@cache
def style() -> bytes:
    """The style sheet of both."""
    return files(__package__).joinpath("inspector.css").read_bytes()


@cache
def style_version() -> str:
    """What its address ends with, so that a browser asks for it once."""
    return hashlib.sha256(style()).hexdigest()[:12]


def _rendered(template: str, stories: Sequence[Story], root: str, own_paths: str) -> str:
    base = f"{quote(root)}{own_paths}"
    return (
        _templates()
        .get_template(template)
        .render(
            stories=stories,
            inspector=f"{base}inspector",
            style=f"{base}inspector.css?v={style_version()}",
            home=f"{quote(root)}/",
        )
    )


@cache
def _templates() -> jinja2.Environment:
    templates = templates_of("cookiesafe.inspector", lstrip_blocks=True)
    templates.filters["clock"] = _clock
    return templates


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S} UTC"
