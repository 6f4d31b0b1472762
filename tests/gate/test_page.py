"""The page gate: where the fragment goes, and that nothing else changes.

What browsers would make of a page is asked of html5lib, a parser written from the HTML Standard.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cookiesafe.gate.page import MAX_HELD_BACK, PageGate

OURS = b'<section id="cookiesafe">ours!</section>'
BOMS = (b"\xff\xfe", b"\xfe\xff")

PIECES = b"""
<!doctype html>|<html>|<html lang='a>b'>|<head>|</head>|<HEAD/>|<body>|<body class="a>b">|</body>
</html>|</br>|<title>|</title>|</title |<script>|</script>|<SCRIPT/|</script/x|<style>|</style>
<noscript>|</noscript>|<noframes>|</noframes>|<template>|</template>|<textarea>|</textarea>
<frameset>|<svg>|<table>|<select>|<meta charset=utf-8>|<link rel=x href='>'>|<base href=/>
<p>|</p>|<a |<a href=">|<a b='|<3|</|</3|</>|<!|<!-|<!--|<!---|-->|--!>|--|->|<|>|/|!|-|=|'|"|a|x y
<?php|?>|<![CDATA[|]]>|&lt;|&""".replace(b"\n", b"|").split(b"|")[1:]
SPACES = [b" ", b"\n", b"\r\n", b"\f", b"\x00", b"\xef\xbb\xbf", b"\xef", b"\xef\xbb", b"\xc3\xa9"]
HOSTILE = st.lists(st.sampled_from(PIECES + SPACES), max_size=10).map(b"".join)


def through(gate: PageGate, chunks: Iterable[bytes]) -> bytes:
    return b"".join([gate.feed(chunk) for chunk in chunks]) + gate.close()


def promised(gate: PageGate) -> int:
    """How many bytes it said it would add."""
    assert gate.size is not None
    return gate.size


def placed(*chunks: bytes) -> bytes:
    return through(PageGate(OURS), chunks)


def cut(page: bytes, borders: Iterable[int]) -> list[bytes]:
    """``page`` in chunks that end at ``borders``, empty ones among them."""
    ends = [*sorted(borders), len(page)]
    return [page[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@st.composite
def cut_pages(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    page = draw(HOSTILE)
    return page, cut(page, draw(st.lists(st.integers(0, len(page)), max_size=8)))


def as_parsed(page: bytes, *, scripting: bool = True) -> Any:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser.parse(page, override_encoding="utf-8", scripting=scripting)


def is_in_body(page: bytes, *, scripting: bool = True) -> bool:
    """Whether our element is there as an element, once, and is a child of the body."""
    tree = as_parsed(page, scripting=scripting)
    everywhere = [each for each in tree.iter() if each.get("id") == "cookiesafe"]
    in_body = [each for body in tree.findall("body") for each in body if each in everywhere]
    return len(everywhere) == len(in_body) == 1


def ends_in_text(page: bytes) -> bool:
    """Whether what is written behind ``page`` shows nothing: text of a title, a script, a comment, a template, ..."""
    return not any(each.tag == "probe" for each in shown(as_parsed(page + b"<probe>")))


def shown(element: Any) -> Iterator[Any]:
    """The elements that are not in a template."""
    yield element
    for child in element:
        if child.tag != "template":
            yield from shown(child)


# --- where it goes -----------------------------------------------------------------------------

# The fragment stands where the bar is.
PLACES = {
    "behind the body's tag": b"<!doctype html><html><head><title>T</title></head><body>|<p>x</p>",
    "behind a body's tag with attributes": b"<body class='a' data-x=\"b>c\" onload=f()>|text",
    "behind a body's tag in capitals": b"<HTML><BODY BGCOLOR=red>|x",
    "before a paragraph alone": b"|<p>Hello</p>",
    "before text alone": b"|Hello",
    "behind space before text": b" \n\t|Hello",
    "before a character reference": b"|&nbsp;<body>",
    "before text behind a doctype": b"<!DOCTYPE html>\n|Hello <b>you</b>",
    "before content behind a head": b"<head><title>x</title></head>\n|<div>",
    "before content in the head": b"<head><title>x</title>|<div></div></head><body>",
    "before an image behind a meta": b"<meta charset=utf-8>|<img src=x>",
    "behind all that belongs into a head": b"<base href=/><basefont><bgsound><link><meta>|<p>",
    "behind a title with markup in it": b"<title><body><p></title>|<p>",
    "behind a title with a lookalike end": b"<title></titles><body></title>|<p>",
    "behind a script with markup in it": b"<script>'<body>'</script>|<p>",
    "behind a script with a comment": b"<script><!-- <body> --></script>|<p>",
    "behind a script hidden in a script": b"<script><!--<script></script><body></script>|<p>",
    "behind a script hidden and shown": b"<script><!--<script>--></script></script>|<p>",
    "behind a script with a short comment": b"<script><!--><script></script>|<p>",
    "behind a script with a bare arrow": b"<script>--><!--<scripts></script>|<p>",
    "behind a script's end with attributes": b"<script></script \n x='>'>|<p>",
    "behind a style": b"<style>a>b{content:'</sty'}<body></style>|<p>",
    "behind a noscript": b"<head><noscript><img src=x></noscript></head><body>|",
    "behind noframes": b"<noframes><body></noframes>|<p>",
    "behind a comment": b"<!-- <body> > -- ->-->|<p>",
    "behind the shortest comment": b"<!-->|<p>-->",
    "behind the next shortest comment": b"<!--->|<p>-->",
    "behind a comment that ends with a bang": b"<!-- x --!>|<p>",
    "behind a comment that begins with a bang": b"<!--!><p>-->|<p>",
    "behind a comment that begins with a dash and a bang": b"<!---!><p>-->|<p>",
    "behind a comment of dashes": b"<!------->|<p>",
    "behind a comment of dashes and a bang": b"<!----!>|<p>-->",
    "behind a bogus comment": b"<?php echo '<p>|' ?><p>",
    "behind an end tag of nothing": b"</>|<p>",
    "behind a title behind an end tag of nothing": b"</><title>x</title>|<p>",
    "behind an end tag that is none": b"</ body><p>".replace(b"<p>", b"|<p>"),
    "behind a section of character data": b"<![CDATA[ > |]]>",
    "behind a doctype with quotes": b'<!DOCTYPE html PUBLIC "a>|b">',
    "behind a byte order mark": b"\xef\xbb\xbf<html><body>|x",
    "before a table": b"<html>|<table>",
    "before an svg": b"|<svg><title></title></svg>",
    "behind a template": b"<head><template><body>text</p><title></body></title></template>|<p>",
    "before a textarea": b"|<textarea><body></textarea>",
    "before the end of the body": b"<head></head>|</body></html>",
    "before the end of the document": b"<title></title>|</html>",
    "before a line break by its end tag": b"|</br>",
    "behind other end tags": b"</p></div></head>|<p>",
    "before a lone angle": b"|< p>",
    "before an angle and a digit": b"|<3",
    "before half of a byte order mark": b"|\xef\xbbx<body>",
    "at the end of a page that never begins": b"<html><head><title>x</title></head>|",
    "at the end of an empty page": b"|",
    "before a tag that is cut off": b"<head>|<body class='",
    "before a comment's beginning": b"<head>|<!--",
}  # fmt: skip


@pytest.mark.parametrize("page", PLACES.values(), ids=PLACES.keys())
def test_where_the_fragment_goes(page: bytes) -> None:
    before, _, after = page.partition(b"|")

    assert placed(before + after) == before + OURS + after
    assert is_in_body(before + OURS + after)


@pytest.mark.parametrize("page", PLACES.values(), ids=PLACES.keys())
def test_it_goes_there_however_the_page_is_cut(page: bytes) -> None:
    before, _, after = page.partition(b"|")
    whole = before + after
    expected = before + OURS + after

    assert placed(*(whole[at : at + 1] for at in range(len(whole)))) == expected
    for border in range(len(whole) + 1):
        assert placed(whole[:border], b"", whole[border:]) == expected


@pytest.mark.parametrize(
    "page",
    [b"<title>x", b"<script><!--", b"<style>a{}</styl", b"<!-- x --", b"<noscript>x</noscript"],
)
def test_a_page_that_ends_inside_text_gets_it_at_its_end(page: bytes) -> None:
    out = placed(page)
    at = out.index(OURS)

    assert out.replace(OURS, b"") == page
    assert len(page) - at <= 16
    assert ends_in_text(page)


def test_without_javascript_too_the_fragment_is_in_the_body() -> None:
    for head in (b"", b"<noscript><img src=x></noscript>", b"<noscript><style></style></noscript>"):
        page = placed(b"<!doctype html><head>" + head + b"</head><body><p>x")

        assert is_in_body(page, scripting=False)


# --- whatever comes ----------------------------------------------------------------------------


@settings(deadline=None, max_examples=250)
@given(cut_pages(), st.booleans())
@example((b"<script></title>----", [b"<script></title>", b"----"]), False)
def test_the_page_is_untouched_and_the_fragment_is_there_once(
    page_and_chunks: tuple[bytes, list[bytes]], at_end: bool
) -> None:
    page, chunks = page_and_chunks
    gate = PageGate(OURS, at_end=at_end)

    out = through(gate, chunks)

    assert out.count(OURS) == 1
    assert out.replace(OURS, b"") == page
    assert len(out) == len(page) + promised(gate)
    assert out == through(PageGate(OURS, at_end=at_end), [page])
    assert not at_end or out == page + OURS


@settings(deadline=None, max_examples=250)
@given(HOSTILE)
@example(b"<!---!><p>-->")
@example(b"<noscript><!--</noscript><p>-->")
@example(b"<script><!--<script></script>--></script>x")
def test_the_fragment_is_in_the_body_unless_the_page_ends_inside_text(page: bytes) -> None:
    out = placed(page)

    # The exceptions: a title, style, script, noscript, noframes or comment before the body that nothing ends.
    if not is_in_body(out):
        assert ends_in_text(page)
        assert OURS not in PageGate(OURS).feed(page)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_any_bytes_leave_as_they_came(page: bytes, borders: list[int]) -> None:
    gate = PageGate(OURS)
    out = through(gate, cut(page, [min(border, len(page)) for border in borders]))

    assert len(out) == len(page) + promised(gate)
    if page[:2] not in BOMS:
        assert out.replace(OURS, b"") == page


@pytest.mark.parametrize("length", range(5))
@pytest.mark.parametrize("at_end", [False, True], ids=["at the body", "at the end"])
@pytest.mark.parametrize("page", [b"", b"x", b"<", b"<p>", b"\xff\xfe", b"\xfe\xff\0x", b"\xef"])
def test_as_many_bytes_are_added_as_was_promised(length: int, at_end: bool, page: bytes) -> None:
    gate = PageGate(b"x" * length, at_end=at_end)

    assert len(through(gate, [page])) == len(page) + promised(gate)
    assert length <= promised(gate) <= length + 1


def test_nothing_comes_after_the_end() -> None:
    gate = PageGate(OURS)
    assert gate.close() == OURS

    assert gate.close() == b""


# --- at once, and not all of it ----------------------------------------------------------------


def test_what_is_understood_leaves_at_once() -> None:
    gate = PageGate(OURS)

    assert gate.feed(b"<!doctype html><title>a title</title><bo") == (
        b"<!doctype html><title>a title</title>"
    )
    assert gate.feed(b"dy>x") == b"<body>" + OURS + b"x"
    assert gate.feed(b"<body><p") == b"<body><p"


@pytest.mark.parametrize("begin", [b"<script>", b"<script></p", b"<script><n"])
def test_a_long_script_passes_while_it_comes(begin: bytes) -> None:
    gate = PageGate(OURS)
    came, left = len(begin), len(gate.feed(begin))

    for _ in range(50):
        came, left = came + 4000, left + len(gate.feed(b"f();" * 1000))
        assert came - left <= 16
    assert gate.feed(b"</script><p>").endswith(b"</script>" + OURS + b"<p>")


def test_at_the_end_everything_passes_while_it_comes() -> None:
    gate = PageGate(OURS, at_end=True)

    assert [gate.feed(chunk) for chunk in (b"<a ", b"<!--", b"x")] == [b"<a ", b"<!--", b"x"]


def test_a_tag_of_the_longest_length_is_still_a_tag() -> None:
    tag = b"<body x='" + b"x" * (MAX_HELD_BACK - 11) + b"'>"
    assert len(tag) == MAX_HELD_BACK

    assert placed(*cut(tag, range(0, len(tag), 4096)), b"<p>") == tag + OURS + b"<p>"


def test_a_page_with_a_longer_tag_gets_the_fragment_at_its_end() -> None:
    page = b"<body x='" + b"x" * MAX_HELD_BACK + b"'><p>"

    assert placed(page[:-5], page[-5:]) == page + OURS


ADVERSARIAL = {
    "tags in tags": b"<a ",
    "open comments": b"<!--",
    "comments that almost end": b"<!-- --",
    "hidden scripts": b"<script><!--",
    "scripts in scripts": b"<script><!--<script>",
    "ends of scripts that are none": b"<script></scrip",
    "titles that almost end": b"<title></titl",
    "double quotes": b'"',
    "a tag of double quotes": b'<a b="c"',
    "a tag of single quotes": b"<a b='c'",
    "angles": b"<",
    "slashes": b"</",
    "bangs": b"<!",
    "questions": b"<?",
    "equals signs": b"<a =",
    "attributes": b"<a b=c ",
    "spaces": b" ",
    "heads": b"<head>",
    "marks": b"\xef\xbb\xbf",
    "half marks": b"\xef\xbb",
    "zeros": b"\x00",
    "dashes": b"<!---",
    "end tags": b"</p>",
}
BEGINNINGS = {
    "from the start": b"",
    "in an attribute": b'<body x="',
    "in a tag": b"<body ",
    "in a comment": b"<!--",
    "in a script": b"<script>",
    "in a hidden script": b"<script><!--<script ",
    "in a title": b"<title>",
    "in a bogus comment": b"<?",
}


def _counted(gate: PageGate, chunks: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """After each chunk: how many bytes are held back, and how many calls it took."""
    came = left = calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    for chunk in chunks:
        calls = 0
        sys.setprofile(count)
        try:
            out = gate.feed(chunk)
        finally:
            sys.setprofile(None)
        came, left = came + len(chunk), left + len(out) - promised(gate) * out.count(OURS)
        yield came - left, calls


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS.keys())
@pytest.mark.parametrize("unit", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_no_page_makes_it_hold_much_or_look_often(beginning: bytes, unit: bytes) -> None:
    size = 128 * 1024
    page = beginning + unit * (size // len(unit))
    chunks = cut(page, range(4096, len(page), 4096))
    gate = PageGate(OURS)

    held, calls = zip(*_counted(gate, chunks), strict=True)

    assert max(held) <= MAX_HELD_BACK
    # What is looked at again is what was held back; in chunks of 4 KB that is 16 growing pieces at most.
    assert sum(held) <= MAX_HELD_BACK * (MAX_HELD_BACK // 4096 + 1) + 16 * len(chunks)
    assert sum(calls) <= 24 * len(page) // len(unit) + 100 * len(chunks)


@pytest.mark.parametrize("unit", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_a_megabyte_of_anything_leaves_as_it_came(unit: bytes) -> None:
    page = unit * (1024 * 1024 // len(unit))
    gate = PageGate(OURS)

    out = through(gate, cut(page, range(4096, len(page), 4096)))

    assert len(out) == len(page) + promised(gate)
    assert out.replace(OURS, b"") == page


# --- UTF-16 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("step", [1, 2, 3, 1000])
@pytest.mark.parametrize("text", ["", "<body><p>é", "<!-- x", "\u3c00"], ids=ascii)
def test_a_page_in_utf_16_gets_blanks_at_its_end(encoding: str, step: int, text: str) -> None:
    page = ("\ufeff" + text).encode(encoding)
    gate = PageGate(OURS)

    out = through(gate, cut(page, range(step, len(page), step)))

    assert len(out) == len(page) + promised(gate)
    assert out.decode(encoding) == "\ufeff" + text + " " * (promised(gate) // 2)


def test_half_a_mark_is_no_utf_16() -> None:
    assert placed(b"\xff", b"<p>") == OURS + b"\xff<p>"


# --- what is first in the head -------------------------------------------------------------------

FIRST = b'<script src="/ours.js"></script>'
HEADS = [
    b"<!doctype html><html lang=en><head>|<title>x</title></head><body><p>y",
    b"<!-- <head> --> <!DOCTYPE html>\n<HTML>\n<HEAD data-a='>'>|<script>1</script>",
    b"|<script>1</script>",
    b"<html>|<body>",
    b"|<p>x",
    b"|x",
    b"|</head><script>1</script>",
    b"<html><head>|",
    b"<head> <!-- x --><meta charset=utf-8>\n<META name=viewport content='>'>|<title>x",
    b"<meta charset=utf-8>|x",
    b"<head><meta charset=utf-8>|<META http-equiv=Content-Security-Policy content=\"script-src 'none'\">",
    b"|",
]


@pytest.mark.parametrize("page", HEADS)
def test_what_is_first_stands_where_the_head_begins_however_the_page_is_cut(page: bytes) -> None:
    before, _, after = page.partition(b"|")
    whole = before + after

    for border in range(len(whole) + 1):
        gate = PageGate(None, first=FIRST)
        assert (
            through(gate, [whole[:border], whole[border:]]).rstrip()
            == (before + FIRST + after).rstrip()
        )


@settings(deadline=None, max_examples=200)
@given(cut_pages())
def test_nothing_runs_before_what_is_first(pages: tuple[bytes, list[bytes]]) -> None:
    page, chunks = pages
    out = through(PageGate(OURS, first=FIRST), chunks)

    assert out.replace(OURS, b"").replace(FIRST, b"").rstrip() == page.rstrip()
    assert out.count(FIRST) == 1
    scripts = [each.get("src") for each in as_parsed(out).iter("script")]
    assert scripts[:1] == ["/ours.js"] or ends_in_text(page)
