"""The keys that the log itself names, in its ``key`` records."""

from __future__ import annotations

from ..asking import told
from ..errors import BadNote
from ..ledger import Record
from ..ledger.key import PublicKey
from ..ports import Flow, Store

MOST_KEYS = 1_000


def key_of(body: str) -> PublicKey | None:
    """The key that a record names; ``None`` if it is none."""
    try:
        record = Record.from_json(body)
        return PublicKey.parse(record.detail.get("key")) if record.event == "key" else None
    except (BadNote, ValueError, TypeError, AttributeError):
        return None


def keys_in_log() -> Flow[list[PublicKey]]:
    """Those whose records are sealed, in their order. Raises ``StoreError``."""
    found = yield from told(Store.find_entries, "key", None, MOST_KEYS)
    keys = (key_of(each.body) for each in found if each.index is not None)
    return [each for each in keys if each is not None]
