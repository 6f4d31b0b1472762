"""Cookie and Set-Cookie, read as browsers read them and written as servers may write them.

The tables' ids are the reasons; the sections are those of draft-ietf-httpbis-rfc6265bis.
"""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiesafe.cookies import (
    LONGEST_ATTRIBUTE,
    LONGEST_LIFE,
    LONGEST_PAIR,
    MOST_FOUND,
    SameSite,
    SetCookie,
    expire_set_cookie,
    find_cookie,
    parse_cookie,
    parse_cookie_date,
    parse_set_cookie,
    set_cookie_name,
    write_set_cookie,
)
from cookiesafe.errors import UsageError
from tests.support.agent import Agent
from tests.support.cookie_lines import CASES, HOST, LOOK, SET, Case

LATIN_1 = st.text(st.characters(max_codepoint=0xFF))
LINES = st.text(st.sampled_from("ab=; \t,\"%\x00\x0b\x7f\x85\xa0é'\\"), max_size=40)
DAY = 24 * 60 * 60
NEW_YEAR_2030 = 1893456000

# --- the Cookie header -------------------------------------------------------------------------

COOKIES: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("no header text at all", "", []),
    ("one pair", "a=1", [("a", "1")]),
    ("order is kept", "b=2; a=1", [("b", "2"), ("a", "1")]),
    ("duplicates are kept", "a=1; a=2", [("a", "1"), ("a", "2")]),
    ("names differ in case", "SID=1; sid=2", [("SID", "1"), ("sid", "2")]),
    ("no space after the semicolon", "a=1;b=2", [("a", "1"), ("b", "2")]),
    ("many spaces after it", "a=1;    b=2", [("a", "1"), ("b", "2")]),
    ("a tab after it", "a=1;\tb=2", [("a", "1"), ("b", "2")]),
    ("space around the equals sign", "a = 1", [("a", "1")]),
    ("space at both ends", "  a=1\t ", [("a", "1")]),
    ("space inside a value stays", "a=one two", [("a", "one two")]),
    ("space inside a name stays", "a b=1", [("a b", "1")]),
    ("tab inside a value stays", "a=1\t2", [("a", "1\t2")]),
    ("an empty value", "a=", [("a", "")]),
    ("an empty value in the middle", "a=; b=2", [("a", ""), ("b", "2")]),
    ("the first equals sign divides", "a=b=c", [("a", "b=c")]),
    ("base64 padding stays", "t=YQ==", [("t", "YQ==")]),
    ("a nameless cookie", "abc", [("", "abc")]),
    ("a nameless cookie among others", "a=1; abc; b=2", [("a", "1"), ("", "abc"), ("b", "2")]),
    ("nothing before the equals sign", "=abc", [("", "abc")]),
    ("two equals signs in front", "==abc", [("", "=abc")]),
    ("an equals sign alone", "=", []),
    ("semicolons alone", ";;;", []),
    ("spaces alone", " ; \t; ", []),
    ("empty pairs between", "a=1;; ;b=2;", [("a", "1"), ("b", "2")]),
    ("quotes are part of the value", 'a="1"', [("a", '"1"')]),
    ("one quote alone", 'a="', [("a", '"')]),
    ("a semicolon in quotes still divides", 'a="1;2"', [("a", '"1'), ("", '2"')]),
    ("a backslash stays", 'a="\\"x\\""', [("a", '"\\"x\\""')]),
    ("octal escapes stay", 'a="\\303\\251"', [("a", '"\\303\\251"')]),
    ("percent signs stay", "a=%3B%20", [("a", "%3B%20")]),
    ("a plus stays", "a=1+2", [("a", "1+2")]),
    ("a comma does not divide", "a=1,b=2", [("a", "1,b=2")]),
    ("json", 'p={"a":[1,2]}', [("p", '{"a":[1,2]}')]),
    ("UTF-8 as latin-1 keeps its bytes", "a=\xc3\xa9", [("a", "\xc3\xa9")]),
    ("a no-break space is no white space", "a=\xa0", [("a", "\xa0")]),
    ("a next-line byte is no white space", "\x85a=1", [("\x85a", "1")]),
    ("dollar names of RFC 2109 are names", "$Version=1; a=2", [("$Version", "1"), ("a", "2")]),
    ("brackets in a name", "cart[7]=1", [("cart[7]", "1")]),
    ("attributes mean nothing here", "a=1; Path=/", [("a", "1"), ("Path", "/")]),
    ("NUL: that pair alone goes", "a=1; b=\x00; c=3", [("a", "1"), ("c", "3")]),
    ("a control character in a name", "a\x01=1; b=2", [("b", "2")]),
    ("a line break", "a=1\r\nX: y; b=2", [("b", "2")]),
    ("DEL", "a=\x7f; b=2", [("b", "2")]),
    ("a control character at the edge is not trimmed", "\x0ba=1; b=2", [("b", "2")]),
    ("a prefix is part of the name", "__Host-a=1", [("__Host-a", "1")]),
]


