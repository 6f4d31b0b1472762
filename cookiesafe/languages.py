"""Which languages there are, and which of them suits: language tags (BCP 47) and how they are looked up (RFC 4647)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

ENGLISH: Final = "en"
TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

_RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "ku-arab", "ps", "sd", "ug", "ur", "yi"})
_CALLED_SO_TOO: Final = {"iw": "he", "nn": "nb", "no": "nb"}
_TRADITIONAL: Final = frozenset({"hk", "mo", "tw"})
_LONGEST: Final = 400
_MOST_RANGES: Final = 20
_LONGEST_TAG: Final = 35
"""Characters, for all that any registry has (RFC 5646, section 4.4.1)."""
_RANGE: Final = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:[ \t]*;[ \t]*[qQ]=([01](?:\.[0-9]{0,3})?))?"
)


@cache
def catalogues() -> frozenset[str]:
    """The languages that the package speaks, by the names of their catalogues."""
    folders = files(__package__).joinpath("notice/locale").iterdir()
    return frozenset({ENGLISH, *(each.name for each in folders if each.is_dir())})


def catalogued(tag: str) -> str | None:
    """The catalogue for a language, itself or its nearest relation; ``None`` without one."""
    known = catalogues()
    return next((each for each in _wider(tag) if each in known), None)


def direction(tag: str) -> str:
    """Which way it is written: ``ltr`` or ``rtl``."""
    return "rtl" if any(each in _RIGHT_TO_LEFT for each in _wider(tag)) else "ltr"


def look_up(tag: str, offered: Sequence[str]) -> str | None:
    """The one ``offered`` that suits a tag best (RFC 4647, section 3.4), or else one of the same language."""
    if len(tag) > _LONGEST_TAG:
        return None
    known = {next(iter(_wider(each))): each for each in reversed(offered)}
    names = list(_wider(tag))
    for name in names:
        if name in known:
            return known[name]
    # Who reads pt-PT is better served by pt-BR than by another language.
    return next((each for each in offered if _wider_last(each) == names[-1]), None)


def accepted(field: str, offered: Sequence[str]) -> str | None:
    """The one ``offered`` that suits an ``Accept-Language`` best (RFC 9110, section 12.5.4); ``None`` where none does.

    Whatever comes, little of it is read.
    """
    ranges = []
    for each in field[:_LONGEST].split(",")[:_MOST_RANGES]:
        found = _RANGE.fullmatch(each.strip(" \t"))
        if found is not None:
            ranges.append((min(1.0, float(found[2] or 1)), found[1]))
    refused = {tag.lower() for quality, tag in ranges if not quality}
    for quality, tag in sorted(ranges, key=lambda each: -each[0]):
        if not quality:
            break
        if tag == "*":
            return next((each for each in offered if each.lower() not in refused), None)
        suits = look_up(tag, offered)
        if suits is not None and suits.lower() not in refused:
            return suits
    return None


def _wider(tag: str) -> Iterable[str]:
    """The tag, and what it becomes as it is cut from its end (RFC 4647, section 3.4), in lower case.

    Traditional Chinese does not become Chinese, which is written in simplified characters.
    """
    parts = tag.lower().split("-")
    parts[0] = _CALLED_SO_TOO.get(parts[0], parts[0])
    if parts[0] == "zh" and _TRADITIONAL.intersection(parts[1:2]):
        parts.insert(1, "hant")
    while parts:
        yield "-".join(parts)
        if parts == ["zh", "hant"]:
            return
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()


def _wider_last(tag: str) -> str:
    return list(_wider(tag))[-1]
