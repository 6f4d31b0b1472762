"""Checking a receipt by the site's own ledger: what it proves, and what became of its records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ..asking import told
from ..ledger import Entry, ReceiptVerdict, check_receipt
from ..legible import legible
from ..notice import Checked, Looked
from ..ports import Flow, Store
from ..upkeep.keys import keys_in_log

MOST_LISTED = 50

_PLAIN = ("proved", "forgotten", "pending", "since")
_MOST_RECEIPTS = 3
_MOST_FIELDS = 20
_RECEIPT = re.compile(r"[\w-]{22}", re.ASCII)

Json = Mapping[str, Any]


def check(text: str) -> Flow[Checked]:
    """What a document proves by the keys of the site's own ledger, whatever it brings along. Raises ``StoreError``."""
    keys = yield from keys_in_log()
    checkpoint = yield from told(Store.checkpoint)
    verdict = check_receipt(text, [str(each) for each in keys])
    said = _loosely(text)
    if said is None:
        return Checked(outcome="unreadable", problems=_legible(verdict.problems))
    origin = said.get("origin")
    if isinstance(origin, str) and origin and origin not in {each.name for each in keys}:
        return Checked(outcome="elsewhere", origin=legible(origin))
    records = said["records"] if isinstance(said.get("records"), list) else []
    held = yield from _held(said, records)
    looked = look(records, verdict, held)
    return Checked(
        outcome=_outcome(verdict, looked),
        origin=legible(verdict.origin),
        size=verdict.size,
        records=looked,
        problems=_legible(verdict.problems),
        shorter=verdict.size > (0 if checkpoint is None else checkpoint.size),
    )


def listed(checked: Checked) -> Checked:
    """The same, short enough to be shown: what is wrong comes first, and what is left out is counted."""
    ordered = sorted(checked.records, key=lambda each: (each.state in _PLAIN, each.number))
    shown = sorted(ordered[:MOST_LISTED], key=lambda each: each.number)
    return replace(
        checked,
        records=tuple(shown),
        more=len(ordered) - len(shown),
        problems=checked.problems[:MOST_LISTED],
    )


def summary(checked: Checked) -> dict[str, Any]:
    """What there is to say for a script."""
    return {"holds": checked.outcome == "holds", **asdict(checked)}


def look(
    records: Sequence[Any], verdict: ReceiptVerdict, held: Mapping[str, Entry]
) -> tuple[Looked, ...]:
    """What there is to say of each record, beside what the site has by its id."""
    every = range(1, len(records) + 1)
    broken = set(verdict.broken if verdict.receipt else every)
    return tuple(
        _look(number, each, held, proved=number not in broken)
        for number, each in zip(every, records, strict=True)
    )


def differing(said: Json, held: Json) -> tuple[str, ...]:
    """The names of the fields in which two records differ, up to some; of what is a table, those in it."""
    names: list[str] = []
    for name in sorted({*said, *held}):
        one, other = said.get(name), held.get(name)
        if _written(one) == _written(other):
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            names += [f"{name} ({each})" for each in differing(one, other)]
        else:
            names.append(name)
    return tuple(legible(name) for name in names[:_MOST_FIELDS])


def _legible(problems: Iterable[str]) -> tuple[str, ...]:
    return tuple("".join(c if c.isprintable() else "\ufffd" for c in each) for each in problems)


def _look(number: int, said: Any, held: Mapping[str, Entry], *, proved: bool) -> Looked:
    record = _table(_table(said).get("record"))
    id = record.get("id")
    entry = held.get(id) if isinstance(id, str) else None
    fields = () if entry is None else differing(record, _table(_read(entry.body)))
    pending = "pending" in _table(said)
    index = said["index"] if proved and not pending else None if entry is None else entry.index
    state = _state(entry, proved=proved, pending=pending, same=not fields, index=index)
    return Looked(number=number, state=state, index=index, fields=fields)


def _state(
    entry: Entry | None, *, proved: bool, pending: bool, same: bool, index: int | None
) -> str:
    if entry is None:
        return "foreign" if not proved else "unknown" if pending else "forgotten"
    if not proved:
        return "unproved" if same else "changed"
    if pending:
        return "changed" if not same else "pending" if entry.index is None else "since"
    return "proved" if same and entry.index == index else "altered"


def _outcome(verdict: ReceiptVerdict, looked: Sequence[Looked]) -> str:
    if not verdict.holds or any(each.state == "changed" for each in looked):
        return "changed"
    if not verdict.sealed:
        return "nothing"
    return "partly" if any(each.state == "unknown" for each in looked) else "holds"


def _held(said: Json, records: Sequence[Any]) -> Flow[dict[str, Entry]]:
    """What the site has under the numbers that the document names, by the ids of the records."""
    named = [
        said.get("receipt"),
        *(_table(_table(each).get("record")).get("receipt") for each in records),
    ]
    receipts = [each for each in named if isinstance(each, str) and _RECEIPT.fullmatch(each)]
    held: dict[str, Entry] = {}
    for receipt in list(dict.fromkeys(receipts))[:_MOST_RECEIPTS]:
        entries = yield from told(Store.entries_of, receipt)
        held |= {each.id: each for each in entries}
    return held


def _loosely(text: str) -> Json | None:
    """The document, if it is one at all."""
    said = _table(_read(text))
    return said if "cookiesafe" in said else None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return None


def _table(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _written(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return ""