@pytest.mark.parametrize(
    ("header", "pairs"), [pytest.param(h, p, id=reason) for reason, h, p in COOKIES]
)
def test_a_cookie_header_is_read_pair_by_pair(header: str, pairs: list[tuple[str, str]]) -> None:
    assert parse_cookie(header) == pairs


FIND: list[tuple[str, str, str, list[str]]] = [
    ("alone", "sid=1", "sid", ["1"]),
    ("first", "sid=1; a=2", "sid", ["1"]),
    ("last", "a=2; sid=1", "sid", ["1"]),
    ("not there", "a=2; b=1", "sid", []),
    ("no header text", "", "sid", []),
    ("another name ends with it", "xsid=1", "sid", []),
    ("another name begins with it", "sid2=1", "sid", []),
    ("a lookalike before it", "xsid=0; sid=1", "sid", ["1"]),
    ("a lookalike after it", "sid=1; xsid=0", "sid", ["1"]),
    ("it is in a value", "a=sid=0", "sid", []),
    ("it is a value after a space", "a=x sid=0", "sid", []),
    ("it is another cookie's value and itself", "a=sid; sid=1", "sid", ["1"]),
    ("a space before the equals sign", "sid =1", "sid", []),
    ("no space after the semicolon", "a=2;sid=1", "sid", ["1"]),
    ("a tab before it", "a=2;\tsid=1", "sid", []),
    ("a space before it, and no semicolon", " sid=1", "sid", []),
    ("a semicolon before it alone", ";sid=1", "sid", ["1"]),
    ("what is in the value stays", 'a=2; sid="a =b"', "sid", ['"a =b"']),
    ("another case", "SID=1", "sid", []),
    ("twice", "sid=1; a=0; sid=2", "sid", ["1", "2"]),
    ("nameless, with the name as its value", "sid", "sid", []),
    ("an empty value", "sid=; a=1", "sid", [""]),
    ("a control character in it is not looked at", "sid=\x00; a=1", "sid", ["\x00"]),
    ("a control character beside it", "a=\x00; sid=1", "sid", ["1"]),
    ("a name that repeats itself", "aaa=1; aa=2", "aa", ["2"]),
]


@pytest.mark.parametrize(
    ("header", "name", "values"), [pytest.param(*row, id=reason) for reason, *row in FIND]
)
def test_one_cookie_is_found_by_its_exact_name(header: str, name: str, values: list[str]) -> None:
    assert find_cookie(header, name) == values


def as_kept(text: str) -> str:
    """A name or a value as a browser keeps it, which trims it (5.6, step 4)."""
    return text.strip(" \t")


NAMES = st.text("ab-_", min_size=1, max_size=3)
KEPT_NAMES = st.text('ab-_ \té\x85\xa0["', max_size=3).map(as_kept)
KEPT_VALUES = st.text('ab-_= \té\x85\xa0["%,', max_size=6).map(as_kept)


@st.composite
def headers_of_browsers(draw: st.DrawFn) -> str:
    """As browsers write them (5.7.3, step 3), and as some clients do, without the space."""
    pairs = draw(st.lists(st.tuples(KEPT_NAMES | NAMES, KEPT_VALUES), max_size=12))
    between = draw(st.sampled_from(["; ", ";"]))
    return between.join(f"{name}={value}" if name else value for name, value in pairs)


@given(headers_of_browsers(), NAMES)
@example("a=1; a=2", "a")
@example("a=a=1;a=a=2", "a")
@example("; ".join(["a=1"] * 9), "a")
def test_finding_one_agrees_with_reading_all(header: str, name: str) -> None:
    expected = [value for found, value in parse_cookie(header) if found == name]

    assert find_cookie(header, name) == expected[:MOST_FOUND]


@given(LINES | LATIN_1, NAMES)
@example("a=\x00; a=1", "a")
def test_whoever_writes_the_header_nothing_is_found_that_is_not_there(
    header: str, name: str
) -> None:
    there = [part.partition("=") for part in header.split(";")]
    of_that_name = [value for found, _, value in there if as_kept(found) == name]

    found = find_cookie(header, name)

    rest = iter(of_that_name)
    assert all(value in rest for value in found)
    assert len(found) <= MOST_FOUND


def test_a_flood_of_one_name_is_cut_off() -> None:
    header = "; ".join(f"sid={n}" for n in range(5000))

    assert find_cookie(header, "sid") == [str(n) for n in range(MOST_FOUND)]
    assert len(parse_cookie(header)) == 5000


