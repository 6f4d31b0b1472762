"""The page gate in XML: what is renamed, that the document stays well-formed, and that nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cookiesafe.gate.page import MAX_HELD_BACK, PageGate, Swapped
from cookiesafe.gate.page.xml_tags import Quoting
from tests.support.swaps import HELD, HeldHost

RENAMED = b"data-held-"


def through(page: bytes, borders: Iterable[int] = ()) -> bytes:
    """What becomes of ``page`` in chunks that end at ``borders``."""
    gate = PageGate(None, swaps=HeldHost(), markup="xml")
    ends = [*sorted(borders), len(page)]
    chunks = [page[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return b"".join([gate.feed(chunk) for chunk in chunks]) + gate.close()


# //H is the held host; behind every « the gate puts data-held- in.
CASES = {
    "a frame": '<iframe «src="https://H/v" title="T"/><iframe src="/v"/>',
    "a frame in single quotes, over lines": "<iframe\n\t«src\r\n=\n'//H'\n></iframe>",
    "frames of all kinds": (
        '<x><frame «src="//H"/><embed «src="//H" «type="a/b"/><object «data="//H">A</object></x>'
    ),
    "any prefix": '<h:iframe xmlns:h="urn:x" «src="//H" h:src="//H"/><h.iframe src="//H"/>',
    "case matters": '<IFRAME src="//H"/><iframe SRC="//H"/>',
    "another element": '<iframex src="//H"/><x-iframe src="//H"/><img src="//H"/><a:b:iframe src="//H"/>',
    "angles in a value": '<iframe title="a>b" «src="//H"/>',
    "a frame's own text": '<iframe «srcdoc="&lt;embed src=//H>" «src="//H"/><iframe srcdoc="A" src="//H"/>',
    "a frame's own text in an entity of XHTML": '<iframe «srcdoc="&lt;embed src=&quot;//H&quot;>&nbsp;"/>',
    "a document in an address": '<embed «src="data:text/html,%3Cembed src=//H>"/><embed src="data:text/html,A"/>',
    "a name that is there already": '<iframe data-held-src="" «««src="//H" data-held-data-held-src=""/>',
    "a hint": '<link «rel="preconnect" href="https://H"/><link rel="stylesheet" href="//H"/>',
    "a hint among others": '<link href="//H" «rel="icon\n dns-prefetch"/>',
    "a hint in other words": '<link «rel="pre&#99;onnect" href="&#x2f;/h&#101;ld.example"/>',
    "a hint that tells nothing": '<link rel="pre&#99onnect" href="//H"/><link rel="preconnect" href="/"/>',
    "a refresh": '<meta «http-equiv="Refresh" content="0;url=//H"/><meta http-equiv="refresh" content="5"/>',
    "rules": '<script «type="speculationrules">{}</script><script type="module">0</script>',
    "a base": '<base «href="//H/"/><base href="/a/"/><iframe src="x"/>',
    "text": "<a>iframe src='//H' ]]&gt; \"</a>'<iframe «src='//H'/>",
    "comments": "<!-- <iframe src='//H'/> - > --><iframe «src='//H'/><!----><iframe «src='//H'/>",
    "sections": "<![CDATA[ <iframe src='//H'/> ]] > ]]><iframe «src='//H'/><![CDATA[]]]]><embed «src='//H'/>",
    "instructions": "<?a <iframe src='//H'/> > ?><iframe «src='//H'/>",
    "no raw text": "<script><iframe «src='//H'/></script><style><embed «src='//H'/></style>",
    "a doctype": "<!DOCTYPE html PUBLIC '>' \"[<iframe src='//H'>\"><iframe «src='//H'/>",
    "a subset": (
        "<!DOCTYPE a [ <!-- ' ]> --> <?a ' ]> ?> <!ENTITY nbsp '&#160;]>'> <!ELEMENT iframe ANY> ] ><iframe «src='//H'/>"
    ),
    "a subset behind a name that seems one": (
        "<!DOCTYPE a SYSTEM '[<!--' [<!ATTLIST «link rel CDATA 'preconnect'><!-- -->]><iframe «src='//H'/>"
    ),
    "what hides in an entity": (
        "<!DOCTYPE a [<!ENTITY e 'x'>]><iframe «src='&e;'/><link «rel='&e;' href='/'/><link «rel='icon' href='&e;'/>"
        "<iframe title='&e;' src='&amp;'/><meta «http-equiv='&e;'/><script «type='&copy;'/><base «href='&e;'/>"
    ),
    "an entity of XHTML": "<!DOCTYPE a><iframe src='&e;'/><iframe src='/&copy;'/>",
    "markup in an entity": (
        "<!DOCTYPE a [<!ENTITY e \"<iframe «src='//H'/><embed src='/'/>\"><!ENTITY f '<img src=\"//H\"/>'>]><a>&e;</a>"
    ),
    "markup in an entity, in other words": "<!DOCTYPE a [<!ENTITY «e '&#60;iframe src=\"/\"/>'>]><a/>",
    "declarations in an entity": (
        "<!DOCTYPE a [<!ENTITY % «e '<!ATTLIST link rel CDATA \"preconnect\">'> <!ENTITY % f 'x'> %e;]><a/>"
    ),
    "attributes by default": (
        "<!DOCTYPE a [<!ATTLIST «link rel CDATA 'preconnect'><!ATTLIST h:«iframe src CDATA '//H'><!ATTLIST img src CDATA '//H'>]><a/>"
    ),
    "angles that are none": "< iframe src='//H'/><iframe «src='//H'/>",
    "a tag that does not end": "<a><iframe «src='//H' title='",
}  # fmt: skip
CASES = {name: case.replace("//H", f"//{HELD}") for name, case in CASES.items()}


def told(case: str) -> tuple[bytes, bytes]:
    return case.replace("«", "").encode(), case.encode().replace("«".encode(), RENAMED)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_becomes_of_a_document_however_it_is_cut(case: str) -> None:
    page, expected = told(case)

    assert through(page) == expected
    assert through(page, range(len(page))) == expected
    for border in range(0, len(page), 3):
        assert through(page, [border]) == expected


def test_what_was_renamed_is_remembered() -> None:
    gate = PageGate(None, swaps=HeldHost(), markup="xml")

    gate.feed(
        b"<a><iframe src='//held.example/a'/><link rel='preconnect' href='//held.example'/></a>"
    )

    assert gate.swapped == [
        Swapped("https://held.example/a", "iframe"),
        Swapped("https://held.example", "preconnect"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_nothing_is_renamed_in_utf_16(encoding: str) -> None:
    page = "\ufeff<iframe src='//held.example'/>".encode(encoding)

    assert through(page) == page
    assert through(page[2:]) == page[2:]


# --- whatever comes ----------------------------------------------------------------------------

SPACE = st.sampled_from(["", " ", "\n", "\r\n\t"])
TEXT = st.sampled_from(["", "a", "]] >", "'", '"', "&amp;", "&#60;", ">", "é", "/", "--"])
VALUE = st.sampled_from(
    [f"//{HELD}", f"https://{HELD}/a>b", "/x", "preconnect", "icon prefetch", "refresh", "a",
     f"0;url=//{HELD}", "speculationrules", "//&#104;eld.example", f"&lt;embed src=//{HELD}>", f"data:text/html,&lt;embed src=//{HELD}>"]
)  # fmt: skip
NAMES = ["src", "data", "rel", "href", "http-equiv", "content", "type", "srcdoc", "data-held-src", "h:src", "title"]  # fmt: skip
ATTRIBUTES = st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=4)
ELEMENTS = ["iframe", "h:iframe", "frame", "embed", "object", "link", "h:link", "meta", "base", "script", "a", "h:b", "IFRAME"]  # fmt: skip


@st.composite
def elements(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    name, space, quote = draw(st.sampled_from(ELEMENTS)), draw(SPACE), draw(st.sampled_from("'\""))
    attributes = "".join(
        f" {space}{key}{space}={space}{quote}{value}{quote}"
        for key, value in draw(ATTRIBUTES).items()
    )
    content = "".join(draw(st.lists(inner, max_size=3)))
    if not content:
        return f"<{name}{attributes}{space}/>"
    return f"<{name}{attributes}{space}>{content}</{name}{space}>"


QUIET = st.sampled_from(
    [f"<!--<iframe src='//{HELD}'/>-->", f"<![CDATA[<iframe src='//{HELD}'/>]]>", f"<?a <iframe src='//{HELD}'/>?>"]
)  # fmt: skip
CONTENT = st.recursive(TEXT | QUIET, elements, max_leaves=6)
BEGINS = st.sampled_from(["", '<?xml version="1.0"?>\n', "<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY e '<b/>'><!ATTLIST link rel CDATA 'x'>]>"])  # fmt: skip
DOCUMENTS = st.builds("{}<a xmlns:h='urn:h'>{}</a>".format, BEGINS, CONTENT)


ADDRESS = re.compile(rf"(https:)?//{HELD}|data:.*//{HELD}")


def calling(page: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements by which a browser would call the held host. Raises ``ExpatError`` if ``page`` is not well-formed."""
    found = []

    def start(name: str, attributes: dict[str, str]) -> None:
        said = {name: attributes.get(name, "") for name in NAMES}
        types = set(said["rel"].split())
        frame = ADDRESS.match(said["src"])
        if {
            "iframe": "<embed" in said["srcdoc"] or ("srcdoc" not in attributes and frame),
            "frame": frame,
            "embed": frame,
            "object": ADDRESS.match(said["data"]),
            "base": re.match(rf"(https:)?//{HELD}", said["href"]),
            "link": types & {"preconnect", "prefetch"} and f"//{HELD}" in said["href"][:24],
            "meta": said["http-equiv"] == "refresh" and said["content"].startswith("0;url="),
            "script": said["type"] == "speculationrules",
        }.get(name.rpartition(":")[2]):
            found.append((name, attributes))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(page, True)
    return found


