"""How long a cookie is kept, from words to seconds and back."""

from __future__ import annotations

import re
from typing import Final

from ..errors import did_you_mean
from ..sayings import Saying, say, say_in, say_many
from .words import MiswrittenError, quoted

DAY: Final = 86_400

# RFC 6265bis, section 5.5: "The limit SHOULD NOT be greater than 400 days".
MAX_LIFETIME: Final = 400 * DAY

_UNITS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": DAY,
    "week": 7 * DAY,
    "month": 30 * DAY,
    "year": 365 * DAY,
}
_SAID: Final = ("year", "day", "hour", "minute", "second")
_WORDS: Final = re.compile(r"([0-9]{1,9}) *([a-z]+)")
_FIX: Final = 'Write it such as "90 days", "30 minutes" or "session".'


def parse_lifetime(text: str) -> int:
    """``"90 days"`` in seconds; ``"session"`` is 0. A month is 30 days, a year 365.

    Raises ValueError for anything else, and for more than 400 days, which no browser grants.
    """
    words = text.strip().lower()
    if words == "session":
        return 0
    found = _WORDS.fullmatch(words)
    if found is None:
        raise MiswrittenError(f"lifetime {quoted(text)} is no number with a unit", _FIX)
    count, unit = int(found[1]), found[2].removesuffix("s")
    if unit not in _UNITS:
        units = [f"{known}s" for known in _UNITS]
        raise MiswrittenError(
            f"lifetime {quoted(text)} has no unit of time", did_you_mean(found[2], units)
        )
    if count == 0:
        raise MiswrittenError(
            f"lifetime {quoted(text)} is no time at all", 'Write "session" instead.'
        )
    return checked_lifetime(count * _UNITS[unit])


def checked_lifetime(seconds: int) -> int:
    """``seconds`` as they are; raises ValueError if no cookie can be kept that long."""
    if seconds < 0:
        raise MiswrittenError(
            "lifetime is less than 0 seconds", "0 ends with the browser's session."
        )
    if seconds > MAX_LIFETIME:
        raise MiswrittenError(
            "lifetime is over 400 days, which browsers cut (RFC 6265bis, section 5.5)",
            'Write "400 days" or less.',
        )
    return seconds


def duration(seconds: int | None) -> Saying:
    """A lifetime in words, in the largest unit that divides it: ``90 days``, ``1 year``."""
    if seconds is None:
        # L10n: of how long a cookie is kept
        return say_in("how long", "not stated")
    if seconds == 0:
        return say("until the browser is closed")
    unit = next(each for each in _SAID if seconds % _UNITS[each] == 0)
    count = seconds // _UNITS[unit]
    match unit:
        case "year":
            return say_many("%(num)s year", "%(num)s years", count)
        case "day":
            return say_many("%(num)s day", "%(num)s days", count)
        case "hour":
            return say_many("%(num)s hour", "%(num)s hours", count)
        case "minute":
            return say_many("%(num)s minute", "%(num)s minutes", count)
        case _:
            return say_many("%(num)s second", "%(num)s seconds", count)