@given(st.lists(st.tuples(st.text("abcé[]$ ", min_size=1), st.text('12"%=é\xa0 '))))
def test_what_a_browser_sends_keeps_its_bytes(pairs: list[tuple[str, str]]) -> None:
    trimmed = [(name.strip(" "), value.strip(" ")) for name, value in pairs]
    sent = [(name, value) for name, value in trimmed if name]

    assert parse_cookie("; ".join(f"{name}={value}" for name, value in sent)) == sent


# --- Set-Cookie --------------------------------------------------------------------------------

LONG = "x" * LONGEST_ATTRIBUTE
A = SetCookie("a", "1")
LINES_READ: list[tuple[str, str, SetCookie | None]] = [
    ("a pair alone", "a=1", A),
    ("a semicolon after it", "a=1;", A),
    ("space around both", " a\t=\t1 ; ", A),
    ("an empty value", "a=", SetCookie("a", "")),
    ("the first equals sign divides", "a=b=c", SetCookie("a", "b=c")),
    ("quotes stay", 'a="1"', SetCookie("a", '"1"')),
    ("a semicolon in quotes divides", 'a="1; Secure"', replace(A, value='"1')),
    ("space inside stays", "a b=1 2", SetCookie("a b", "1 2")),
    ("tab inside stays", "a=1\t2", SetCookie("a", "1\t2")),
    ("bytes stay", "\xe9=\xff", SetCookie("\xe9", "\xff")),
    ("a no-break space is no white space", "a=1\xa0", SetCookie("a", "1\xa0")),
    ("a comma does not divide", "a=1, b=2", SetCookie("a", "1, b=2")),
    ("no equals sign: nameless", "abc", SetCookie("", "abc")),
    ("an equals sign in front: nameless", "=abc", SetCookie("", "abc")),
    ("nameless, with an equals sign in its value", "=a=b", SetCookie("", "a=b")),
    ("an equals sign only in an attribute", "abc; Path=/", SetCookie("", "abc", path="/")),
    ("nothing", "", None),
    ("an equals sign alone", "=", None),
    ("attributes alone", "; Path=/", None),
    ("white space alone", " \t; Secure", None),
    ("NUL", "a=1\x00", None),
    ("a line break", "a=1\r\nSet-Cookie: b=2", None),
    ("DEL", "a=\x7f1", None),
    ("a control character in an attribute", "a=1; Path=/\x01", None),
    ("a control character in an attribute nobody knows", "a=1; X=\x1f", None),
    ("4096 octets of name and value", f"a={'x' * 4095}", SetCookie("a", "x" * 4095)),
    ("4097 octets", f"a={'x' * 4096}", None),
    ("4097 octets, nameless", "x" * 4097, None),
    ("white space does not count", f"a={' ' * 5000}1", A),
    ("attributes do not count", f"a=1; {'x' * 5000}", A),
    ("Max-Age", "a=1; Max-Age=60", replace(A, max_age=60)),
    ("attribute names in any case", "a=1; mAX-aGE=60", replace(A, max_age=60)),
    ("space around an attribute", "a=1;Max-Age\t=  60 ;", replace(A, max_age=60)),
    ("Max-Age of zero", "a=1; Max-Age=0", replace(A, max_age=0)),
    ("Max-Age below zero", "a=1; Max-Age=-5", replace(A, max_age=-5)),
    ("Max-Age of 400 days and more", "a=1; Max-Age=34560001", replace(A, max_age=LONGEST_LIFE)),
    (
        "Max-Age of a thousand digits",
        f"a=1; Max-Age={'9' * 1000}",
        replace(A, max_age=LONGEST_LIFE),
    ),
    ("Max-Age empty", "a=1; Max-Age=", A),
    ("Max-Age with a plus", "a=1; Max-Age=+60", A),
    ("Max-Age with a fraction", "a=1; Max-Age=1.5", A),
    ("Max-Age in quotes", 'a=1; Max-Age="60"', A),
    ("Max-Age of a sign alone", "a=1; Max-Age=-", A),
    ("Max-Age in digits of another script", "a=1; Max-Age=\xb2", A),
    ("the last Max-Age counts", "a=1; Max-Age=1; Max-Age=2", replace(A, max_age=2)),
    ("a bad Max-Age leaves the good one", "a=1; Max-Age=1; Max-Age=x", replace(A, max_age=1)),
    (
        "Expires",
        "a=1; Expires=Tue, 01 Jan 2030 00:00:00 GMT",
        replace(A, expires=NEW_YEAR_2030),
    ),
    ("Expires that is no date", "a=1; Expires=0", A),
    (
        "a bad Expires leaves the good one",
        "a=1; Expires=Tue, 01 Jan 2030 00:00:00 GMT; Expires=never",
        replace(A, expires=NEW_YEAR_2030),
    ),
    (
        "Max-Age and Expires are both kept",
        "a=1; Expires=Tue, 01 Jan 2030 00:00:00 GMT; Max-Age=9",
        replace(A, max_age=9, expires=NEW_YEAR_2030),
    ),
    ("Domain", "a=1; Domain=site.example", replace(A, domain="site.example")),
    ("Domain is lower-cased", "a=1; Domain=Site.Example", replace(A, domain="site.example")),
    ("Domain without its dot", "a=1; Domain=.site.example", replace(A, domain="site.example")),
    ("only one dot goes", "a=1; Domain=..site.example", replace(A, domain=".site.example")),
    ("Domain empty", "a=1; Domain=", A),
    ("Domain of a dot", "a=1; Domain=.", A),
    ("an empty Domain undoes the one before", "a=1; Domain=site.example; Domain", A),
    ("Path", "a=1; Path=/a/b", replace(A, path="/a/b")),
    ("Path with a space inside", "a=1; Path=/a b", replace(A, path="/a b")),
    ("Path empty", "a=1; Path=", A),
    ("Path without a slash", "a=1; Path=a", A),
    ("Path in quotes", 'a=1; Path="/"', A),
    ("the last Path counts", "a=1; Path=/x; Path=/y", replace(A, path="/y")),
    ("a bad Path undoes the one before", "a=1; Path=/x; Path=y", A),
    ("Secure", "a=1; Secure", replace(A, secure=True)),
    ("Secure in any case, with a value", "a=1; sEcUrE=no", replace(A, secure=True)),
    ("HttpOnly", "a=1; HttpOnly", replace(A, http_only=True)),
    ("HttpOnly with an empty value", "a=1;httponly=", replace(A, http_only=True)),
    ("Partitioned", "a=1; Partitioned", replace(A, partitioned=True)),
    ("SameSite Strict", "a=1; SameSite=Strict", replace(A, same_site="Strict")),
    ("SameSite in any case", "a=1; samesite=LAX", replace(A, same_site="Lax")),
    ("SameSite None is a value", "a=1; SameSite=none", replace(A, same_site="None")),
    ("SameSite unknown", "a=1; SameSite=Relaxed", A),
    ("SameSite empty", "a=1; SameSite", A),
    ("the last SameSite counts", "a=1; SameSite=Lax; SameSite=None", replace(A, same_site="None")),
    ("an unknown SameSite undoes the one before", "a=1; SameSite=Strict; SameSite=x", A),
    ("an attribute nobody knows", "a=1; Priority=High; Version=1", A),
    ("an attribute without a name", "a=1; =x; =", A),
    ("1024 octets of an attribute", f"a=1; Path=/{LONG[1:]}", replace(A, path=f"/{LONG[1:]}")),
    ("1025 octets", f"a=1; Path=/{LONG}", A),
    ("1025 octets leave the one before", f"a=1; Path=/x; Path=/{LONG}", replace(A, path="/x")),
    ("1025 octets of a flag", f"a=1; Secure={LONG}x", A),
    (
        "white space around an attribute does not count",
        f"a=1; Secure= {LONG}",
        replace(A, secure=True),
    ),
    (
        "all of them",
        "a=1;Path=/;Domain=x.example;Max-Age=1;HttpOnly;SameSite=None;Secure;Partitioned",
        SetCookie("a", "1", 1, None, "x.example", "/", True, True, "None", True),
    ),
]


