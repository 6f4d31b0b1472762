"""Erasing: what a visitor wants forgotten, and what was kept for long enough.

A record is removed for good, and its place in the log stays, so that every proof does. What is left of it is the hash
of its leaf: since each record has a random id, nobody can find out from that what it was, or whose. A record of the
erasure says which places were left empty, so that nothing can be removed in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..asking import told
from ..errors import StoreError
from ..ids import new_record_id
from ..ledger import Entry, Record
from ..ledger.record import NOWHERE
from ..ledger.runs import write_runs
from ..ports import Flow, Store

MOST_TRIES = 8
MOST_TURNS = 1_000
AT_ONCE = 500
DAY_MS = 86_400_000


def forget(receipt: str, now: int, entropy: Callable[[int], bytes]) -> Flow[int]:
    """Erase all records of a receipt; how many these were. ``now`` is in milliseconds.

    It goes on as long as something is erased, up to a bound: who goes on recording meanwhile is not followed for ever.
    Raises ``StoreError``, where some are left, too.
    """
    erased, tries = 0, MOST_TRIES
    for _ in range(MOST_TURNS):
        entries = yield from told(Store.entries_of, receipt)
        if not entries:
            return erased
        if not tries:
            break
        for at in range(0, len(entries), AT_ONCE):
            some = entries[at : at + AT_ONCE]
            if not (yield from _erase(some, "forgotten", now, entropy)):
                # Some were sealed meanwhile, or are gone.
                tries -= 1
                break
            erased, tries = erased + len(some), MOST_TRIES
    raise StoreError(
        f"{erased} records of a receipt were erased, and some are left", fix="Try it again."
    )


def retain(kept_days: Mapping[str, int], now: int, entropy: Callable[[int], bytes]) -> Flow[int]:
    """Erase what is older than the days that its event is kept for; how many these were. Raises ``StoreError``."""
    erased = 0
    for event, days in kept_days.items():
        tries = MOST_TRIES
        while tries:
            entries = yield from told(Store.find_entries, event, now - days * DAY_MS, AT_ONCE)
            if not entries:
                break
            if (yield from _erase(entries, "retention", now, entropy)):
                erased, tries = erased + len(entries), MOST_TRIES
            else:
                tries -= 1
    return erased


def _erase(
    entries: Sequence[Entry], why: str, now: int, entropy: Callable[[int], bytes]
) -> Flow[bool]:
    """Whether they were as they had been read, and are gone now."""
    sealed = [entry.index for entry in entries if entry.index is not None]
    places = [index for index in sealed if 0 <= index < NOWHERE]
    detail = {"why": why, "leaves": write_runs(places), "pending": len(entries) - len(sealed)}
    id = new_record_id(now, entropy)
    record = Record(id=id, time=now, event="erasure", detail=detail)
    return (yield from told(Store.erase, entries, record))
