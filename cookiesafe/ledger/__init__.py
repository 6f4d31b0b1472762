"""The ledger: what was chosen, kept so that it can be shown later."""

from .batch import Batch, Checkpoint, Tile
from .key import LedgerKey, PublicKey
from .receipt import Proven, ReceiptVerdict, check_receipt, make_receipt
from .record import Entry, Event, Record

__all__ = [
    "Batch",
    "Checkpoint",
    "Entry",
    "Event",
    "LedgerKey",
    "Proven",
    "PublicKey",
    "ReceiptVerdict",
    "Record",
    "Tile",
    "check_receipt",
    "make_receipt",
]
