"""A declaration as JSON, to be kept: whoever agreed to it can be shown later what it said."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any, Final

from ..errors import Problem
from .declared import Declaration
from .shape import SECTIONS, SITE, Section, misfits
from .translations import read_translations, tables_of
from .words import MiswrittenError, kind_of, quoted

_FIX: Final = "Give it a text that to_json wrote, of this version or an earlier one."


def to_json(declaration: Declaration) -> str:
    """``declaration`` as canonical JSON: ASCII, no spaces, sorted keys, without unused keys."""
    tables: dict[str, object] = {
        "site": _entry(declaration.site),
        **{name: [_entry(each) for each in getattr(declaration, name)] for name in SECTIONS},
    }
    tables["translations"] = tables_of(declaration.translations)
    used = {name: table for name, table in tables.items() if table}
    return json.dumps(used, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _entry(entry: Any) -> dict[str, object]:
    unused = {field.name: field.default for field in fields(entry)}
    return {name: value for name, value in asdict(entry).items() if value != unused[name]}


def from_json(text: str) -> Declaration:
    """What ``to_json`` wrote. Raises ValueError for anything else, unknown keys among it."""
    try:
        tables = json.loads(text)
    except (ValueError, RecursionError):
        raise MiswrittenError("a kept policy is not JSON", _FIX) from None
    if not isinstance(tables, dict):
        raise MiswrittenError(f"a kept policy is {kind_of(tables)}", _FIX)
    _check_keys("policy", tables, {"site", *SECTIONS, "translations"})
    problems: list[Problem] = []
    declaration = Declaration(
        site=_read(SITE, tables.get("site")),
        translations=read_translations(tables.get("translations", {}), problems),
        **{name: _read_all(section, tables.get(name, [])) for name, section in SECTIONS.items()},
    )
    for problem in (*problems, *misfits(declaration)):
        raise MiswrittenError(f"in a kept policy, {'.'.join(problem.path)}: {problem.what}", _FIX)
    return declaration


def _read_all(section: Section, entries: object) -> tuple[Any, ...]:
    if not isinstance(entries, list):
        raise MiswrittenError(f"{section.title} of a kept policy is {kind_of(entries)}", _FIX)
    return tuple(_read(section, entry) for entry in entries)


def _read(section: Section, entry: object) -> Any:
    if not isinstance(entry, dict):
        raise MiswrittenError(f"a {section.noun} of a kept policy is {kind_of(entry)}", _FIX)
    _check_keys(section.noun, entry, {field.name for field in fields(section.entry)})
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}
    try:
        return section.entry(**values)
    except TypeError:
        raise MiswrittenError(f"a {section.noun} of a kept policy lacks a key", _FIX) from None


def _check_keys(noun: str, entry: dict[str, object], known: set[str]) -> None:
    unknown = sorted(entry.keys() - known)
    if unknown:
        what = f"{quoted(unknown[0])} is no key of a {noun} that this version knows"
        raise MiswrittenError(what, "It was written by a later version: use that one.")
