"""The forms of an export: each makes lines of what was read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal

from ..asking import told
from ..errors import UsageError, did_you_mean
from ..events import DAMAGED, say
from ..ledger import Entry
from ..ledger.dpv import STATES, consent_record
from ..ledger.sound import sound
from ..ledger.tables import csv_lines, csv_row, json_line
from ..policy import Policy
from ..ports import Store
from .exporting import Drive, Held, Item, all_entries, held_of

Form = Literal["jsonl", "csv", "27560"]
FORMS: Final = ("jsonl", "csv", "27560")
Policies = Callable[[str], Policy | None]
_MOST_POLICIES = 1_000
_READ_POLICIES = 16


def check_form(form: str) -> None:
    """Raises ``UsageError`` for a form there is none of."""
    if form not in FORMS:
        raise UsageError(f'no export has the form "{form}"', fix=did_you_mean(str(form), FORMS))


def lines_of(form: Form, items: Iterable[Item], policies: Policies, address: str) -> Iterator[str]:
    """The lines of ``items``, each with its end. For ``27560``, ``policies`` gives policies by their fingerprints, and
    ``address`` is where choices are changed."""
    if form == "csv":
        return csv_lines(map(_row, items))
    if form == "jsonl":
        return map(_line, items)
    return _consents(items, policies, address)


def exported(
    drive: Drive, form: Form, *, receipt: str | None, user: str | None, now: int, address: str = ""
) -> Iterator[str]:
    """The lines of an export: of all records, or of what is held of one visitor or user. Raises ``UsageError``."""
    check_form(form)
    if receipt is None and user is None:
        items: Iterable[Item] = all_entries(drive)
    else:
        items = held_of(drive, receipt, user, now)
    return lines_of(form, items, policies_in(drive), address)


def policies_in(drive: Drive) -> Policies:
    """The policies that the ledger has; they are read when the first is asked for. Raises ``StoreError``."""
    texts: dict[str, str] = {}

    @lru_cache(_READ_POLICIES)
    def policy(fingerprint: str) -> Policy | None:
        if not texts:
            for entry in drive(told(Store.find_entries, "policy", None, _MOST_POLICIES)):
                texts[entry.id.removeprefix("policy.")] = entry.body
        return _policy(texts.get(fingerprint, ""))

    return policy


def _policy(body: str) -> Policy | None:
    record = sound(body)
    try:
        return None if record is None else Policy.from_json(record.detail["policy"])
    except (KeyError, TypeError, ValueError):
        return None


def _row(item: Item) -> Mapping[str, Any]:
    if isinstance(item, Entry):
        return csv_row(item)
    columns = ("receipt", "choices", "grounds")
    rest = {name: value for name, value in item.values.items() if name not in columns}
    there = {name: item.values[name] for name in columns if name in item.values}
    return {"kind": item.kind, **there, "detail": rest}


def _line(item: Item) -> str:
    if isinstance(item, Entry):
        return json_line(item)
    return json.dumps({item.kind: item.values}, sort_keys=True, separators=(",", ":")) + "\n"


def _consents(items: Iterable[Item], policies: Policies, address: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Held) or item.event not in STATES:
            continue
        record = sound(item.body)
        if record is None or record.event not in STATES:
            text = "the record %r is damaged, and not in the export"
            say(DAMAGED, text, item.id, code="CS402", id=item.id)
            continue
        consent = consent_record(record, policies(record.policy), address=address)
        yield json.dumps(consent, separators=(",", ":")) + "\n"
