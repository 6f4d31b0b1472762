"""Asks a store how it is, and waits for no answer longer than it may: what hangs is asked nothing more until it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Any

from cookiesafe.adapters._commits import failure_of
from cookiesafe.adapters._forks import call_after_fork
from cookiesafe.adapters._perform import perform
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.health import Health, Part, Problem, questions
from cookiesafe.ports import Store
from cookiesafe.settings import Settings

Question = Callable[[], Any]


class _Asked:
    """One question that is asked in a thread of its own."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.began = monotonic()
        self.seconds = 0.0
        self.answer: Any = None
        self._thread = threading.Thread(target=self._ask, name="cookiesafe-health", daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        try:
            self.answer = self._question()
        except Exception as error:
            self.answer = failure_of(error)
        self.seconds = monotonic() - self.began

    def wait(self, seconds: float) -> bool:
        """Whether it was answered within so many seconds."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()


class Probe:
    """Asks the parts of a store, all at once. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._start()
        call_after_fork(self._start)

    def _start(self) -> None:
        self._asked: dict[str, _Asked] = {}
        self._lock = threading.Lock()

    def health(self, settings: Settings, keys: int, ledger_keys: int, timeout: float) -> Health:
        """What is found out within ``timeout`` seconds, and what is known. Raises nothing."""
        now = settings.clock()
        asking: dict[str, Question] = {
            part: partial(perform, need, self._store) for part, need in questions(now).items()
        }
        if ledger_keys:
            asking["pending"] = partial(self._store.pending, 1)
        found = self._ask(asking, timeout)
        (ledger, newest), (logins, _) = found["ledger"], found["logins"]
        _, pending = found.get("pending", (None, None))
        return Health(
            ledger=ledger,
            logins=logins,
            mode="enforce" if settings.enforce else "observe",
            policy=settings.policy.fingerprint,
            keys=keys,
            ledger_keys=ledger_keys,
            sealed=None if newest is None else newest.size,
            waiting=now - pending[0].time / 1000 if pending else None,
        )

    def _ask(
        self, questions: Mapping[str, Question], timeout: float
    ) -> dict[str, tuple[Part, Any]]:
        """How each part is, and what it has answered, if it has. Raises nothing."""
        until = monotonic() + timeout
        begun = {name: self._begin(name, question) for name, question in questions.items()}
        return {name: self._found(name, asked, until) for name, asked in begun.items()}

    def _begin(self, name: str, question: Question) -> _Asked | None:
        with self._lock:
            before = self._asked.get(name)
            if before is not None and not before.wait(0):
                return before
            try:
                self._asked[name] = _Asked(question)
            except RuntimeError:
                # No thread could be had.
                return None
            return self._asked[name]

    def _found(self, name: str, asked: _Asked | None, until: float) -> tuple[Part, Any]:
        if asked is None:
            return Part("down", 0.0), None
        if not asked.wait(until - monotonic()):
            return Part("slow", monotonic() - asked.began), None
        if isinstance(asked.answer, StoreError):
            return Part(_problem(asked.answer), asked.seconds), None
        return Part("", asked.seconds), asked.answer


def _problem(error: StoreError) -> Problem:
    return "version" if isinstance(error.__cause__, SettingError) else "down"
