"""docs/options.md: every subcommand with its arguments and options, as ``--help`` has them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import typer

from cookiesafe.cli import app

from .prose import cell

NAME = "options.md"
INTRODUCTION = """\
What `cookiesafe SUBCOMMAND --help` says, all on one page. What each is for, with examples, is in [the command](command.md).
"""


def subcommands() -> dict[str, Any]:
    """All there are, by their whole names."""
    found: dict[str, Any] = {}
    for name, one in typer.main.get_command(app.app).commands.items():  # type: ignore[attr-defined]
        several = getattr(one, "commands", None)
        found |= (
            {f"{name} {each}": part for each, part in several.items()} if several else {name: one}
        )
    return found


def spelling(parameter: Any) -> str:
    """What it is called first."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return parameter.metavar or str(parameter.name).upper()


def made() -> str:
    parts = ["# Options of the command", INTRODUCTION.strip()]
    for name, one in subcommands().items():
        parts += [f"## `cookiesafe {name}`", _help(one.help), "\n".join(_rows(one))]
    return "\n\n".join(parts) + "\n"


def _help(text: str) -> str:
    """Its paragraphs, each on one line."""
    return "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))


def _rows(one: Any) -> Iterator[str]:
    yield "| | is | unless given | |"
    yield "|---|---|---|---|"
    for each in one.params:
        if each.name != "help":
            yield f"| {_spellings(each)} | {_kind(each)} | {_default(each)} | {cell(each.help)}{_often(each)} |"


def _spellings(parameter: Any) -> str:
    if parameter.param_type_name != "option":
        return f"`{spelling(parameter)}`"
    return ", ".join(f"`{each}`" for each in [*parameter.opts, *parameter.secondary_opts])


def _kind(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return "a flag"
    kind = parameter.type_descriptor.annotation
    [kind] = get_args(kind) or [kind]
    if issubclass(kind, Enum):
        return " or ".join(f"`{each.value}`" for each in kind)
    return {int: "a whole number", float: "a number", Path: "a file"}.get(kind, "text")


def _default(parameter: Any) -> str:
    if parameter.envvar:
        return f"`{parameter.envvar}`"
    if parameter.required:
        return "must be given"
    default = getattr(parameter.default, "value", parameter.default)
    return "" if default in (None, "", False) or callable(default) else f"`{default}`"


def _often(parameter: Any) -> str:
    many = parameter.multiple or parameter.nargs == -1
    return " May be given several times." if many and "several" not in parameter.help else ""