@settings(deadline=None, max_examples=300)
@given(DOCUMENTS, st.lists(st.integers(0, 300), max_size=6))
@example("<a><iframe src='//held.example' data-held-src=''/></a>", [])
def test_a_document_stays_well_formed_and_calls_nobody(text: str, borders: list[int]) -> None:
    page = text.encode()
    calling(page)

    out = through(page, [min(border, len(page)) for border in borders])

    assert not calling(out)
    assert out == through(page) == through(page, range(len(page)))
    assert out.replace(RENAMED, b"") == page.replace(RENAMED, b"")


def test_the_parser_that_is_asked_knows_what_would_be_called() -> None:
    document = (
        "<a><embed src='//H'/><iframe srcdoc='A' src='//H'/><link rel='x prefetch' href='//H'/></a>"
    )

    assert len(calling(document.replace("H", HELD).encode())) == 2


PIECES = ["<iframe ", "src='//held.example'", "/>", ">", "<", "</a>", "<a ", "'", '"', "<!--", "-->", "<![CDATA[", "]]>",
          "<?", "?>", "<!DOCTYPE ", "[", "]", "<!ENTITY e '", "<!ATTLIST link ", "%e;", "&e;", "<h:link ", "rel='preconnect' ",
          " ", "\n", ":", "=", "\0", "é", "<!", "<link href='//held.example' ", "<!ENTITY % e \"<"]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.lists(st.integers(0, 200), max_size=6))  # fmt: skip
