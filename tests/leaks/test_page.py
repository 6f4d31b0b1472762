"""docs/leaks.md says what the corpus says."""

from __future__ import annotations

from tests.leaks import page


def test_the_page_is_what_the_corpus_makes() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.made(), (
        "python -m tests.leaks --write-docs"
    )
