"""How a flow asks the store, or has something called, and lets whoever drives it know what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

from .errors import StoreError
from .ledger import Record
from .ports import Append, Call, Flow, Store, ask

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def told(method: Callable[[Store, *Ts], T], *args: *Ts) -> Flow[T]:
    """What the store answers: ``yield from told(Store.checkpoint)``. Raises the ``StoreError`` that came instead."""
    (answer,) = yield (ask(method, *args),)
    if isinstance(answer, StoreError):
        raise answer
    answered: Any = answer
    return answered  # type: ignore[no-any-return]


def called(function: Callable[[], T]) -> Flow[T]:
    """What it returns, called where it may wait. Raises what it raises."""
    (answer,) = yield (Call(function),)
    if isinstance(answer, Exception):
        raise answer
    returned: Any = answer
    return returned  # type: ignore[no-any-return]


def appended(*records: Record) -> Flow[None]:
    """Have records kept, all or none. Raises the ``StoreError`` that came instead."""
    (failure,) = yield (Append(records),)
    if isinstance(failure, StoreError):
        raise failure
