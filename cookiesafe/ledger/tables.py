"""Records as lines: JSON Lines, which have them exactly, and CSV, for a spreadsheet."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from .record import Entry, Record
from .sound import sound

COLUMNS: Final = (
    "kind",
    "index",
    "id",
    "time",
    "event",
    "policy",
    "notice",
    "language",
    "text",
    "layout",
    "buttons",
    "regime",
    "signals",
    "receipt",
    "choices",
    "grounds",
    "detail",
)
"""``kind`` is ``record``, or ``damaged`` for one that cannot be read, whose text is its ``detail`` then. ``time`` is in
milliseconds since 1970-01-01 UTC; ``signals``, ``choices``, ``grounds`` and ``detail`` are JSON."""

_FORMULA: Final = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠|%]")
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_JSON: Final = frozenset({"signals", "choices", "grounds", "detail"})


def json_line(entry: Entry) -> str:
    """``{"index":…,"record":{…}}`` and a line's end; ASCII.

    What stands behind ``"record":``, up to the last brace, is the body that the tree has hashed, byte by byte. A body
    that is no record stands as a text under ``damaged``, so that nothing in it ends the line.
    """
    index = json.dumps(entry.index)
    if sound(entry.body) is None:
        return (
            f'{{"index":{index},"id":{json.dumps(entry.id)},"damaged":{json.dumps(entry.body)}}}\n'
        )
    return f'{{"index":{index},"record":{entry.body}}}\n'


def csv_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A head, and a line for each row by ``COLUMNS``, as ``csv_table`` has them."""
    cells = ({name: _json_cell(name, row.get(name)) for name in COLUMNS} for row in rows)
    return csv_table(cells, COLUMNS)


def csv_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """A head, and a line for each row by its columns; every field in quotes, lines end in CRLF (RFC 4180).

    A field that a spreadsheet would take for a formula gets an apostrophe before it. Control characters that are no
    line's end or tab, and what is no character, are U+FFFD.
    """
    line = _Line()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    yield line.text
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
        yield line.text


def csv_row(entry: Entry) -> Mapping[str, Any]:
    """An entry by ``COLUMNS``."""
    record = sound(entry.body)
    if record is None:
        told = {"id": entry.id, "time": entry.time, "event": entry.event, "receipt": entry.receipt}
        return {"kind": "damaged", "index": entry.index, **told, "detail": entry.body}
    return {"kind": "record", "index": entry.index, **_fields(record)}


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in COLUMNS if name not in ("kind", "index")}


class _Line:
    """What ``csv`` wrote last."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _json_cell(name: str, value: Any) -> Any:
    if name not in _JSON:
        return value
    return json.dumps(value, sort_keys=True, default=dict) if value else None


def _cell(value: Any) -> str:
    return "" if value is None else _defused(_UNFIT.sub("\ufffd", str(value)))


def _defused(text: str) -> str:
    """As OWASP has it against CSV injection. No number in the table is negative."""
    return f"'{text}" if _FORMULA.match(text) else text
