"""Proving: what shows that a visitor's records are in the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..asking import told
from ..errors import BadNote, DamagedLog
from ..ledger import Checkpoint, Entry
from ..ledger.note import read_checkpoint
from ..ledger.receipt import Proven
from ..ports import Flow, Store
from .keys import keys_in_log
from .proofs import proofs

_AT_ONCE = 32
"""Records whose tiles are in memory together: some 200 KB."""


class Evidence(NamedTuple):
    """``records`` with their proofs in the log that ``checkpoint`` signs, and the ``keys`` that did, as vkeys.

    ``earlier`` are records that there are besides, too many to be proved.
    """

    records: tuple[Proven, ...]
    checkpoint: Checkpoint | None
    keys: tuple[str, ...]
    earlier: int = 0


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
        proven += yield from proofs(entries[at : at + _AT_ONCE], head)
    named = {(each.name, each.id) for each in note.signatures}
    keys = [each for each in (yield from keys_in_log()) if (each.name, each.id) in named]
    return Evidence(tuple(proven), checkpoint, tuple(map(str, keys)))
