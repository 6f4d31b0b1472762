"""What all readers have in common: a key, a cookie, and a last day."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from ..errors import SettingError
from ..events import SETTING, say
from ..keys import key_bytes

T = TypeVar("T")
R = TypeVar("R", bound="Reader[Any]")
_DAY = 86_400
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Reader(ABC, Generic[T]):
    """Reads one cookie of another library's until a day.

    ``secret_key`` is what that library signed with. ``until`` is the last day (UTC) on which it reads. ``cookie`` is the
    name; ``domain``, ``path`` and ``partitioned`` are as that library set it, since it is expired with the same.

    Raises ``WeakKey`` without a key, ``SettingError`` for other settings that cannot work.
    """

    secret_key: str | bytes = field(repr=False)
    until: date
    cookie: str
    domain: str | None = None
    path: str = "/"
    partitioned: bool = False

    def __post_init__(self) -> None:
        key_bytes(self.secret_key)
        if type(self.until) is not date:
            raise self._refused("until", "It is a day: datetime.date(2027, 3, 31).")
        if not self.cookie:
            raise self._refused("cookie", "It is the cookie's name.")

    def read(self, value: str, now: int) -> T | None:
        """What the cookie's ``value`` holds at ``now`` (unix seconds); ``None`` for whatever cannot be read."""
        if self.is_over(now):
            return None
        try:
            return self._read(value, now)
        except Exception:
            # Whatever a client makes of a cookie, it has no session then, and no other decoder gets it.
            return None

    def is_over(self, now: int) -> bool:
        """Whether its last day has passed at ``now`` (unix seconds)."""
        return now // _DAY > (self.until - _EPOCH).days

    @abstractmethod
    def _read(self, value: str, now: int) -> T:
        """As ``read``. Raises anything where there is nothing to read."""

    def _refused(self, name: str, fix: str) -> SettingError:
        return SettingError(f"{name}={getattr(self, name)!r}", where=type(self).__name__, fix=fix)


def in_force(readers: Iterable[R], now: int) -> tuple[R, ...]:
    """The readers that still read at ``now`` (unix seconds). Of each other one it is logged that it can go."""
    readers = tuple(readers)
    for reader in readers:
        if reader.is_over(now):
            say(
                SETTING,
                "%s reads nothing any more: its until=%s has passed. Take it out.",
                type(reader).__name__,
                reader.until,
                code="CS506",
                about="migrate",
            )
    return tuple(reader for reader in readers if not reader.is_over(now))