def test_anything_else_leaves_as_it_came_but_for_names(text: str, borders: list[int]) -> None:
    page = text.encode()
    out = through(page, [min(border, len(page)) for border in borders])

    assert re.sub(rb"data-held-|(?<=<!)x-(?=DOCTYPE)", b"", out) == page
    assert out == through(page) == through(page, range(len(page)))


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
@example(b"<!DOCTYPE", [])
def test_any_bytes_leave_as_they_came(page: bytes, borders: list[int]) -> None:
    out = through(page, [min(border, len(page)) for border in borders])

    # A doctype that nobody can read to its end is put out of use.
    assert re.sub(rb"(?<=<!)x-(?=DOCTYPE)", b"", out) == page


# --- at once, and not all of it ----------------------------------------------------------------


def test_what_is_understood_leaves_at_once() -> None:
    gate = PageGate(None, swaps=HeldHost(), markup="xml")

    assert gate.feed(b"<a>Hello <b") == b"<a>Hello "
    assert gate.feed(b" class='") == b"<b class='"
    assert gate.feed(b"x'/>y<ifr") == b"x'/>y"
    assert gate.feed(b"ame src='//ok'/><!-- b") == b"<iframe src='//ok'/><!--"
    assert gate.feed(b" c") == b" b"
    assert gate.close() == b" c"


