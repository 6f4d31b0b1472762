"""The table of all codes in docs/errors.md, and which they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cookiesafe import errors
from cookiesafe.events import KINDS

ROOT = Path(__file__).parents[2]
NAME = "errors.md"
START = "<!-- Made by `python -m tests.reference` from the code. -->\n"
END = "<!-- So far. -->\n"
_FOUND_BY = {"inspection": "cookiesafe check", "audit": "cookiesafe audit"}


def used() -> dict[str, set[str]]:
    """The codes in the code, each with the packages it stands in."""
    found = defaultdict(set)
    for top in ("cookiesafe", "adapters"):
        for path in sorted((ROOT / top).rglob("*.py")):
            for code in re.findall(r"\bCS\d{3}\b", path.read_text("utf-8")):
                found[code].add(path.relative_to(ROOT / top).parts[0])
    return found


def made() -> str:
    page = (ROOT / "docs" / NAME).read_text("utf-8")
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return before + START + "\n" + "\n".join(_table()) + "\n\n" + END + after


def _table() -> Iterator[str]:
    yield "| code | exception | event | found by |"
    yield "|---|---|---|---|"
    raised, told = _raised(), _told()
    for code, places in sorted(used().items()):
        row = (
            _linked(code),
            ", ".join(f"`{each}`" for each in raised.get(code, [])),
            ", ".join(f"`{each}`" for each in told.get(code, [])),
            ", ".join(f"`{command}`" for place, command in _FOUND_BY.items() if place in places),
        )
        yield f"| {' | '.join(row)} |"


def _linked(code: str) -> str:
    """Those of a policy's problems have a table of their own."""
    of_a_policy = "CS101" <= code <= "CS199"
    return f"[{code}]({'policy.md#problems' if of_a_policy else f'#{code.lower()}'})"


def _raised() -> dict[str, list[str]]:
    found = defaultdict(list)
    for name, one in vars(errors).items():
        if (
            isinstance(one, type)
            and issubclass(one, errors.CookieSafeError)
            and "code" in vars(one)
        ):
            found[one.code].append(name)
    found |= {code: ["PolicyError"] for code in used() if "CS101" <= code <= "CS199"}
    return found


def _told() -> dict[str, list[str]]:
    found = defaultdict(list)
    for kind in KINDS.values():
        for code in kind.codes:
            found[code].append(kind.name)
    return found
