"""Which tests show what: ``@pytest.mark.law("L-01")``, read from the source without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
_NEVER_SURE = {"skip", "skipif", "xfail"}


@dataclass(frozen=True)
class Marked:
    """A test and the requirements it says it shows. ``path`` is relative to ``tests``."""

    path: str
    name: str
    ids: tuple[str, ...]
    runs: bool
    """Whether pytest collects it, and nothing on it says that it may be passed over."""

    @property
    def words(self) -> str:
        return self.name.removeprefix("test_").replace("_", " ")


@cache
def marked(tests: Path = TESTS) -> tuple[Marked, ...]:
    """Every test with the mark, by file and then in its order. Raises ``ValueError`` where one is not on a test."""
    return tuple(
        each for file in sorted(tests.rglob("*.py")) for each in marked_in(file, _name(file, tests))
    )


def marked_in(file: Path, path: str) -> list[Marked]:
    source = file.read_text(encoding="utf-8")
    if "mark.law" not in source:
        return []
    tree = ast.parse(source)
    found = [each for test in _functions(tree) if (each := _marked(test, path)) is not None]
    marks = sum(_mark(node) == "law" for node in ast.walk(tree))
    if marks != len(found):
        raise ValueError(f"{path}: a mark for the law belongs on a test, once, with ids in quotes")
    return found


def _name(file: Path, tests: Path) -> str:
    return file.relative_to(tests).as_posix()


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def _marked(test: ast.FunctionDef, path: str) -> Marked | None:
    calls = [each for each in test.decorator_list if isinstance(each, ast.Call)]
    marks = {_mark(each.func): each for each in calls}
    bare = {_mark(each) for each in test.decorator_list}
    if "law" not in marks:
        return None
    values = [each.value for each in marks["law"].args if isinstance(each, ast.Constant)]
    ids = tuple(value for value in values if isinstance(value, str))
    if len(ids) != len(marks["law"].args):
        return None
    collected = test.name.startswith("test_") and Path(path).name.startswith("test_")
    runs = collected and _NEVER_SURE.isdisjoint({*marks, *bare}) and not _skips(test)
    return Marked(path, test.name, ids, runs)


def _mark(node: ast.AST) -> str | None:
    """``law`` of ``pytest.mark.law``."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pytest.mark":
        return node.attr
    return None


def _skips(test: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).startswith("pytest.skip(") for each in test.body)
