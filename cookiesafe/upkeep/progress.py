"""How far a flow has come that goes through the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..ledger import Entry
from ..ports import Flow

T = TypeVar("T")


def counted(flow: Flow[T], step: Callable[[int], object]) -> Flow[T]:
    """The same flow; ``step`` is told behind which place of the log it has read, whenever it has read on."""
    answers: Any = None
    while True:
        try:
            needs = flow.send(answers)
        except StopIteration as done:
            result: T = done.value
            return result
        answers = yield needs
        for each in answers:
            last = each[-1] if isinstance(each, list) and each else None
            if isinstance(last, Entry) and last.index is not None:
                step(last.index + 1)
