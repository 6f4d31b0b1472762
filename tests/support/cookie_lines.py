"""Difficult Set-Cookie lines, and what a browser sends back of them.

They come from ``/shop/cart/set`` of ``www.harbour.localhost``; the next request is for ``/shop/cart/look``. The tests
of the parser hold it to what the draft says (RFC 6265bis), the browser's tests Chromium.

``chromium`` is what Chromium does otherwise. We follow the draft, which other browsers do, and where one reading
keeps what another deletes we take it as kept (``SetCookie.disputed``).
"""

from __future__ import annotations

from typing import NamedTuple

HOST = "www.harbour.localhost"
SET, LOOK = "/shop/cart/set", "/shop/cart/look"
LATER = "Fri, 01 Jan 2100 00:00:00 GMT"
PAST = "Thu, 01 Jan 1970 00:00:00 GMT"
LONG = "x" * 1024


class Case(NamedTuple):
    why: str
    lines: tuple[str, ...]
    sent: str
    chromium: str | None = None


def _case(why: str, *lines: str, sent: str, chromium: str | None = None) -> Case:
    return Case(why, lines, sent, chromium)


CASES = [
    # names and values
    _case("a pair", "a=1", sent="a=1"),
    _case("white space around both", " \t a \t=\t 1 \t", sent="a=1"),
    _case("spaces inside", "a b=1  2", sent="a b=1  2"),
    _case("a tab inside a value", "a=1\t2", sent="a=1\t2", chromium=""),
    _case("a tab inside a name", "a\tb=1", sent="a\tb=1", chromium=""),
    _case("tabs around an attribute", "a=1;\tPath\t=\t/\t", sent="a=1"),
    _case("an empty value", "a=", sent="a="),
    _case("an equals sign in the value", "a=b=c==", sent="a=b=c=="),
    _case("quotes", 'a="1 2"', sent='a="1 2"'),
    _case("a quote that stays open", 'a="1; Path=/', sent='a="1'),
    _case("a semicolon in quotes", 'a="1;2"', sent='a="1'),
    _case("a backslash before a semicolon", "a=1\\;2", sent="a=1\\"),
    _case("a comma", "a=1, b=2", sent="a=1, b=2"),
    _case("a percent sign", "a%20=%zz%00", sent="a%20=%zz%00"),
    _case("separators in a name", "a[b]@{c}/?:<d>=1", sent="a[b]@{c}/?:<d>=1"),
    _case("UTF-8", "\xc3\xa4=\xe2\x82\xac", sent="\xc3\xa4=\xe2\x82\xac"),
    _case("bytes that are no UTF-8", "a=\xff\xfe\x80", sent="a=\xff\xfe\x80"),
    _case("a next-line character", "a=1\x85", sent="a=1\x85"),
    _case("a no-break space", "a=1\xa0", sent="a=1\xa0"),
    _case("a name in capitals is another", "a=1", "A=2", sent="a=1; A=2"),
    _case("a name like an attribute", "Path=/x", "Secure", sent="Path=/x; Secure"),
    # without a name
    _case("no equals sign", "abc", sent="abc"),
    _case("no equals sign, with attributes", "abc; Path=/shop", sent="abc"),
    _case("an equals sign in front", "=abc", sent="abc"),
    _case("white space for a name", " \t=abc", sent="abc"),
    _case("an equals sign in front and one inside", "=a=b", sent="a=b", chromium=""),
    _case("two equals signs in front", "==abc", sent="=abc", chromium=""),
    _case("the last one without a name stays", "abc", "=def", sent="def"),
    # what is ignored
    _case("nothing", "", sent=""),
    _case("an equals sign alone", "=", sent=""),
    _case("white space around an equals sign", " = ; Path=/", sent=""),
    _case("attributes alone", "; Path=/", sent=""),
    _case("a control character in the value", "a=1\x012", sent=""),
    _case("a control character in the name", "a\x1f=1", sent=""),
    _case("a control character in an attribute", "a=1; x=\x02", sent=""),
    _case("DEL", "a=1\x7f", sent=""),
    _case("a vertical tab", "a=1\x0b", sent=""),
    _case("an ignored line keeps the one before", "a=1", "a=2\x01", sent="a=1"),
    # sizes
    _case("4096 bytes of name and value", "a=" + "x" * 4095, sent="a=" + "x" * 4095),
    _case("4097 bytes", "a=" + "x" * 4096, sent=""),
    _case("4096 bytes of name", "x" * 4096 + "=", sent="x" * 4096 + "="),
    _case("4097 bytes without a name", "x" * 4097, sent=""),
    _case("white space does not count", "a=" + " " * 4000 + "1" + " " * 4000, sent="a=1"),
    _case("attributes do not count", "a=1; x=" + "y" * 5000 + "; Path=/none", sent=""),
    _case("1024 bytes of an attribute", f"a=1; Path=/none; Path=/{LONG[1:]}", sent=""),
    _case("1025 bytes are as if not there", f"a=1; Path=/shop; Path=/{LONG}", sent="a=1"),
    _case("1025 bytes of Secure", f"__Secure-a=1; Secure={LONG}x", sent=""),
    # lives
    _case("Max-Age", "a=1; Max-Age=60", sent="a=1"),
    _case("Max-Age of zero", "a=1", "a=2; Max-Age=0", sent=""),
    _case("Max-Age below zero", "a=1", "a=; max-age=-9", sent=""),
    _case("Max-Age of minus zero", "a=1", "a=2; Max-Age=-0", sent=""),
    _case("Max-Age of zeros", "a=1", "a=2; Max-Age=000", sent=""),
    _case("Max-Age with leading zeros", "a=1; Max-Age=0060", sent="a=1"),
    _case("Max-Age beyond any number", "a=1; Max-Age=" + "9" * 400, sent="a=1"),
    _case("Max-Age below any number", "a=1", "a=2; Max-Age=-" + "9" * 400, sent=""),
    _case("Max-Age with a plus", "a=1; Max-Age=+0", sent="a=1", chromium=""),
    _case("Max-Age with a fraction", "a=1; Max-Age=0.5", sent="a=1"),
    _case("Max-Age in quotes", 'a=1; Max-Age="0"', sent="a=1"),
    _case("Max-Age empty", "a=1; Max-Age=", sent="a=1"),
    _case("Max-Age of a minus alone", "a=1; Max-Age=-", sent="a=1"),
    _case("Max-Age with letters behind", "a=1; Max-Age=0s", sent="a=1"),
    _case("the last Max-Age counts", "a=1; Max-Age=0; Max-Age=60", sent="a=1"),
    _case(
        "a Max-Age with a plus and an Expires",
        f"a=1; Max-Age=+60; Expires={PAST}",
        sent="",
        chromium="a=1",
    ),
    _case(
        "a last Max-Age that is none", "a=1", "a=2; Max-Age=0; Max-Age=x", sent="", chromium="a=2"
    ),
    _case("Expires", f"a=1; Expires={LATER}", sent="a=1"),
    _case("Expires in the past", "a=1", f"a=2; Expires={PAST}", sent=""),
    _case("Expires of zero", "a=1; Expires=0", sent="a=1"),
    _case("Expires empty", "a=1; Expires", sent="a=1"),
    _case(
        "Expires as RFC 850 has it", "a=1", "a=2; Expires=Sunday, 06-Nov-94 08:49:37 GMT", sent=""
    ),
    _case("Expires as asctime has it", "a=1", "a=2; Expires=Sun Nov  6 08:49:37 1994", sent=""),
    _case("Expires in another order", "a=1", "a=2; Expires=08:49:37 1994 6 Nov", sent=""),
    _case("Expires with an ISO date", "a=1; Expires=1994-11-06T08:49:37Z", sent="a=1"),
    _case(
        "Expires on a day that is none", "a=1; Expires=Thu, 31 Feb 1994 00:00:00 GMT", sent="a=1"
    ),
    _case(
        "Expires at an hour that is none", "a=1; Expires=Sun, 06 Nov 1994 24:00:00 GMT", sent="a=1"
    ),
    _case(
        "Expires before 1601",
        "a=1; Expires=Sun, 06 Nov 1600 00:00:00 GMT",
        sent="a=1",
        chromium="",
    ),
    _case(
        "Expires with letters behind the numbers",
        "a=1; Expires=6th Nov 1994AD 08:49:37",
        sent="",
        chromium="a=1",
    ),
    _case(
        "Expires with four numbers for a time",
        "a=1; Expires=6 Nov 1994 8:49:37:1",
        sent="",
        chromium="a=1",
    ),
    _case(
        "Expires with a number of five digits before the year",
        "a=1; Expires=Thu, 01 Jan 29999 1970 00:00:00 GMT",
        sent="",
        chromium="a=1",
    ),
    _case(
        "Expires with two clocks",
        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 00:00:00 GMT",
        sent="",
        chromium="a=1",
    ),
    _case(
        "Expires with three digits for an hour",
        "a=1; Expires=6 Nov 1994 008:49:37",
        sent="a=1",
        chromium="",
    ),
    _case(
        "a last Expires that is none",
        f"a=1; Expires={PAST}; Expires=never",
        sent="",
        chromium="a=1",
    ),
    _case(
        "Expires in a year of two digits",
        "a=1",
        "a=2; Expires=Sun, 06 Nov 70 00:00:00 GMT",
        sent="",
    ),
    _case(
        "Expires in year 69, which is 2069", "a=1; Expires=Wed, 06 Nov 69 00:00:00 GMT", sent="a=1"
    ),
    _case("Max-Age goes before Expires", f"a=1; Max-Age=60; Expires={PAST}", sent="a=1"),
    _case("and in the other order", "a=1", f"a=2; Expires={LATER}; Max-Age=0", sent=""),
    _case(
        "a Max-Age that is none leaves Expires", "a=1", f"a=2; Max-Age=x; Expires={PAST}", sent=""
    ),
    # domains
    _case("Domain of the host", f"a=1; Domain={HOST}", sent="a=1"),
    _case("Domain above it", "a=1; Domain=harbour.localhost", sent="a=1"),
    _case("Domain with a dot in front", "a=1; Domain=.harbour.localhost", sent="a=1"),
    _case("Domain in capitals", "a=1; Domain=harbour.LOCALHOST", sent="a=1"),
    _case("Domain with two dots in front", "a=1; Domain=..harbour.localhost", sent=""),
    _case("Domain of one label", "a=1; Domain=localhost", sent=""),
    _case("Domain of another host", "a=1; Domain=other.localhost", sent=""),
    _case("Domain below the host", f"a=1; Domain=a.{HOST}", sent=""),
    _case("Domain that only ends alike", "a=1; Domain=ww.harbour.localhost", sent=""),
    _case("Domain empty", "a=1; Domain=", sent="a=1"),
    _case("Domain without a value", "a=1; Domain", sent="a=1"),
    _case(
        "the last Domain counts",
        "a=1; Domain=other.localhost; Domain=harbour.localhost",
        sent="a=1",
    ),
    _case("an empty last Domain", "a=1; Domain=other.localhost; Domain=", sent="a=1"),
    _case("for the host and above it", "a=1", f"a=2; Domain={HOST}", sent="a=1; a=2"),
    _case(
        "a deletion for the host leaves the one above",
        "a=1",
        "a=2; Domain=harbour.localhost",
        "a=; Max-Age=0",
        sent="a=2",
    ),
    # paths
    _case("Path of the site", "a=1; Path=/", sent="a=1"),
    _case("Path of the directory", "a=1; Path=/shop/cart", sent="a=1"),
    _case("Path with a slash behind", "a=1; Path=/shop/", sent="a=1"),
    _case("Path that only begins alike", "a=1; Path=/sho", sent=""),
    _case("Path in capitals", "a=1; Path=/Shop", sent=""),
    _case("Path of another page", "a=1; Path=/shop/cart/set", sent=""),
    _case("Path without a slash", "a=1; Path=none", sent="a=1"),
    _case("Path empty", "a=1; Path=", sent="a=1"),
    _case("Path in quotes", 'a=1; Path="/none"', sent="a=1"),
    _case("the last Path counts", "a=1; Path=/none; Path=/shop", sent="a=1"),
    _case("a last Path that is none", "a=1; Path=/none; Path=x", sent="a=1"),
    _case("longer paths come first", "a=1; Path=/", "a=2; Path=/shop", sent="a=2; a=1"),
    _case(
        "with and without a slash are two", "a=1; Path=/shop", "a=2; Path=/shop/", sent="a=2; a=1"
    ),
    _case(
        "a deletion without the slash leaves the one with it",
        "a=1; Path=/shop/",
        "a=; Path=/shop; Max-Age=0",
        sent="a=1",
    ),
    # flags and prefixes
    _case("Secure", "a=1; Secure", sent="a=1"),
    _case("Secure in any case with a value", "__Secure-a=1; sEcUrE=no", sent="__Secure-a=1"),
    _case("SameSite=None without Secure", "a=1; SameSite=None", sent=""),
    _case("SameSite=None with Secure", "a=1; SameSite=None; Secure", sent="a=1"),
    _case("SameSite that is none", "a=1; SameSite=Sometimes", sent="a=1"),
    _case("Partitioned without Secure", "a=1; Partitioned", sent=""),
    _case("Partitioned with Secure", "a=1; Secure; Partitioned", sent="a=1"),
    _case(
        "partitioned and not are two",
        "a=1; Secure",
        "a=2; Secure; Partitioned",
        "a=; Max-Age=0",
        sent="a=2",
    ),
    _case(
        "a partitioned one is deleted as one",
        "a=2; Path=/; Secure; Partitioned",
        "a=;Path=/;Max-Age=0;Secure;Partitioned",
        sent="",
    ),
    _case("what is Secure is deleted without it", "a=1; Secure; HttpOnly", "a=;Max-Age=0", sent=""),
    _case("__Secure- without Secure", "__Secure-a=1", sent=""),
    _case("__Secure- in another case without Secure", "__sEcUrE-a=1", sent=""),
    _case("__Host-", "__Host-a=1; Secure; Path=/", sent="__Host-a=1"),
    _case("__Host- without a path", "__Host-a=1; Secure", sent=""),
    _case("__Host- with another path", "__Host-a=1; Secure; Path=/shop", sent=""),
    _case("__Host- with a domain", f"__Host-a=1; Secure; Path=/; Domain={HOST}", sent=""),
    _case(
        "__Host- in another case with a domain",
        f"__HOST-a=1; Secure; Path=/; Domain={HOST}",
        sent="",
    ),
    _case("__Host- with an empty domain", "__Host-a=1; Secure; Path=/; Domain=", sent="__Host-a=1"),
    _case("a prefix hidden in a value", "=__Host-a=1; Secure; Path=/", sent=""),
    _case("a prefix hidden in a value, in another case", "=__SECURE-a=1; Secure", sent=""),
    _case("a prefix for a value without a name", "__Host-a; Secure; Path=/", sent=""),
    _case("a prefix in a named value", "a=__Host-b=1", sent="a=__Host-b=1"),
    _case("__Http-", "__Http-a=1; Secure; HttpOnly", sent="__Http-a=1"),
    _case("__Http- for scripts", "__Http-a=1; Secure", sent=""),
    _case("__Host-Http-", "__Host-Http-a=1; Secure; HttpOnly; Path=/", sent="__Host-Http-a=1"),
    _case("__Host-Http- for scripts", "__Host-Http-a=1; Secure; Path=/", sent=""),
    _case(
        "a deletion has to keep the prefix",
        "__Secure-a=1; Secure",
        "__Secure-a=; Max-Age=0",
        sent="__Secure-a=1",
    ),
    _case("and does with it", "__Secure-a=1; Secure", "__Secure-a=;Max-Age=0;Secure", sent=""),
    # several
    _case("in the order they came", "b=1", "a=2", "c=3", sent="b=1; a=2; c=3"),
    _case("the same value keeps its place", "b=1", "a=2", "b=1", sent="b=1; a=2"),
    _case(
        "a new value keeps its place",
        "b=1",
        "a=2",
        "b=3",
        sent="b=3; a=2",
        chromium="a=2; b=3",
    ),
    _case(
        "after a deletion the place is lost", "b=1", "a=2", "b=; Max-Age=0", "b=3", sent="a=2; b=3"
    ),
]
