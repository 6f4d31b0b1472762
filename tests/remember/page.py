"""What docs/remember.md shows of the rules, made from them. ``python -m tests.remember.page`` writes it there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cookiesafe.remember import RULES, Rule, State
from cookiesafe.remember.series import GRACE

PAGE = Path(__file__).parents[2] / "docs" / "remember.md"
START = (
    "<!-- Made by `python -m tests.remember.page` from RULES in cookiesafe/remember/rules.py. -->\n"
)
END = "<!-- So far. -->\n"
_OTHERWISE = (
    ("[*]", "fresh", "the box is ticked at login"),
    ("fresh", "settled", f"{GRACE} s after the last new token"),
    ("fresh", "revoked", "signed out in this browser"),
    ("fresh", "outdated", "signed out everywhere"),
    ("settled", "expired", "no return for too long, or too old"),
    ("settled", "revoked", "signed out in this browser"),
    ("settled", "outdated", "signed out everywhere"),
)
"""What changes a login but a browser's return."""


def made() -> str:
    return "\n".join([START, *_diagram(), "", *_table(), "", END])


def within(text: str) -> str:
    """The part of the page that is made."""
    return text[text.index(START) : text.index(END) + len(END)]


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for start, end, why in _OTHERWISE:
        yield f"    {start} --> {end} : {why}"
    for (state, rule), tokens in _grouped().items():
        if rule.outcome != "refused":
            yield f"    {state} --> {_then(state, rule)} : {rule.name} ({' or '.join(tokens)})"
    yield "```"


def _then(state: State, rule: Rule) -> State:
    if rule.outcome == "stolen":
        return "revoked"
    return "fresh" if rule.step == "rotate" else state


def _table() -> Iterator[str]:
    yield "| the login is | the token is | rule | outcome | why, and what is done |"
    yield "|---|---|---|---|---|"
    for (state, rule), tokens in _grouped().items():
        event = f" Logged as `{rule.event}`." if rule.event else ""
        row = (state, ", ".join(tokens), rule.name, rule.outcome, rule.says + event)
        yield f"| {' | '.join(row)} |"


def _grouped() -> dict[tuple[State, Rule], list[str]]:
    grouped: dict[tuple[State, Rule], list[str]] = {}
    for (state, token), rule in RULES.items():
        grouped.setdefault((state, rule), []).append(token)
    return grouped


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.replace(within(page), made()), encoding="utf-8")
