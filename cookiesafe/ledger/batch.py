"""What one sealing adds to the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Tile(NamedTuple):
    """The place of up to 256 hashes of 32 bytes, as C2SP tlog-tiles has it.

    On ``level`` 0 they are those of leaves, on every other those of the full tiles below. ``number`` counts from 0.
    """

    level: int
    number: int


class Checkpoint(NamedTuple):
    """The log as it was when it had ``size`` records, signed: ``note`` is a C2SP signed note."""

    size: int
    note: str


class Batch(NamedTuple):
    """What one sealing adds: records by ``ids``, in their order, to a log that has ``base`` records.

    ``tiles`` are those that it fills or begins, whole as they are then; ``checkpoint`` is of the log with them.
    """

    base: int
    ids: tuple[str, ...]
    tiles: Mapping[Tile, bytes]
    checkpoint: Checkpoint

    @property
    def adds_up(self) -> bool:
        """Whether it has records, and a checkpoint of the size that the log has with them."""
        return 0 < len(self.ids) == self.checkpoint.size - self.base
