"""What is said to the operator, and that it is said once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.events import Once, log

WORDS = st.lists(st.text("ab", max_size=2), min_size=1, max_size=3).map(tuple)


def test_the_logger_is_named_after_the_package() -> None:
    assert log.name == "cookiesafe"


def test_a_thing_is_new_once() -> None:
    once = Once()

    assert once.first("held", "a")
    assert not once.first("held", "a")


def test_things_are_told_apart_word_by_word() -> None:
    once = Once()

    assert once.first("ab")
    assert once.first("a", "b")
    assert once.first("b", "a")
    assert once.first("a", "b", "")


def test_what_does_not_fit_is_not_said() -> None:
    once = Once(limit=2)

    assert [once.first(name) for name in ("a", "b", "c", "c", "a")] == [True, True, False] + [
        False
    ] * 2


def test_two_memories_know_nothing_of_each_other() -> None:
    assert Once().first("a")
    assert Once().first("a")


@settings(deadline=None, max_examples=100)
@given(st.lists(WORDS, max_size=30), st.integers(0, 5))
def test_each_of_the_first_few_is_said_exactly_once(
    things: list[tuple[str, ...]], limit: int
) -> None:
    once = Once(limit)
    said = [thing for thing in things if once.first(*thing)]

    assert said == list(dict.fromkeys(things))[:limit]
