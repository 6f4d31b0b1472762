"""Ids of records: in the order of their time, and not to be guessed from it."""

from __future__ import annotations

import os
from functools import partial

from cookiesafe.ids import new_record_id

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
