"""The parameter that says in an address that the browser blocks cookies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.blocked import blocked, says_blocked, unblocked

ADDRESSES = st.text(st.sampled_from("/a?&#=%;") | st.characters(), max_size=12).map(
    lambda text: f"/{text}"
)


@pytest.mark.parametrize(
    ("address", "with_it"),
    [
        ("/", "/?cookiesafe=blocked"),
        ("/?", "/?&cookiesafe=blocked"),
        ("/bills?year=2026", "/bills?year=2026&cookiesafe=blocked"),
        ("/bills#top", "/bills?cookiesafe=blocked#top"),
        ("/bills?year=2026#a?b#c", "/bills?year=2026&cookiesafe=blocked#a?b#c"),
        ("/bills?cookiesafe=blocked", "/bills?cookiesafe=blocked"),
        ("/x?cookiesafe=blocked&a=1&cookiesafe=blocked#y", "/x?a=1&cookiesafe=blocked#y"),
        ("/x?cookiesafe=blocked2", "/x?cookiesafe=blocked2&cookiesafe=blocked"),
        ("/cookiesafe=blocked", "/cookiesafe=blocked?cookiesafe=blocked"),
        ("/#cookiesafe=blocked", "/?cookiesafe=blocked#cookiesafe=blocked"),
    ],
)
def test_an_address_gets_it_once_before_its_fragment(address: str, with_it: str) -> None:
    assert blocked(address) == with_it


@given(ADDRESSES)
def test_an_address_that_gets_it_has_it_and_loses_it_again(address: str) -> None:
    with_it = blocked(address)
    query = with_it.partition("#")[0].partition("?")[2]

    assert says_blocked(query)
    assert query.count("cookiesafe=blocked") == 1
    assert unblocked(with_it) in (address, address.replace("?#", "#").removesuffix("?"))


@given(ADDRESSES)
def test_an_address_without_it_stays_as_it_is(address: str) -> None:
    assert unblocked(address) == address
