"""Exporting: what was recorded, or what is held of one visitor or user, one after the other.

Nothing is read before it is asked for, so that a log of any length can be exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ..asking import told
from ..contact import Contact
from ..errors import StoreError
from ..ledger import Entry
from ..ledger.dpv import instant
from ..ports import Flow, Store
from ..remember import Series

T = TypeVar("T")
AT_ONCE = 1_000
MOST_PENDING = 10_000
"""So many pending records are read at once, for a store has no pages of them."""


class Drive(Protocol):
    """What follows a flow to its end, and raises its ``StoreError``."""

    def __call__(self, flow: Flow[T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds of a user beside records; ``kind`` is ``contact`` or ``login``."""

    kind: str
    values: Mapping[str, Any]


Item = Entry | Held


def all_entries(drive: Drive) -> Iterator[Entry]:
    """All records: the sealed ones by index, then those that were pending when this began.

    One that is sealed meanwhile comes once. Raises ``StoreError``.
    """
    waiting, limit = drive(told(Store.pending, MOST_PENDING)), MOST_PENDING
    if len(waiting) == limit and drive(told(Store.checkpoint)) is None:
        yield from _never_sealed(drive)
        return
    while len(waiting) == limit:
        limit *= 2
        waiting = drive(told(Store.pending, limit))
    left = {entry.id: entry for entry in waiting}
    for entry in _sealed(drive):
        left.pop(entry.id, None)
        yield entry
    yield from left.values()


def _sealed(drive: Drive) -> Iterator[Entry]:
    start = 0
    while page := drive(told(Store.entries, start, AT_ONCE)):
        yield from page
        start = max(start, *(entry.index or 0 for entry in page)) + 1


def _never_sealed(drive: Drive) -> Iterator[Entry]:
    try:
        for each in drive(told(Store.records)):
            yield Entry(each.id, each.time, each.event, each.receipt, each.to_json(), None)
    except (TypeError, ValueError) as error:
        raise StoreError(
            "a record cannot be read",
            fix="Give a ledger_key and seal the ledger: then the others can be exported.",
        ) from error


def held_of(drive: Drive, receipt: str | None, user: str | None, now: int) -> Iterator[Item]:
    """What is held of the holder of a receipt, of a user, or of somebody who is both. ``now`` is in unix seconds.

    Of a user: ways to be contacted with their records, remembered logins with those of their ticks. Raises
    ``StoreError``.
    """
    receipts, ticks = [receipt], set[str]()
    if user is not None:
        contact = drive(told(Store.load_contact, user))
        if contact is not None:
            receipts.append(contact.receipt)
            yield Held("contact", _contact(contact))
        epoch = drive(told(Store.epoch, user))
        for row in drive(told(Store.list_series, user)):
            ticks.add(row.record)
            yield Held("login", _login(row, epoch, now))
    for each in dict.fromkeys(filter(None, receipts)):
        for entry in drive(told(Store.entries_of, each)):
            # Some databases take texts for the same that are not.
            if entry.receipt == each:
                ticks.discard(entry.id)
                yield entry
    yield from _by_id(drive, ticks)


def _by_id(drive: Drive, ids: Iterable[str]) -> Iterator[Entry]:
    """Records of ticks have no receipt: they are found by going through all."""
    left = set(filter(None, ids))
    if not left:
        return
    for entry in all_entries(drive):
        if entry.id in left and entry.event == "remember":
            left.remove(entry.id)
            yield entry
            if not left:
                return


def _contact(contact: Contact) -> dict[str, Any]:
    grounds = {id: each.ground for id, each in contact.answers.items() if each.yes}
    return {"receipt": contact.receipt, "choices": contact.choices, "grounds": grounds}


def _login(row: Series, epoch: int, now: int) -> dict[str, Any]:
    """No key, no hash, and nothing by which the browser could be let in, or its login ended."""
    ended, why = _end(row, epoch, now)
    return {
        "label": row.label,
        "first": instant(row.created_at * 1000),
        "last": instant(row.used_at * 1000),
        "until": instant(min(row.idle_until, row.until) * 1000),
        "ended": None if ended is None else instant(ended * 1000),
        "why": why,
    }


def _end(row: Series, epoch: int, now: int) -> tuple[int | None, str | None]:
    match row.state(epoch, now):
        case "revoked":
            return row.revoked_at, row.revoked_why
        case "outdated":
            return None, "everywhere"
        case "expired":
            return row.idle_until, "time"
    return None, None
