"""Proofs that records are in the log as a checkpoint has it, made from its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from ..asking import told
from ..errors import BadProof, DamagedLog
from ..ledger import Entry
from ..ledger.note import Head
from ..ledger.receipt import Proven
from ..ledger.tiles import hashes_of, inclusion_ranges, tiles_of
from ..ledger.tree import verify_inclusion
from ..ports import Flow, Store


def proofs(entries: Sequence[Entry], head: Head) -> Flow[list[Proven]]:
    """Entries with their proofs, each verified; what is not below ``head.size`` has none.

    Raises ``StoreError``; ``DamagedLog``, which is one, if a record or a tile is not as it was sealed.
    """
    ranges = {
        each.index: inclusion_ranges(each.index, head.size)
        for each in entries
        if each.index is not None and 0 <= each.index < head.size
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
        except (BadProof, UnicodeError):
            raise DamagedLog(
                f"the ledger's record {entry.index} is not what was sealed, or its proof is not",
                fix="Verify the ledger, and put it back from a backup.",
            ) from None
        proven.append(Proven(entry, tuple(proof)))
    return proven
