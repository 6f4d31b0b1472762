"""What a robots.txt keeps from the audit (RFC 9309), and that reading one takes no longer than it is long."""

from __future__ import annotations

import time

import pytest

from cookiesafe.audit.robots import Robots

PATHS = ["/", "/a", "/a.pdf", "/a.pdf?x", "/private", "/private/x", "/list?sort=1", "/caf%c3%A9"]


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("Disallow: /private", {"/private", "/private/x"}),
        ("Disallow: /*?sort=", {"/list?sort=1"}),
        ("Disallow: /*.pdf$", {"/a.pdf"}),
        ("Disallow: /*/x$", {"/private/x"}),
        ("Disallow: /a$", {"/a"}),
        ("Disallow: /\nAllow: /private/\nAllow: /$", set(PATHS) - {"/", "/private/x"}),
        ("Allow: /a\nDisallow: /a", set()),
        ("Disallow: /%61  # ours", {"/a", "/a.pdf", "/a.pdf?x"}),
        ("Disallow: /caf\u00e9", {"/caf%c3%A9"}),
        ("Disallow:", set()),
        ("Nonsense\n: :\n\0", set()),
    ],
)
def test_the_longest_rule_that_matches_counts(rules: str, kept: set[str]) -> None:
    robots = Robots(f"User-agent: *\n{rules}", "cookiesafe-audit")

    assert {each for each in PATHS if not robots.allow(f"https://quay.example{each}")} == kept


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: CookieSafe-Audit/1\nAllow: /", True),
        ("User-agent: other\nUser-agent: cookiesafe-audit\nDisallow: /", False),
        ("User-agent: other\nDisallow: /", True),
        (
            "User-agent: cookiesafe-audit\nDisallow: /a\n\nUser-agent: cookiesafe-audit\nDisallow: /x",
            False,
        ),
        ("Disallow: /", True),
    ],
)
def test_the_rules_are_those_of_its_name_or_of_all(text: str, allowed: bool) -> None:
    assert Robots(text, "cookiesafe-audit").allow("https://quay.example/x") is allowed


@pytest.mark.parametrize(
    "hostile", [" " * 400_000, "Disallow: /" + "a*" * 200_000 + "b$", "Allow: /\n" * 50_000]
)
def test_whatever_it_is_it_takes_no_time(hostile: str) -> None:
    began = time.process_time()

    Robots(f"User-agent: *\n{hostile}", "x").allow("https://quay.example/" + "a" * 1900)

    assert time.process_time() - began < 5
