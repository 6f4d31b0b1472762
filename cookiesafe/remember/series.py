"""A series: one remembered browser, as the store keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..errors import SettingError
from .token import ID_BYTES, key_of, payload, text

DAY = 86_400
CAP = 400 * DAY
"""Seconds after which a browser drops any cookie (RFC 6265bis, section 5.5)."""
TOMBSTONE = 30 * DAY
"""Seconds that a series is kept after its end, so that what comes with its cookie is known for what it is."""
GRACE = 60
"""Seconds after a rotation in which the token before is as good: requests of one page leave together."""

State = Literal["unknown", "revoked", "outdated", "expired", "fresh", "settled"]


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long a browser is remembered, and how strictly.

    ``idle`` and ``absolute`` are seconds without a return, and in all. With ``recovery`` off, a browser that did not
    get its last token counts as stolen. With ``everywhere``, a theft signs the user out in all browsers, not in
    the one alone. Raises ``SettingError`` for lifetimes that are not in order, or over 400 days.
    """

    idle: int = 30 * DAY
    absolute: int = 180 * DAY
    recovery: bool = True
    everywhere: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.idle <= self.absolute <= CAP:
            raise SettingError(
                f"a login cannot be remembered for {self.idle} s without a return and {self.absolute} s in all",
                fix=f"Let the first be at most the second, and that at most {CAP} s (400 days).",
            )


TERMS = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One remembered browser of one user. All times are in seconds since 1970-01-01 UTC.

    ``key`` is the SHA-256 of its id, in hex; ``device`` is what pages call it. ``gen`` is the generation of the current
    token, ``seen_gen`` the highest that a browser has come back with when it was replaced: between them may lie
    some that were *skipped*, since nobody was known to have got them. ``rotated_at`` is when ``gen`` was made.
    ``used_at`` is the last return, to within a minute. It ends at ``idle_until``, never after ``until``.
    ``auth_time`` is when the password was given, ``epoch`` the user's at that time, ``record`` the id of the record of
    the tick, ``label`` what a person recognises. One that was ended is kept a while, with ``revoked_at`` and
    ``revoked_why``: ``logout``, ``theft``, ``device``, ``withdrawal``.
    """

    key: str
    device: str
    user: str
    mac_key: bytes = field(repr=False)
    gen: int
    seen_gen: int
    rotated_at: int
    created_at: int
    used_at: int
    idle_until: int
    until: int
    auth_time: int
    epoch: int
    record: str
    label: str = ""
    revoked_at: int | None = None
    revoked_why: str | None = None

    def state(self, epoch: int, now: int) -> State:
        """What it is at ``now``, the user's epoch being ``epoch``."""
        if self.revoked_at is not None:
            return "revoked"
        if self.epoch != epoch:
            return "outdated"
        if now >= self.idle_until:
            return "expired"
        return "fresh" if now - self.rotated_at < GRACE else "settled"

    def lives(self, epoch: int, now: int) -> bool:
        """Whether its browser would be let in."""
        return self.state(epoch, now) in ("fresh", "settled")

    def is_forgotten(self, now: int) -> bool:
        """Whether it ended so long ago that it need not be kept."""
        ended = self.idle_until if self.revoked_at is None else self.revoked_at
        return now >= ended + TOMBSTONE


def begin(
    user: str,
    *,
    epoch: int,
    record: str,
    now: int,
    entropy: Callable[[int], bytes],
    label: str = "",
    terms: Terms = TERMS,
) -> tuple[Series, str]:
    """A new series for a user who has just signed in and ticked the box, and the payload for its first cookie.

    ``record`` is the id of the record of that tick, ``entropy`` gives so many random bytes.
    """
    series, mac_key = entropy(ID_BYTES), entropy(32)
    row = Series(
        key=key_of(series),
        device=text(entropy(ID_BYTES)),
        user=user,
        mac_key=mac_key,
        gen=0,
        seen_gen=0,
        rotated_at=now,
        created_at=now,
        used_at=now,
        idle_until=now + terms.idle,
        until=now + terms.absolute,
        auth_time=now,
        epoch=epoch,
        record=record,
        label=label,
    )
    return row, payload(mac_key, series, 0)
