"""Colours: how much two of them contrast, and which is the nearest that contrasts enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import hypot
from typing import Final, NamedTuple

_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_STEPS: Final = 500
"""In how many steps lightness goes from black to white where one is looked for."""
_HALVINGS: Final = 12


class Colour(NamedTuple):
    """An opaque colour of sRGB, each part from 0 to 255. As text it is ``#rrggbb``."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str) -> Colour:
        """From ``#rgb`` or ``#rrggbb``. Raises ``ValueError`` for anything else."""
        if not _HEX.fullmatch(text):
            raise ValueError(f"no colour: {text!r}")
        digits = text[1:] if len(text) > 4 else "".join(2 * digit for digit in text[1:])
        return cls(*bytes.fromhex(digits))

    @property
    def luminance(self) -> float:
        """Relative luminance (WCAG 2.2): from 0, black, to 1, white."""
        red, green, blue = map(_linear, self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def __str__(self) -> str:
        return f"#{bytes(self).hex()}"


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio (WCAG 2.2), from 1 to 21."""
    darker, lighter = sorted((one.luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colour: Colour, ground: Colour, ratio: float) -> Colour:
    """The colour of the same hue and the nearest lightness that contrasts so with ``ground``: ``ratio`` is 4.58 at most.

    In OKLCH, where equal steps look equal (CSS Color 4, section 9.3); what no sRGB screen shows gets less chroma.
    """
    lightness, a, b = _oklab(colour)
    for candidate in _by_distance(lightness):
        found = _shown(candidate, a, b)
        if contrast(found, ground) >= ratio:
            return found
    raise ValueError(ratio)


def _by_distance(lightness: float) -> Iterator[float]:
    """Lightnesses around one, the nearest first, to black and white."""
    for step in range(_STEPS + 1):
        for candidate in (lightness - step / _STEPS, lightness + step / _STEPS):
            if -1 / _STEPS < candidate < 1 + 1 / _STEPS:
                yield min(max(candidate, 0), 1)


def _shown(lightness: float, a: float, b: float) -> Colour:
    """What a screen shows of a colour: with as much of its chroma as sRGB has."""
    least, most = 0.0, 1.0
    part = most if _fits(_parts(lightness, a, b)) else least
    if part == least and hypot(a, b):
        for _ in range(_HALVINGS):
            part = (least + most) / 2
            fits = _fits(_parts(lightness, a * part, b * part))
            least, most = (part, most) if fits else (least, part)
        part = least
    return Colour(*(_byte(each) for each in _parts(lightness, a * part, b * part)))


def _fits(parts: tuple[float, float, float]) -> bool:
    return all(-0.001 <= each <= 1.001 for each in parts)


def _linear(part: int) -> float:
    value = part / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _byte(value: float) -> int:
    value = min(max(value, 0.0), 1.0)
    curved = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255 * curved)


def _oklab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = map(_linear, colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _parts(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    """Red, green and blue, linear, from OKLab."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
