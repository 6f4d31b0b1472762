"""Reading a policy from TOML: every problem with its line, what is wrong, and how to mend it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ..errors import PolicyError, Problem, did_you_mean
from .declared import Declaration
from .lifetimes import parse_lifetime
from .lines import LineMap
from .rules import breaches
from .shape import SECTIONS, SITE, Section, expected
from .translations import read_translations
from .words import MiswrittenError, kind_of, quoted

MAX_BYTES: Final = 1_000_000

_PLACE: Final = re.compile(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")
_LIFETIMES: Final = ("Seconds", "Seconds | None")
_SAMPLES: Final = {"str": '"…"', "tuple[str, ...]": '["…"]'}


def read_file(path: Path) -> str:
    """The text of the policy file at ``path``. Raises PolicyError (CS112) if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unreadable(
            path, f"the policy cannot be read: {reason}", "Check the path."
        ) from error
    if len(data) > MAX_BYTES:
        what = f"the policy is over {MAX_BYTES:,} bytes"
        raise _unreadable(path, what, "Check that this is the policy file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "the policy is not UTF-8 here"
        raise _unreadable(path, what, "Save the file as UTF-8.", line) from error


def _unreadable(path: Path, what: str, fix: str, line: int = 1) -> PolicyError:
    return PolicyError([Problem("CS112", (), what, fix, line)], str(path))


def read_toml(text: str, source: str) -> Declaration:
    """What ``text`` declares. Raises PolicyError with all problems, in the order of the file."""
    try:
        declaration, problems = _read(_tables(text, source))
        problems += _beyond(breaches(declaration), problems)
        if problems:
            lines = LineMap(text)
            located = [replace(each, line=lines.line_of(each.path)) for each in problems]
            raise PolicyError(sorted(located, key=lambda each: each.line or 0), source)
    except RecursionError:
        what = "not TOML that can be read: lists or tables are nested too deeply"
        problem = Problem("CS101", (), what, "A policy needs no more than five levels.", 1)
        raise PolicyError([problem], source) from None
    return declaration


def _beyond(found: Iterator[Problem], known: list[Problem]) -> list[Problem]:
    """Those of ``found`` that do not merely follow from a missing or mistyped value."""
    broken = {problem.path for problem in known if problem.code in ("CS103", "CS111")}
    return [
        problem
        for problem in found
        if not any(problem.path[:length] in broken for length in range(len(problem.path) + 1))
    ]


def _tables(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        # Besides its own error, tomllib lets int() refuse a number of more than 4300 digits.
        message = str(error)
    place = _PLACE.search(message)
    line = 1
    if place:
        line = int(place[1]) if place[1] else len(text.rstrip().split("\n"))
        message = message[: place.start()]
    fix = _syntax_fix(message, text.split("\n")[line - 1])
    raise PolicyError([Problem("CS101", (), f"not TOML: {message}", fix, line)], source)


def _syntax_fix(message: str, line: str) -> str:
    if message.startswith("Cannot"):
        return "Each table and each key may be written once."
    if line.lstrip().startswith("["):
        return 'Put a name with other marks than - and _ between quotes: [cookies."hl_ad*"].'
    if re.match(r"\s*lifetime", line):
        return 'Put it between quotes: lifetime = "90 days".'
    return 'Write key = "text", key = ["a", "list"], or a header such as [purposes.ads].'


def _read(tables: Mapping[str, Any]) -> tuple[Declaration, list[Problem]]:
    reader = _Reader()
    reader.check_keys(tables, ("site", *SECTIONS, "translations"), (), "table of a policy")
    site = reader.values(SITE, tables.get("site", {}), ("site",))
    entries = {name: reader.entries(name, section, tables) for name, section in SECTIONS.items()}
    translations = read_translations(tables.get("translations", {}), reader.problems)
    declared = Declaration(site=SITE.entry(**site), translations=translations, **entries)
    return declared, reader.problems


@dataclass(slots=True)
class _Reader:
    """Takes what has the right shape and notes the rest; what does not fit is left empty."""

    problems: list[Problem] = field(default_factory=list)

    def entries(self, name: str, section: Section, tables: Mapping[str, Any]) -> tuple[Any, ...]:
        table = self.table(tables.get(name, {}), (name,), f"Write [{section.title}].")
        return tuple(
            section.entry(**{section.id: key, **self.values(section, value, (name, key))})
            for key, value in table.items()
        )

    def values(self, section: Section, value: object, path: tuple[str, ...]) -> dict[str, Any]:
        """The fields of one entry, each of the type of its class."""
        table = self.table(value, path, f"Write [{section.title}] with keys below it.")
        self.check_keys(table, section.keys, path, f"key of a {section.noun}")
        values: dict[str, Any] = {}
        for name, key in section.keys.items():
            here = (*path, name)
            if name in table:
                fitting = self.value(key.kind, table[name], here)
            else:
                fitting = None
                if key.required and table is value:
                    self.missing(here, f"{section.noun} {quoted(path[-1])}", key.kind)
            if fitting is not None:
                values[name] = fitting
            elif key.required:
                values[name] = () if key.kind.startswith("tuple") else ""
        return values

    def missing(self, path: tuple[str, ...], named: str, kind: str) -> None:
        named = "the site" if path[0] == "site" else named
        what = f"{named} has no {path[-1]}"
        self.problems.append(Problem("CS103", path, what, f"Add {path[-1]} = {_SAMPLES[kind]}."))

    def value(self, kind: str, value: object, path: tuple[str, ...]) -> object:
        """``value`` as its field holds it, or None if it does not fit."""
        wanted, found = expected("str" if kind in _LIFETIMES else kind), kind_of(value)
        if found != wanted:
            what = f"{path[-1]} is {found}, expected {wanted}"
            self.problems.append(Problem("CS103", path, what, _type_fix(kind, path[-1])))
            return None
        if kind in _LIFETIMES:
            return self.lifetime(str(value), path)
        return tuple(value) if isinstance(value, list) else value

    def lifetime(self, text: str, path: tuple[str, ...]) -> int | None:
        try:
            return parse_lifetime(text)
        except MiswrittenError as flaw:
            self.problems.append(Problem("CS111", path, flaw.what, flaw.fix))
            return None

    def table(self, value: object, path: tuple[str, ...], fix: str) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        what = f"{quoted(path[-1])} is {kind_of(value)}, expected a table"
        self.problems.append(Problem("CS103", path, what, fix))
        return {}

    def check_keys(
        self,
        table: Mapping[str, Any],
        known: Mapping[str, Any] | tuple[str, ...],
        path: tuple[str, ...],
        named: str,
    ) -> None:
        for key in table:
            if key not in known:
                what = f"{quoted(key)} is no {named}"
                fix = did_you_mean(key, known)
                if path[:1] == ("cookies",) and isinstance(table[key], dict):
                    name = quoted(f"{path[-1]}.{key}")
                    fix = f"A name with dots stands between quotes: [cookies.{name}]."
                self.problems.append(Problem("CS102", (*path, key), what, fix))


def _type_fix(kind: str, key: str) -> str:
    match kind:
        case "Seconds" | "Seconds | None":
            return f'Write {key} = "90 days".'
        case "bool":
            return f"Write {key} = true, or leave it out."
        case "int":
            return f"Write {key} = 13, without quotes."
        case "tuple[str, ...]":
            return f'Write {key} = ["…"].'
        case _:
            return f'Write {key} = "…".'