@pytest.mark.parametrize(
    ("line", "cookie"), [pytest.param(line, cookie, id=why) for why, line, cookie in LINES_READ]
)
def test_a_set_cookie_line_is_read_as_a_browser_reads_it(
    line: str, cookie: SetCookie | None
) -> None:
    assert parse_set_cookie(line) == cookie


SENT_NAMES = [
    ("named", "a=b", "a"),
    ("nameless", "abc", ""),
    ("nameless, with an equals sign", "=a=b", "a"),
    ("nameless, with space before it", "= a =b", "a"),
    ("nameless, with two equals signs", "==b", ""),
    ("nameless, hiding a prefix", "=__Host-a=b", "__Host-a"),
    ("attributes do not matter", " a = b ; Path=/; b=c", "a"),
]


@pytest.mark.parametrize(
    ("line", "name"), [pytest.param(line, name, id=why) for why, line, name in SENT_NAMES]
)
def test_a_cookie_is_called_by_the_name_it_comes_back_under(line: str, name: str) -> None:
    cookie = parse_set_cookie(line)

    assert cookie is not None
    assert cookie.sent_name == name
    assert set_cookie_name(line) == name


@given(LINES | LATIN_1)
def test_a_kept_cookie_comes_back_under_its_sent_name(line: str) -> None:
    cookie = parse_set_cookie(line)
    if cookie is None:
        return
    sent = f"{cookie.name}={cookie.value}" if cookie.name else cookie.value

    expected = [] if sent == "=" else [cookie.sent_name]
    assert [name for name, _ in parse_cookie(sent)] == expected
    assert set_cookie_name(line) == cookie.sent_name


