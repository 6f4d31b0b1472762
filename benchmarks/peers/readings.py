"""What is told of what was measured: the words of a cell, and where it ranks. No browser is needed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

_DARK, _LIGHT = 96, 160
"""Of 255: the mean of red, green and blue up to which a ground is dark, and from which it is light."""
_SAME_PX = 1.0
_PLAIN = {
    "background-color": "ground",
    "background-image": "ground",
    "border-top-color": "edge",
    "border-top-style": "edge",
    "border-top-width": "edge",
    "border-top-left-radius": "corners",
    "box-shadow": "shadow",
    "color": "colour",
    "font-family": "font",
    "font-size": "font",
    "font-style": "font",
    "font-weight": "weight",
    "padding-left": "padding",
    "padding-top": "padding",
    "text-decoration-line": "underline",
}


@dataclass(frozen=True)
class Reading:
    """The words of a cell, and its rank: the lowest of a row is the best, and one without a rank is compared with none."""

    text: str
    rank: float | None = None


def whether(yes: bool, *, good: bool = True, note: str = "") -> Reading:
    text = "yes" if yes else "no"
    return Reading(f"{text}, {note}" if note else text, 0 if yes == good else 1)


def number(value: float) -> Reading:
    return Reading(f"{value:g}", value)


def kilobytes(size: int) -> Reading:
    """Of 1000 bytes."""
    return Reading(f"{size / 1000:.1f} KB", round(size / 1000, 1))


def bytes_of(*sizes: int) -> Reading:
    return Reading(" / ".join(f"{size} B" for size in sizes), sum(sizes))


def milliseconds(values: Sequence[float]) -> Reading:
    """The median, and beside it how far the values lie apart. Ranked in steps of 10 ms."""
    middle = median(values)
    text = (
        f"{middle:.0f} ms"
        if len(values) == 1
        else f"{middle:.0f} ms ({min(values):.0f}–{max(values):.0f})"
    )
    return Reading(text, round(middle, -1))


def shift(fast: float, slow: float) -> Reading:
    return Reading(f"{fast:.3f} / {slow:.3f}", round(fast, 3) + round(slow, 3))


def findings(places: Mapping[str, int]) -> Reading:
    """Of axe-core: each rule, and at how many places."""
    told = [rule if many == 1 else f"{rule} ×{many}" for rule, many in sorted(places.items())]
    return Reading(", ".join(told) or "0", sum(places.values()))


def stops(presses: int | None, most: int) -> Reading:
    """How often Tab is pressed until the focus is in the notice."""
    return Reading(f"more than {most}", most + 1) if presses is None else number(presses)


def trapped(inside: bool, usable: bool) -> Reading:
    """Whether Tab stays inside; and if so, whether a mouse could use the page meanwhile."""
    note = (
        ("the page looks and is usable" if usable else "the page is blocked for a mouse too")
        if inside
        else ""
    )
    return whether(inside, good=False, note=note)


def prominence(accept: Mapping[str, Any], reject: Mapping[str, Any]) -> Reading:
    """Whether two buttons look the same: by style, and by size where that is not the length of the words."""
    looks = ((name, accept["looks"][name], reject["looks"][name]) for name in accept["looks"])
    differ = {_PLAIN.get(name, name) for name, one, other in looks if one != other}
    if abs(accept["height"] - reject["height"]) > _SAME_PX:
        differ.add("height")
    wider = accept["width"] - reject["width"]
    if abs(wider) > _SAME_PX and abs(wider - (accept["text"] - reject["text"])) > _SAME_PX:
        differ.add("width")
    if differ:
        return whether(False, note=f"other {', '.join(sorted(differ))}")
    return whether(True, note="but for the length of the words" if abs(wider) > _SAME_PX else "")


def rendered(there: bool, styled: bool, violations: Sequence[str]) -> Reading:
    """How a notice stands under a Content-Security-Policy, and what of it the browser refused."""
    refused = f"{len(violations)} refused" if violations else ""
    if not there:
        return whether(False)
    if not styled:
        return Reading("unstyled", 1)
    return Reading(f"yes, {refused}" if refused else "yes", 0.5 if refused else 0)


def follows(light: Sequence[float], dark: Sequence[float]) -> Reading:
    """By the grounds behind the buttons on a light page and on a dark one, each as red, green and blue."""
    means = [sum(each) / 3 for each in (light, dark)]
    if means[0] >= _LIGHT and means[1] <= _DARK:
        return whether(True)
    if max(means) <= _DARK:
        return whether(False, note="dark on both")
    return whether(False, note="light on both" if min(means) >= _LIGHT else "the same on both")


def reached(controls: int, missed: int, cut: int) -> Reading:
    """How many controls, and how many pieces of text, cannot be brought into a small window."""
    told = [f"{missed} of {controls} controls not"] if missed else []
    told += [f"{cut} {'text' if cut == 1 else 'texts'} cut off"] if cut else []
    return Reading(", ".join(told) or "yes", missed + cut)


def mirrored(
    directions: Sequence[str], places: Sequence[Sequence[Mapping[str, float]]], label: str
) -> Reading:
    """By the direction of the text, and the order of buttons that stand in a row."""
    ordered = [_order(*each) for each in places]
    # Of buttons below each other only the direction tells.
    turned = directions[1] == "rtl" and (0 in ordered or ordered[0] == -ordered[1])
    arabic = any("\u0600" <= letter <= "\u06ff" for letter in label)
    note = "in Arabic" if arabic else f"and says “{label}”"
    return Reading(
        f"{'yes' if turned else 'no'}, {note}",
        (not turned) + (not arabic),
    )


def _order(one: Mapping[str, float], other: Mapping[str, float]) -> int:
    if abs(one["y"] - other["y"]) > _SAME_PX:
        return 0
    return 1 if one["x"] < other["x"] else -1


def revisited(ways: Sequence[Mapping[str, Any]]) -> Reading:
    """What can be pressed on the next page to come back to the choices."""
    if not ways:
        return Reading("none", 1)
    told = []
    for way in ways:
        where = "" if way["seen"] > 0.99 else f", {way['seen']:.0%} of it seen"
        told.append(f"“{way['label']}” {way['width']:.0f}×{way['height']:.0f}{where}")
    return Reading(", ".join(told), 0)
