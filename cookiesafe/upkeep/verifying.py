"""Verifying: the whole log is read, and made again from its records.

It is read in windows of 4,096 places, in their order, so that it may have any size; in memory are a window, what does
not fit, up to a bound, and the runs of places that are empty. It may grow meanwhile: what is verified is the log as it
was at the beginning.

Whoever can write to the database and has no key can still do two things unseen: cut the log back to an earlier
checkpoint, and erase records as the site itself does, with a record that says so. The first shows beside any later
checkpoint or receipt that somebody else has kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..asking import told
from ..errors import BadNote
from ..ledger import Checkpoint, Entry, Tile
from ..ledger.key import PublicKey
from ..ledger.note import read_checkpoint
from ..ledger.runs import Run, count, joined, read_runs, without
from ..ledger.tiles import TILE_BYTES, TILE_HASHES, fold
from ..ledger.tree import HASH_BYTES
from ..ports import Flow, Store
from .keys import key_of
from .misfits import MOST_MISFITS, Misfit, Misfits
from .parts import Part, check_entries
from .reading import WINDOW, Checkpoints, Entries
from .rebuilding import Rebuilding, report_tile
from .signatures import Signatures
from .verdict import Findings, Verdict

MOST_PENDING = 10_000
MOST_ERASURES = 100_000


def verify(trust: Iterable[str] | None = None) -> Flow[Verdict]:
    """Verify the whole log: records, tiles, checkpoints and their signatures.

    ``trust`` are the public keys to begin with, as vkeys; without any, the first that the log itself names: then the
    log is consistent, but may be another than the one that was kept. Raises ``StoreError``, and ``BadNote`` for a key
    that is none.
    """
    keys = None if trust is None else [PublicKey.parse(each) for each in trust]
    newest = yield from told(Store.checkpoint)
    work = _Verification(newest, keys)
    for start in range(0, work.size, WINDOW):
        yield from work.read_window(start)
    return (yield from work.finish())


class _Verification:
    """One walk through the log."""

    def __init__(self, newest: Checkpoint | None, keys: list[PublicKey] | None) -> None:
        self.size = 0 if newest is None else newest.size
        self._root = _root_in(newest)
        self._findings = Findings()
        self._entries, self._checkpoints = Entries(), Checkpoints()
        self._tree = Rebuilding(self._findings)
        self._signatures = Signatures(keys, self._findings)
        self._misfits: list[Misfit] = []
        self._missing: list[Run] = []
        self._erased: list[Run] = []

    def read_window(self, start: int) -> Flow[None]:
        end = min(start + WINDOW, self.size)
        entries = yield from self._entries.below(end)
        checkpoints = yield from self._checkpoints.below(end)
        numbers = range(start // TILE_HASHES, -(-end // TILE_HASHES))
        above = Tile(1, numbers[0] // TILE_HASHES)
        tiles = yield from told(Store.tiles, [above, *(Tile(0, number) for number in numbers)])
        leaves = check_entries(entries, self._findings)
        at = 0
        for number in numbers:
            begun, stop = at, min(end, (number + 1) * TILE_HASHES)
            while at < len(entries) and (entries[at].index or 0) < stop:
                at += 1
            part = Part(number * TILE_HASHES, stop, entries[begun:at], leaves[begun:at])
            stored = tiles.get(Tile(0, number), b"")[: part.byte_count]
            first = number % TILE_HASHES * HASH_BYTES
            self._read_tile(
                part,
                stored
                if part.is_all(stored)
                else self._settle(part, stored, tiles.get(above, b"")[first : first + HASH_BYTES]),
                [each for each in checkpoints if part.start < each.size <= stop],
            )
        yield from self._tree.compare()

    def _read_tile(self, part: Part, hashes: bytes, checkpoints: list[Checkpoint]) -> None:
        told_of = [each for each in part.fitting(hashes) if each.event in ("key", "erasure")]
        roots = dict(self._tree.roots(hashes, [each.size for each in checkpoints]))
        for checkpoint in checkpoints:
            while told_of and (told_of[0].index or 0) < checkpoint.size:
                self._take(told_of.pop(0))
            self._signatures.check(checkpoint, roots[checkpoint.size])
        for each in told_of:
            self._take(each)

    def _settle(self, part: Part, stored: bytes, folded: bytes) -> bytes:
        """The hashes of a tile's leaves, where records and tile differ, or records are missing."""
        hashes, mixed = stored, part.put_into(stored)
        doubtful = mixed != stored and not self._is_right(part, stored, folded)
        if doubtful and (len(stored) < part.byte_count or self._is_right(part, mixed, folded)):
            report_tile(self._findings, Tile(0, part.start // TILE_HASHES))
            hashes = mixed
        room = MOST_MISFITS - len(self._misfits)
        self._misfits += part.misfits(hashes)[:room]
        self._missing += part.missing()
        return hashes

    def _is_right(self, part: Part, hashes: bytes, folded: bytes) -> bool:
        """Whether the rest of the tree was made of these."""
        if len(hashes) == TILE_BYTES:
            return fold(hashes) == folded
        return len(hashes) == part.byte_count and self._tree.root_with(hashes) == self._root

    def _take(self, entry: Entry) -> None:
        """What the log says of itself: its keys, and what of it was erased."""
        if entry.event == "key":
            key = key_of(entry.body)
            if key is not None:
                self._signatures.name(key, entry)
        else:
            self._erased += self._runs_in(entry, entry.index or 0)

    def _runs_in(self, entry: Entry, end: int) -> list[Run]:
        """The places that an erasure names, all of them below ``end``."""
        try:
            runs = read_runs(entry.record.detail.get("leaves", ""))
        except (ValueError, TypeError, AttributeError):
            runs = ((end, end + 1),)
        if runs and runs[-1][1] > end:
            self._findings.add(
                "erasure", "it names no records that can have been erased", entry.index, entry.id
            )
            return []
        return list(runs)

    def finish(self) -> Flow[Verdict]:
        yield from self._tree.compare(end=True)
        pending = yield from told(Store.pending, MOST_PENDING)
        check_entries(pending, self._findings)
        for each in pending:
            key = key_of(each.body)
            if key is not None:
                self._signatures.wait(key, each)
        self._misfits += yield from self._read_behind()
        missing, erased = joined(self._missing), joined(self._erased)
        for start, stop in without(erased, missing):
            self._findings.add(
                "restored", f"an erasure says that records {start} to {stop - 1} are gone", start
            )
        unexplained = without(missing, erased)
        if unexplained:
            unexplained = without(unexplained, (yield from self._erased_since()))
        if unexplained:
            self._misfits += [Misfit(None, each.id, each.leaf) for each in pending]
        yield from Misfits(self._misfits, unexplained, self.size).report(self._findings)
        self._signatures.finish(self.size)
        return Verdict(
            origin=self._signatures.origin,
            size=self.size,
            pending=len(pending),
            erased=count(missing) - count(unexplained),
            findings=tuple(self._findings.found),
            count=self._findings.count,
            keys=self._signatures.keys,
        )

    def _erased_since(self) -> Flow[list[Run]]:
        """What erasures say that are pending, or were sealed since this began."""
        found = yield from told(Store.find_entries, "erasure", None, MOST_ERASURES)
        newest = yield from told(Store.checkpoint)
        size = 0 if newest is None else newest.size
        later = [each for each in found if each.index is None or each.index >= self.size]
        return joined(run for each in later for run in self._runs_in(each, size))

    def _read_behind(self) -> Flow[list[Misfit]]:
        """Records that have a place behind the end of the log, as it is by then: none of them was sealed."""
        behind: list[Misfit] = []
        start = self.size
        while page := (yield from told(Store.entries, start, WINDOW)):
            start = max(start, page[-1].index or 0) + 1
            newest = yield from told(Store.checkpoint)
            size = 0 if newest is None else newest.size
            behind += [
                Misfit(each.index, each.id, each.leaf) for each in page if (each.index or 0) >= size
            ]
            del behind[MOST_MISFITS:]
        return behind


def _root_in(checkpoint: Checkpoint | None) -> bytes:
    try:
        return b"" if checkpoint is None else read_checkpoint(checkpoint.note)[0].root
    except BadNote:
        return b""