LONG = b"x" * MAX_HELD_BACK
LONG_TAGS = {
    "a frame": (
        b"<iframe a='%b' src='/x' data='' xsrc='' srcdoc = 'src=' title=''/>",
        b"<iframe a='%b' data-held-src='/x' data-held-data='' xsrc='' data-held-srcdoc = 'src=' title=''/>",
    ),
    "a frame that is its address": (b"<h:frame src='%b'/>", b"<h:frame data-held-src='%b'/>"),
    "blanks": (
        b"<link \n%s\trel='preconnect'>",
        b"<link \n%s\tdata-held-rel='preconnect'>",
    ),
    "a name": (b"<%b:iframe src='/x'/>", b"<%b:iframe data-held-src='/x'/>"),
    "another element": (b"<a x='%b' src='/x'/>", b"<a x='%b' src='/x'/>"),
    "a subset": (b"<!DOCTYPE a [<!ENTITY e '%b'>]>", b"<!x-DOCTYPE a [<!ENTITY e '%b'>]>"),
    "a comment": (b"<!--%b<iframe src='//held.example'/>-->", b"<!--%b<iframe src='//held.example'/>-->"),
}  # fmt: skip


@pytest.mark.parametrize("case", LONG_TAGS.values(), ids=LONG_TAGS.keys())
def test_a_tag_that_is_too_long_to_wait_for(case: tuple[bytes, bytes]) -> None:
    page, expected = [
        each.replace(b"%b", LONG).replace(b"%s", b" " * MAX_HELD_BACK) + b"<embed src='/x'/>"
        for each in case
    ]

    assert through(page) == expected
    assert through(page, range(0, len(page), 4000)) == expected
    assert through(page, range(0, len(page), 97)) == expected


@pytest.mark.parametrize("begin", [b"<iframe x='", b"<a x='", b"<!DOCTYPE '", b"<!--", b"<![CDATA["])  # fmt: skip
def test_a_long_tag_byte_by_byte_is_looked_at_once(
    begin: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    original = Quoting.leave

    def leave(tag: Quoting, page: bytes, at: int, limit: int) -> int:
        nonlocal looked
        looked += limit - at
        return original(tag, page, at, limit)

    monkeypatch.setattr(Quoting, "leave", leave)
    page = begin + b">" * 60_000

    assert through(page, range(len(page))).replace(b"<!x-", b"<!") == page
    assert looked <= 3 * len(page)


ADVERSARIAL = [
    b"<a ", b"<", b"<!--", b"</", b"<!", b"<iframe ", b"<iframe a='", b"<![CDATA[", b"<?", b"<!DOCTYPE [", b"<!DOCTYPE a ['",
    b"\0", b"\"'", b"]]>", b"<!ENTITY a '<", b"<!ENTITY % a", b" src", b" src=''", b"a:", b"&#60;", b"<iframe src='&", b"\n ",
]  # fmt: skip


@pytest.mark.parametrize("unit", ADVERSARIAL, ids=ascii)
@pytest.mark.parametrize("begin", [b"", b"<iframe src='", b"<iframe ", b"<", b"<!DOCTYPE a [", b'<!DOCTYPE a ["'])  # fmt: skip
def test_no_document_makes_it_hold_much_or_search_long(begin: bytes, unit: bytes) -> None:
    page = begin + unit * (160_000 // len(unit)) + b"\"]>'>"
    gate = PageGate(None, swaps=HeldHost(), markup="xml")
    out = b""

    for at in range(0, len(page), 4096):
        out += gate.feed(page[at : at + 4096])
        assert len(gate.held) <= MAX_HELD_BACK + 16

    out += gate.close()
    assert re.sub(rb"data-held-|(?<=<!)x-(?=DOCTYPE)", b"", out) == page
