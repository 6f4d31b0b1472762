"""What is said to the operator: standard logging under ``cookiesafe``, and each thing once."""

from __future__ import annotations

import logging

log = logging.getLogger("cookiesafe")


class Once:
    """Remembers what was said, so that no visitor can fill the log. Bounded: what does not fit is not said."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._said: set[tuple[str, ...]] = set()

    def first(self, *what: str) -> bool:
        """Whether this is the first time, and there is room to remember it."""
        if what in self._said or len(self._said) >= self._limit:
            return False
        self._said.add(what)
        return True
