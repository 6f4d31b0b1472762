"""Sealing: what is pending gets its places in the log, and a checkpoint that is signed.

Nothing is locked. What is to be added is made from what the log was when it was read, and the store adds it only if the
log is still of that size: of two processes that seal at once, one adds, and the other begins anew from there. A batch is
kept wholly or not at all, and nothing is said to anybody before it is; so a process that dies at any point, or does not
learn what became of its batch, has left a log that is whole, and every record in it once. A checkpoint of a batch that
was not added is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256

from ..asking import told
from ..errors import BadNote, DamagedLog
from ..ledger import Batch, Checkpoint, Entry, Record
from ..ledger.key import LedgerKey, PublicKey, check_name
from ..ledger.note import Head, read_checkpoint, sign_checkpoint
from ..ledger.tiles import extend, frontier, tiles_at_edge
from ..ledger.tree import EMPTY_ROOT
from ..ports import Flow, Store
from .keys import MOST_KEYS, has_signed, key_of, keys_in_log

BATCH = 1_000
MOST_BATCHES = 1_000
MOST_TRIES = 8
_LOOK = "Nothing is sealed until it is: verify the ledger, and put it back from a backup."
_VOUCH = (
    "If the ledger key was changed, give the one before it in ledger_fallback_keys until the ledger was sealed once with"
    " both. If not, somebody else has signed it: verify the ledger with a key that you trust, and put it back from a backup."
)


def seal(
    keys: Sequence[LedgerKey], origin: str, now: int, *, most: int = MOST_BATCHES
) -> Flow[int]:
    """Seal what is pending, in up to ``most`` batches; how many records were sealed. ``now`` is in milliseconds.

    Every key signs, so that a new one, given beside the old, is vouched for by it. A key that is new to the log is
    recorded in it first; a record of any other key stays pending, for those who have that key to seal. ``origin`` names
    a log that has none yet; one that has a checkpoint keeps its own.

    Raises ``StoreError``; ``DamagedLog``, which is one, if what is in the store is not what was signed before, by one of
    ``keys`` or by one that they vouched for: two different logs are never signed; and ``BadNote`` for what cannot be an
    origin, ``ValueError`` without a key.
    """
    if not keys:
        raise ValueError("nothing is sealed without a key")
    check_name(origin)
    sealed = tries = 0
    while most and tries < MOST_TRIES:
        batch = yield from _next_batch(keys, origin, now)
        if batch is None:
            break
        if (yield from told(Store.seal, batch)):
            sealed, most, tries = sealed + len(batch.ids), most - 1, 0
        else:
            tries += 1
    return sealed


def _next_batch(keys: Sequence[LedgerKey], origin: str, now: int) -> Flow[Batch | None]:
    """What is to be added now; ``None`` if nothing is pending."""
    checkpoint = yield from told(Store.checkpoint)
    pending = yield from _pending(keys)
    if not pending:
        return None
    old = Head(origin, 0, EMPTY_ROOT)
    if checkpoint is not None:
        old = yield from _signed_before(checkpoint, keys)
    announced = yield from _announce([each.named(old.origin) for each in keys], now)
    first = {each.id for each in announced}
    entries = [*announced, *(each for each in pending if each.id not in first)][:BATCH]
    tiles = yield from told(Store.tiles, tiles_at_edge(old.size))
    edge = frontier(old.size, tiles)
    if edge.root() != old.root:
        raise DamagedLog("the ledger's tiles are not those of its last checkpoint", fix=_LOOK)
    leaves = [each.leaf for each in entries]
    for leaf in leaves:
        edge.add(leaf)
    note = sign_checkpoint(Head(old.origin, edge.size, edge.root()), keys)
    ids = tuple(each.id for each in entries)
    grown = extend(old.size, tiles, leaves)
    return Batch(old.size, ids, grown, Checkpoint(edge.size, note))


def _pending(keys: Sequence[LedgerKey]) -> Flow[list[Entry]]:
    """What is pending, up to a batch, without the records of keys that are not ours, however many there are."""
    own = {each.public for each in keys}
    limit = BATCH
    while True:
        page = yield from told(Store.pending, limit)
        found = [each for each in page if _is_for(own, each)]
        if len(found) >= BATCH or len(page) < limit:
            return found
        limit *= 2


def _is_for(own: Collection[bytes], entry: Entry) -> bool:
    """Whether we seal it. What the store has beside a record does not count alone: it may be changed later."""
    key = key_of(entry.body)
    return entry.event != "key" if key is None else key.key in own


def _signed_before(checkpoint: Checkpoint, keys: Sequence[LedgerKey]) -> Flow[Head]:
    """What the last checkpoint says, which one of our keys has signed, or one that they have vouched for."""
    try:
        head, note = read_checkpoint(checkpoint.note)
        ours = [each.named(head.origin) for each in keys]
        named = {(each.name, each.id) for each in note.signatures}
        if any((each.name, each.id) in named for each in ours):
            note.signers(ours)
        elif not any(has_signed(each, note) for each in (yield from keys_in_log(ours))):
            raise DamagedLog(
                "the ledger's last checkpoint is signed by no key of ours, nor by one they vouched for",
                fix=_VOUCH,
            )
    except BadNote as error:
        raise DamagedLog(f"the ledger's last checkpoint is none: {error.what}", fix=_LOOK) from None
    if head.size != checkpoint.size:
        raise DamagedLog("the ledger's last checkpoint is of another size", fix=_LOOK)
    return head


def _announce(keys: Sequence[PublicKey], now: int) -> Flow[list[Entry]]:
    """The records of our keys that are not sealed yet; they come first in the next batch.

    Their ids are made from the keys, so that two processes record one once. They are read back: the one that is kept may
    be the other process's, of another time.
    """
    records = {key_record(each, now).id: each for each in keys}
    found = yield from told(Store.find_entries, "key", None, MOST_KEYS)
    missing = [records[each] for each in records.keys() - {entry.id for entry in found}]
    if missing:
        yield from told(Store.append, [key_record(each, now) for each in missing])
        found = yield from told(Store.find_entries, "key", None, MOST_KEYS)
    there = {each.id: each for each in found if key_of(each.body) == records.get(each.id)}
    if not records.keys() <= there.keys():
        raise DamagedLog("the ledger has another record in the place of that of our key", fix=_LOOK)
    return [there[each] for each in records if there[each].index is None]


def key_record(key: PublicKey, now: int) -> Record:
    """The record that says which key seals the log."""
    vkey = str(key)
    name = sha256(vkey.encode()).hexdigest()[:32]
    return Record(id=f"key.{name}", time=now, event="key", detail={"key": vkey})
