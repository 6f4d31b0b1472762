"""All rules, by family. A rule is a function that yields what it finds; a new family is one more entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from . import answers, declared, order, security, wording
from .finding import Finding, Place
from .subject import Subject

Rule = Callable[[Subject], Iterator[Finding]]
FAMILIES: Final[Mapping[str, Sequence[Rule]]] = {
    "policy": declared.RULES,
    "words": wording.RULES,
    "security": security.RULES,
    "order": order.RULES,
    "answers": answers.RULES,
}


def inspect(subject: Subject) -> list[Finding]:
    """All that is wrong, by family, and within one in the order of its rules. What several answers have is told once."""
    found: dict[tuple[str, str, Place | None], Finding] = {}
    for family, rules in FAMILIES.items():
        for each in (finding for rule in rules for finding in rule(subject)):
            place = None if family == "answers" else each.place
            found.setdefault((each.code, each.about, place), each)
    return list(found.values())
