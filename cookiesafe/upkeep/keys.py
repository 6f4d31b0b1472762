"""The keys that the log itself names, in its ``key`` records."""

from __future__ import annotations

from ..errors import BadNote
from ..ledger import Record
from ..ledger.key import PublicKey


def key_of(body: str) -> PublicKey | None:
    """The key that a record names; ``None`` if it is none."""
    try:
        record = Record.from_json(body)
        return PublicKey.parse(record.detail.get("key")) if record.event == "key" else None
    except (BadNote, ValueError, TypeError, AttributeError):
        return None
