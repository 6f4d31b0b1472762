"""The ledger: what was chosen, kept so that it can be shown later."""

from .batch import Batch, Checkpoint, Tile
from .record import Entry, Event, Record

__all__ = ["Batch", "Checkpoint", "Entry", "Event", "Record", "Tile"]
