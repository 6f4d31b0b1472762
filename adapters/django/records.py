"""A page of the ledger's records, as the admin shows it: the newest first, or those of one receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cookiesafe.desk.recorded import is_readable
from cookiesafe.ledger import Entry, Record
from cookiesafe.ports import Store

AT_ONCE = 50
MOST_PENDING = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One record: ``choices`` are its purposes and vendors, each with whether it was agreed to. One that is ``damaged``
    cannot be read."""

    entry: Entry
    time: datetime | None
    choices: Sequence[tuple[str, bool]]
    policy: str
    all: str
    damaged: bool


@dataclass(frozen=True, slots=True)
class Page:
    """``size`` is how many were sealed in all. ``older`` is the index below which the next page begins, if there is one;
    ``more_pending`` is whether more wait than are shown."""

    rows: Sequence[Row]
    size: int
    older: int | None = None
    more_pending: bool = False


def page_of(store: Store, receipt: str, before: int | None) -> Page:
    """Those of a receipt; otherwise those that are sealed below an index, with all that are pending above the first.

    Raises ``StoreError``.
    """
    checkpoint = store.checkpoint()
    size = 0 if checkpoint is None else checkpoint.size
    if receipt:
        # Some databases refuse to look for what others look for, and take texts for the same that are not.
        found = store.entries_of(receipt) if receipt.isprintable() else ()
        return Page(_rows([each for each in found if each.receipt == receipt]), size)
    end = size if before is None else max(0, min(before, size))
    start = max(0, end - AT_ONCE)
    sealed = [each for each in store.entries(start, end - start) if (each.index or 0) < end]
    pending = list(store.pending(MOST_PENDING + 1)) if before is None else []
    return Page(
        _rows([*sealed, *pending[:MOST_PENDING]]),
        size,
        start or None,
        len(pending) > MOST_PENDING,
    )


def _rows(entries: Sequence[Entry]) -> list[Row]:
    return [_row(each) for each in reversed(entries)]


def _row(entry: Entry) -> Row:
    if not is_readable(entry):
        return Row(entry, None, (), "", entry.body, damaged=True)
    record = Record.from_json(entry.body)
    said: Any = json.loads(entry.body)
    return Row(
        entry,
        datetime.fromtimestamp(record.time / 1000, UTC),
        list(record.choices.items()),
        record.policy,
        json.dumps(said, indent=2, sort_keys=True),
        damaged=False,
    )
