"""Hosts as a CSP has them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiesafe.policy import Host, parse_host


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ads.example", "ads.example"),
        ("ADS.Example", "ads.example"),
        ("*.ads.example", "*.ads.example"),
        ("ads.example:8443", "ads.example:8443"),
        ("ads.example:08443", "ads.example:8443"),
        ("ads.example:*", "ads.example:*"),
        ("wss://ads.example", "wss://ads.example"),
        ("HTTPS://*.ads.example:*", "https://*.ads.example:*"),
        ("localhost", "localhost"),
        ("*.localhost", "*.localhost"),
        ("gullwing.localhost:8802", "gullwing.localhost:8802"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_host_is_written_back_as_a_csp_source(text: str, written: str) -> None:
    assert str(parse_host(text)) == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("*", "every host"),
        ("'self'", "character that no host has"),
        ("ads.example; script-src *", "character that no host has"),
        ("ads.example,b.example", "character that no host has"),
        ("ads.example b.example", "character that no host has"),
        ("ads.example\n", "character that no host has"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("https://ads.example/x.js", 'Write "ads.example"'),
        ("ads.example/", 'Write "ads.example"'),
        ("ads.example?x", "has a path"),
        ("me@ads.example", "user name"),
        ("[::1]:80", "IPv6"),
        ("2001:db8::1", "IPv6"),
        ("ads.*.example", "another place"),
        ("*ads.example", "another place"),
        ("my_cdn.example", "underscore"),
        ("ftp://ads.example", "Leave it out"),
        ("data:", "is no host"),
        ("ads.example:0", "1 to 65535"),
        ("ads.example:65536", "1 to 65535"),
        ("ads..example", "between its dots"),
        ("ads.example.", "between its dots"),
        ("a" * 64 + ".example", "between its dots"),
        ("*.com", "whole top-level domain"),
        ("https://*.net:*", "whole top-level domain"),
        ("256.0.0.1", "no IPv4 address"),
        ("1.2.3", "no IPv4 address"),
        ("1.2.3.0x4", "no IPv4 address"),
        ("*.0.0.1", "no IPv4 address"),
        ("*.127.0.0.1", "before an IP address"),
    ],
)
def test_what_is_no_host_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_host(text)


WRITTEN = re.compile(r"((https?|wss?)://)?(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:([0-9]+|\*))?")
NEARLY = st.text("aZ0.-*:/@[]_ ;,'\"\n\\?#%ü\u212a", max_size=24)


@given(st.one_of(st.text(), NEARLY, NEARLY.map("https://ads.example".__add__)))
@example("ads.example\n")
@example("\u212aads.example")
def test_no_text_becomes_a_source_with_csp_marks_in_it(text: str) -> None:
    try:
        written = str(parse_host(text))
    except ValueError:
        return

    assert WRITTEN.fullmatch(written)
    assert not set(written) & set(" ;,'\"\t\r\n")
    assert str(parse_host(written)) == written


@pytest.mark.parametrize(
    ("host", "url", "covered"),
    [
        ("ads.example", ("https", "ads.example", None), True),
        ("ads.example", ("https", "ADS.example", 443), True),
        ("ads.example", ("http", "ads.example", 80), True),
        ("ads.example", ("wss", "ads.example", None), True),
        ("ads.example", ("ftp", "ads.example", None), False),
        ("ads.example", ("https", "ads.example", 8443), False),
        ("ads.example", ("https", "x.ads.example", None), False),
        ("ads.example", ("https", "badads.example", None), False),
        ("*.ads.example", ("https", "x.y.ads.example", None), True),
        ("*.ads.example", ("https", "ads.example", None), False),
        ("*.ads.example", ("https", "badads.example", None), False),
        ("ads.example:8443", ("https", "ads.example", 8443), True),
        ("ads.example:8443", ("https", "ads.example", None), False),
        ("ads.example:443", ("https", "ads.example", None), True),
        ("ads.example:80", ("https", "ads.example", None), False),
        ("ads.example:*", ("http", "ads.example", 9), True),
        ("http://ads.example", ("https", "ads.example", None), True),
        ("https://ads.example", ("http", "ads.example", None), False),
        ("https://ads.example", ("wss", "ads.example", None), False),
        ("wss://ads.example", ("wss", "ads.example", 443), True),
        ("wss://ads.example", ("ws", "ads.example", None), False),
        ("ws://ads.example", ("wss", "ads.example", None), True),
        ("127.0.0.1", ("http", "127.0.0.1", None), True),
    ],
)
def test_a_host_covers_what_a_browser_would_let_through(
    host: str, url: tuple[str, str, int | None], covered: bool
) -> None:
    assert parse_host(host).covers(*url) is covered


@given(st.from_regex(r"(\*\.)?[a-z]{1,5}\.[a-z]{2,5}(:[1-9][0-9]{0,3})?", fullmatch=True))
def test_a_host_says_the_same_after_writing_and_parsing(text: str) -> None:
    host = parse_host(text)

    assert isinstance(host, Host)
    assert parse_host(str(host)) == host
