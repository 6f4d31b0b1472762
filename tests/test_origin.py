"""Whether a request that changes something came from the site itself."""

from __future__ import annotations

from itertools import product

import pytest

from cookiesafe.origin import SAFE_METHODS, is_cross_site

OWN = "https://www.example"
TRUSTED = "https://pay.example"
EVIL = "https://evil.example"

CASES: list[tuple[str, str | None, str | None, bool, bool]] = [
    # why, Sec-Fetch-Site, Origin, cookies, refused
    ("the site's own page", "same-origin", OWN, True, False),
    ("the site's own page, without Origin", "same-origin", None, True, False),
    ("the site's own page, with Referrer-Policy: no-referrer", "same-origin", "null", True, False),
    ("the visitor, by a bookmark or the address bar", "none", None, True, False),
    ("a neighbour under the same domain", "same-site", "https://blog.www.example", True, True),
    ("a neighbour that says nothing of its origin", "same-site", None, True, True),
    ("plain http of the same host", "same-site", "http://www.example", True, True),
    ("another site", "cross-site", EVIL, True, True),
    ("another site without cookies", "cross-site", EVIL, False, True),
    ("another site that hides its origin", "cross-site", "null", True, True),
    ("another site that says nothing of its origin", "cross-site", None, False, True),
    ("the browser's own word goes before Origin", "cross-site", OWN, True, True),
    ("an empty word", "", OWN, True, True),
    ("a word nobody knows", "same-planet", OWN, True, True),
    ("a word in capitals", "Same-Origin", OWN, True, True),
    ("two words in one field", "same-origin, cross-site", OWN, True, True),
    ("a trusted origin", "cross-site", TRUSTED, True, False),
    ("a trusted origin, from an older browser", None, TRUSTED, True, False),
    ("what begins as a trusted origin", "cross-site", f"{TRUSTED}.evil.example", True, True),
    ("a trusted host by plain http", "cross-site", "http://pay.example", True, True),
    ("a trusted host on another port", "cross-site", f"{TRUSTED}:8443", True, True),
    ("a trusted origin among others", "cross-site", f"{EVIL}, {TRUSTED}", True, True),
    ("an older browser on the site", None, OWN, True, False),
    ("an older browser on the site, without cookies", None, OWN, False, False),
    ("an older browser elsewhere", None, EVIL, True, True),
    ("an older browser elsewhere, without cookies", None, EVIL, False, True),
    ("an older browser that hides its origin", None, "null", True, True),
    ("an older browser, plain http of the same host", None, "http://www.example", True, True),
    ("an older browser, another port", None, f"{OWN}:8443", True, True),
    ("an older browser, what begins as the site", None, f"{OWN}.evil.example", True, True),
    ("an older browser, an empty origin", None, "", True, True),
    ("no browser, without cookies", None, None, False, False),
    ("no browser, or a very old one, with cookies", None, None, True, True),
]


@pytest.mark.parametrize(
    ("fetch_site", "origin", "has_cookies", "refused"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "ANY"])
def test_a_request_that_changes_something_is_refused_from_elsewhere(
    method: str, fetch_site: str | None, origin: str | None, has_cookies: bool, refused: bool
) -> None:
    assert refused == is_cross_site(
        method,
        OWN,
        frozenset({TRUSTED}),
        fetch_site=fetch_site,
        origin=origin,
        has_cookies=has_cookies,
    )


def test_the_safe_methods_are_those_of_rfc_9110() -> None:
    assert set(SAFE_METHODS) == {"GET", "HEAD", "OPTIONS", "TRACE"}


@pytest.mark.parametrize("method", sorted(SAFE_METHODS))
def test_a_request_that_changes_nothing_is_never_refused(method: str) -> None:
    for _, fetch_site, origin, has_cookies, _ in CASES:
        assert not is_cross_site(
            method, OWN, (), fetch_site=fetch_site, origin=origin, has_cookies=has_cookies
        )


@pytest.mark.parametrize("method", ["get", "Head", "GET ", "", "options"])
def test_a_method_is_safe_in_its_own_spelling_only(method: str) -> None:
    assert is_cross_site(method, OWN, (), fetch_site="cross-site", origin=EVIL, has_cookies=True)


def test_without_trusted_origins_only_the_site_itself_may() -> None:
    sites: list[str | None] = [None, "same-origin", "same-site", "cross-site", "none"]
    passing = {
        (site, origin)
        for site, origin in product(sites, (None, OWN, TRUSTED, EVIL, "null"))
        if not is_cross_site("POST", OWN, (), fetch_site=site, origin=origin, has_cookies=True)
    }

    by_word = product(("same-origin", "none"), (None, OWN, TRUSTED, EVIL, "null"))
    assert passing == {*by_word, (None, OWN)}


def test_nothing_matches_a_site_whose_own_host_is_not_known() -> None:
    assert is_cross_site("POST", "https://", (), fetch_site=None, origin="null", has_cookies=True)
