"""Records as lines: exact in JSON Lines, harmless in a spreadsheet, and one line each whatever they hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.ledger import Entry, Record
from cookiesafe.ledger.sound import sound
from cookiesafe.ledger.tables import COLUMNS, csv_lines, csv_row, json_line
from cookiesafe.ledger.tree import leaf_hash

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1+1",
    "|calc",
    'a"b',
    '",=1,"',
    "a,b;c",
    "a\r\nb",
    "\x00",
    "\u2028",
    "\x85",
    "\ud800",
    "\U0001f36a",
    "",
]
TEXT = st.text(max_size=10) | st.sampled_from(HOSTILE) | st.characters(categories=["Cs", "Cc"])
RECORDS = st.builds(
    Record,
    id=TEXT.filter(bool),
    time=st.integers(0, 2**53),
    event=TEXT.filter(bool),
    policy=TEXT,
    notice=TEXT,
    language=TEXT,
    text=TEXT,
    layout=TEXT,
    buttons=TEXT,
    regime=TEXT,
    signals=st.lists(TEXT, max_size=3).map(tuple),
    choices=st.dictionaries(TEXT, st.booleans(), max_size=4),
    grounds=st.dictionaries(TEXT, TEXT, max_size=4),
    receipt=st.none() | TEXT,
    detail=st.dictionaries(TEXT, TEXT | st.integers() | st.lists(TEXT, max_size=2), max_size=3),
)
INDEXES = st.none() | st.integers(0, 2**40)


def an_entry(record: Record, index: int | None = 7) -> Entry:
    return Entry(record.id, record.time, record.event, record.receipt, record.to_json(), index)


def damaged(body: str) -> Entry:
    return Entry("id1", 5, "grant", "r1", body, 7)


def read(*entries: Entry) -> list[dict[str, str]]:
    """As a program reads a file of it."""
    file = "".join(csv_lines(map(csv_row, entries))).encode().decode()
    head, *rows = csv.reader(io.StringIO(file, newline=""), strict=True)
    assert head == list(COLUMNS)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


@settings(deadline=None, max_examples=100)
@given(RECORDS, INDEXES)
def test_what_is_behind_record_hashes_to_the_same_leaf(record: Record, index: int | None) -> None:
    entry = an_entry(record, index)
    line = json_line(entry)

    assert leaf_hash(line.rstrip("\n").partition('"record":')[2][:-1].encode()) == entry.leaf
    read_back = json.loads(line)
    assert read_back["index"] == index
    assert Record.from_json(json.dumps(read_back["record"])).to_json() == entry.body


@settings(deadline=None, max_examples=100)
@given(RECORDS | st.text().map(damaged))
def test_a_record_is_one_line_of_ascii(what: Record | Entry) -> None:
    line = json_line(an_entry(what) if isinstance(what, Record) else what)

    assert line.isascii()
    assert line.splitlines(keepends=True) == [line]


DAMAGED = [
    "",
    "{}",
    "null",
    "not json",
    '{"id":"1","time":1,"event":"grant"}\n{"id":"2"}',
    '{"id":"1","time":1,"event":"grant"}',
    '{"event":"grant","id":"1","time":1} ',
    '{"event":"grant","id":"1","time":"now"}',
    '{"event":"grant","id":"1","time":true}',
    '{"event":["grant"],"id":"1","receipt":null,"time":1}',
    '{"choices":["ads"],"event":"grant","id":"1","receipt":null,"time":1}',
    '{"choices":{"ads":"yes"},"event":"grant","id":"1","time":1}',
    '{"event":"grant","id":"1","signals":"gpc","time":1}',
    '{"detail":"x","event":"grant","id":"1","time":1}',
    "[" * 100_000,
]


@pytest.mark.parametrize("body", DAMAGED, ids=range(len(DAMAGED)))
def test_what_is_no_record_is_passed_on_as_a_text(body: str) -> None:
    line = json.loads(json_line(damaged(body)))
    [row] = read(damaged(body))

    assert line == {"index": 7, "id": "id1", "damaged": body}
    assert (row["kind"], row["id"], row["receipt"]) == ("damaged", "id1", "r1")
    assert sound(body) is None


@settings(deadline=None, max_examples=100)
@given(st.lists(RECORDS, max_size=3))
def test_csv_has_a_row_for_each_record_and_no_field_begins_a_formula(records: list[Record]) -> None:
    rows = read(*map(an_entry, records))

    assert len(rows) == len(records)
    for row in rows:
        for value in row.values():
            assert not value.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
            assert not value.startswith(("\t", "\r", "\n"))
            assert not any(each < " " and each not in "\t\r\n" for each in value)


@settings(deadline=None, max_examples=100)
@given(RECORDS)
def test_what_is_json_in_csv_is_what_the_record_has(record: Record) -> None:
    [row] = read(an_entry(record))

    for name in ("choices", "grounds", "detail"):
        assert json.loads(row[name] or "{}") == getattr(record, name)
    assert tuple(json.loads(row["signals"] or "[]")) == record.signals
    assert int(row["time"]) == record.time


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_gets_into_the_field_beside_it(text: str) -> None:
    [row] = read(an_entry(Record(id="1", time=1, event="grant", notice=text, language="en")))

    assert row["language"] == "en"
    assert row["policy"] == ""


def test_plain_records_are_written_plainly() -> None:
    record = Record(id="r1", time=5, event="grant", choices={"ads": True}, receipt="x")

    [_, line] = csv_lines([csv_row(an_entry(record))])

    assert line == (
        '"record","7","r1","5","grant","","","","","","","","","x","{""ads"": true}","",""\r\n'
    )


def test_lines_come_one_by_one() -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield {"kind": "record"}
        raise RuntimeError("asked for too early")

    lines = csv_lines(rows())

    assert next(lines).startswith('"kind"')
    assert next(lines).startswith('"record"')
    with pytest.raises(RuntimeError):
        next(lines)
