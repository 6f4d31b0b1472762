"""All that visitors are shown is said in their language: in one that nobody speaks, no word of English is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from cookiesafe.notice import Notice, announcement_text, language
from cookiesafe.notice.catalogue import Catalogue
from cookiesafe.notice.language import Language
from cookiesafe.sayings import say, say_in, say_many
from tests.languages.catalogues import ROOT, extracted, languages, messages, originals
from tests.support.spoken import LASTING, OWN, all_of, announced, saying

SHOWN = ("aria-label", "title", "alt", "placeholder", "data-label")
NOT_OURS = ("code", "style", "textarea", "time")
WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1) if chr(code).isalpha()}
"""Each letter of ASCII as another that looks like it."""
ASCII_WORD = re.compile(r"[A-Za-z]+")
KEPT_AS_IT_IS = re.compile(r"%\(\w+\)s|<[^<>]*>")
NO_WORDS = {"UTC", "el"}


def widened(text: str) -> str:
    kept = KEPT_AS_IT_IS.findall(text)
    parts = [each.translate(WIDE) for each in KEPT_AS_IT_IS.split(text)]
    return "".join(a + b for a, b in zip(parts, [*kept, ""], strict=True))


class Wide(Catalogue):
    """Says everything in letters that are no ASCII."""

    def gettext(self, message: str) -> str:
        return widened(message)

    def ngettext(self, one: str, several: str, num: int) -> str:
        return widened(one if num == 1 else several)

    def pgettext(self, context: str, message: str) -> str:
        return widened(message)

    def npgettext(self, context: str, one: str, several: str, num: int) -> str:
        return self.ngettext(one, several, num)


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> Notice:
    """A notice of a site in Greek, in that language."""
    monkeypatch.setattr(language, "catalogue", lambda name: Wide({}))
    return Notice(OWN, "/cookiesafe", LASTING)


def parsed(page: str) -> Element:
    """A parse error fails the test."""
    parser = html5lib.HTMLParser(strict=page.startswith("<!doctype"), namespaceHTMLElements=False)
    tree: Any = parser.parse(page)
    assert isinstance(tree, Element)
    return tree


def shown(element: Element) -> Iterator[str]:
    """What a visitor reads or hears of an element and what is in it."""
    for name in SHOWN:
        yield element.get(name, "")
    if element.tag not in NOT_OURS:
        yield element.text or ""
        for each in element:
            yield from shown(each)
    yield element.tail or ""


def english_in(page: str) -> set[str]:
    words = ASCII_WORD.findall(" ".join(shown(parsed(page))))
    return {each for each in words if each not in NO_WORDS and not each.endswith("example")}


def test_no_page_and_no_notice_has_a_word_of_english(wide: Notice) -> None:
    left = {name: english_in(page) for name, page in all_of(wide)}

    names = {"https", "gull", "tern", "pay", "example", *["hl", "ad", "ads", "cart"]}
    assert {name: words - names for name, words in left.items() if words - names} == {}


def test_the_letter_has_none_either(wide: Notice) -> None:
    letter = announcement_text(announced(), "https://www.example", language="el")

    words = set(ASCII_WORD.findall(f"{letter.subject} {letter.text}"))
    assert words <= {
        "https",
        "www",
        "example",
        "cookiesafe",
        "changes",
        "gull",
        "tern",
        "hl",
        "ad",
        "ads",
        "cart",
        "pay",
    }


TEMPLATES = sorted((ROOT / "cookiesafe/notice/templates").iterdir())
TRANSLATED = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
ATTRIBUTE = re.compile(rf'\b(?:{"|".join(SHOWN)})="([^"]*)"')
STYLE = re.compile(r"<style>.*?</style>")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.stem)
def test_no_template_has_words_that_are_not_translated(template: Path) -> None:
    text = CODE.sub("", TRANSLATED.sub("", template.read_text("utf-8")))
    text = STYLE.sub("", text)

    assert not ASCII_WORD.search(unescape("".join(ATTRIBUTE.findall(text))))
    assert not ASCII_WORD.search(re.sub(r"&\w+;", "", re.sub(r"<[^>]*>", "", text)))


SOURCES = sorted((ROOT / "cookiesafe/desk").glob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda each: each.stem)
def test_no_problem_is_said_in_words_that_are_not_translated(source: Path) -> None:
    text = source.read_text("utf-8")

    assert not re.search(r'\bproblem\(\s*asked,\s*\d+,\s*"', text)
    assert not re.search(r'\bwhy = \(?\s*f?"', text)


@pytest.mark.parametrize("tag", ["en", *languages()])
def test_every_page_and_notice_is_whole_in_every_language(tag: str) -> None:
    for name, page in all_of(Notice(OWN, "/cookiesafe", LASTING, tag)):
        tree = parsed(page)
        text = " ".join(shown(tree))

        assert "%(" not in text, name
        assert "{{" not in text, name
        assert "\0" not in text, name


@pytest.mark.parametrize("tag", ["en", "el", "ar"])
def test_no_text_of_the_site_is_taken_for_markup_in_any_language(tag: str) -> None:
    """In a language that it was not translated into, its HTML says which it is in; but not where it is an attribute."""
    hostile = "\"><img src=x onerror=alert(1)>' </title></section><script>"
    for name, page in all_of(Notice(saying(hostile), "/cookiesafe", LASTING, tag)):
        tree = parsed(page)

        assert not list(tree.iter("img")), name
        assert not list(tree.iter("script")), name
        assert "span lang" not in " ".join(shown(tree)), name


@pytest.mark.parametrize("tag", ["en", *languages()])
def test_no_key_of_a_message_is_shown_instead_of_it(tag: str) -> None:
    spoken = Language(tag)
    for message in messages(extracted()):
        if message.pluralizable:
            one, several = originals(message)
            assert spoken.plain(say_many(one, several, 3, **values(several)))
        elif message.context:
            said = spoken.plain(say_in(message.context, str(message.id)))
            assert message.context not in said
        else:
            said = spoken.plain(say(str(message.id), **values(str(message.id))))
            assert "%(" not in said


def values(text: str) -> dict[str, str]:
    return {name: "·" for name in re.findall(r"%\((\w+)\)s", text) if name != "num"}
