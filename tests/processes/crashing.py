"""Append and seal until somebody kills it: ``python -m tests.processes.crashing URL PREFIX``.

Prints each id once the store has kept it. One thread appends, one record or three; another seals all that is pending,
each checkpoint being a hash over the one before and what was added.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from itertools import count
from threading import Thread

from cookiesafe.adapters.stores import open_store
from cookiesafe.ledger import Batch, Checkpoint, Entry, Tile
from cookiesafe.ports import Store
from tests.support.stores import a_record


def next_note(before: str, bodies: list[str]) -> str:
    return sha256("\n".join([before, *bodies]).encode()).hexdigest()


def batch_of(newest: Checkpoint | None, entries: list[Entry]) -> Batch:
    base, before = newest or (0, "")
    note = next_note(before, [entry.body for entry in entries])
    size = base + len(entries)
    return Batch(
        base,
        tuple(entry.id for entry in entries),
        {Tile(0, size // 256): note.encode()},
        Checkpoint(size, note),
    )


def seal_on(store: Store) -> None:
    while True:
        newest = store.checkpoint()
        if entries := list(store.pending(50)):
            store.seal(batch_of(newest, entries))


def main(url: str, prefix: str) -> None:
    store = open_store(url)
    store.pending(1)
    Thread(target=seal_on, args=(store,), daemon=True).start()
    for number in count():
        ids = [f"{prefix}-{number}-{n}" for n in range(3 if number % 4 == 0 else 1)]
        store.append([a_record(id=each) for each in ids])
        os.write(1, "".join(f"{each}\n" for each in ids).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
