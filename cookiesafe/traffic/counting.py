"""What requests leave to be counted. To leave it is all that a request does; it is read some time later, by a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from ..consent import DAY
from ..count import OTHER, Count
from ..gate.findings import kind_of_held
from .left import Answer, Blocked, Done, HeldBack, Left, Seen, Unrecorded
from .report import Traffic, report
from .tally import Tally
from .terms import TrafficTerms
from .values import Pages, device_of, language_of, name_of, value_of
from .views import Views

MOST_LEFT: Final = 2000
"""What may be left before whoever leaves more has to help."""
MOST_KEPT: Final = 4000
"""What may be left at all: more is not counted, and how much that was is."""
_HELP: Final = 32


class Counting:
    """Takes what requests leave, and counts it. Any number of threads leave; one at a time works off and takes.

    ``due`` is called when something was left; ``help`` may work some of it off, when there is too much; ``settle`` is to be
    called when the process is about to end. ``read`` gives what was counted on some days and those between, and waits for
    the store; it raises ``StoreError``. ``place_header`` names the field with the visitor's country, if any; ``wanted`` are
    the fields that are looked at.
    """

    def __init__(self, terms: TrafficTerms, place_header: str = "") -> None:
        self.terms = terms
        self.due: Callable[[], object] = _nothing
        self.help: Callable[[int], object] = self.work_off
        self.settle: Callable[[], object] = _nothing
        self.read: Callable[[date, date], Traffic] = _unread
        self._tally = Tally()
        self._pages = Pages()
        self._views = Views(terms, place_header, self._pages, self._tally)
        self.wanted = self._views.wanted
        self._left: deque[Left] = deque()
        self._missed: dict[int, int] = {}
        self._ways: dict[type, Callable[[Any], None]] = {
            Seen: self._views.count,
            Answer: self._count_answer,
            Unrecorded: self._count_unrecorded,
            Done: self._count_done,
            HeldBack: self._count_held,
            Blocked: self._count_blocked,
        }

    def leave(self, what: Left) -> None:
        """To be counted later. Costs a request next to nothing."""
        left = self._left
        before = len(left)
        if before < MOST_KEPT:
            left.append(what)
        else:
            # Once, since it may be another one a moment later; of two threads at once, one is missed itself.
            missed, day = self._missed, int(what.now) // DAY
            missed[day] = missed.get(day, 0) + 1
        self.due()
        if before >= MOST_LEFT:
            self.help(_HELP)

    def work_off(self, most: int = 1 << 62) -> bool:
        """Count what was left, or ``most`` of it. Whether nothing is left."""
        left = self._left
        for _ in range(min(most, len(left))):
            try:
                what = left.popleft()
            except IndexError:
                break
            self._ways[type(what)](what)
        return not left

    def take(self) -> list[Count]:
        """What was counted since the last time."""
        self._views.cut()
        missed, self._missed = self._missed, {}
        for day, n in list(missed.items()):
            self._tally.add(day, "missed", n=n)
        return self._tally.take()

    def give_back(self, counts: Sequence[Count]) -> None:
        """What was taken, and the store did not keep."""
        self._tally.give_back(counts)

    def forget(self) -> None:
        """As in a child process: what its parent has left to count is its parent's."""
        self._left.clear()
        self._missed.clear()
        self._views.forget()
        self._tally.take()

    # --- how the rest is counted ------------------------------------------------------------------

    def _count_answer(self, answer: Answer) -> None:
        add, record = self._tally.add, answer.record
        day = int(answer.now) // DAY
        cuts = {
            "where": record.notice or OTHER,
            "way": "script" if answer.by.script else "form",
            "layout": record.layout or "unknown",
            "policy": record.policy,
            "device": device_of(answer.by.agent),
            "language": language_of(record.language),
        }
        for figure in ("choices", _BUTTONS[answer.by.button]):
            add(day, figure)
            for cut, value in cuts.items():
                add(day, figure, cut, value)
        for name, yes in answer.said.items():
            add(day, "answered")
            add(day, "answered", "purpose", f"{name} {'yes' if yes else 'no'}")
        if record.notice == "embed" and any(answer.said.values()):
            self._count_done(Done(answer.now, "embeds", "always"))
        if record.event == "withdrawal":
            add(day, "withdrawn")
            for cut in ("where", "policy"):
                add(day, "withdrawn", cut, cuts[cut])
            add(day, "withdrawn", "press", f"{cuts['where']} {answer.by.button}")

    def _count_unrecorded(self, what: Unrecorded) -> None:
        now, event = what
        self._tally.add(int(now) // DAY, "unrecorded")
        self._tally.add(int(now) // DAY, "unrecorded", "event", event)

    def _count_done(self, done: Done) -> None:
        now, figure, how = done
        self._tally.add(int(now) // DAY, figure)
        self._tally.add(int(now) // DAY, figure, "how", how)

    def _count_held(self, what: HeldBack) -> None:
        now, path, held = what
        add, day = self._tally.add, int(now) // DAY
        kind, name, page = kind_of_held(held), name_of(held.name), self._pages.page_of(path)
        add(day, "held")
        add(day, "held", "kind", kind)
        add(day, "held", "rule", held.rule)
        add(day, "held", "for", held.purpose or "undeclared")
        add(day, "held", "name", name)
        add(day, "held", "page", page)
        if kind == "cookie":
            add(day, "held", "cookie", value_of(f"{page} > {name}"))
        if held.rule == "undeclared":
            add(day, "undeclared")
            add(day, "undeclared", "kind", kind)
            add(day, "undeclared", "name", name)

    def _count_blocked(self, what: Blocked) -> None:
        now, host, vendor = what
        add, day = self._tally.add, int(now) // DAY
        add(day, "blocked")
        add(day, "blocked", "vendor", vendor or "undeclared")
        add(day, "blocked", "host", name_of(host))


_BUTTONS: Final = {"accept": "accepted", "reject": "rejected", "save": "saved"}


def _nothing() -> None:
    pass


def _unread(since: date, until: date) -> Traffic:
    return report(since, until, ())
