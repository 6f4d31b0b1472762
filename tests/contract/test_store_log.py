"""The sealed log in SQL databases: what fails half way, and what somebody else has put into one."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from cookiesafe import upkeep
from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql import log
from cookiesafe.errors import StoreError
from cookiesafe.ledger import LedgerKey, Tile
from cookiesafe.ledger.record import NOWHERE
from cookiesafe.testing.stores.samples import a_batch, a_record, append, numbers, seal, there
from cookiesafe.upkeep.erasing import forget
from tests.support.stores import (  # noqa: F401
    Databases,
    append_all,
    from_outside,
    server_url_fixture,
    store_fixture,
    url_fixture,
)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_of_records_of_one_call_all_are_kept_or_none(url: str, at: int) -> None:
    records = [a_record(number) for number in range(3)]
    records[at] = a_record(at, time=2**64)

    with closing(open_store(url)) as store:
        with pytest.raises(StoreError, match="was not kept"):
            store.append(records)
        assert store.pending(10) == []
        append(store, 7)
        assert numbers(store.pending(10)) == [7]


def test_what_it_takes_to_seal_does_not_grow_with_what_is_pending(databases: Databases) -> None:
    """PostgreSQL goes by what it counted when all was sealed, and many records have come since."""
    url = databases("postgresql")
    with closing(open_store(url)) as store:
        append(store, *range(200))
        assert seal(store, 200)
        with from_outside(url) as outside:
            outside.exec_driver_sql("VACUUM ANALYZE cookiesafe_records")
            append(store, *range(200, 300))
            put = log._PUT.compile(outside)
            given = put.construct_params({"which": a_record(250).id, "at": 250})
            plan = outside.exec_driver_sql(f"EXPLAIN {put}", given)
            found = "\n".join(row[0] for row in plan)

    assert "cookiesafe_records_id_key" in found
    assert "pending" not in found


def test_a_sealer_that_has_begun_holds_no_appender_up(server_url: str) -> None:
    with closing(open_store(server_url)) as store:
        append(store, *range(50))
        assert seal(store, 10)
        with from_outside(server_url) as other:
            other.exec_driver_sql("START TRANSACTION")
            log._add(other, a_batch(store))
            append(store, *range(100, 150))
            other.exec_driver_sql("ROLLBACK")

        assert numbers(store.pending(999)) == [*range(10, 50), *range(100, 150)]


def test_what_fails_half_way_is_undone(url: str) -> None:
    with closing(open_store(url)) as store:
        append(store, 1, 2)
        batch = a_batch(store)._replace(tiles={Tile(0, 0): b"x", Tile(2**40, 2**80): b"x"})

        with pytest.raises(StoreError, match="was not sealed"):
            store.seal(batch)

        assert store.checkpoint() is None
        assert numbers(store.pending(9)) == [1, 2]
        assert seal(store)


def test_an_erasure_that_cannot_be_recorded_erases_nothing(url: str) -> None:
    with closing(open_store(url)) as store:
        append(store, *range(1200))
        with pytest.raises(StoreError, match="were not erased"):
            store.erase(there(store, [a_record(n) for n in range(1100)]), a_record(9, time=2**64))

        assert len(store.pending(9999)) == 1200


# --- what somebody else has put into a file of SQLite, which keeps values of any type ---------------

TABLES = {"r": "cookiesafe_records", "t": "cookiesafe_tiles", "c": "cookiesafe_checkpoints"}
PUT_IN = {
    "a body of bytes": ("UPDATE r SET body = CAST(body AS BLOB) WHERE place = 5", ("changed", 5)),
    "a body of a number": ("UPDATE r SET body = x'37' WHERE place = 5", ("changed", 5)),
    "a body that is no UTF-8": (
        "UPDATE r SET body = CAST(x'7bff' AS TEXT) WHERE place = 5",
        ("changed", 5),
    ),
    "an id of bytes": ("UPDATE r SET id = x'01' WHERE place = 5", ("column", 5)),
    "a time of text": ("UPDATE r SET time = 'noon' WHERE place = 5", ("column", 5)),
    "an event of bytes": ("UPDATE r SET event = x'6b' WHERE place = 5", ("column", 5)),
    "a receipt of bytes": ("UPDATE r SET receipt = x'' WHERE place = 5", ("column", 5)),
    "a place of text": ("UPDATE r SET place = 'five' WHERE place = 5", ("moved", NOWHERE)),
    "a place with a fraction": ("UPDATE r SET place = 5.5 WHERE place = 5", ("removed", 5)),
    "a place before all": ("UPDATE r SET place = -5 WHERE place = 5", ("removed", 5)),
    "a tile of text": ("UPDATE t SET hashes = hashes || x'00' WHERE level = 0", ("tile", None)),
    "a tile of a number": ("UPDATE t SET hashes = 7 WHERE level = 0", ("tile", None)),
    "a note of bytes": ("UPDATE c SET note = CAST(note AS BLOB)", ("checkpoint", None)),
    "a note that is no UTF-8": ("UPDATE c SET note = CAST(x'ff' AS TEXT)", ("checkpoint", None)),
}


@pytest.mark.law("L-12")
@pytest.mark.parametrize("name", PUT_IN)
def test_what_is_of_another_type_is_named_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", LedgerKey(b"k" * 32)
    statement, finding = PUT_IN[name]
    for short, table in TABLES.items():
        statement = statement.replace(f" {short} ", f" {table} ")
    with closing(open_store(url)) as store:
        append(store, *range(10))
        follow(upkeep.seal([key], "shop.example", 0), store)
        with from_outside(url) as connection:
            assert connection.exec_driver_sql(statement).rowcount
        append(store, 20)

        verdict = follow(upkeep.verify(), store)

        assert finding in {(each.kind, each.index) for each in verdict.findings}
        assert len(store.entries_of("r8")) == len(store.entries_of("r20")) == 1
        assert verdict.pending == 1


def test_a_checkpoint_of_no_size_is_not_the_newest(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as store:
        append(store, 1)
        seal(store)
        with from_outside(url) as connection:
            connection.exec_driver_sql(
                "INSERT INTO cookiesafe_checkpoints (size, base, note) VALUES ('x', 'y', 'z')"
            )

        assert [store.checkpoint()] == store.checkpoints(0, 10)
        append(store, 2)
        assert seal(store)


def test_an_erasure_names_no_place_that_is_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as store:
        append(store, 1, 2)
        with from_outside(url) as connection:
            connection.exec_driver_sql(
                "UPDATE cookiesafe_records SET place = CASE receipt WHEN 'r1' THEN 'one' ELSE -2 END"
            )

        assert [follow(forget(each, 0, os.urandom), store) for each in ("r1", "r2")] == [1, 1]

        assert [each.record.detail["leaves"] for each in store.pending(9)] == ["", ""]
