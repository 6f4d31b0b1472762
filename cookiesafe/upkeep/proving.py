"""Proving: what shows that a visitor's records are in the log."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from ..asking import told
from ..errors import BadNote, BadProof, DamagedLog
from ..ledger import Checkpoint, Entry
from ..ledger.note import Head, read_checkpoint
from ..ledger.receipt import Proven
from ..ledger.tiles import hashes_of, inclusion_ranges, tiles_of
from ..ledger.tree import verify_inclusion
from ..ports import Flow, Store
from .keys import keys_in_log

_AT_ONCE = 32
"""Records whose tiles are in memory together: some 200 KB."""


class Evidence(NamedTuple):
    """``records`` with their proofs in the log that ``checkpoint`` signs, and the ``keys`` that did, as vkeys."""

    records: tuple[Proven, ...]
    checkpoint: Checkpoint | None
    keys: tuple[str, ...]


def prove(entries: Sequence[Entry]) -> Flow[Evidence]:
    """Proofs of entries, in their order, to the newest checkpoint; of what is pending there is none.

    Raises ``StoreError``; ``DamagedLog``, which is one, if a record, a tile or the checkpoint is not as it was sealed.
    """
    checkpoint = yield from told(Store.checkpoint)
    if checkpoint is None:
        return Evidence(tuple(Proven(each, None) for each in entries), None, ())
    try:
        head, note = read_checkpoint(checkpoint.note)
    except BadNote as error:
        raise DamagedLog(f"the ledger's last checkpoint is none: {error.what}") from None
    proven: list[Proven] = []
    for at in range(0, len(entries), _AT_ONCE):
        proven += yield from _proofs(entries[at : at + _AT_ONCE], head)
    named = {(each.name, each.id) for each in note.signatures}
    keys = [each for each in (yield from keys_in_log()) if (each.name, each.id) in named]
    return Evidence(tuple(proven), checkpoint, tuple(map(str, keys)))


def _proofs(entries: Sequence[Entry], head: Head) -> Flow[list[Proven]]:
    ranges = {
        each.index: inclusion_ranges(each.index, head.size)
        for each in entries
        if each.index is not None and each.index < head.size
    }
    tiles = yield from told(Store.tiles, sorted(tiles_of(chain.from_iterable(ranges.values()))))
    proven = []
    for entry in entries:
        if entry.index not in ranges:
            proven.append(Proven(entry, None))
            continue
        proof = hashes_of(ranges[entry.index], tiles)
        try:
            verify_inclusion(entry.leaf, entry.index, head.size, proof, head.root)
        except BadProof:
            raise DamagedLog(
                f"the ledger's record {entry.index} is not what was sealed, or its proof is not",
                fix="Verify the ledger, and put it back from a backup.",
            ) from None
        proven.append(Proven(entry, tuple(proof)))
    return proven
