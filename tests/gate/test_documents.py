"""What a response is to a browser, by what it says of its type."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.gate.documents import DESTINATIONS, kind_of

PAGE, XML, PICTURE = (True, "html"), (True, "xml"), (False, "xml")
DOCUMENT, NEITHER = (True, None), (False, None)

KINDS = [
    ("text/html", PAGE),
    ("text/html; charset=utf-8", PAGE),
    ("TEXT/HTML;CHARSET=UTF-8", PAGE),
    (' text/html ; charset="utf-8"', PAGE),
    ("text/html; charset=", PAGE),
    ("text/html; charset=iso-8859-1", PAGE),
    ("text/html; charset=windows-1252", PAGE),
    ("text/html; charset=shift_jis", PAGE),
    ("text/html; charset=euc-jp", PAGE),
    ("text/html; charset=gb18030", PAGE),
    ("text/html; charset=big5", PAGE),
    ("text/html; charset=koi8-r", PAGE),
    ("text/html; boundary=utf-16", PAGE),
    ("text/html; xcharset=utf-16", PAGE),
    ("text/html;charset=utf-16", DOCUMENT),
    ("text/html; charset=UTF-16LE", DOCUMENT),
    ("text/html; charset = utf-16be", DOCUMENT),
    ('text/html; charset="utf-16"', DOCUMENT),
    ("text/html; level=1; charset=utf-16", DOCUMENT),
    ("text/html; charset=utf-16; charset=utf-8", DOCUMENT),
    ("text/html; charset=utf-32", DOCUMENT),
    ("text/html; charset=utf-7", DOCUMENT),
    ("text/html; charset=iso-2022-jp", DOCUMENT),
    ("text/html; charset=hz-gb-2312", DOCUMENT),
    (None, DOCUMENT),
    ("", DOCUMENT),
    ("text", DOCUMENT),
    ("; charset=utf-8", DOCUMENT),
    ("application/xhtml+xml", XML),
    ("application/xhtml+xml; charset=utf-8", XML),
    ("application/xml", XML),
    ("text/xml", XML),
    ("text/xsl", XML),
    ("application/rss+xml", XML),
    ("application/atom+xml", XML),
    ("application/mathml+xml", XML),
    ("multipart/x-mixed-replace; boundary=x", DOCUMENT),
    ("text/xml; charset=iso-8859-1", XML),
    ("text/xml; charset=utf-16", DOCUMENT),
    ("application/xhtml+xml; charset=iso-2022-jp", DOCUMENT),
    ("image/svg+xml", PICTURE),
    ("Image/SVG+XML; charset=utf-8", PICTURE),
    ("image/svg+xml; charset=utf-16", NEITHER),
    ("image/png", NEITHER),
    ("text/plain", NEITHER),
    ("text/css", NEITHER),
    ("text/javascript", NEITHER),
    ("application/json", NEITHER),
    ("application/problem+json", NEITHER),
    ("application/octet-stream", NEITHER),
    ("application/pdf", NEITHER),
    ("font/woff2", NEITHER),
    ("text/event-stream", NEITHER),
    ("text/htmlx", NEITHER),
    ("xtext/html", NEITHER),
]


@pytest.mark.parametrize(
    ("content_type", "kind"), KINDS, ids=[repr(content_type) for content_type, _ in KINDS]
)
def test_what_a_type_is(content_type: str | None, kind: tuple[bool, str | None]) -> None:
    found = kind_of(content_type)

    assert (found.document, found.markup) == kind


@pytest.mark.parametrize("content_type", ["unknown/unknown", "application/unknown", "*/*"])
def test_a_type_that_browsers_do_not_believe_may_become_a_document(content_type: str) -> None:
    # MIME Sniffing, section 7: what has these is looked into, and HTML may be found in it.
    assert kind_of(content_type).document


# Encoding Standard, section 4.2: all labels of encodings in which ASCII bytes are not always ASCII.
NOT_ASCII_LABELS = {
    "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
    "utf-16be": "unicodefffe utf-16be",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "replacement": "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement",
}


@pytest.mark.parametrize("label", " ".join(NOT_ASCII_LABELS.values()).split())
def test_nothing_is_edited_where_ascii_is_not_ascii(label: str) -> None:
    assert kind_of(f"text/html; charset={label}").markup is None
    assert kind_of(f'text/html;charset="{label.upper()}"').markup is None


LONGER = [
    "gbk",
    "gb2312",
    "gb18030",
    "big5",
    "big5-hkscs",
    "euc-jp",
    "euc-kr",
    "shift_jis",
    "utf-8",
]


@pytest.mark.parametrize("label", LONGER)
def test_where_something_is_edited_no_character_has_a_byte_that_markup_is_made_of(
    label: str,
) -> None:
    markup = set(b"\0\t\n\f\r\x1b <>\"'/=!?-&")
    assert kind_of(f"text/html; charset={label}").markup == "html"

    for code in range(0x80, 0x10000):
        encoded = chr(code).encode("cp949" if label == "euc-kr" else label, "ignore")
        assert markup.isdisjoint(encoded), hex(code)


@settings(deadline=None, max_examples=200)
@given(st.none() | st.text('texhml/+;=* "', max_size=20) | st.text(max_size=20))
def test_what_is_read_as_markup_is_of_a_type_that_says_so(content_type: str | None) -> None:
    kind = kind_of(content_type)
    essence = (content_type or "").partition(";")[0].strip().lower()

    if kind.markup is not None:
        assert kind.document or essence == "image/svg+xml"
        assert (kind.markup == "html") == (essence == "text/html")
        assert kind.markup == "html" or "x" in essence


def test_the_destinations_are_those_in_which_something_runs() -> None:
    assert {"document", "iframe", "worker", "serviceworker"} <= DESTINATIONS
    assert DESTINATIONS.isdisjoint({"", "empty", "image", "script", "style", "font", "manifest"})
