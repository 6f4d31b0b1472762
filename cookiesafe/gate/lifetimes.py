"""For how long a cookie may be kept: cuts what a ``Set-Cookie`` line promises beyond that."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ..cookies import LONGEST_ATTRIBUTE, is_plain_date, parse_cookie_date

_SLACK: Final = 60
_WSP = " \t"
_DELTA = re.compile(r"[-+]?[0-9]+")  # Chromium takes a plus, which RFC 6265bis does not.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shortened(line: str, longest: int, now: int) -> str:
    """The line with nothing in it that keeps the cookie for more than ``longest`` seconds from ``now``.

    Max-Age and Expires that promise more are cut, each by itself; at 0, which is the browser's session, they are left
    out. A date that browsers may read in several ways is written as the draft reads it, and left out where it reads
    none. All else stays byte for byte. For lines that ``parse_set_cookie`` reads and that are no deletions.
    """
    pair, *attributes = line.split(";")
    kept = [pair]
    for attribute in attributes:
        key, equals, text = attribute.partition("=")
        name, value = key.strip(_WSP).lower(), text.strip(_WSP)
        life = _life(name, value, now)
        disputed = name == "expires" and _is_disputed(value)
        if (life is None and disputed) or (life is not None and not longest):
            continue
        if life is not None and (disputed or life[0] > longest):
            attribute = f"{key}{equals}{life[1](min(life[0], longest))}"
        kept.append(attribute)
    return ";".join(kept)


def _life(key: str, text: str, now: int) -> tuple[int, Callable[[int], str]] | None:
    """For how many seconds an attribute keeps a cookie, and how another number of them is written."""
    if len(text) > LONGEST_ATTRIBUTE:
        return None
    if key == "max-age" and _DELTA.fullmatch(text):
        return int(text), str
    if key == "expires" and (date := parse_cookie_date(text)) is not None:
        # The app's clock may be a little ahead, and it reads it later than we did.
        return date - now - _SLACK, lambda seconds: _http_date(max(0, now + seconds))
    return None


def _is_disputed(text: str) -> bool:
    """Whether some browser may read a date here that others do not; none does without a clock."""
    return ":" in text and len(text) <= LONGEST_ATTRIBUTE and not is_plain_date(text)


def _http_date(seconds: int) -> str:
    """IMF-fixdate (RFC 9110, section 5.6.7)."""
    date = datetime.fromtimestamp(seconds, UTC)
    day, month = _DAYS[date.weekday()], _MONTHS[date.month - 1]
    return f"{day}, {date.day:02} {month} {date.year} {date:%H:%M:%S} GMT"
