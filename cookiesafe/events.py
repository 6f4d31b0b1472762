"""What is said to the operator: standard logging under ``cookiesafe``, and the same as events to whoever listens.

``say`` is the one way to say it. Each kind of event is in ``KINDS``, with its fields; none holds a value of a cookie, a
token, a key, or what tells one visitor from another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from logging import DEBUG, ERROR, INFO, WARNING
from typing import Final, NamedTuple, TypeAlias

log = logging.getLogger("cookiesafe")

Said: TypeAlias = str | int | bool | tuple[str, ...]


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


class Kind(NamedTuple):
    """A kind of event: its ``name``, the ``level`` of logging, the ``fields`` of its data, and the ``codes`` it may have."""

    name: str
    level: int
    fields: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened. ``level`` is one of ``logging``'s, ``code`` its page in the docs, or empty."""

    name: str
    level: int
    code: str
    data: Mapping[str, Said]


Hook: TypeAlias = Callable[[Event], object]

HELD: Final = Kind(
    "held",
    WARNING,
    ("what", "name", "purpose", "rule", "route", "enforced"),
    ("CS201", "CS202", "CS203", "CS204", "CS205", "CS206", "CS207"),
)
SHORTENED: Final = Kind("shortened", WARNING, ("name", "route"), ("CS208",))
REPEATED: Final = Kind("repeated", WARNING, ("name", "route"), ("CS209",))
REPORTED: Final = Kind("reported", DEBUG, ("hosts",))
DROPPED: Final = Kind("dropped", DEBUG, ())
RECORDED: Final = Kind("recorded", DEBUG, ("record", "layer", "regime", "granted", "refused"))
LOGIN: Final = Kind("login", DEBUG, ("how", "stays"))
LOGOUT: Final = Kind("logout", DEBUG, ("shared",))
EVERYWHERE: Final = Kind("everywhere", DEBUG, ("by",))
REMEMBERED: Final = Kind("remembered", DEBUG, ("rule", "outcome"), ("CS601",))
FOREIGN: Final = Kind("foreign", WARNING, ("method", "route", "origin", "refused"), ("CS607",))
RIDDEN: Final = Kind("ridden", WARNING, ("origin",), ("CS603",))
LATE: Final = Kind("late", WARNING, ("what",), ("CS302", "CS305"))
UNKEPT: Final = Kind("unkept", ERROR, ("error",))
STORE_FAILED: Final = Kind("store_failed", ERROR, ("what", "error"), ("CS602",))
STORE_DOWN: Final = Kind("store_down", INFO, ("part", "error"))
STORE_UP: Final = Kind("store_up", INFO, ("part", "failures"))
SEALED: Final = Kind("sealed", DEBUG, ("records",))
PURGED: Final = Kind("purged", DEBUG, ("rows",))
DAMAGED: Final = Kind("damaged", ERROR, ("id",), ("CS402",))
ANNOUNCED: Final = Kind("announced", INFO, ("policy", "in_force"))
POLICY: Final = Kind("policy", INFO, ("policy",))
KEYS_CHANGED: Final = Kind("keys_changed", INFO, ("use", "keys"))
KEYS_REFUSED: Final = Kind("keys_refused", ERROR, ("use",), ("CS507",))
SETTING: Final = Kind(
    "setting", WARNING, ("about",), ("CS502", "CS503", "CS504", "CS505", "CS506", "CS509", "CS510")
)
FAULT: Final = Kind("fault", ERROR, ("where", "error"), ("CS900",))
DEAF: Final = Kind("deaf", ERROR, ("to", "error"), ("CS508",))

KINDS: Final = {kind.name: kind for kind in globals().copy().values() if isinstance(kind, Kind)}
"""By name. ``docs/observability.md`` says when each happens."""

_deaf = Once(len(KINDS))


def say(
    kind: Kind,
    text: str,
    *args: object,
    code: str = "",
    level: int = 0,
    logged: bool = True,
    hook: Hook | None = None,
    exc_info: bool = False,
    **data: Said,
) -> None:
    """Log ``text`` if it is to be ``logged``, with the event as ``record.cookiesafe``; and let ``hook`` have the event.

    ``level`` is that of the kind unless it is said. Whatever the hook raises is logged, once for each kind.
    """
    level = level or kind.level
    if logged and log.isEnabledFor(level):
        extra = {"event": kind.name, "code": code, **data}
        written = f"{text} [{code}]" if code else text
        log.log(level, written, *args, exc_info=exc_info, extra={"cookiesafe": extra})
    if hook is not None:
        _tell(hook, Event(kind.name, level, code, data))


def _tell(hook: Hook, event: Event) -> None:
    try:
        hook(event)
    except Exception as error:
        if _deaf.first(event.name):
            say(
                DEAF,
                "on_event raised at %r; the request goes on, and this is not said again",
                event.name,
                code="CS508",
                exc_info=True,
                to=event.name,
                error=type(error).__name__,
            )


def is_async(function: object) -> bool:
    """Whether to call it does nothing yet, since somebody is to await it."""
    return iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)


def kind_of(error: object) -> str:
    """What an error is, without what it says: that may be anything. Empty for what is none."""
    if not isinstance(error, BaseException):
        return ""
    return type(error.__cause__ or error).__name__
