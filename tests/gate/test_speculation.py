"""Which speculation rules may stay."""

from __future__ import annotations

import pytest

from cookiesafe.gate.page.speculation import is_harmless

HARMLESS = [
    "{}",
    '{"prefetch": []}',
    '{"tag": "x", "prefetch": [{"urls": ["/a", "b"], "eagerness": "eager"}]}',
    '{"prefetch": [{"source": "document", "where": {"href_matches": "/*"}}]}',
    '{"prerender": [{"where": {"href_matches": ["/a", "/b/*"]}}]}',
    (
        '{"prefetch": [{"where": {"and": [{"href_matches": "/*"}, {"not": {"href_matches": "/x"}},'
        ' {"not": {"selector_matches": ".a"}}]}}]}'
    ),
    '{"prefetch": [{"where": {"or": [{"href_matches": "/a"}, {"href_matches": "/b"}]}}]}',
    '\n {"prefetch": [{"urls": ["/\\u0061"]}]} ',
]
NOT_HARMLESS = [
    "",
    "x",
    "[]",
    "{",
    '{"prefetch": [{"urls": ["/a", "https://held.example/"]}]}',
    '{"prefetch": [{"urls": ["\\u0068eld"]}]}',
    '{"anything": [{"urls": ["//held"]}]}',
    '{"prefetch": [{"urls": [1]}]}',
    '{"prefetch": [{"urls": "held"}]}',
    '{"prefetch": ["held"]}',
    '{"prefetch": [{}]}',
    '{"prefetch": [{"source": "document"}]}',
    '{"prefetch": [{"where": {}}]}',
    '{"prefetch": [{"where": {"href_matches": "*"}}]}',
    '{"prefetch": [{"where": {"href_matches": "//held/*"}}]}',
    '{"prefetch": [{"where": {"href_matches": "/*://held/*"}}]}',
    '{"prefetch": [{"where": {"href_matches": {"hostname": "held"}}}]}',
    '{"prefetch": [{"where": {"href_matches": "/*", "relative_to": "document"}}]}',
    '{"prefetch": [{"where": {"selector_matches": "a"}}]}',
    '{"prefetch": [{"where": {"not": {"href_matches": "/*"}}}]}',
    '{"prefetch": [{"where": {"or": [{"href_matches": "/a"}, {"selector_matches": "b"}]}}]}',
    '{"prefetch": [{"urls": ["/a"], "where": {"selector_matches": "b"}}]}',
    '{"prefetch": ' + "[" * 60_000,
    '{"prefetch": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("rules", HARMLESS, ids=lambda rules: rules[:60])
def test_rules_for_the_site_itself_stay(rules: str) -> None:
    assert is_harmless(rules.encode(), lambda url: "held" in url)


@pytest.mark.parametrize("rules", NOT_HARMLESS, ids=lambda rules: rules[:60])
def test_rules_that_may_lead_elsewhere_do_not(rules: str) -> None:
    assert not is_harmless(rules.encode(), lambda url: "held" in url)


def test_paths_are_not_of_the_site_when_its_base_is_held() -> None:
    rules = b'{"prefetch": [{"where": {"href_matches": "/*"}}]}'

    assert not is_harmless(rules, lambda url: url == "/")
