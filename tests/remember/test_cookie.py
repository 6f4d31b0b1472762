"""The remember cookie: what is read of it, and what is nobody's."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.keys import KeyRing
from cookiesafe.remember.cookie import RememberCookie, Unkept
from tests.support.logins import a_login, shown

NAME = "__Host-remember"
SIGNER = KeyRing("k" * 40).signer("remember", NAME)
COOKIE = RememberCookie(NAME, SIGNER, secure=True)
ANN = Unkept("ann", 1, 2, "a" * 22)


def kept(line: str) -> str:
    return line.partition(";")[0]


def signed(payload: str) -> str:
    return f"{NAME}={SIGNER.sign(payload)}"


@given(st.builds(Unkept, st.text(), st.integers(), st.integers(), st.text()))
def test_a_login_that_no_store_knows_of_is_read_back(login: Unkept) -> None:
    line = COOKIE.write_unkept(login, 60) if len(login.user) < 200 else ""

    assert not line or COOKIE.unkept(kept(line)) == login


def test_each_kind_is_read_as_itself_alone() -> None:
    _, payload = a_login()
    series, unkept = kept(COOKIE.write(payload, 60)), kept(COOKIE.write_unkept(ANN, 60))

    assert COOKIE.presented(series) == shown(payload)
    assert COOKIE.unkept(unkept) == ANN
    assert COOKIE.presented(unkept) is None
    assert COOKIE.unkept(series) is None


def test_two_that_differ_are_nobodys_and_the_same_twice_is_one() -> None:
    _, payload = a_login()
    _, other = a_login("b", user="ben")
    one, another = kept(COOKIE.write(payload, 60)), kept(COOKIE.write(other, 60))

    assert COOKIE.presented(f"{one}; {another}") is None
    assert COOKIE.presented(f"{one}; {one}; {NAME}=junk") == shown(payload)
    ben = kept(COOKIE.write_unkept(Unkept("ben", 1, 2, "b" * 22), 60))
    assert COOKIE.unkept(f"{kept(COOKIE.write_unkept(ANN, 60))}; {ben}") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "{}",
        "[]",
        "7",
        "null",
        '["ann"]',
        '["ann",1,2]',
        '["ann",1,2,"s",5]',
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_signed_and_no_login_is_nobodys(text: str) -> None:
    assert COOKIE.unkept(signed(f"n.{b64encode(text.encode()).decode()}")) is None
    assert COOKIE.presented(signed(f"n.{text[:50]}")) is None


def test_it_is_expired_as_it_was_set() -> None:
    scope = set(COOKIE.write("x.0.x", 60).split("; ")[1:]) - {"Max-Age=60"}

    assert scope <= set(COOKIE.expire().split("; "))
