"""What a look at the ledger shows of its proof, without reading all of it: the newest record, and the newest checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from ..asking import told
from ..errors import BadNote, DamagedLog
from ..ledger.key import PublicKey
from ..ledger.note import read_checkpoint
from ..ports import Flow, Store
from ..upkeep.proving import prove


@dataclass(frozen=True, slots=True)
class Proof:
    """``sealed`` is how many records the log has, ``newest`` when the last of them came, ``waiting`` when the oldest that is
    still to be sealed did, in unix seconds. ``origin`` is the log's name.

    ``problem`` says what does not hold of the newest record and checkpoint; of the others nothing is said. ``answers`` is
    whether the ledger does.
    """

    sealed: int = 0
    origin: str = ""
    newest: float | None = None
    waiting: float | None = None
    problem: str = ""
    answers: bool = True


def look_at_proof() -> Flow[Proof]:
    """The newest record is proved to be in the log that the newest checkpoint signs. Raises ``StoreError``."""
    waiting = yield from told(Store.pending, 1)
    since = waiting[0].time / 1000 if waiting else None
    checkpoint = yield from told(Store.checkpoint)
    if checkpoint is None:
        return Proof(waiting=since)
    newest = yield from told(Store.entries, checkpoint.size - 1, 1)
    came = newest[0].time / 1000 if newest else None
    try:
        evidence = yield from prove(newest)
        head, note = read_checkpoint(checkpoint.note)
        note.signers([PublicKey.parse(each) for each in evidence.keys])
    except (BadNote, DamagedLog) as error:
        return Proof(checkpoint.size, "", came, since, error.what)
    return Proof(checkpoint.size, head.origin, came, since)
