"""What is done with counts in a store: they are added, folded once their day is over, read, and removed in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar, TypeVarTuple

from ..count import OTHER, Cell, Count
from ..errors import StoreError
from ..ports import Ask, Counts, Flow
from .figures import CUTS, LEAST

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
LATE: Final = 2
"""Days after which a day is folded: whoever counts on it has brought that by then."""
_TRIES: Final = 8


def keep(counts: Sequence[Count]) -> Flow[None]:
    """Add to what the store has, all or none. Raises ``StoreError``."""
    if counts:
        yield from _told(Counts.add_counts, counts)


def read(since: int, until: int) -> Flow[list[Count]]:
    """What was counted on these days and those between, folded. Raises ``StoreError``."""
    counts = yield from _told(Counts.counts, since, until)
    kept: list[Count] = []
    folded: dict[Cell, int] = {}
    for each in counts:
        day, figure, cut, value, n = each
        if n >= LEAST and value != OTHER:
            kept.append(each)
        else:
            cell = day, figure, cut, OTHER if cut and _is_open(cut) else value
            folded[cell] = folded.get(cell, 0) + n
    return kept + [Count(*cell, n) for cell, n in folded.items()]


def fold_days(since: int, until: int) -> Flow[int]:
    """Put what is rare on these days under ``other``, for good; how many cells that were. Raises ``StoreError``.

    Several may do so at once: what one of them has changed meanwhile is read anew.
    """
    folded = 0
    for day in range(since, until + 1):
        for _ in range(_TRIES):
            gone, more = to_fold((yield from _told(Counts.counts, day, day)))
            if not gone:
                break
            if (yield from _told(Counts.swap_counts, gone, more)):
                folded += len(gone)
                break
    return folded


def remove_old(today: int, kept_days: int) -> Flow[int]:
    """Remove what is of days before those that are kept; how many cells that were. Raises ``StoreError``."""
    return (yield from _told(Counts.remove_counts, today - kept_days))


def to_fold(counts: Iterable[Count]) -> tuple[list[Count], list[Count]]:
    """The cells that go, and what is added to ``other`` for them."""
    gone = [
        each
        for each in counts
        if each.cut and each.value != OTHER and each.n < LEAST and _is_open(each.cut)
    ]
    more: dict[Cell, int] = {}
    for each in gone:
        cell = (each.day, each.figure, each.cut, OTHER)
        more[cell] = more.get(cell, 0) + each.n
    return gone, [Count(*cell, n) for cell, n in more.items()]


def _is_open(cut: str) -> bool:
    """One of another version, that we do not know, is."""
    return cut not in CUTS or CUTS[cut].open


def _told(method: Callable[[Any, *Ts], T], *args: *Ts) -> Flow[T]:
    (answer,) = yield (Ask(method.__name__, args),)
    if isinstance(answer, StoreError):
        raise answer
    answered: Any = answer
    return answered  # type: ignore[no-any-return]