@pytest.mark.parametrize(
    ("cookie", "deletes"),
    [
        pytest.param(A, False, id="of the browser's session"),
        pytest.param(replace(A, max_age=0), True, id="Max-Age zero"),
        pytest.param(replace(A, max_age=-1), True, id="Max-Age below zero"),
        pytest.param(replace(A, max_age=1), False, id="Max-Age above zero"),
        pytest.param(replace(A, expires=99), True, id="expired"),
        pytest.param(replace(A, expires=100), True, id="expires now"),
        pytest.param(replace(A, expires=101), False, id="expires later"),
        pytest.param(replace(A, max_age=1, expires=0), False, id="Max-Age goes before Expires"),
        pytest.param(replace(A, max_age=0, expires=101), True, id="and the other way"),
    ],
)
def test_a_line_deletes_by_max_age_then_by_expires(cookie: SetCookie, deletes: bool) -> None:
    assert cookie.is_deletion(now=100) is deletes


# --- from the line to the header ---------------------------------------------------------------


@pytest.mark.parametrize("case", [pytest.param(case, id=case.why) for case in CASES])
@pytest.mark.parametrize("site", [f"https://{HOST}", f"http://{HOST}:8000"])
def test_what_is_read_of_lines_comes_back_as_the_draft_says(site: str, case: Case) -> None:
    agent = Agent(now=NEW_YEAR_2030 - 10 * DAY)
    for line in case.lines:
        agent.receive(f"{site}{SET}", line)

    assert agent.send(f"{site}{LOOK}") == case.sent


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.why) for case in CASES if case.chromium]
)
def test_where_browsers_differ_nothing_is_a_deletion_for_sure(case: Case) -> None:
    """Held as what stays, it does no harm where it would have been deleted; the other way it would leave the gate."""
    *_, last = case.lines
    cookie = parse_set_cookie(last)

    assert cookie is not None
    assert not cookie.is_deletion(NEW_YEAR_2030)


