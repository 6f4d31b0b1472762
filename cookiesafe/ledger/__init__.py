"""The ledger: what was chosen, kept so that it can be shown later."""

from .record import Record

__all__ = ["Record"]
