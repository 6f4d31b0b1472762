"""How the notice looks and where it stands: what a site can choose, checked once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ..errors import Problem, ThemeError, did_you_mean
from .colour import Colour, contrast, nearest

Layout = Literal["top", "bottom", "corner", "inline"]
Side = Literal["light", "dark"]
Colours = str | tuple[str, str]
"""One colour as ``#rrggbb``, or two: in the light, and in the dark."""

SIDES: Final[tuple[Side, Side]] = ("light", "dark")
_CHOICES: Final[Mapping[str, tuple[object, ...]]] = {
    "layout": ("top", "bottom", "corner", "inline"),
    "scheme": ("auto", *SIDES),
    "first": ("reject", "accept"),
    "buttons": ("outlined", "filled"),
    "heading": (1, 2, 3, 4, 5, 6),
}
_WALLS: Final = ("modal", "wall", "overlay", "popup", "dialog", "center")
_LEAST: Final = {"text": 4.5, "brand": 4.5, "line": 3.0}
"""The contrast with the ground that texts need (WCAG 2.2, 1.4.3), and what borders do (1.4.11)."""
_GENERIC: Final = ("system-ui", "sans-serif", "serif", "monospace", "ui-sans-serif", "ui-serif")
_FAMILY: Final = re.compile(r"[^\W\d_][\w -]{0,63}")
_RADIUS: Final = re.compile(r"0|(?:\d{1,2}(?:\.\d{1,3})?|\.\d{1,3})(?:px|em)", re.ASCII)
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """How the notice looks. There is no setting that one of the two buttons alone would have.

    ``layout`` is where the banner stands: first in the page and in its flow (``top``), over its foot (``bottom``) or
    ``corner`` where there is room, or where the template has ``cookie_banner`` (``inline``). ``scheme`` follows the page
    (``auto``), or is ``light`` or ``dark`` whatever the page is. ``first`` is the button that stands first. Both are
    ``outlined`` or both ``filled``, in the ``brand`` colour, which links have too; without one it is that of the text.
    ``ground``, ``text``, ``line`` and ``brand`` are ``#rrggbb``, or two of them, for light and dark. ``font`` has
    families, ``radius`` is how round corners are, in ``em`` or ``px``, ``heading`` the level of the banner's (1 to 6).

    Raises ``ThemeError`` with every problem: CS520 for what is not written so, CS521 for texts that contrast less than
    4.5:1 with the ground, and lines less than 3:1, in any scheme.
    """

    layout: Layout = "top"
    scheme: Literal["auto", "light", "dark"] = "auto"
    first: Literal["reject", "accept"] = "reject"
    buttons: Literal["outlined", "filled"] = "outlined"
    brand: Colours | None = None
    ground: Colours = ("#ffffff", "#16181b")
    text: Colours = ("#1c1f23", "#f1f2f4")
    line: Colours = ("#6b7178", "#9aa1a9")
    font: str = "system-ui, sans-serif"
    radius: str = "0.375em"
    heading: int = 2

    def __post_init__(self) -> None:
        problems = list(_miswritten(self))
        # Only what is a colour can be compared.
        if not problems:
            problems = list(_too_faint(self))
        if problems:
            raise ThemeError(problems)

    @property
    def sides(self) -> tuple[Side, ...]:
        """The schemes that visitors may see it in."""
        return SIDES if self.scheme == "auto" else (self.scheme,)

    @property
    def order(self) -> tuple[str, str]:
        """The two buttons, as they stand."""
        return ("reject", "accept") if self.first == "reject" else ("accept", "reject")

    def colour(self, name: str, side: Side) -> Colour:
        """The colour of this name in a scheme."""
        given: Colours | None = getattr(self, name)
        if given is None:
            return self.colour("text", side)
        return Colour.parse(given if isinstance(given, str) else given[SIDES.index(side)])

    @property
    def families(self) -> str:
        """``font`` as CSS has it."""
        names = (each.strip().strip("\"'") for each in self.font.split(","))
        return ",".join(each if each in _GENERIC else f'"{each}"' for each in names)


def _miswritten(theme: Theme) -> Iterator[Problem]:
    for name, known in _CHOICES.items():
        value = getattr(theme, name)
        if value not in known or isinstance(value, (bool, float)):
            yield _no_choice(name, value, known)
    for name in ("brand", "ground", "text", "line"):
        value = getattr(theme, name)
        if not _are_colours(value) and not (name == "brand" and value is None):
            fix = f'Write {name}="#1a5fb4", or two, for light and dark: ("#1a5fb4", "#99c1f1").'
            yield Problem("CS520", (name,), f"{_quoted(value)} is no colour or pair of them", fix)
    if not _are_families(theme.font):
        fix = 'Write font="Inter, sans-serif": names of letters, digits, blanks and dashes.'
        yield Problem("CS520", ("font",), f"{_quoted(theme.font)} is no list of fonts", fix)
    if not _RADIUS.fullmatch(str(theme.radius)):
        fix = 'Write radius="0", "6px" or "0.375em".'
        yield Problem("CS520", ("radius",), f"{_quoted(theme.radius)} is no radius", fix)


def _no_choice(name: str, value: object, known: tuple[object, ...]) -> Problem:
    fix = did_you_mean(str(value), map(str, known))
    if name == "layout" and value in _WALLS:
        fix = 'Nothing may stand between a visitor and the page: take "top", "bottom" or "corner".'
    return Problem("CS520", (name,), f"there is no {name} {_quoted(value)}", fix)


def _too_faint(theme: Theme) -> Iterator[Problem]:
    for name, least in _LEAST.items():
        if name == "brand" and theme.brand is None:
            continue
        ratios = {side: _ratio(theme, name, side) for side in theme.sides}
        faint = [side for side, ratio in ratios.items() if ratio < least]
        if faint:
            seen = " and ".join(
                f"{theme.colour(name, side)} on {theme.colour('ground', side)}, {side}, has a "
                f"contrast of {_told(ratios[side])}:1"
                for side in faint
            )
            yield Problem("CS521", (name,), f"{seen}; it needs {least:g}:1", _mend(theme, name))


def _ratio(theme: Theme, name: str, side: Side) -> float:
    return contrast(theme.colour(name, side), theme.colour("ground", side))


def _told(ratio: float) -> str:
    """With two digits, and never rounded up to what is enough."""
    return f"{int(ratio * 100) / 100:.2f}"


def _mend(theme: Theme, name: str) -> str:
    near = [
        str(nearest(theme.colour(name, side), theme.colour("ground", side), _LEAST[name]))
        for side in theme.sides
    ]
    value = f'"{near[0]}"' if len(set(near)) == 1 else f'("{near[0]}", "{near[1]}")'
    return f"The nearest that has it: {name}={value}."


def _are_colours(value: object) -> bool:
    pair = (value,) if isinstance(value, str) else value
    if not isinstance(pair, tuple) or (len(pair) != len(SIDES) and not isinstance(value, str)):
        return False
    try:
        return all(isinstance(each, str) and Colour.parse(each) for each in pair)
    except ValueError:
        return False


def _are_families(value: object) -> bool:
    if not isinstance(value, str):
        return False
    names = [re.sub(r"""^(["'])(.*)\1$""", r"\2", each.strip()) for each in value.split(",")]
    return all(_FAMILY.fullmatch(each) for each in names)


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


THEME: Final = Theme()
