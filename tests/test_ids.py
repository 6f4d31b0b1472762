"""Ids of receipts and records: side by side with those of their time, and not to be guessed from it."""

from __future__ import annotations

import os
import re
from functools import partial

import pytest

from cookiesafe.ids import new_receipt_id, new_record_id

NOW = 1_800_000_000_000  # ms


def test_ids_of_records_sort_by_their_time_from_the_first_day_to_a_far_one() -> None:
    times = [0, 1, 999, NOW - 1, NOW, NOW + 1, 9 * NOW]

    ids = [new_record_id(time, os.urandom) for time in times]

    assert ids == sorted(ids)
    assert {len(id) for id in ids} == {33}


def test_ids_of_records_of_one_moment_have_all_random_bits_to_differ_in() -> None:
    asked: list[int] = []

    def entropy(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    ids = set(map(partial(new_record_id, entropy=entropy), [NOW] * 100))

    assert len(ids) == 100
    assert set(asked) == {16}


def test_ids_of_receipts_given_in_the_same_second_begin_alike_and_differ() -> None:
    now = NOW / 1000

    ids = [new_receipt_id(now + n / 1000, os.urandom) for n in range(100)]

    assert len({id[:5] for id in ids}) == 1
    assert len(set(ids)) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", id) for id in ids)


@pytest.mark.parametrize("now", [-1.5, 0.0, 2.0**32, 1e18])
def test_a_clock_that_is_wrong_is_no_reason_for_a_receipt_to_fail(now: float) -> None:
    assert len(new_receipt_id(now, os.urandom)) == 22
