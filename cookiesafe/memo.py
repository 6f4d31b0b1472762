"""Answers that are remembered, looked up as fast as Python can: for what is asked with every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED = 256


class Memo(dict[K, V], Generic[K, V]):
    """``memo[key]`` is ``work_out(key)``. Bounded: what does not fit is worked out each time."""

    def __init__(self, work_out: Callable[[K], V]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: K) -> V:
        value = self._work_out(key)
        if len(self) < _REMEMBERED:
            self[key] = value
        return value
