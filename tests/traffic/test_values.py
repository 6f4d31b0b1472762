"""What of a request is counted, and what of it never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.count import LONGEST_VALUE, OTHER
from cookiesafe.traffic import values
from cookiesafe.traffic.values import (
    MOST_PAGES,
    Pages,
    country_of,
    device_of,
    language_of,
    name_of,
    page_of,
    parts_of,
    site_of,
    value_of,
)

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36", "desktop"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "desktop",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "desktop"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/143.0.0.0 Safari/537.36", "desktop"),
        (IPHONE, "phone"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 8) Chrome/143.0.0.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "phone"),
        ("Mozilla/5.0 (Linux; Android 15; SM-X710) Chrome/143.0.0.0 Safari/537.36", "tablet"),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
            "tablet",
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/143.0.0.0 Safari/537.36", "bot"),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "bot"),
        (
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/143.0.0.0 Mobile Safari/537.36",
            "phone",
        ),
        ("curl/8.5.0", "bot"),
        ("python-requests/2.32", "bot"),
        ("", "bot"),
        ("Something Else/1.0", "unknown"),
        ("x" * 100_000, "unknown"),
    ],
)
def test_devices_are_told_apart_by_class(agent: str, device: str) -> None:
    assert device_of(agent) == device


def test_no_more_of_a_field_is_remembered_than_is_looked_at() -> None:
    """As many as are remembered of what a server lets through would be tens of megabytes."""
    for remembering, remembered in (
        (device_of, values._device_of),
        (language_of, values._language_of),
    ):
        remembered.cache_clear()
        for number in range(50):
            remembering("Mozilla/5.0 " * 100 + str(number))

        assert remembered.cache_info().currsize == 1


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-CH,de;q=0.9,en;q=0.5", "de"),
        (" EN-gb", "en"),
        ("gsw", "gsw"),
        ("fr;q=0.5", "fr"),
        ("zh-Hant-TW", "zh"),
        ("", "unknown"),
        ("*", "unknown"),
        ("english", "unknown"),
        ("d3-x", "unknown"),
        ("\x00\xff" * 9000, "unknown"),
    ],
)
def test_the_first_language_counts_without_its_place(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


@pytest.mark.parametrize(
    ("said", "country"),
    [
        ("DE", "DE"),
        (" fr ", "FR"),
        ("XX", "unknown"),
        ("T1", "unknown"),
        ("", "unknown"),
        ("DEU", "unknown"),
    ],
)
def test_a_country_is_two_letters(said: str, country: str) -> None:
    assert country_of(said) == country


@pytest.mark.parametrize(
    ("referer", "parts"),
    [
        ("https://Search.example/find?q=my+illness#top", ("search.example", "/find")),
        ("https://search.example", ("search.example", "/")),
        ("http://ann:secret@mail.example:8080/inbox/17", ("mail.example:8080", "/inbox/17")),
        ("android-app://com.example.mail/", ("", "")),
        ("https://[2001:db8::1]/", ("[2001:db8::1]", "/")),
        ("https://[2001:db8::1]:8443/a", ("[2001:db8::1]:8443", "/a")),
        ("https://[ann]/", ("", "")),
        ("https://" + "a" * 300 + "/", ("", "")),
        ("about:blank", ("", "")),
        ("https://ünï.example/", ("", "")),
        ("", ("", "")),
    ],
)
def test_of_a_referring_page_host_and_path_are_read(referer: str, parts: tuple[str, str]) -> None:
    assert parts_of(referer) == parts


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("search.example", "search.example"),
        ("mail.example:8080", "mail.example:8080"),
        ("1and1.example", "1and1.example"),
        ("ann-8c1f0a77bb12.pages.example", "ann-*.pages.example"),
        ("203.0.113.7", OTHER),
        ("203.0.113.7:8080", OTHER),
        ("[2001:db8::1]", OTHER),
        ("[2001:db8::1]:8443", OTHER),
    ],
)
def test_a_site_that_is_named_by_its_number_is_not_listed(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("hl_ad2", "hl_ad2"),
        ("_ga_ABC1DEF2GH", "_ga_ABC1DEF2GH"),
        ("user-4711-theme", "user-4711-theme"),
        ("user-47110-theme", "user-*-theme"),
        ("sid.8c1f0a77bb12", "sid.*"),
        ("u_8C1F0A77-bb12-4c3d-9e8f-0123456789ab_x", "u_*_x"),
        ("feedfacedeadbeef1.tracker.example", "*.tracker.example"),
        ("localhost:43210", "localhost:43210"),
        ("accept-decade-facade", "accept-decade-facade"),
        ("", OTHER),
    ],
)
def test_a_name_has_no_id(name: str, counted: str) -> None:
    assert name_of(name) == counted


@pytest.mark.parametrize(
    ("path", "params", "page"),
    [
        ("/bills/17/pay", [], "/bills/*/pay"),
        ("/users/ann/posts", ["ann"], "/users/*/posts"),
        ("/users/ann/posts", [], "/users/ann/posts"),
        ("/files/a/b/c.txt", ["a/b/c.txt"], "/files/*"),
        ("/files", [""], "/files"),
        ("/write/to/ann@harbour.example", [], "/write/to/*"),
        ("/profile-ann", ["ann"], "/*"),
        ("/profile-ann/of/ann", ["ann", "ann"], "/*/of/*"),
        ("/an/banner", ["an"], "/*/banner"),
        ("/docs/a/b.html", ["a/b"], "/docs/*.html"),
        ("/", ["/"], "/"),
        ("/files//", ["//"], "/files//"),
        ("/über/uns", [], "/über/uns"),
        ("/a\x00b\n", [], "/a?b?"),
        ("", [], OTHER),
    ],
)
def test_the_paths_of_one_page_are_one(path: str, params: list[str], page: str) -> None:
    assert page_of(path, params) == page


@given(st.text(max_size=300), st.lists(st.text(max_size=9), max_size=3))
def test_whatever_a_path_is_every_store_can_keep_its_page(path: str, params: list[str]) -> None:
    page = page_of(path, params)

    assert 0 < len(page) <= LONGEST_VALUE
    assert page.isprintable()
    assert page == page.strip()
    assert not any(each.isdecimal() for each in page)


@given(st.text(max_size=300))
def test_whatever_a_value_is_every_store_can_keep_it(text: str) -> None:
    value = value_of(text)

    assert 0 < len(value) <= LONGEST_VALUE
    assert value.isprintable()
    assert value == value.strip()


def test_a_path_without_a_framework_is_one_of_those_that_a_framework_has_told_of() -> None:
    pages = Pages()
    assert pages.page_of("/users/ann") == "/users/ann"

    pages.learn("/users/*")
    pages.learn("/about")

    assert pages.page_of("/users/ann") == "/users/*"
    assert pages.page_of("/about") == "/about"
    assert pages.page_of("/secret/ann") == OTHER


def test_no_more_pages_are_learned_than_there_is_room_for() -> None:
    pages = Pages()
    for number in range(2 * MOST_PAGES):
        pages.learn(f"/page{chr(97 + number % 26)}{number}")

    assert len(pages._known) == MOST_PAGES
