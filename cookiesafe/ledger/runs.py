"""Places in the log as text, such as ``0-499,503``: runs of indexes, which an ``erasure`` record has of its leaves.

In Python a run is ``(first, one after the last)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

Run = tuple[int, int]

MOST_CHARACTERS = 1 << 20
_NUMBER = "(?:0|[1-9][0-9]{0,18})"
_TEXT = re.compile(f"{_NUMBER}(?:-{_NUMBER})?(?:,{_NUMBER}(?:-{_NUMBER})?)*")


def write_runs(indexes: Iterable[int]) -> str:
    """Indexes, in any order, as text; of none, an empty one.

    Raises ``ValueError`` for so many runs that ``read_runs`` would refuse them: a record is to name fewer.
    """
    text = ",".join(
        str(start) if end == start + 1 else f"{start}-{end - 1}" for start, end in runs_of(indexes)
    )
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"runs have more than {MOST_CHARACTERS} characters")
    return text


def read_runs(text: object) -> tuple[Run, ...]:
    """The runs that ``write_runs`` wrote. Raises ``ValueError`` on anything else."""
    if text == "":
        return ()
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS or not _TEXT.fullmatch(text):
        raise ValueError("it names no runs of indexes")
    runs: list[Run] = []
    for each in text.split(","):
        first, dash, last = each.partition("-")
        start, end = int(first), int(last or first) + 1
        if dash and end <= start + 1:
            raise ValueError(f"a run ends where it begins, or before: {each}")
        if runs and start <= runs[-1][1]:
            raise ValueError(f"a run comes too late, or is one with the run before: {each}")
        runs.append((start, end))
    return tuple(runs)


def runs_of(indexes: Iterable[int]) -> Iterator[Run]:
    """The runs that indexes make up, in their order."""
    start = end = None
    for index in sorted(set(indexes)):
        if end is None or start is None:
            start = index
        elif index != end:
            yield start, end
            start = index
        end = index + 1
    if start is not None and end is not None:
        yield start, end


def joined(runs: Iterable[Run]) -> list[Run]:
    """Runs in any order, which may overlap, as the fewest that are the same."""
    whole: list[Run] = []
    for start, end in sorted(runs):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return whole


def without(runs: Sequence[Run], others: Sequence[Run]) -> list[Run]:
    """What of ``runs`` is in none of ``others``; both are joined."""
    left: list[Run] = []
    at = 0
    for start, end in runs:
        while at < len(others) and others[at][1] <= start:
            at += 1
        look = at
        while look < len(others) and others[look][0] < end:
            if start < others[look][0]:
                left.append((start, others[look][0]))
            start = max(start, others[look][1])
            look += 1
        if start < end:
            left.append((start, end))
    return left


def count(runs: Iterable[Run]) -> int:
    """How many indexes they have."""
    return sum(end - start for start, end in runs)