@pytest.mark.parametrize(
    ("attributes", "disputed"),
    [
        ("", False),
        ("Path=/; Secure", False),
        ("Max-Age=0", False),
        ("Max-Age=x; Max-Age=0", False),
        ("Max-Age=0; Expires=never", False),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("Expires=Thu, 01-Jan-70 00:00:00 GMT", False),
        ("Expires=Thu Jan  1 00:00:00 1970", False),
        ("Expires=never; Expires=Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("Max-Age=0; Max-Age=", True),
        ("Max-Age=0; Max-Age=+60", True),
        ("Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires", True),
        ("Expires=Thu, 1 Jan 1970 0:0:0 GMT", False),
        ("Expires=1 Jan 70 00:00:00", False),
        ("Expires=Thu, 01 Jan 29999 1970 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 1970 29999 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 00:00:00 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 1970 00:00:00 99:00:00 GMT", True),
        ("Expires=Thu, 01 Jan Dec 1970 00:00:00 GMT", True),
        ("Expires=Thu, 01 02 Jan 1970 00:00:00 GMT", True),
        ("Expires=Thu, 001 01 Jan 1970 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 1970 000 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT+1", True),
        ("Expires=1st Jan 1970 00:00:00", True),
        ("Expires=1 Jan 1970AD 00:00:00", True),
        ("Expires=1 Jan 1970 00:00:00:00", True),
        ("Expires=1 Jan 1970 00:00:00Z", True),
        ("Expires=\xff1 Jan 1970 00:00:00", True),
    ],
)
def test_how_long_it_is_kept_is_disputed(attributes: str, disputed: bool) -> None:
    cookie = parse_set_cookie(f"a=1; {attributes}")

    assert cookie is not None
    assert cookie.disputed is disputed


# --- dates -------------------------------------------------------------------------------------

SIX_NOV = 784111777
DATES: list[tuple[str, str, int | None]] = [
    ("IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", SIX_NOV),
    ("RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", SIX_NOV),
    ("asctime", "Sun Nov  6 08:49:37 1994", SIX_NOV),
    ("any order", "1994 08:49:37 Nov 6", SIX_NOV),
    ("no weekday, no zone", "6 Nov 1994 08:49:37", SIX_NOV),
    ("another zone means nothing", "Sun, 06 Nov 1994 08:49:37 PST", SIX_NOV),
    ("a month's long name in any case", "6 nOVEMBERISH 1994 8:49:37", SIX_NOV),
    ("what follows the numbers", "6th Nov 1994AD 08:49:37.123", SIX_NOV),
    ("any delimiters", '6/"Nov"/1994&08:49:37', SIX_NOV),
    ("a wrong weekday", "Fri, 06 Nov 1994 08:49:37", SIX_NOV),
    ("the first of each counts", "6 Nov 1994 08:49:37 7 Dec 1995 09:00:00", SIX_NOV),
    ("year 70 is 1970", "1 Jan 70 00:00:00", 0),
    ("year 99 is 1999", "1 Jan 99 00:00:00", 915148800),
    ("year 00 is 2000", "1 Jan 00 00:00:00", 946684800),
    ("year 69 is 2069", "1 Jan 69 00:00:00", 3124224000),
    ("year 1601 is the first", "1 Jan 1601 00:00:00", -11644473600),
    ("year 1600", "1 Jan 1600 00:00:00", None),
    ("year 9999", "31 Dec 9999 23:59:59", 253402300799),
    ("a leap day", "29 Feb 2024 00:00:00", 1709164800),
    ("a day that the year has not", "29 Feb 2023 00:00:00", None),
    ("a day that the month has not", "31 Apr 2023 00:00:00", None),
    ("day zero", "0 Jan 2023 00:00:00", None),
    ("hour 24", "1 Jan 2023 24:00:00", None),
    ("minute 60", "1 Jan 2023 00:60:00", None),
    ("a leap second", "31 Dec 2016 23:59:60", None),
    ("no time", "1 Jan 2023", None),
    ("no seconds", "1 Jan 2023 00:00", None),
    ("a time with three digits", "1 Jan 2023 000:00:00", None),
    ("no day", "Jan 2023 00:00:00", None),
    ("no month", "1 2023 00:00:00", None),
    ("no year", "1 Jan 00:00:00", None),
    ("a year of five digits", "1 Jan 12023 00:00:00", None),
    ("a month in another language", "1 Mai 2023 00:00:00", None),
    ("ISO 8601 is no cookie-date", "2023-01-01T00:00:00Z", None),
    ("a number", "-1", None),
    ("nothing", "", None),
]


@pytest.mark.parametrize(
    ("text", "seconds"), [pytest.param(text, seconds, id=why) for why, text, seconds in DATES]
)
def test_dates_are_read_by_the_cookie_date_algorithm(text: str, seconds: int | None) -> None:
    assert parse_cookie_date(text) == seconds


@given(st.datetimes(min_value=datetime(1601, 1, 1), timezones=st.just(UTC)))
def test_every_http_date_is_read_to_the_second(date: datetime) -> None:
    expected = (date - datetime(1970, 1, 1, tzinfo=UTC)) // (date.resolution * 1_000_000)

    assert parse_cookie_date(format_datetime(date, usegmt=True)) == expected
    assert parse_cookie_date(date.strftime("%a %b %d %H:%M:%S ") + f"{date.year}") == expected


# --- writing -----------------------------------------------------------------------------------

WRITTEN: list[tuple[str, dict[str, Any], str]] = [
    ("the defaults", {}, "a=1; Path=/; HttpOnly; SameSite=Lax; Secure"),
    ("over http", {"secure": False}, "a=1; Path=/; HttpOnly; SameSite=Lax"),
    ("read by scripts", {"http_only": False}, "a=1; Path=/; SameSite=Lax; Secure"),
    ("zero is a Max-Age", {"max_age": 0}, "a=1; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"),
    (
        "everything",
        {
            "max_age": 60,
            "path": "/x y",
            "domain": "a.example",
            "same_site": "None",
            "partitioned": True,
        },
        "a=1; Path=/x y; Domain=a.example; Max-Age=60; HttpOnly; SameSite=None; Secure; Partitioned",
    ),
    ("a __Host- name", {"name": "__Host-a"}, "__Host-a=1; Path=/; HttpOnly; SameSite=Lax; Secure"),
    ("a quoted value", {"value": '"x"'}, 'a="x"; Path=/; HttpOnly; SameSite=Lax; Secure'),
    ("an empty value", {"value": ""}, "a=; Path=/; HttpOnly; SameSite=Lax; Secure"),
]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [pytest.param(arguments, line, id=why) for why, arguments, line in WRITTEN],
)
def test_attributes_are_written_in_one_order(arguments: dict[str, Any], line: str) -> None:
    assert write_set_cookie(**{"name": "a", "value": "1", "secure": True, **arguments}) == line


