"""Whether what a store keeps as a record is one: a store can be written to by others, and hold what nobody appended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .record import Record

_TEXTS = ("id", "event", "policy", "notice", "language", "text", "layout", "buttons", "regime")


def sound(body: str) -> Record | None:
    """The record that ``body`` is the canonical JSON of, with every field of its type; ``None`` if it is none."""
    try:
        record = Record.from_json(body)
        whole = record.to_json() == body
    except (TypeError, ValueError, RecursionError):
        return None
    return record if whole and _fits(record) else None


def _fits(record: Any) -> bool:
    return (
        all(isinstance(getattr(record, name), str) for name in _TEXTS)
        and type(record.time) is int
        and isinstance(record.receipt, str | None)
        and isinstance(record.signals, tuple)
        and all(isinstance(each, str) for each in record.signals)
        and _maps(record.choices, bool)
        and _maps(record.grounds, str)
        and isinstance(record.detail, Mapping)
    )


def _maps(table: object, kind: type) -> bool:
    return isinstance(table, Mapping) and all(isinstance(each, kind) for each in table.values())
