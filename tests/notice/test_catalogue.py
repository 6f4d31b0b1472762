"""A compiled catalogue, asked as gettext's are."""

from __future__ import annotations

import pytest

from cookiesafe.notice.catalogue import IN, Catalogue, catalogue, texts

POLISH = Catalogue(
    {
        "Save": "Zapisz",
        f"a month{IN}May": "maj",
        "%(num)s page": ["strona", "strony", "stron"],
        f"shelf{IN}%(num)s book": ["książka", "książki", "książek"],
    },
    lambda num: 0 if num == 1 else 1 if num in (2, 3, 4) else 2,
)


def test_a_text_is_said_in_its_language() -> None:
    assert POLISH.gettext("Save") == "Zapisz"


def test_a_context_tells_two_apart_that_are_the_same_in_english() -> None:
    assert POLISH.pgettext("a month", "May") == "maj"
    assert POLISH.pgettext("another", "May") == "May"
    assert POLISH.gettext("May") == "May"


@pytest.mark.parametrize(("num", "said"), [(1, "strona"), (2, "strony"), (5, "stron")])
def test_what_is_counted_is_said_as_its_number_takes_it(num: int, said: str) -> None:
    assert POLISH.ngettext("%(num)s page", "%(num)s pages", num) == said


def test_what_is_counted_may_have_a_context_too() -> None:
    assert POLISH.npgettext("shelf", "%(num)s book", "%(num)s books", 3) == "książki"
    assert POLISH.npgettext("table", "%(num)s book", "%(num)s books", 3) == "%(num)s books"


def test_what_is_not_translated_is_said_in_english() -> None:
    assert POLISH.gettext("Reject all") == "Reject all"
    assert POLISH.ngettext("a day", "days", 1) == "a day"
    assert POLISH.ngettext("a day", "days", 0) == "days"


def test_english_needs_no_catalogue() -> None:
    assert len(catalogue("en")) == 0
    assert catalogue("en").ngettext("a day", "days", 2) == "days"


def test_a_language_that_is_there_has_all_texts() -> None:
    assert len(catalogue("de")) == len(texts()) > 400
