"""docs/remember.md shows the rules as they are."""

from __future__ import annotations

from cookiesafe.remember import RULES
from tests.remember import page


def test_the_page_shows_the_rules_that_hold() -> None:
    text = page.PAGE.read_text(encoding="utf-8")

    assert page.within(text) == page.made(), "python -m tests.remember.page"


def test_every_rule_is_in_the_table() -> None:
    told = page.made()

    for rule in RULES.values():
        assert f"| {rule.name} | {rule.outcome} | {rule.says}" in told
