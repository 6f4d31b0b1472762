"""Commits records of one process together: whoever comes first commits what others have brought meanwhile.

A commit waits for the disk, whether it has one record or a hundred. There is no thread for it: one of those that wait
does it for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary, WeakMethod

from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.adapters._line import Answer, Item, Line, answer
from cookiesafe.adapters._patience import DEADLINE, Until, left
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record
from cookiesafe.ports import Store

_ENDED = "whoever was to commit it was ended"
_BUSY = "the store was busy with what others had brought"
_LATE = "there was no time left to commit it"
_ENOUGH = 2
"""So many that fail alone, one after the other: the store is at fault, not what it was given."""


class Commits:
    """A line of records that wait for one store. May be shared between threads and event loops.

    After a fork nobody stands in it: who was committing then, or waited, is not there in the child.
    """

    def __init__(self) -> None:
        self._start()
        call_after_fork(self._start)

    def _start(self) -> None:
        self._committing = Lock()
        self.line = Line()

    def commit(self, store: Store, item: Item) -> Answer:
        """See that what was put in the line is committed, by this thread or by another one, and what the answer is."""
        if not self._committing.acquire(timeout=max(0.0, left())):
            self.line.withdraw(item)
            return item.answer if item.done else StoreError(_BUSY)
        try:
            # Whoever had the lock before has answered all that stood in the line.
            if not item.done:
                self._commit_all(store)
        finally:
            self._committing.release()
        return item.answer if item.done else StoreError(_ENDED)

    def commit_waiting(self, store: Store) -> None:
        """Commit what is in the line, all of it within the deadline."""
        with self._committing, Until(monotonic() + DEADLINE):
            self._commit_all(store)

    def _commit_all(self, store: Store) -> None:
        items = self.line.take()
        if not items:
            return
        try:
            _commit(store, items, partial(_tell, store))
        finally:
            if left := [item for item in items if not item.done]:
                answer(left, StoreError(_ENDED))


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
    if left() <= 0:
        return StoreError(_LATE)
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
        return _known.setdefault(store, Commits())
    except TypeError:
        # A store that cannot be referred to weakly, or not be hashed.
        return Commits()


def when_committed(store: Store, call: Callable[[], None]) -> None:
    """From now on, ``call``, a method, after records of this process were brought to a store.

    It is called while its object lives, and of several for a store the last.
    """
    with suppress(TypeError):
        _callers[store] = WeakMethod(call)


def _tell(store: Store) -> None:
    caller = None
    with suppress(TypeError):
        caller = _callers.get(store)
    call = caller and caller()
    if call:
        call()


_callers: WeakKeyDictionary[Store, WeakMethod[Callable[[], None]]] = WeakKeyDictionary()
_known: WeakKeyDictionary[Store, Commits] = WeakKeyDictionary()
