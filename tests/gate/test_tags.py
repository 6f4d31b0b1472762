"""What the attributes of a tag say."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.gate.page.tags import TagText, closes_itself, unescape

VALUES = {
    b"a&amp;b": "a&b",
    b"a&ampb": "a&ampb",
    b"a&amp=b": "a&amp=b",
    b"a&amp b": "a& b",
    b"a&amp": "a&",
    b"&notin;&notit;&not;&not": "∉&notit;¬¬",
    b"&#104;&#x68;&#X68;&#104&#x68 ": "hhhhh ",
    b"&#000000000000000000104;": "h",
    b"&#0;&#xD800;&#x110000;&#99999999999999999999;": "\ufffd" * 4,
    b"&#x80;&#x81;&#x9f;": "€\x81Ÿ",
    b"&#1;&#13;&#xFFFE;": "\x01\r\ufffe",
    b"&#;&#x;&;& &": "&#;&#x;&;& &",
    b"&colon;&NewLine;&Tab;&sol;": ":\n\t/",
    b"a\0b\xffc\xc3\xa9": "a\ufffdb\ufffdc\u00e9",
    b"a\r\nb\rc": "a\nb\nc",
}


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_what_a_value_comes_to(value: bytes) -> None:
    assert unescape(value) == VALUES[value]


@given(st.sampled_from(sorted(html.entities.html5)), st.sampled_from(["", ";", " ", "=", "a", "&"]))
def test_every_name_of_a_character_is_known(name: str, behind: str) -> None:
    text = f"&{name}{behind}"
    expected = html.unescape(text)
    if not name.endswith(";") and behind in ("=", "a"):
        expected = text

    assert unescape(text.encode()) == expected


@pytest.mark.parametrize(
    ("tag", "closes"),
    [(b"<svg/>", True), (b"<svg a=b />", True), (b"<svg a='b'/>", True), (b"<svg a=b/>", False)],
)
def test_which_tag_closes_itself(tag: bytes, closes: bool) -> None:
    assert closes_itself(tag) is closes


def test_the_first_attribute_of_a_name_counts() -> None:
    tag = TagText(b"<a x=1 X=2 =y=3 z w='&amp;'>", b"a")

    assert (tag[b"x"], tag[b"=y"], tag[b"z"], tag[b"w"], tag[b"none"]) == ("1", "3", "", "&", "")
    assert b"z" in tag
    assert b"none" not in tag
    assert tag.places([b"x"]) == [3, 7]
