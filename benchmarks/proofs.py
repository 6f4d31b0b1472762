"""What proving and verifying the sealed ledger costs: reported, never a gate.

``python -m benchmarks.proofs`` seals a log in memory, and prints how fast that was, how fast the whole log is verified,
how long proofs in a log of a million records take, with its tiles in memory and in SQLite on the disk, and how long a
receipt takes to check. Processor time but for what reads from the disk; the median of many.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from cookiesafe.ledger import Entry, Tile, check_receipt, make_receipt
from cookiesafe.ledger.tiles import (
    consistency_ranges,
    extend,
    frontier,
    hashes_of,
    inclusion_ranges,
    tiles_of,
)
from cookiesafe.ledger.tree import verify_consistency, verify_inclusion
from cookiesafe.upkeep import prove, seal, verify
from tests.support.logbook import KEY, NOW, ORIGIN, VKEY, Logbook, a_record

MILLION, RECORDS, TIMES, SEED = 1_000_000, 100_000, 300, 20_261_125

Read = Callable[[Sequence[Tile]], Mapping[Tile, bytes]]


def main() -> None:
    book = whole_log()
    receipts(book)
    tiles = extend(0, {}, [sha256(b"%d" % number).digest() for number in range(MILLION)])
    proofs("tiles in memory", tiles, lambda wanted: {each: tiles[each] for each in wanted})
    with TemporaryDirectory() as folder, closing(in_sqlite(Path(folder), tiles)) as database:
        proofs("tiles in SQLite", tiles, lambda wanted: read(database, wanted))


def whole_log() -> Logbook:
    book = Logbook()
    book.append([a_record(number) for number in range(RECORDS)])
    begun = process_time()
    sealed = book.follow(seal([KEY], ORIGIN, NOW))
    tell("sealing, in batches of 1,000", f"{sealed / (process_time() - begun):,.0f} records/s")
    begun = process_time()
    verdict = book.follow(verify([VKEY]))
    assert verdict.holds
    tell("verifying the whole log", f"{verdict.size / (process_time() - begun):,.0f} records/s")
    return book


def receipts(book: Logbook) -> None:
    entry: Entry = book.sealed[RECORDS // 3]
    evidence = book.follow(prove([entry]))
    receipt = make_receipt(
        "Shop", entry.receipt or "", evidence.records, evidence.checkpoint, evidence.keys
    )
    text = json.dumps(receipt)
    assert check_receipt(text, [VKEY]).holds
    timed("checking a receipt of one record", lambda _: check_receipt(text, [VKEY]), process_time)


def proofs(where: str, tiles: Mapping[Tile, bytes], read: Read) -> None:
    random = Random(SEED)  # noqa: S311
    root = frontier(MILLION, tiles).root()

    def included(index: int) -> None:
        ranges = inclusion_ranges(index, MILLION)
        proof = hashes_of(ranges, read(sorted(tiles_of(ranges))))
        verify_inclusion(sha256(b"%d" % index).digest(), index, MILLION, proof, root)

    def consistent(size: int) -> None:
        ranges = consistency_ranges(size + 1, MILLION)
        hashes_of(ranges, read(sorted(tiles_of(ranges))))

    places = [random.randrange(MILLION - 1) for _ in range(TIMES)]
    timed(f"inclusion in a million, {where}", lambda n: included(places[n]), perf_counter)
    timed(f"consistency with a million, {where}", lambda n: consistent(places[n]), perf_counter)
    size = places[0] + 1
    verify_consistency(
        size,
        MILLION,
        hashes_of(consistency_ranges(size, MILLION), tiles),
        frontier(size, tiles).root(),
        root,
    )


def in_sqlite(folder: Path, tiles: Mapping[Tile, bytes]) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "tiles.db")
    database.execute("CREATE TABLE tiles (level, number, hashes, PRIMARY KEY (level, number))")
    rows = ((*tile, hashes) for tile, hashes in tiles.items())
    database.executemany("INSERT INTO tiles VALUES (?, ?, ?)", rows)
    database.commit()
    return database


def read(database: sqlite3.Connection, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
    found = {}
    for tile in wanted:
        (hashes,) = database.execute(
            "SELECT hashes FROM tiles WHERE level = ? AND number = ?", tile
        ).fetchone()
        found[tile] = hashes
    return found


def timed(what: str, act: Callable[[int], object], clock: Callable[[], float]) -> None:
    spent = []
    for number in range(TIMES):
        begun = clock()
        act(number)
        spent.append(clock() - begun)
    tell(what, f"{median(spent) * 1000:.2f} ms (most {max(spent) * 1000:.2f})")


def tell(what: str, figure: str) -> None:
    print(f"{what:50} {figure}")


if __name__ == "__main__":
    main()