FORBIDDEN: list[tuple[str, dict[str, Any], str]] = [
    ("no name", {"name": ""}, "no token"),
    ("a name with a space", {"name": "a b"}, "no token"),
    ("a name with an equals sign", {"name": "a=b"}, "no token"),
    ("a name with brackets", {"name": "a[b]"}, "no token"),
    ("a name with a line break after it", {"name": "a\n"}, "no token"),
    ("a name outside ASCII", {"name": "é"}, "no token"),
    ("a value with a space", {"value": "a b"}, "does not fit"),
    ("a value with a semicolon", {"value": "a; Domain=x"}, "does not fit"),
    ("a value with a comma", {"value": "a,b"}, "does not fit"),
    ("a value with a backslash", {"value": "a\\b"}, "does not fit"),
    ("a value with one quote", {"value": 'a"'}, "does not fit"),
    ("a value with a line break", {"value": "a\r\nX: y"}, "does not fit"),
    ("a value with a line break after it", {"value": "a\n"}, "does not fit"),
    ("a value outside ASCII", {"value": "é"}, "does not fit"),
    ("a name and value of 4097 octets", {"value": "x" * LONGEST_PAIR}, "4,097 bytes"),
    ("a path that is relative", {"path": "a"}, "path"),
    ("a path that is empty", {"path": ""}, "path"),
    ("a path with a semicolon", {"path": "/; Secure"}, "path"),
    ("a path with a line break", {"path": "/\r\nX: y"}, "path"),
    ("a path with a line break after it", {"path": "/\n"}, "path"),
    ("a path with a space after it", {"path": "/a "}, "path"),
    ("a path outside ASCII", {"path": "/é"}, "path"),
    ("a path of 1025 octets", {"path": "/" * (LONGEST_ATTRIBUTE + 1)}, "path"),
    ("a domain that is empty", {"domain": ""}, "domain"),
    ("a domain with a dot in front", {"domain": ".a.example"}, "domain"),
    ("a domain that is an address", {"domain": "127.0.0.1"}, "domain"),
    ("a domain that is an IPv6 address", {"domain": "[::1]"}, "domain"),
    ("a domain outside ASCII", {"domain": "bücher.example"}, "domain"),
    ("a domain with a semicolon", {"domain": "a; Path=/"}, "domain"),
    ("a domain with a line break after it", {"domain": "a.example\n"}, "domain"),
    ("a domain of more than 253 octets", {"domain": "a." * 127 + "example"}, "domain"),
    ("a label of 64 octets", {"domain": "a" * 64 + ".example"}, "domain"),
    ("a life below zero", {"max_age": -1}, "-1 seconds"),
    ("a life of more than 400 days", {"max_age": 400 * DAY + 1}, "34560001 seconds"),
    ("SameSite unknown", {"same_site": "lax"}, "SameSite"),
    ("SameSite=None without Secure", {"same_site": "None", "secure": False}, "not Secure"),
    ("Partitioned without Secure", {"partitioned": True, "secure": False}, "not Secure"),
    ("__Secure- without Secure", {"name": "__Secure-a", "secure": False}, "not Secure"),
    ("__sEcUrE- without Secure", {"name": "__sEcUrE-a", "secure": False}, "not Secure"),
    ("__Host- without Secure", {"name": "__Host-a", "secure": False}, "not Secure"),
    ("__Host- with a path", {"name": "__Host-a", "path": "/a"}, "path or a domain"),
    ("__HOST- with a domain", {"name": "__HOST-a", "domain": "a.example"}, "path or a domain"),
    ("__Http- without HttpOnly", {"name": "__Http-a", "http_only": False}, "not HttpOnly"),
    ("__Http- without Secure", {"name": "__Http-a", "secure": False}, "not Secure"),
    ("__Host-Http- without HttpOnly", {"name": "__Host-Http-a", "http_only": False}, "HttpOnly"),
    ("__Host-Http- with a path", {"name": "__Host-Http-a", "path": "/a"}, "path or a domain"),
]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [pytest.param(arguments, what, id=why) for why, arguments, what in FORBIDDEN],
)
def test_what_no_server_may_send_is_refused(arguments: dict[str, Any], what: str) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        write_set_cookie(**{"name": "a", "value": "1", "secure": True, **arguments})

    assert caught.value.fix


def test_an_error_does_not_repeat_the_value() -> None:
    with pytest.raises(UsageError) as caught:
        write_set_cookie("a", "secret token", secure=True)

    assert "secret" not in str(caught.value)


def test_the_largest_of_everything_is_written() -> None:
    path = "/" + LONG[1:]
    line = write_set_cookie(
        "a", "x" * (LONGEST_PAIR - 1), secure=True, path=path, max_age=LONGEST_LIFE
    )

    cookie = parse_set_cookie(line)

    assert cookie is not None
    assert (cookie.path, cookie.max_age, len(cookie.value)) == (path, LONGEST_LIFE, 4095)


TOKENS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1)
OCTETS = st.text([chr(n) for n in range(0x21, 0x7F) if chr(n) not in '",;\\'])
LABELS = st.text("abcxyz019", min_size=1, max_size=9)


