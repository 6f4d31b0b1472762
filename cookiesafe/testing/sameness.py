"""That who rejects everything gets the same pages as everybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import unified_diff
from typing import Any, Final
from unittest.mock import patch

from cookiesafe.safe import CookieSafe
from cookiesafe.visit import Visit

from .client import Response
from .finding import safe_of
from .visitors import Visitor

_LIKE_A_SCRIPT: Final = {"sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "accept": "*/*"}
"""Asked for like this, nothing is put into a page and nothing in it is swapped: what comes is the app's own."""
_MOST_LINES: Final = 60
_NOISE: Final = (
    re.compile(r'(?<=\bnonce=)"[^"]*"'),
    re.compile(r'<input\b[^>]*\btype="hidden"[^>]*>'),
)
"""What is of one visitor alone, and no matter of consent: nonces, and the tokens in forms."""


def assert_same_for_rejecters(
    app: Any, paths: Iterable[str], *, safe: CookieSafe | None = None, ignore: Iterable[str] = ()
) -> None:
    """Fail with a diff unless who rejects everything gets of each path what they get who accept, or have not chosen.

    That is the status, where it leads, the type and the body. Nothing of ours is in it; what the policy declares as a
    feature is left to everybody while this looks (``can``, ``limited_notice``, ``requires(feature=…)``), so that it makes no
    difference. ``ignore`` are regular expressions for other parts that may differ. ``safe`` is the app's ``CookieSafe``,
    where that is not found from the app. Raises ``AssertionError``; ``UsageError`` where there is no ``CookieSafe``.
    """
    there = safe or safe_of(app)
    noise = (*_NOISE, *(re.compile(each, re.DOTALL) for each in ignore))
    asked = [paths] if isinstance(paths, str) else list(paths)
    assert asked, "no path was given: nothing is compared"
    found: list[str] = []
    with _with_all_features():
        for path in asked:
            found += _differences(app, there, path, noise)
    if found:
        # Raised, and not asserted: pytest would indent the diff.
        raise AssertionError("\n\n".join(["who rejects everything gets other pages:", *found]))


def _differences(
    app: Any, safe: CookieSafe, path: str, noise: Iterable[re.Pattern[str]]
) -> list[str]:
    def page_of(visitor: Visitor) -> list[str]:
        answer = visitor.client(app).get(path, headers=_LIKE_A_SCRIPT)
        assert answer.status != 404, f"there is nothing at {path}: nothing is compared"
        return _lines_of(answer, noise)

    rejecter = page_of(Visitor.rejecting(safe))
    others = {
        "accepts": page_of(Visitor.consenting(safe)),
        "is undecided": page_of(Visitor.undecided(safe)),
    }
    told: dict[tuple[str, ...], str] = {}
    for who, page in others.items():
        if page != rejecter:
            told.setdefault(tuple(page), who)
    return [_diff(path, who, list(page), rejecter) for page, who in told.items()]


def _lines_of(answer: Response, noise: Iterable[re.Pattern[str]]) -> list[str]:
    text = answer.body.decode("utf-8", "replace")
    for each in noise:
        text = each.sub("", text)
    head = [f"status: {answer.status}"]
    for name in ("location", "content-type"):
        head += [f"{name}: {value}" for value in answer.headers_of(name)]
    return [*head, "", *re.sub(r">\s*<", ">\n<", text).splitlines()]


def _diff(path: str, who: str, others: list[str], rejecter: list[str]) -> str:
    lines = list(
        unified_diff(
            others, rejecter, f"{path} for who {who}", f"{path} for who rejects", lineterm="", n=2
        )
    )
    more = len(lines) - _MOST_LINES
    return "\n".join([*lines[:_MOST_LINES], *([f"… and {more} lines more"] if more > 0 else [])])


@contextmanager
def _with_all_features() -> Iterator[None]:
    refusal = Visit.refusal

    def can(visit: Visit, feature: str) -> bool:
        visit._ask()
        return bool(visit._settings.policy.feature(feature))

    def refusing(visit: Visit, purpose: str | None = None, *, feature: str | None = None) -> Any:
        return refusal(visit, purpose) if feature is None else None

    with patch.object(Visit, "can", can), patch.object(Visit, "refusal", refusing):
        yield
