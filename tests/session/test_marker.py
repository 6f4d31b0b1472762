"""The mark of a logout, as a browser may have it or make it up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.session.marker import LogoutMarker

MARKER = LogoutMarker("__Host-out", 600, secure=True)
ONE, TWO, THREE, FOUR, FIVE = (letter * 22 for letter in "abcde")


def kept(line: str) -> str:
    """What a browser sends back of a line."""
    return line.partition(";")[0]


def test_what_was_ended_is_read_the_last_one_first() -> None:
    once = MARKER.write("", ONE)
    twice = MARKER.write(kept(once), TWO)

    assert MARKER.read(kept(once)) == (ONE,)
    assert MARKER.read(f"a=b; {kept(twice)}; c=d") == (TWO, ONE)
    assert set(once.split("; ")[1:]) == {
        "Path=/", "Max-Age=600", "Secure", "HttpOnly", "SameSite=Lax",
    }  # fmt: skip


def test_the_last_eight_count_each_once() -> None:
    cookies = ""
    many = [letter * 22 for letter in "fghij"]
    for sid in (ONE, TWO, THREE, TWO, FOUR, FIVE, *many):
        cookies = kept(MARKER.write(cookies, sid))

    assert MARKER.read(cookies) == (*reversed(many), FIVE, FOUR, TWO)
    assert MARKER.read(kept(MARKER.write("", ONE, TWO))) == (ONE, TWO)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        ONE[:-1],
        f"{ONE}x",
        f"{ONE}.",
        f".{ONE}",
        f"{ONE},{TWO}",
        f"{ONE[:-1]}é",
        f"{ONE}\n",
    ],
)
def test_what_is_no_mark_ends_nothing(value: str) -> None:
    assert MARKER.read(f"__Host-out={value}") == ()
    assert MARKER.read(f"out={ONE}; x__Host-out={ONE}") == ()


def test_a_flood_of_marks_is_cut_off() -> None:
    long = ".".join(f"{number:022}" for number in range(9))
    flood = "; ".join(f"__Host-out={number:022}" for number in range(10_000))

    assert MARKER.read(f"__Host-out={long}") == ()
    assert len(MARKER.read(flood)) < 20
    assert len(kept(MARKER.write(flood, ONE))) < 200


@given(st.text())
def test_any_text_is_read_and_added_to(text: str) -> None:
    assert ONE in MARKER.read(kept(MARKER.write(f"__Host-out={text}", ONE)))
