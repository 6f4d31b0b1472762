"""What grows with the records of a ledger, and what does not: bytes and times at ever larger sizes, reported.

``python -m benchmarks.growth [--sizes 10000,100000,1000000] [STORE_URL …]``; without a URL, SQLite in a folder of its own.
A store is to be empty and nobody else's. Records are those of visitors who have agreed, three to a receipt, appended 500
at a time, as many waiting at once would have them. Of what is asked often the median of many is printed; what is done to
all is done once.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import open_store
from cookiesafe.desk.recorded import evidence_of
from cookiesafe.ids import new_receipt_id, new_record_id
from cookiesafe.ledger import LedgerKey, Record
from cookiesafe.ports import Store
from cookiesafe.upkeep import seal, verify
from cookiesafe.upkeep.erasing import retain

SIZES = (10_000, 100_000, 1_000_000)
AT_ONCE, A_RECEIPT, LOOKS = 500, 3, 100
YEARS = 5
BEGAN = 1_700_000_000_000
KEY = LedgerKey(bytes(range(32)))
BYTES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
    "WHERE relname LIKE 'cookiesafe%' AND relkind = 'r'",
    "mariadb": "SELECT sum(data_length + index_length) FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name LIKE 'cookiesafe%'",
}
SETTLE = {
    "sqlite": ["PRAGMA wal_checkpoint(TRUNCATE)"],
    "postgresql": ["VACUUM ANALYZE cookiesafe_records"],
    "mariadb": ["ANALYZE TABLE cookiesafe_records", "ANALYZE TABLE cookiesafe_tiles"],
}


def time_of(number: int, most: int) -> int:
    """Milliseconds."""
    return BEGAN + YEARS * 365 * 86_400_000 * number // most


def receipt_of(number: int, most: int) -> str:
    """Of the visitor whose record it is, given with the first one."""
    first = number - number % A_RECEIPT
    chance = random.Random(f"receipt {first}")  # noqa: S311
    return new_receipt_id(time_of(first, most) / 1000, chance.randbytes)


def records(numbers: range, most: int) -> Iterator[Record]:
    """As visitors leave them, over ``YEARS`` years; what is random in ids is the same in each run."""
    for number in numbers:
        chance = random.Random(number)  # noqa: S311
        time = time_of(number, most)
        yield Record(
            id=new_record_id(time, chance.randbytes),
            time=time,
            event="change" if number % A_RECEIPT else "grant",
            policy="0123456789ab",
            notice="banner",
            language="en",
            text="5d0c2f4411aa",
            layout="7f",
            regime="strictest",
            choices={"statistics": True, "advertising": number % 2 == 0, "@gullwing": True},
            grounds={"statistics": "3f9a1c22b0de", "@gullwing": "5b21c3d9e8aa"},
            receipt=receipt_of(number, most),
        )


class Measured:
    """The figures of one store: rows by what they are of, a column for each size."""

    def __init__(self, url: str) -> None:
        self.kind = make_url(url).get_backend_name()
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self.rows: dict[str, list[float]] = {}

    def note(self, what: str, figure: float) -> None:
        self.rows.setdefault(what, []).append(figure)

    def timed(self, what: str, work: Callable[[], Any], per: float = 1, unit: float = 1e3) -> Any:
        begun = perf_counter()
        done = work()
        self.note(what, (perf_counter() - begun) * unit / per)
        return done

    def size(self) -> int:
        with self._engine.connect() as connection:
            for statement in SETTLE[self.kind]:
                connection.execute(text(statement))
            return int(connection.execute(text(BYTES[self.kind])).scalar() or 0)


def measure(url: str, sizes: Sequence[int]) -> Measured:
    measured = Measured(url)
    with closing(open_store(url)) as store:
        store.checkpoint()
        there = 0
        for size in sizes:
            _grow(measured, store, range(there, size), sizes[-1])
            _ask(measured, store, size, sizes[-1])
            there = size
        # As much as a day has of five years, the oldest.
        cut = BEGAN + YEARS * 365 * 86_400_000 // (YEARS * 365)
        work = retain({"grant": 0, "change": 0}, cut, random.Random(1).randbytes)  # noqa: S311
        begun = perf_counter()
        erased = follow(work, store)
        measured.note(
            f"purge of a day ({erased:,} records), a record, ms",
            (perf_counter() - begun) * 1e3 / max(1, erased),
        )
    return measured


def _grow(measured: Measured, store: Store, numbers: range, most: int) -> None:
    spent = 0.0
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        some = list(records(range(start, min(start + AT_ONCE, numbers.stop)), most))
        at = perf_counter()
        store.append(some)
        spent += perf_counter() - at
    measured.note("append, 500 at once, a record, µs", spent * 1e6 / len(numbers))
    work = lambda: follow(seal([KEY], "growth.example", BEGAN), store)
    measured.timed("seal, a record, µs", work, len(numbers), 1e6)
    measured.note("bytes a record, indexes and tree among them", measured.size() / numbers.stop)


def _ask(measured: Measured, store: Store, size: int, most: int) -> None:
    chance = random.Random(size)  # noqa: S311
    receipts = [receipt_of(chance.randrange(size), most) for _ in range(LOOKS)]
    looks: dict[str, Callable[[str], Any]] = {
        "entries of a receipt, ms": store.entries_of,
        "a receipt with its proofs, ms": lambda each: follow(evidence_of(each), store),
        "health, ms": lambda each: store.checkpoint(),
    }
    for what, look in looks.items():
        times = []
        for each in receipts:
            begun = perf_counter()
            assert look(each) is not None
            times.append((perf_counter() - begun) * 1e3)
        measured.note(what, median(times))
    times = []
    for record in records(range(10**9 + size, 10**9 + size + 20), 10**9):
        begun = perf_counter()
        store.append([record])
        times.append((perf_counter() - begun) * 1e3)
    measured.note("append of one, ms", median(times))
    verdict = measured.timed("verify, a record, µs", lambda: follow(verify(None), store), size, 1e6)
    assert verdict.holds, verdict.findings


def shown(url: str, sizes: Sequence[int], measured: Measured) -> str:
    lines = [f"{measured.kind}:", f"{'':52}" + "".join(f"{size:>12,}" for size in sizes)]
    for what, figures in measured.rows.items():
        cells = "".join(f"{figure:>12,.2f}" for figure in figures)
        lines.append(f"{what:52}{cells}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("urls", nargs="*")
    given = parser.parse_args()
    sizes = [int(each) for each in given.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        for url in given.urls or [f"sqlite:///{Path(folder) / 'growth.db'}"]:
            print(shown(url, sizes, measure(url, sizes)), flush=True)


if __name__ == "__main__":
    main()
