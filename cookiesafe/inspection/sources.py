"""The texts of a project, and on which line of them something stands."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from .finding import Place

SUFFIXES: Final = (".py", ".html", ".htm", ".jinja", ".jinja2", ".j2", ".js", ".mjs", ".css")
MOST_FILES: Final = 5_000
LARGEST: Final = 1_000_000
_NOT_OURS: Final = frozenset({"node_modules", "__pycache__", "site-packages", "tests", "test"})
_TEST: Final = re.compile(r"(?:test_.*|.*_test|conftest)\.py")


class Sources:
    """Texts by the paths that places name them by."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """Of each Python file that can be parsed."""
        found = {}
        for path, text in self.texts.items():
            if path.endswith(".py"):
                try:
                    found[path] = ast.parse(text)
                except (SyntaxError, ValueError, RecursionError):
                    continue
        return found

    def quoted(self, text: str) -> Place | None:
        """Where ``text`` first stands between quotes, whatever comes behind it there."""
        return self._search(re.compile(rf"""["'`]{re.escape(text)}(?![\w-])"""))

    def naming(self, text: str) -> Place | None:
        """Where ``text`` first stands, and is no part of a longer name."""
        return self._search(re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])"))

    def setting(self, cookie: str) -> Place | None:
        """Where a script first sets a cookie of that name."""
        return self._search(re.compile(rf"(?<![\w-]){re.escape(cookie)}\s*="))

    def calling(self, name: str) -> Place | None:
        """Where something of that name is first called in Python."""
        for path, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _last_name(node.func) == name:
                    return Place(path, node.lineno)
        return None

    def _search(self, pattern: re.Pattern[str]) -> Place | None:
        for path, text in self.texts.items():
            found = pattern.search(text)
            if found is not None:
                return Place(path, text.count("\n", 0, found.start()) + 1)
        return None


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def read_sources(root: Path, shown_from: Path, first: Sequence[Path] = ()) -> Sources:
    """What is below ``root``, without tests, virtual environments and what is not the project's own.

    Those that are to be searched ``first`` are, if they are there. Paths are as one would write them in ``shown_from``. What cannot be read is left out, and what is beyond
    ``MOST_FILES``.
    """
    texts: dict[str, str] = {}
    there = list(_paths(root))
    loaded = {each.resolve() for each in first}
    for path in sorted(there, key=lambda each: each.resolve() not in loaded):
        try:
            if path.stat().st_size <= LARGEST:
                texts[shown(path, shown_from)] = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if len(texts) >= MOST_FILES:
            break
    return Sources(texts)


def shown(path: Path, shown_from: Path) -> str:
    """A path as one would write it in a folder."""
    try:
        return path.resolve().relative_to(shown_from.resolve()).as_posix()
    except ValueError:
        return str(path)


def _paths(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            each
            for each in folders
            if each not in _NOT_OURS
            and not each.startswith(".")
            and not (here / each / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if name.endswith(SUFFIXES) and not _TEST.fullmatch(name):
                yield here / name
