"""For how long, and where, sessions are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ..errors import SettingError

DAY: Final = 86_400
LEEWAY: Final = 30
"""How far ahead of ours the clock of another server may be, in seconds."""
MAX_COOKIE_BYTES: Final = 4096
"""Of name and value together; browsers ignore a cookie with more (RFC 6265bis, section 5.6)."""
_RENEWED: Final = 4
_TOUCHED: Final = 10
_LONGEST_TRUST: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """How sessions are kept.

    ``idle`` is for how many seconds one can be read after it was last written or renewed, ``absolute`` for how many in
    all. ``kept`` is where: in the signed ``cookie``, or in the ``store``, under an id in the cookie. A session too
    large for a cookie ``raise``s, or goes to the ``store``, by ``overflow``. With ``encrypted``, nobody but us reads
    what cookie and store hold. What the store has said of who is signed in is taken for true for ``trusted`` seconds in
    the same process; 0 asks at each request. Raises ``SettingError`` for what cannot be.
    """

    idle: int = 14 * DAY
    absolute: int = 90 * DAY
    kept: Literal["cookie", "store"] = "cookie"
    overflow: Literal["raise", "store"] = "raise"
    encrypted: bool = False
    trusted: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.idle <= self.absolute:
            raise SettingError(
                f"a session cannot be kept for {self.idle} s without a request and {self.absolute} s in all",
                fix="Both are seconds, more than 0, and the first is at most the second.",
            )
        if self.kept not in ("cookie", "store") or self.overflow not in ("raise", "store"):
            raise SettingError(
                f"a session kept={self.kept!r}, overflow={self.overflow!r}",
                fix='It is kept in the "cookie" or the "store"; overflow is "raise" or "store".',
            )
        if not 0 <= self.trusted <= _LONGEST_TRUST:
            raise SettingError(
                f"trusted={self.trusted!r}",
                fix=f"For 0 to {_LONGEST_TRUST} seconds who was signed out elsewhere may go on here.",
            )

    def holds(self, began: int, written: int, now: int) -> bool:
        """Whether a session that began and was written then can be read at ``now``."""
        return -LEEWAY <= now - written < self.idle and now - began < self.absolute

    @property
    def renewed_after(self) -> int:
        """After how many seconds one that is still used is renewed: in the store sooner, where it costs no cookie."""
        return self.idle // (_TOUCHED if self.kept == "store" else _RENEWED)


TERMS: Final = SessionTerms()
