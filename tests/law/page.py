"""docs/law.md, made from the requirements and the tests' marks."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from tests.law.marks import Marked, marked
from tests.law.requirements import REQUIREMENTS, SECTIONS, Requirement

PAGE = Path(__file__).parents[2] / "docs" / "law.md"
_START = """# What the law asks

<!-- Made by `python -m tests.law`, from tests/law/requirements.toml and the marks of the tests. -->

What laws and standards ask of consent, cookies and records, line by line, and the tests that show it. **This is no
legal advice.** It is one reading, in words of our own, as of 2026-11-22. The lines are *mapped* to tests; nobody has
certified the package against any of them, and using it makes no site lawful. Whether a site is depends on what it
declares, what it does with the data, and where; whoever answers for the site has to judge that.

**Shown by a test** means: the tests that are linked drive the package, and fail if it no longer does what the line
asks of a package. Their names say what is tried; those of `browser` and `leaks` try it in Chromium, those of `contract`
on ASGI and on WSGI. It does not mean that every way of breaking the line is tried. Where something is left that a
package cannot do or does not do, *what is left* says so.

Of {count} lines, {shown} are shown by {tests} tests. {unshown} are not, each with the reason.
"""
_HEAD = (
    "\n## {title}\n\n| | what is asked | where | shown by | what is left |\n|---|---|---|---|---|\n"
)


def made() -> str:
    """The whole page."""
    tests = marked()
    shown = {id for test in tests for id in test.ids}
    start = _START.format(
        count=len(REQUIREMENTS),
        shown=len(shown),
        tests=len(tests),
        unshown=len(REQUIREMENTS.keys() - shown),
    )
    return start + "".join(
        _HEAD.format(title=title) + "".join(_row(each, tests) for each in lines)
        for title, lines in SECTIONS.items()
    )


def _row(line: Requirement, tests: Iterable[Marked]) -> str:
    by_file = groupby((test for test in tests if line.id in test.ids), lambda test: test.path)
    links = "<br>".join(
        f"[{path}](../tests/{path}): {'; '.join(test.words for test in found)}"
        for path, found in by_file
    )
    return f"| {line.id} | {line.asks} | {line.source} | {links} | {line.reason} |\n"
