"""Access logs are minimised: what tells who it was goes, the rest stays, and what is no line is left out."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.errors import SettingError
from cookiesafe.logs import LONGEST_LINE, Lines, LogTerms, Minimiser

TIME = "[10/Oct/2000:13:55:36 -0700]"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36"


def minimised(text: str | bytes, block: int = 1 << 20, **terms: object) -> tuple[str, Lines]:
    data = text.encode("latin-1") if isinstance(text, str) else text
    minimiser = Minimiser(LogTerms(**terms))  # type: ignore[arg-type]
    parts = [minimiser.feed(data[at : at + block]) for at in range(0, len(data), block)]
    return (b"".join(parts) + minimiser.close()).decode("latin-1"), minimiser.lines


def line(
    address: str = "203.0.113.7", path: str = "/", referer: str = "-", agent: str = AGENT
) -> str:
    return f'{address} - ann {TIME} "GET {path} HTTP/1.1" 200 2326 "{referer}" "{agent}"\n'


def field(text: str, number: int) -> str:
    return text.split(" ")[number]


def test_a_line_of_the_common_format_keeps_what_is_nobodys() -> None:
    came = f'127.0.0.1 - frank {TIME} "GET /apache_pb.gif HTTP/1.0" 200 2326\n'

    assert minimised(came)[0] == f'127.0.0.0 - - {TIME} "GET /apache_pb.gif HTTP/1.0" 200 2326\n'


@pytest.mark.parametrize(
    ("address", "bits", "kept"),
    [
        ("203.0.113.7", 16, "203.0.0.0"),
        ("203.0.113.7", 24, "203.0.113.0"),
        ("203.7.113.7", 8, "203.0.0.0"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", 16, "2001:db8:85a3::"),
        ("2001:db8::1", 16, "2001:db8::"),
        ("::1", 16, "::"),
        ("fe80::1%eth0", 16, "fe80::"),
        ("::ffff:203.0.113.7", 16, "203.0.0.0"),
        ("2002:cb00:7107::1", 16, "2002:cb00::"),
        ("2002:cb00:7107:1:2:3:4:5", 24, "2002:cb00:7100::"),
        ("2002:CB00:7107::1", 8, "2002:cb00::"),
        ("ann.dialup.example", 16, "-"),
        ("1:2", 16, "-"),
    ],
)
def test_addresses_are_cut_and_names_go(address: str, bits: int, kept: str) -> None:
    assert field(minimised(line(address), ipv4_bits=bits)[0], 0) == kept


def test_addresses_can_be_left_out() -> None:
    assert field(minimised(line(), drop_address=True)[0], 0) == "-"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/bills?id=4711&name=ann", "/bills"),
        ("/2026/11/how-to-pay", "/2026/11/how-to-pay"),
        ("/bills/4711", "/bills/4711"),
        ("/customers/123456/bills", "/customers/*/bills"),
        ("/to/ann@harbour.example/x", "/to/*/x"),
        ("/to/ann%40harbour.example/x", "/to/*/x"),
        ("/s;jsessionid=abc/x", "/*/x"),
        ("/o/550e8400-e29b-41d4-a716-446655440000", "/o/*"),
        ("/o/deadbeefcafe", "/o/*"),
        ("/t/QWxhZGRpbjpvcGVuIHNlc2FtZQ", "/t/*"),
        ("/t/OQVemu6aDTa462XIO-LKtQ/x", "/t/*/x"),
        ("/t/ywd_mm0HTNM5ywEuS_xl6A", "/t/*"),
        ("/how-to-pay-and-when-in-2026", "/how-to-pay-and-when-in-2026"),
        ("/wiki/Harbour_Light_And_Water_Company", "/wiki/Harbour_Light_And_Water_Company"),
        ("/2026-11-26/jquery-3.7.1.js", "/2026-11-26/jquery-3.7.1.js"),
        ("/whois/203.0.113.7", "/whois/*"),
        ("/whois/2001:db8::8a2e/x", "/whois/*/x"),
        ("/tel/+49-171-234-5678", "/tel/*"),
        ("/caf%C3%A9/x", "/caf%C3%A9/x"),
        ("/a%2Fann", "/*"),
        ("/%31%32%33%34%35", "/*"),
        ("/a%2531", "/*"),
        ("https://www.example/bills?x", "/bills"),
        ("*", "*"),
        ("ann@mail.example:443", "*"),
        ("/a#b", "/a"),
    ],
)
def test_queries_and_ids_go(path: str, kept: str) -> None:
    assert field(minimised(line(path=path))[0], 6) == kept


@pytest.mark.parametrize(
    ("referer", "kept"),
    [
        ("https://search.example/find?q=my+illness", "https://search.example/find"),
        ("https://ann:secret@mail.example/inbox/1234567", "https://mail.example/inbox/*"),
        ("https://search.example", "https://search.example"),
        ("https://203.0.113.9/x", "-"),
        ("android-app://com.example/", "-"),
        ("ann", "-"),
        ("-", "-"),
        ("", "-"),
    ],
)
def test_of_a_referring_page_its_name_and_path_stay(referer: str, kept: str) -> None:
    assert f'"{kept}" "Mozilla' in minimised(line(referer=referer))[0]


def test_a_class_of_devices_may_stand_for_a_browser() -> None:
    assert minimised(line(), device=True)[0].endswith('"-" "desktop"\n')


@pytest.mark.parametrize(
    "agent", ["of ann@b.example", "of ann%40b.example", "\x1b[2J", "\xc2\x9b2J"]
)
def test_what_a_browser_says_with_an_address_of_mail_or_a_control_character_goes(
    agent: str,
) -> None:
    assert minimised(line(agent=agent))[0].endswith('"-" "-"\n')


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("www.example:443 203.0.113.7", "www.example:443 203.0.0.0"),
        ("web1 203.0.113.7", "web1 203.0.0.0"),
        ("203.0.113.7:54321 10.0.0.5", "-"),
        ("203.0.113.7:54321 2001:db8::1", "-"),
    ],
)
def test_before_an_address_a_name_may_stand_and_no_other_address(came: str, kept: str) -> None:
    told, _ = minimised(f'{came} - - {TIME} "GET / HTTP/1.1" 200 1 "-" "x"\n')

    assert told.startswith(f"{kept} - - [")


@pytest.mark.parametrize(
    "came",
    [
        f'www.example:443 203.0.113.7 - - {TIME} "GET / HTTP/1.1" 200 1 "-" "x"\n',
        f'203.0.113.7 ident john doe {TIME} "GET / HTTP/1.1" 200 1 "-" "x"\n',
        f'203.0.113.7 - - {TIME} "GET / HTTP/1.1" 200 1 "-" "x" "198.51.100.9, 203.0.113.8" 0.003\n',
        f'203.0.113.7 - - {TIME} "GET / HTTP/1.1" 200 1 "-" "a \\"quoted\\" x"\n',
        f'203.0.113.7 - - {TIME} "\\x16\\x03ann" 400 -\n',
        f'203.0.113.7 - - {TIME} "-" 408 0 "-" "-"\r\n',
    ],
)
def test_rare_lines_are_read_and_what_stands_behind_goes(came: str) -> None:
    told, lines = minimised(came)

    assert lines == Lines(1, 0)
    assert not re.search(r"113\.7|198\.51|john|doe|ident|ann|0\.003", told)
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    "came",
    [
        "garbage\n",
        '{"ip": "203.0.113.7"}\n',
        f"203.0.113.7 - - {TIME}\n",
        line().replace("[10/Oct", "[99/October"),
        line().replace(" 200 ", " OK "),
        "\x00\x01\x02 203.0.113.7\xff\n",
        "203.0.113.7 " * 10_000 + "\n",
    ],
)
def test_what_is_no_line_is_left_out_and_counted(came: str) -> None:
    told, lines = minimised(line() + came + line())

    assert lines == Lines(2, 1)
    assert told == 2 * minimised(line())[0]


def test_what_is_no_line_can_be_passed_on() -> None:
    assert minimised("garbage\n", keep_unread=True) == ("garbage\n", Lines(1, 1))


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 20])
def test_it_does_not_matter_where_blocks_end(block: int) -> None:
    came = (
        line()
        + "garbage\n\n"
        + line("::1", "/bills?x")
        + line(referer="https://a.example/x?y")[:-1]
    )

    assert minimised(came, block) == minimised(came)
    assert minimised(came)[1] == Lines(3, 1)


def test_a_line_without_an_end_takes_no_memory_and_no_time() -> None:
    minimiser = Minimiser(LogTerms())
    began = time.process_time()
    for _ in range(100):
        assert minimiser.feed(b"203.0.113.7 - [ " * 4096) == b""
        assert sum(map(len, minimiser._rest)) <= 2 * LONGEST_LINE
    assert minimiser.feed(b"\n" + line().encode()).count(b"\n") == 1
    for hostile in (
        b'"' * 60_000,
        b"a - " * 15_000,
        b'1 - - [10/Oct/2000:13:55:36 -0700] "GET ' + b"?" * 60_000,
    ):
        minimiser.feed(hostile + b"\n")
    assert time.process_time() - began < 10
    assert minimiser.lines == Lines(1, 4)


def test_a_log_that_ends_in_a_long_line_takes_nothing_of_the_next() -> None:
    minimiser = Minimiser(LogTerms())
    for _ in range(2):
        minimiser.feed(line().encode() + b"x" * (LONGEST_LINE + 1))
        minimiser.close()

    assert minimiser.lines == Lines(2, 2)


@pytest.mark.parametrize("part", ["a-", "a%2d", "1234-a-", "a1b2c3d4e5f-", "Harbour_"])
def test_a_long_path_takes_no_longer_than_it_is_long(part: str) -> None:
    """Looked at anew from each of its characters, a single one would take minutes."""
    path = "/" + part * (50_000 // len(part))
    began = time.process_time()

    assert field(minimised(line(path=path))[0], 6) == path
    assert time.process_time() - began < 5


@given(st.binary(max_size=400))
def test_whatever_comes_no_address_leaves_it(data: bytes) -> None:
    told, lines = minimised(data + b"\n" + line("198.51.100.77", "/x/ann@b.example").encode())

    assert lines.written >= 1
    assert "198.51.100" not in told
    assert "ann@" not in told


def test_bits_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingError, match="8, 16 or 24"):
        LogTerms(ipv4_bits=32)
