"""Runs of indexes as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.ledger.runs import count, joined, read_runs, runs_of, without, write_runs

INDEXES = st.sets(st.integers(0, 60))


def indexes_in(runs: object) -> set[int]:
    return {index for start, end in runs for index in range(start, end)}  # type: ignore[attr-defined]


@settings(deadline=None, max_examples=200)
@given(INDEXES)
def test_indexes_come_back_as_they_were_written(indexes: set[int]) -> None:
    runs = read_runs(write_runs(indexes))

    assert indexes_in(runs) == indexes
    assert count(runs) == len(indexes)
    assert list(runs) == list(runs_of(indexes)) == joined(runs)


def test_a_run_is_written_by_its_ends() -> None:
    assert write_runs([503, *range(500)]) == "0-499,503"
    assert write_runs([0]) == "0"
    assert write_runs([]) == ""
    assert read_runs("0-499,503") == ((0, 500), (503, 504))


def test_no_more_is_written_than_is_read() -> None:
    assert len(read_runs(write_runs(range(0, 300_000, 2)))) == 150_000
    with pytest.raises(ValueError, match="more than 1048576"):
        write_runs(range(0, 400_000, 2))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="nothing"),
        pytest.param(5, id="a number"),
        pytest.param(["0"], id="a list"),
        pytest.param(",", id="a comma"),
        pytest.param("0,", id="a comma behind"),
        pytest.param("0, 2", id="a space"),
        pytest.param("0\n", id="a line break"),
        pytest.param("-1", id="below 0"),
        pytest.param("01", id="a zero in front"),
        pytest.param("1-", id="half a run"),
        pytest.param("1-2-3", id="three ends"),
        pytest.param("5-5", id="a run of one"),
        pytest.param("5-4", id="a run backwards"),
        pytest.param("3,2", id="not in their order"),
        pytest.param("3,3", id="one twice"),
        pytest.param("0-5,3-8", id="two that overlap"),
        pytest.param("0-5,6", id="two that are one"),
        pytest.param("٣", id="digits of another script"),
        pytest.param("1e3", id="no index"),
        pytest.param("9" * 5000, id="a number of 5,000 digits"),
        pytest.param("0," + "2," * (1 << 19) + "9", id="too long"),
    ],
)
def test_nonsense_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="run"):
        read_runs(text)


@settings(deadline=None, max_examples=200)
@given(INDEXES, INDEXES)
def test_runs_are_taken_from_runs(indexes: set[int], others: set[int]) -> None:
    left = without(list(runs_of(indexes)), list(runs_of(others)))

    assert indexes_in(left) == indexes - others


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9))))
def test_runs_that_overlap_are_joined(drawn: list[tuple[int, int]]) -> None:
    runs = [(start, start + length) for start, length in drawn]

    assert joined(runs) == list(runs_of(indexes_in(runs)))
