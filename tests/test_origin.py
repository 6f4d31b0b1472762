"""Whether a request that changes something came from the site itself: every row of the table, and by which rule."""

from __future__ import annotations

from collections import Counter

import pytest

from cookiesafe.addresses import origin_at
from cookiesafe.origin import HANDSHAKE, SAFE_METHODS, judge
from tests.support.origins import AT, EVIL, OWN, RULES, SAFE, TRUSTED, UNSAFE, Row, rows

ROWS = rows()


def judged(row: Row, method: str = "POST") -> tuple[str, str]:
    fetch_site, origin = (
        ", ".join(said) if said else None for said in (row.fetch_site, row.origin)
    )
    return judge(
        method,
        OWN,
        frozenset({TRUSTED}),
        fetch_site=fetch_site,
        origin=origin,
        has_cookies=row.has_cookies,
    )


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_that_changes_something_is_ruled_on_as_the_table_says(row: Row) -> None:
    for method in UNSAFE:
        assert judged(row, method) == (row.verdict, row.rule), method


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_websocket_is_ruled_on_as_if_it_brought_no_cookies(row: Row) -> None:
    """It has no form that could tell more."""
    assert judged(row, HANDSHAKE) == judged(row._replace(has_cookies=False))


def test_the_safe_methods_are_those_of_rfc_9110() -> None:
    assert set(SAFE_METHODS) == set(SAFE)


@pytest.mark.parametrize("method", SAFE)
def test_a_request_that_changes_nothing_is_never_refused(method: str) -> None:
    assert {judged(row, method) for row in ROWS} == {("allowed", "method")}


def test_the_table_has_each_rule_with_each_verdict_it_can_come_to() -> None:
    found = Counter((row.verdict, row.rule) for row in ROWS)

    assert set(found) == {
        ("refused", "fields"),
        ("allowed", "Sec-Fetch-Site"),
        ("refused", "Sec-Fetch-Site"),
        ("allowed", "Origin"),
        ("refused", "Origin"),
        ("allowed", "cookies"),
        ("untold", "cookies"),
    }
    assert {rule for _, rule in found} == set(RULES.values()) - {"method"}


@pytest.mark.parametrize("has_cookies", [True, False])
@pytest.mark.parametrize(("base", "host", "origin", "own"), AT)
def test_an_origin_is_the_sites_own_with_its_scheme_host_and_port(
    base: str, host: str, origin: str, own: bool, has_cookies: bool
) -> None:
    site = origin_at(base.partition(":")[0], host)
    ruling = judge("POST", site, (), fetch_site=None, origin=origin, has_cookies=has_cookies)

    assert (ruling.verdict == "allowed") is own


@pytest.mark.parametrize("fetch_site", [None, "same-site", "cross-site", "same-planet", ""])
@pytest.mark.parametrize("origin", [TRUSTED, EVIL, "null"])
def test_nobody_is_trusted_who_was_not_named(fetch_site: str | None, origin: str) -> None:
    for has_cookies in (True, False):
        ruling = judge(
            "POST", OWN, (), fetch_site=fetch_site, origin=origin, has_cookies=has_cookies
        )
        assert ruling.verdict == "refused"


@pytest.mark.parametrize("method", ["WEBSOCKET", "websocket", "GET "])
def test_no_method_of_http_is_taken_for_another(method: str) -> None:
    ruling = judge(method, OWN, (), fetch_site=None, origin=None, has_cookies=True)

    assert ruling == ("untold", "cookies")