@given(
    name=TOKENS.filter(lambda name: not name.startswith("__")),
    value=OCTETS | OCTETS.map('"{}"'.format),
    max_age=st.none() | st.integers(0, LONGEST_LIFE),
    path=st.text("abc/ %=", max_size=9).map(lambda path: f"/{path}".rstrip(" ")),
    domain=st.none() | LABELS.map("{}.example".format),
    http_only=st.booleans(),
    same_site=st.sampled_from(["Strict", "Lax", "None"]),
    partitioned=st.booleans(),
)
def test_what_is_written_is_read_back(
    name: str,
    value: str,
    max_age: int | None,
    path: str,
    domain: str | None,
    http_only: bool,
    same_site: SameSite,
    partitioned: bool,
) -> None:
    line = write_set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        domain=domain,
        secure=True,
        http_only=http_only,
        same_site=same_site,
        partitioned=partitioned,
    )

    expected = SetCookie(
        name, value, max_age, None, domain, path, True, http_only, same_site, partitioned
    )
    assert parse_set_cookie(line) == expected
    assert set_cookie_name(line) == name
    assert parse_cookie(f"x=0; {name}={value}") == [("x", "0"), (name, value)]
    assert value in find_cookie(f"x=0; {name}={value}", name)


SCRAPS = st.text("aZ.-/;=, \t\r\né", max_size=4)


@given(SCRAPS, SCRAPS, SCRAPS.map("/{}".format), SCRAPS)
def test_nothing_that_is_written_says_more_than_was_asked(
    name: str, value: str, path: str, domain: str
) -> None:
    try:
        line = write_set_cookie(name, value, path=path, domain=domain, secure=False)
    except UsageError:
        return

    expected = SetCookie(name, value, None, None, domain.lower(), path, False, True, "Lax")
    assert parse_set_cookie(line) == expected


# --- deleting ----------------------------------------------------------------------------------


def test_a_deletion_has_the_attributes_of_the_cookie() -> None:
    line = expire_set_cookie(
        "a", path="/x", domain="a.example", secure=True, same_site="None", partitioned=True
    )

    assert line == (
        "a=; Path=/x; Domain=a.example; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        "; HttpOnly; SameSite=None; Secure; Partitioned"
    )


@given(LINES | LATIN_1)
def test_whatever_came_in_can_be_deleted(header: str) -> None:
    for name, _ in parse_cookie(header):
        cookie = parse_set_cookie(expire_set_cookie(name, secure=True))

        assert cookie is not None
        assert cookie.name == name
        assert cookie.is_deletion(now=0)
        assert cookie.expires == 0


@pytest.mark.parametrize(
    ("name", "what"),
    [
        pytest.param(" a", "no cookie", id="white space in front"),
        pytest.param("a=b", "no cookie", id="an equals sign"),
        pytest.param("a;b", "no cookie", id="a semicolon"),
        pytest.param("a\r\n", "no cookie", id="a line break"),
        pytest.param("x" * 4097, "4,097 bytes", id="too long"),
    ],
)
def test_a_name_that_no_cookie_has_is_not_deleted(name: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        expire_set_cookie(name, secure=True)


def test_a_deletion_keeps_what_a_prefix_promises() -> None:
    with pytest.raises(UsageError, match="not Secure"):
        expire_set_cookie("__Host-a", secure=False)


# --- hostile input -----------------------------------------------------------------------------


@given(st.text() | LATIN_1 | LINES)
def test_no_text_raises(text: str) -> None:
    parse_cookie(text)
    parse_set_cookie(text)
    parse_set_cookie(f"a=1; Expires={text}; Max-Age={text}; Domain={text}; Path={text}")
    set_cookie_name(text)
    parse_cookie_date(text)
    find_cookie(text, text)


MB = 1_000_000
FLOODS = [
    pytest.param("a" * MB, id="one letter"),
    pytest.param(";" * MB, id="semicolons"),
    pytest.param("=" * MB, id="equals signs"),
    pytest.param(" " * MB, id="spaces"),
    pytest.param("a=1; " * (MB // 5), id="pairs"),
    pytest.param("a " * (MB // 2), id="names without a semicolon"),
    pytest.param("xa;" * (MB // 3), id="lookalikes"),
    pytest.param("a\x00;" * (MB // 3), id="control characters"),
    pytest.param("a=1" + "; Expires=Sun, 06 Nov 1994 08:49:37" * (MB // 35), id="dates"),
    pytest.param("a=1; Expires=" + "1 " * 500 + ";x" * (MB // 2), id="numbers"),
]


@pytest.mark.parametrize("text", FLOODS)
def test_a_megabyte_is_read_to_its_end(text: str) -> None:
    parse_cookie(text)
    parse_set_cookie(text)
    set_cookie_name(text)
    parse_cookie_date(text)

    assert len(find_cookie(text, "a")) <= MOST_FOUND
