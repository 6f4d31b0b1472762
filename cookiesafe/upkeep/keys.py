"""The keys that the log itself names, in its ``key`` records, and which of them are to be trusted.

Whoever can write to the database can put a ``key`` record there. So one is trusted only where the first checkpoint that
covers its record is signed by it, and by a key that was trusted already; and who seals signs no such record of a key that
is not their own.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..asking import told
from ..errors import BadNote, DamagedLog
from ..ledger import Entry
from ..ledger.key import PublicKey
from ..ledger.note import Note, read_checkpoint
from ..ledger.sound import sound
from ..ports import Flow, Store
from .proofs import proofs

MOST_KEYS = 1_000


def key_of(body: str) -> PublicKey | None:
    """The key that a record names; ``None`` if it is none."""
    if '"event":"key"' not in body:
        return None
    record = sound(body)
    try:
        if record is not None and record.event == "key":
            return PublicKey.parse(record.detail.get("key"))
    except BadNote:
        pass
    return None


def keys_in_log(trust: Iterable[PublicKey] | None = None) -> Flow[list[PublicKey]]:
    """The keys to be trusted, from ``trust`` on; without it, from the first that the log names. Raises ``StoreError``."""
    found = yield from told(Store.find_entries, "key", None, MOST_KEYS)
    sealed = [each for each in found if each.index is not None and each.index >= 0]
    trusted = None if trust is None else list(trust)
    for entry in sorted(sealed, key=lambda each: each.index or 0):
        key = key_of(entry.body)
        note = None if key is None else (yield from _covering(entry, key.name))
        if trusted is None:
            trusted = [key] if key and note and has_signed(key, note) else []
        elif key and note and key not in trusted and is_vouched_for(key, note, trusted):
            trusted.append(key)
    return trusted or []


def is_vouched_for(key: PublicKey, note: Note, trusted: Iterable[PublicKey]) -> bool:
    """Whether a checkpoint is signed by a key that it is the first to cover, and by one that was trusted before."""
    return has_signed(key, note) and any(has_signed(each, note) for each in trusted)


def has_signed(key: PublicKey, note: Note) -> bool:
    """Whether a note has a signature by ``key``, and none in its name that is not."""
    try:
        return bool(note.signers([key]))
    except BadNote:
        return False


def _covering(entry: Entry, origin: str) -> Flow[Note | None]:
    """The first checkpoint of the log of that name that covers a record, if it is proved to."""
    page = yield from told(Store.checkpoints, entry.index or 0, 1)
    try:
        for each in page:
            head, note = read_checkpoint(each.note)
            if head.origin == origin:
                (proven,) = yield from proofs([entry], head)
                return None if proven.proof is None else note
    except (BadNote, DamagedLog):
        pass
    return None
