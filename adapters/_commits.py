"""Commits records of one process together: whoever comes first commits what others have brought meanwhile.

A commit waits for the disk, whether it has one record or a hundred. There is no thread for it: one of those that wait
does it for all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from weakref import WeakKeyDictionary, WeakMethod

from cookiesafe.adapters._line import Answer, Item, Line, answer
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record
from cookiesafe.ports import Store

Call = WeakMethod[Callable[[], None]]
_ENDED = "whoever was to commit it was ended"
_ENOUGH = 2
"""So many that fail alone, one after the other: the store is at fault, not what it was given."""


class Commits:
    """A line of records that wait for one store. May be shared between threads and event loops."""

    def __init__(self, committed: Call | None = None) -> None:
        self._committed = committed
        self._committing = Lock()
        self.line = Line()

    def commit(self, store: Store, item: Item) -> Answer:
        """See that what was put in the line is committed, by this thread or by another one, and what the answer is."""
        with self._committing:
            # Whoever had the lock before has answered all that stood in the line.
            if not item.done:
                self._commit_all(store)
        return item.answer if item.done else StoreError(_ENDED)

    def commit_waiting(self, store: Store) -> None:
        """Commit what is in the line."""
        with self._committing:
            self._commit_all(store)

    def _commit_all(self, store: Store) -> None:
        items = self.line.take()
        if not items:
            return
        try:
            _commit(store, items, self._tell)
        finally:
            if left := [item for item in items if not item.done]:
                answer(left, StoreError(_ENDED))

    def _tell(self) -> None:
        call = self._committed and self._committed()
        if call:
            call()


def _commit(store: Store, items: Sequence[Item], committed: Callable[[], None]) -> None:
    """``committed`` is called before anybody is answered: who closes the site next has what is due known."""
    failure = append(store, [record for item in items for record in item.records])
    if failure is None:
        committed()
    if failure is None or len(items) == 1:
        answer(items, failure)
        return
    # One that the store does not take is not to be the end of all.
    failed = 0
    for n, item in enumerate(items):
        failure = append(store, item.records)
        if failure is None:
            committed()
        answer([item], failure)
        failed = 0 if failure is None else failed + 1
        if failed == _ENOUGH:
            answer(items[n + 1 :], failure)
            return


def append(store: Store, records: Sequence[Record]) -> Answer:
    """Do it; what the store raises is the answer."""
    try:
        store.append(records)
    except Exception as error:
        return failure_of(error)
    return None


def failure_of(error: Exception) -> StoreError:
    """The error of the store that it is, or stands for."""
    if isinstance(error, StoreError):
        return error
    failure = StoreError(f"the store raised {type(error).__name__}: {error}")
    failure.__cause__ = error
    return failure


def commits_of(store: Store) -> Commits:
    """Those that all edges of this process have in common for a store."""
    try:
        return _known[store]
    except KeyError:
        with _knowing:
            return _known.setdefault(store, Commits(_callers.get(store)))
    except TypeError:
        # A store that cannot be referred to weakly, or not be hashed.
        return Commits()


def when_committed(store: Store, call: Callable[[], None]) -> None:
    """From now on, ``call``, a method, after records of this process were brought to a store.

    It is called while its object lives, and of several for a store the last.
    """
    with _knowing, suppress(TypeError):
        _callers[store] = WeakMethod(call)
        _known.pop(store, None)


_callers: WeakKeyDictionary[Store, Call] = WeakKeyDictionary()
_known: WeakKeyDictionary[Store, Commits] = WeakKeyDictionary()
_knowing = Lock()
if hasattr(os, "register_at_fork"):
    # Who was committing then is not there in the child.
    os.register_at_fork(after_in_child=_known.clear)
