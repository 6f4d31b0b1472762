"""What a person recognises a browser by."""

from __future__ import annotations

import pytest

from cookiesafe.remember import label_of

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (f"{WINDOWS} {BLINK} Safari/537.36", "Chrome, Windows"),
        (f"{WINDOWS} HeadlessChrome/140.0.0.0 Safari/537.36", "Chrome, Windows"),
        (f"{WINDOWS} {BLINK} Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        (f"{ANDROID} {BLINK} Mobile Safari/537.36 EdgA/140.0.0.0", "Edge, Android"),
        (f"{WINDOWS} {BLINK} Safari/537.36 OPR/121.0.0.0", "Opera, Windows"),
        (f"{MAC} {BLINK} Safari/537.36 Vivaldi/7.5", "Vivaldi, macOS"),
        (f"{ANDROID} SamsungBrowser/28.0 {BLINK} Safari/537.36", "Samsung Internet, Android"),
        (f"{ANDROID} {BLINK} Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0",
            "Firefox, Android",
        ),
        (f"{IPHONE} {WEBKIT} FxiOS/142.0 Mobile/15E148 Safari/605.1.15", "Firefox, iPhone"),
        (f"{IPHONE} {WEBKIT} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        (f"{IPHONE} {WEBKIT} EdgiOS/140.0 Version/18.0 Safari/604.1", "Edge, iPhone"),
        (f"{IPHONE} {WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        (f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {WEBKIT} Safari/604.1", "Safari, iPad"),
        (f"{MAC} {WEBKIT} Version/18.6 Safari/605.1.15", "Safari, macOS"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK} Safari/537.36", "Chrome, ChromeOS"),
        ("Mozilla/5.0 (X11; FreeBSD amd64; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox"),
        ("SomethingElse/1.0 (Windows NT 10.0)", "Windows"),
    ],
)
def test_family_and_system_are_named(user_agent: str, label: str) -> None:
    assert label_of(user_agent) == label


@pytest.mark.parametrize(
    "user_agent", ["", "curl/8.5.0", "<script>", "Firefoxes/1 Androids", "\x00\xff" * 99]
)
def test_what_is_not_known_has_no_label(user_agent: str) -> None:
    assert label_of(user_agent) == ""


def test_of_a_long_field_only_the_beginning_is_read() -> None:
    assert label_of("x " * 10_000 + "Firefox/142.0") == ""
