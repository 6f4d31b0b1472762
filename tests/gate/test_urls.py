"""Whom a URL calls, as browsers read it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cookiesafe.gate.urls import Address, Unreadable, resolve

BASE = Address("https", "www.example", 443)
PLAIN = Address("http", "www.example", 80)


def called(url: str, base: Address = BASE) -> str | None:
    address = resolve(url, base)
    return None if address is None else f"{address.scheme} {address.host} {address.port}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://ads.example/x?y#z", "https ads.example 443"),
        ("HTTPS://ADS.Example", "https ads.example 443"),
        ("http://ads.example", "http ads.example 80"),
        ("ws://ads.example", "ws ads.example 80"),
        ("wss://ads.example:9", "wss ads.example 9"),
        ("ftp://ads.example", "ftp ads.example 21"),
        ("https://ads.example:", "https ads.example 443"),
        ("https://ads.example:00443/", "https ads.example 443"),
        ("https://ads.example:0/", "https ads.example 0"),
        ("https://ads.example.", "https ads.example. 443"),
        ("https://ads.example?@site", "https ads.example 443"),
        ("https://ads.example#@site", "https ads.example 443"),
        ("https://ads.example\\@site", "https ads.example 443"),
        ("https://user:pass@ads.example", "https ads.example 443"),
        ("https://www.example@ads.example", "https ads.example 443"),
        ("https://a@b@ads.example:8/", "https ads.example 8"),
        ("https://[0:0::1]:8/", "https [::1] 8"),
    ],
)
def test_an_absolute_url_calls_its_host(url: str, expected: str) -> None:
    assert called(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "//ads.example",
        "///ads.example",
        "\\\\ads.example",
        "/\\ads.example",
        "\\/ads.example/x",
        "https:\\\\ads.example",
        "https:////ads.example",
        "  https://ads.example  ",
        "\x00\x1f https://ads.example",
        "ht\ntps:/\t/ads.exa\rmple",
        "https://ads.example\t",
        "https://%61ds.example",
        "https://ads%2Eexample",
        "https://ads\u3002example",
    ],
)
def test_what_browsers_read_as_another_host_is_read_so(url: str) -> None:
    assert called(url) == "https ads.example 443"


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("http:ads.example", BASE, "http ads.example 80"),
        ("http:/ads.example", BASE, "http ads.example 80"),
        ("http:\\ads.example", BASE, "http ads.example 80"),
        ("https:ads.example", BASE, "https www.example 443"),
        ("https:/ads.example", BASE, "https www.example 443"),
        ("https:\\ads.example", BASE, "https www.example 443"),
        ("https:ads.example", PLAIN, "https ads.example 443"),
        ("http:ads.example", PLAIN, "http www.example 80"),
        ("wss:ads.example", BASE, "wss ads.example 443"),
    ],
)
def test_a_scheme_without_two_slashes_is_relative_only_where_it_is_the_page_s(
    url: str, base: Address, expected: str
) -> None:
    assert called(url, base) == expected


@pytest.mark.parametrize(
    "url", ["", "#top", "?q=//ads.example", "/ads.example", "\\a", "a//b", "./x", "1a:x", ":x", "é"]
)
def test_a_relative_url_calls_where_it_stands(url: str) -> None:
    assert resolve(url, BASE) == BASE


@pytest.mark.parametrize(
    "url",
    [
        "data:text/html,//ads.example",
        "blob:https://ads.example/1",
        "about:blank",
        " JavaScript:fetch('//ads.example')",
        "java\nscript:x",
        "mailto:a@ads.example",
        "tel:1",
        "file:///etc",
        "x-app://ads.example",
    ],
)
def test_other_schemes_call_nobody(url: str) -> None:
    assert resolve(url, BASE) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0x7F000001",
        "127.0.0.1.",
        "127.0.1",
        "%3127.1",
    ],
)
def test_an_ipv4_address_is_one_however_it_is_written(host: str) -> None:
    assert called(f"https://{host}/") == "https 127.0.0.1 443"


def test_empty_hexadecimal_is_nought() -> None:
    assert called("https://0x/") == "https 0.0.0.0 443"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("b%C3%BCcher.example", "xn--bcher-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_host_beyond_ascii_is_read_in_a_labels(host: str, expected: str) -> None:
    assert called(f"https://{host}/") == f"https {expected} 443"


@pytest.mark.parametrize(
    "authority",
    [
        "user@",
        "user:word@a b",
        ":80",
        "a b",
        "a%00b",
        "a%2Fb",
        "a%",
        "a^b",
        "a|b",
        "a<b",
        "a:b",
        "a:1:2",
        "a:65536",
        "a:" + "9" * 5000,
        "[::1",
        "[::1]x",
        "[x]",
        "[::1%25eth0]",
        "a[::1]",
        "256.1.1.1",
        "1.2.3.4.5",
        "1.2..4",
        "4294967296",
        "ads.09",
        "ads.0x7f",
        "1.1." + "9" * 900,
        "faß.example",
        "ads\u200d.example",
        "ads\u00ad.example",
        "ads\u180f.example",
        "\u13a0.example",
        "ａds.example",
        "a\ufffd.example",
        "%ff.example",
        "\ud800.example",
        "ü" * 64 + ".example",
        "a" * 1025,
    ],
)
def test_what_may_call_somebody_and_cannot_be_read_says_so(authority: str) -> None:
    with pytest.raises(Unreadable) as caught:
        resolve(f"https://{authority}/path", BASE)

    assert str(caught.value) == authority.rpartition("@")[2]


@settings(deadline=None)
@given(st.text() | st.text("htps:/\\@.?#[]%x07:a \t\n", max_size=30))
@example("https://" + "1" * 5000)
def test_anything_is_read_or_said_to_be_unreadable(url: str) -> None:
    try:
        address = resolve(url, BASE)
    except Unreadable:
        return
    if address is not None:
        assert address.host
        assert address.host.isascii()
        assert 0 <= address.port <= 65535
