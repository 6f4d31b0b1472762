"""Every catalogue is whole: each text is there, with what stands in it, in every number that the language has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from cookiesafe.notice.catalogue import catalogue, texts
from tests.languages.catalogues import (
    ROOT,
    TEMPLATE,
    UNREVIEWED,
    extracted,
    languages,
    listed,
    messages,
    originals,
    read,
    strings,
)

PAGE = ROOT / "docs/languages.md"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"<[^<>]*>")
DELICATE = re.compile(r"[\"<>&%]")
REVIEWED = re.compile(r"Reviewed by .+, \d{4}-\d\d-\d\d\.")
LONGEST_BUTTON = 24
"""Characters of what stands on one of two buttons side by side."""
BUTTONS = {"Reject all", "Accept all", "Reject", "Accept", "Keep off", "Turn on", "Load once"}

read_once = cache(read)


def keys(catalogue: Catalog) -> list[tuple[object, object]]:
    return [(each.context, each.id) for each in messages(catalogue)]


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each translation with the original of which it is one."""
    for message in messages(read_once(language)):
        for string in strings(message):
            yield originals(message)[-1], string


def spoken(language: str) -> Any:
    return catalogue(language)


def test_what_is_to_be_translated_is_what_the_code_says() -> None:
    with TEMPLATE.open("rb") as file:
        template = read_po(file)

    assert keys(template) == keys(extracted()), "run: python -m tests.languages"
    assert texts() == listed(extracted()), "run: python -m tests.languages"


def test_there_are_languages_to_be_checked() -> None:
    assert {"ar", "de"} <= set(languages())


def test_the_page_lists_the_languages_and_who_has_reviewed_them() -> None:
    listed = re.findall(
        r"^\| `(\w+)` \| ([\w ]+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    named = {"en": "English"} | {each: Locale.parse(each).english_name for each in languages()}

    assert {tag: name for tag, name, _ in listed} == named
    for tag, _, review in listed[1:]:
        assert (review == "not yet") is (UNREVIEWED in read_once(tag).header_comment)


@pytest.mark.parametrize("language", languages())
class TestEach:
    def test_it_has_all_texts_and_no_others(self, language: str) -> None:
        assert Counter(keys(read_once(language))) == Counter(keys(extracted()))

    def test_each_is_translated_and_none_is_a_guess(self, language: str) -> None:
        for message in messages(read_once(language)):
            assert all(each.strip() for each in strings(message)), message.id
            assert not message.fuzzy, message.id

    def test_it_has_every_number_of_the_language(self, language: str) -> None:
        catalogue = read_once(language)
        said = re.search(r"nplurals=(\d+)", catalogue.plural_forms)

        assert said
        assert catalogue.plural_forms == Catalog(locale=language).plural_forms
        for message in messages(catalogue):
            if message.pluralizable:
                assert len(strings(message)) == int(said[1]), message.id

    def test_what_stands_in_a_text_stands_in_its_translation(self, language: str) -> None:
        for message in messages(read_once(language)):
            for string in strings(message):
                found, wanted = (
                    Counter(PLACEHOLDER.findall(TAG.sub("", each)))
                    for each in (string, originals(message)[-1])
                )
                if message.pluralizable and not found["%(num)s"]:
                    del wanted["%(num)s"]
                assert found == wanted, string

    def test_a_number_is_left_out_only_where_it_is_always_the_same(self, language: str) -> None:
        plural = spoken(language).form
        numbers = [[n for n in range(2000) if plural(n) == form] for form in range(6)]
        for message in messages(read_once(language)):
            for form, string in enumerate(strings(message) if message.pluralizable else ()):
                assert "%(num)s" in string or len(numbers[form]) == 1, (form, string)

    def test_it_has_the_same_markup(self, language: str) -> None:
        for original, string in pairs(language):
            assert TAG.findall(string) == TAG.findall(original), string

    def test_nothing_in_it_can_be_taken_for_markup(self, language: str) -> None:
        for _, string in pairs(language):
            bare = TAG.sub("", PLACEHOLDER.sub("", string))
            assert not DELICATE.search(bare), string

    def test_no_text_begins_or_ends_with_a_blank_that_its_original_has_not(
        self, language: str
    ) -> None:
        for original, string in pairs(language):
            if original == original.strip():
                assert string == string.strip(), string
            assert "  " not in string
            assert "\n" not in string

    def test_what_stands_on_buttons_is_short(self, language: str) -> None:
        for original, string in pairs(language):
            if original in BUTTONS:
                assert len(string) <= LONGEST_BUTTON, string

    def test_it_says_whether_a_native_speaker_has_reviewed_it(self, language: str) -> None:
        comment = read_once(language).header_comment

        assert UNREVIEWED in comment or REVIEWED.search(comment)

    def test_what_a_site_reads_is_what_was_translated(self, language: str) -> None:
        found = spoken(language)
        for message in messages(read_once(language)):
            if message.pluralizable:
                said = [found.ngettext(*message.id, n) for n in range(200)]
                assert set(said) == set(strings(message)), "run: python -m tests.languages"
            elif message.context:
                assert found.pgettext(message.context, message.id) == message.string
            else:
                assert found.gettext(message.id) == message.string
