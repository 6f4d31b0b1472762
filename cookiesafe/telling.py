"""What is told to the operator while requests are answered: logged once, whatever clients send, and heard each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from logging import WARNING
from sys import exception

from . import events
from .addresses import LONGEST_HOST
from .errors import SettingError, StoreError, UsageError
from .events import Hook, Kind, Once, Said, is_async, kind_of
from .ledger import Record
from .ports import Answer, Append, Call, Need, ReadBody, part_of
from .routes import route_of

_MOST_TOLD = 20
_LONGEST_PATH = 100
_OUTCOMES = {True: "was refused", False: "would be refused in enforce"}
_WORDS = frozenset({"policy", "notice", "key"})
"""The records that only keep what was shown, or by what it is sealed."""


class Telling:
    """Knows what was told already, and who listens. All settings of a process share it.

    Raises ``SettingError`` for a hook that cannot be called, or is called in vain.
    """

    def __init__(self, hook: Hook | None = None) -> None:
        if hook is not None and not callable(hook):
            raise SettingError(f"on_event={hook!r}", fix="Give a function that takes an Event.")
        if is_async(hook):
            raise SettingError(
                "on_event is an async function, and nobody would await it",
                fix="Give a plain one, which may put the event into a queue or begin a task.",
            )
        self.hook = hook
        self.once = Once()
        # What clients send must not crowd out what is said of faults.
        self._once_ridden = Once(_MOST_TOLD)
        self._once_foreign = Once(_MOST_TOLD)
        self._failures: Counter[str] = Counter()

    def say(
        self,
        kind: Kind,
        text: str,
        *args: object,
        code: str = "",
        level: int = 0,
        logged: bool = True,
        exc_info: bool = False,
        **data: Said,
    ) -> None:
        """As ``events.say``, to whoever listens here."""
        events.say(
            kind,
            text,
            *args,
            code=code,
            level=level,
            logged=logged,
            hook=self.hook,
            exc_info=exc_info,
            **data,
        )

    # --- what clients send ------------------------------------------------------------------------

    def report_ridden(self, origin: str | None) -> None:
        """A WebSocket was closed since another site had opened it. Logged once for each origin."""
        said = _short(origin)
        self.say(
            events.RIDDEN,
            "a WebSocket with a visitor's session was opened from %r, and closed. If that is the site itself, say so: "
            "origin= behind a proxy, trusted_origins= for others.",
            said,
            code="CS603",
            logged=self._once_ridden.first(said),
            origin=said,
        )

    def report_foreign(self, origin: str | None, method: str, path: str, *, refused: bool) -> None:
        """Something was not made by the site itself, and was refused or not. Logged once for each origin."""
        said, route = _short(origin), route_of(path)
        self.say(
            events.FOREIGN,
            "%r, from %r, %s: the site itself has not sent it. If it has, say so: origin= behind a proxy, "
            "trusted_origins= for others, visit.form_token where a browser says nothing of it.",
            f"{method[:_MOST_TOLD]} {route}"[:_LONGEST_PATH],
            said,
            _OUTCOMES[refused],
            code="CS607",
            logged=self._once_foreign.first(said),
            method=method[:_MOST_TOLD],
            route=route,
            origin=said,
            refused=refused,
        )

    def report_hosts(self, hosts: int) -> None:
        """Browsers have reported that they refused to call so many hosts that nobody declared."""
        self.say(events.REPORTED, "%d hosts that nobody declared were reported", hosts, hosts=hosts)

    def report_dropped(self) -> None:
        """A report was not taken, since there were too many."""
        self.say(events.DROPPED, "a report was not taken: there are too many")

    # --- what the app does ------------------------------------------------------------------------

    def report_late(self, what: str) -> None:
        """The app first looked at something when caches could no longer be told. Logged once for each thing."""
        self.say(
            events.LATE,
            "%s was first looked at after a response's headers had left. If the response is made from it, a shared "
            "cache may give it to others: look before it begins, or send Cache-Control: private.",
            what,
            code="CS305",
            logged=self.once.first("late", what),
            what=what,
        )

    def report_unkept(self, error: UsageError) -> None:
        """What the app has changed since the headers left cannot be kept, where no error gets out by then.

        Logged once for each kind of error.
        """
        kind = type(error).__name__
        logged = self.once.first("unkept", kind)
        self.say(events.UNKEPT, "%s", error, logged=logged, error=kind)

    def report_login(self, how: str, *, stays: bool) -> None:
        """Somebody was signed in: by a ``password``, or as ``migration`` of another library's login."""
        self.say(events.LOGIN, "a login by %s", how, how=how, stays=stays)

    def report_logout(self, *, shared: bool) -> None:
        """A browser was signed out; of a ``shared`` computer, it forgets the site too."""
        self.say(events.LOGOUT, "a logout", shared=shared)

    def report_everywhere(self, by: str) -> None:
        """A user was signed out of all browsers, by the ``visitor`` or the ``site``."""
        self.say(events.EVERYWHERE, "a user was signed out everywhere by the %s", by, by=by)

    # --- the store --------------------------------------------------------------------------------

    def report_store(self, what: str, why: object) -> None:
        """Something was not kept, or not found out, since the store did not do it. Logged once for each thing."""
        self.say(
            events.STORE_FAILED,
            "%s: %s",
            what,
            why,
            code="CS602",
            logged=self.once.first("store", what),
            what=what,
            error=kind_of(why),
        )

    def hear(self, needs: Sequence[Need], answers: Sequence[Answer]) -> None:
        """What the store was asked, and has answered: it tells what was recorded, and when the store is down or up again."""
        for need, answer in zip(needs, answers, strict=False):
            if isinstance(need, (ReadBody, Call)):
                continue
            if isinstance(answer, StoreError):
                self._hear_failure(part_of(need), answer)
                continue
            if self._failures:
                self._hear_answer(part_of(need))
            if isinstance(need, Append):
                for record in need.records:
                    if record.event not in _WORDS:
                        self._report_record(record)

    def _hear_failure(self, part: str, error: StoreError) -> None:
        # Of threads that fail at once, the one that counted first says so, whatever the others count meanwhile.
        failures = self._failures[part] = self._failures[part] + 1
        if failures == 1:
            kind = kind_of(error)
            self.say(events.STORE_DOWN, "the store of the %s is down", part, part=part, error=kind)

    def _hear_answer(self, part: str) -> None:
        failures = self._failures.pop(part, 0)
        if failures:
            text = "the store of the %s answers again, after %d failures"
            self.say(events.STORE_UP, text, part, failures, part=part, failures=failures)

    def _report_record(self, record: Record) -> None:
        self.say(
            events.RECORDED,
            "a record of %r was kept",
            record.event,
            record=record.event,
            layer=record.notice,
            regime=record.regime,
            granted=tuple(name for name, yes in record.choices.items() if yes),
            refused=tuple(name for name, yes in record.choices.items() if not yes),
        )

    def report_sealed(self, records: int) -> None:
        """So many records were sealed."""
        self.say(events.SEALED, "%d records were sealed", records, records=records)

    def report_purged(self, rows: int) -> None:
        """So many rows were removed, as their time was over."""
        self.say(events.PURGED, "%d rows were removed", rows, rows=rows)

    # --- the site itself --------------------------------------------------------------------------

    def report_announced(self, policy: str, in_force: date) -> None:
        """A policy was announced."""
        day = in_force.isoformat()
        text = "the policy %s was announced, to be in force from %s on"
        self.say(events.ANNOUNCED, text, policy, day, policy=policy, in_force=day)

    def report_policy(self, policy: str) -> None:
        """Another policy is in force."""
        self.say(events.POLICY, "the policy %s is in force", policy, policy=policy)

    def report_keys_changed(self, use: str, keys: int) -> None:
        """Other keys are in force, and how many. Each time: nobody but the operator changes them."""
        text = "the keys for the %s have changed: %d are in force"
        self.say(events.KEYS_CHANGED, text, use, keys, use=use, keys=keys)

    def report_keys_refused(self, use: str, why: str) -> None:
        """Keys were to be others, and cannot be. The caller sees that it is once for each time that begins."""
        text = "the keys for the %s stay what they were: %s."
        self.say(events.KEYS_REFUSED, text, use, why, code="CS507", use=use)

    def report_setting(
        self, code: str, about: str, text: str, *args: object, level: int = WARNING
    ) -> None:
        """Something given to ``CookieSafe(…)`` is not as it should be. The caller sees that it is once."""
        self.say(events.SETTING, text, *args, code=code, level=level, about=about)

    def report_fault(self, where: str) -> None:
        """The exception being handled is a fault of our own. Logged once for each place."""
        self.say(
            events.FAULT,
            "a fault of CookieSafe's own, at %s: nothing optional is allowed",
            where,
            code="CS900",
            logged=self.once.first("fault", where),
            exc_info=True,
            where=where,
            error=kind_of(exception()),
        )


def _short(origin: str | None) -> str:
    return (origin or "nowhere")[:LONGEST_HOST]
