"""Checks that several rules share: each yields the problems of one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, TypeVar

from ..errors import Problem, did_you_mean
from .words import MiswrittenError, quoted

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

Path = tuple[str, ...]
T = TypeVar("T")


def declared_purpose(path: Path, purpose: str, known: set[str]) -> Iterator[Problem]:
    if purpose not in known:
        what = f"no purpose {quoted(purpose)} is declared"
        yield Problem("CS104", path, what, did_you_mean(purpose, known))


def check_id(path: Path, text: str) -> Iterator[Problem]:
    if not _ID.fullmatch(text):
        better = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
        fix = f"Write {quoted(better)}." if _ID.fullmatch(better) else "Write one such as ads."
        what = f"id {quoted(text)} is not 1 to 64 of a-z, 0-9 and _, with a letter first"
        yield Problem("CS108", path, what, fix)


def filled(path: Path, text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(
            "CS103", path, f"{path[-1]} is empty", "Visitors are shown it: write some words."
        )


def says_why(path: Path, named: str, why: str, fix: str) -> Iterator[Problem]:
    if not why.strip():
        what = f"{named} and does not say why"
        yield Problem("CS109", (*path, "why"), what, fix)


def well_written(
    code: str, path: Path, check: Callable[[T], object], value: T
) -> Iterator[Problem]:
    try:
        check(value)
    except MiswrittenError as flaw:
        yield Problem(code, path, flaw.what, flaw.fix)


def repeated(section: str, names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            what = f"{quoted(name)} is declared twice"
            yield Problem("CS113", (section, name), what, "Keep one of the two.")
        seen.add(name)


def one_of(path: Path, value: str, known: Collection[str]) -> Iterator[Problem]:
    if value not in known:
        what = f"no {path[-1]} {quoted(value)} is known"
        yield Problem("CS113", path, what, did_you_mean(value, known))
