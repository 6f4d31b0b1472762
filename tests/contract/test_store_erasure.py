"""What is left of erased records in the files and tables of a database: nothing."""

from __future__ import annotations

import random
import secrets
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql import traces
from cookiesafe.ledger import Record
from cookiesafe.ports import Store
from cookiesafe.testing.stores.samples import a_record, seal, there
from tests.support.stores import (  # noqa: F401
    from_outside,
    server_url_fixture,
)

NOW = 1_900_000_000


def an_erasure(number: int = 0) -> Record:
    return a_record(10**6 + number, event="erasure", receipt=None, time=NOW * 1000)


def some_records(count: int, seed: int) -> list[Record]:
    """Of different lengths, some of them too long for one page."""
    chance = random.Random(seed)  # noqa: S311
    return [
        a_record(
            id=secrets.token_urlsafe(16),
            receipt=secrets.token_urlsafe(16),
            notice="n" * chance.choice([5, 50, 500, 9000]),
        )
        for _ in range(count)
    ]


def left(folder: Path, records: list[Record]) -> set[str]:
    """Ids and receipts that some file has. Another process looks: to close a file here would drop SQLite's locks."""
    found: set[str] = set()
    files = subprocess.check_output(["cat", *map(str, sorted(folder.iterdir()))])
    for record in records:
        found |= {each for each in (record.id, str(record.receipt)) if each.encode() in files}
    return found


def append(store: Store, records: list[Record]) -> None:
    for start in range(0, len(records), 50):
        store.append(records[start : start + 50])


@pytest.mark.law("L-05", "P-04")
@pytest.mark.parametrize("sealed", [False, True], ids=["pending", "sealed"])
@pytest.mark.parametrize("count", [1, 40, 4000])
def test_nothing_is_left_in_the_files_of_sqlite(tmp_path: Path, count: int, sealed: bool) -> None:
    records = some_records(count, seed=count)
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        append(store, records)
        while sealed and store.pending(1):
            assert seal(store)
        chosen = records[:: max(1, count // 500)]
        assert left(tmp_path, chosen) == {each for r in chosen for each in (r.id, r.receipt)}

        assert store.erase(there(store, chosen), an_erasure())

        # Of a file that is large the rest goes with the next purge.
        store.purge(NOW)
        assert left(tmp_path, chosen) == set()


def test_nothing_is_left_of_what_was_moved_by_what_came_later(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        first = some_records(200, seed=1)
        append(store, first)
        append(store, some_records(1500, seed=2))
        while store.pending(1):
            assert seal(store)
        append(store, some_records(500, seed=3))

        for number, record in enumerate(first[:20]):
            assert store.erase(there(store, [record]), an_erasure(number))

        # Others may wait for the first of them only; the rest is done a moment later, or by this.
        store.purge(NOW)
        assert left(tmp_path, first[:20]) == set()


def test_a_reader_holds_up_what_the_next_purge_does(tmp_path: Path) -> None:
    records = some_records(40, seed=4)
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        append(store, records)
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM cookiesafe_records").fetchone() == (40,)
            assert store.erase(there(store, records), an_erasure())
            assert left(tmp_path, records) != set()

        store.purge(NOW)
        assert left(tmp_path, records) == set()


def test_what_a_reader_held_up_is_done_at_the_end(tmp_path: Path) -> None:
    records = some_records(40, seed=5)
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    append(store, records)
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM cookiesafe_records").fetchone()
        store.erase(there(store, records), an_erasure())

    store.close()

    assert left(tmp_path, records) == set()


def test_a_large_file_is_written_anew_by_the_purge_of_any_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "SMALL", 0)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    records = some_records(40, seed=6)
    anew: list[bool] = []
    remove = traces.remove

    def told(connection: object, *, any_size: bool = False) -> bool:
        anew.append(any_size)
        return remove(connection, any_size=any_size)  # type: ignore[arg-type]

    monkeypatch.setattr(traces, "remove", told)
    with closing(open_store(url)) as store, closing(open_store(url)) as other:
        append(store, records)
        other.purge(NOW)
        assert anew == []
        store.erase(there(store, records), an_erasure())
        other.purge(NOW + 3600)
        other.purge(NOW + 3 * 24 * 3600)
        assert anew == [False, True]
        assert left(tmp_path, records) == set()


def test_nothing_is_left_in_the_tables_of_a_server(server_url: str) -> None:
    records = some_records(300, seed=7)
    with closing(open_store(server_url)) as store:
        append(store, records)
        assert seal(store)
        chosen = records[::3]
        assert all(record.id in dump(server_url) for record in chosen[:2])

        assert store.erase(there(store, chosen), an_erasure())

    told = dump(server_url)
    assert not any(record.id in told or str(record.receipt) in told for record in chosen)
    assert all(record.id in told for record in records if record not in chosen)


def dump(url: str) -> str:
    """All values of all tables."""
    tables = MetaData()
    with from_outside(url) as other:
        tables.reflect(other)
        return "\n".join(
            str(tuple(row))
            for table in tables.sorted_tables
            for row in other.execute(select(table))
        )
