"""How a flow asks the store, and lets whoever drives it know what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

from .errors import StoreError
from .ledger import Record
from .ports import Append, Flow, Store, ask

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def told(method: Callable[[Store, *Ts], T], *args: *Ts) -> Flow[T]:
    """What the store answers: ``yield from told(Store.checkpoint)``. Raises the ``StoreError`` that came instead."""
    (answer,) = yield (ask(method, *args),)
    if isinstance(answer, StoreError):
        raise answer
    answered: Any = answer
    return answered  # type: ignore[no-any-return]


def appended(*records: Record) -> Flow[None]:
    """Have records kept, all or none. Raises the ``StoreError`` that came instead."""
    (failure,) = yield (Append(records),)
    if isinstance(failure, StoreError):
        raise failure
