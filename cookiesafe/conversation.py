"""A conversation with the outside: what the core needs, one step after another. An exchange leads it."""

from __future__ import annotations

from typing import Any

from .errors import UsageError
from .ports import Answer, Flow, Need


class Conversation:
    """While there are ``needs``, whoever drives it performs them, and gives the answers in their order."""

    needs: tuple[Need, ...] = ()
    waited: float = 0
    """Seconds that it has waited for the store so far: whoever drives it sees to it."""
    _steps: Flow[None] | None = None

    def supply(self, answers: list[Answer]) -> None:
        """Go on with the answers to ``needs``."""
        if self._steps is None:
            raise UsageError("the exchange needs nothing")
        self._hear(answers)
        self._go_on(self._steps, answers)

    def _hear(self, answers: list[Answer]) -> None:
        """Before it goes on: what was needed, and what came of it."""

    def _converse(self, steps: Flow[None]) -> None:
        """Begin, and go on to where something is needed."""
        self._go_on(steps, None)

    def _go_on(self, steps: Flow[None], answers: Any) -> None:
        self._steps = None
        self.needs = ()
        try:
            self.needs = steps.send(answers)
        except StopIteration:
            return
        self._steps = steps
