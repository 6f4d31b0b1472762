"""The style sheets that visitors get: ours, in the site's theme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, NamedTuple

from .theme import THEME, Layout, Theme

_OF_LAYOUTS: Final[dict[Layout, tuple[str, ...]]] = {
    "top": (),
    "bottom": ("floating.css",),
    "corner": ("floating.css", "corner.css"),
    "inline": ("inline.css",),
}
_COMMENT: Final = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_THEMED: Final = "section.cookiesafe, body.cookiesafe, .cookiesafe-revisit"


class Sheet(NamedTuple):
    """A style sheet, and its ``version``, which changes when it does, so that it can be cached for good."""

    css: bytes
    version: str


class Sheets(NamedTuple):
    """``notice`` is of what is put into pages, and is all that those load; ``pages`` is of our own, beside it."""

    notice: Sheet
    pages: Sheet


@cache
def sheets(theme: Theme = THEME) -> Sheets:
    """Those of a site."""
    notice = [*map(_text, ("style.css", *_OF_LAYOUTS[theme.layout])), *_properties(theme)]
    return Sheets(_sheet("\n".join(notice)), _sheet(_text("pages.css")))


def _sheet(text: str) -> Sheet:
    """Out of reach of the site's own style: what is important in a layer comes before what is important in none.

    So the two buttons stay equal, and the banner stays what it is, whatever a page says of its buttons and headings (CSS
    Cascade 5, section 6.1). Every declaration of ours ends with a semicolon, and nothing else does.
    """
    rules = _COMMENT.sub("", text).replace(";", " !important;")
    css = f"@layer cookiesafe {{\n{rules}}}\n".encode()
    return Sheet(css, sha256(css).hexdigest()[:12])


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _properties(theme: Theme) -> Iterator[str]:
    """The theme as custom properties: plain, and where browsers know how, after the page's own scheme."""
    brand, ground = "var(--cookiesafe-brand)", "var(--cookiesafe-ground)"
    fill, label = (ground, brand) if theme.buttons == "outlined" else (brand, ground)
    first = theme.sides[0]
    yield _rule(
        f"color-scheme: {first};",
        *(f"--cookiesafe-{name}: {theme.colour(name, first)};" for name in _colours(theme)),
        *(["--cookiesafe-brand: var(--cookiesafe-text);"] if theme.brand is None else []),
        f"--cookiesafe-fill: {fill};",
        f"--cookiesafe-label: {label};",
        f"--cookiesafe-font: {theme.families};",
        f"--cookiesafe-radius: {theme.radius};",
    )
    if len(theme.sides) > 1:
        both = {
            name: [str(theme.colour(name, side)) for side in theme.sides]
            for name in _colours(theme)
        }
        yield "@supports (color: light-dark(#000, #fff)) {"
        yield _rule(
            "color-scheme: inherit;",
            *(
                f"--cookiesafe-{name}: light-dark({', '.join(pair)});"
                for name, pair in both.items()
            ),
        )
        yield "}\n"


def _colours(theme: Theme) -> tuple[str, ...]:
    return ("ground", "text", "line", *(["brand"] if theme.brand is not None else []))


def _rule(*declarations: str) -> str:
    return f"{_THEMED} {{ {' '.join(declarations)} }}"
