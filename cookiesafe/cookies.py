"""Cookie and Set-Cookie as RFC 6265bis has them.

Header text is latin-1: one character is one byte, so every value keeps its bytes. Sections are
those of draft-ietf-httpbis-rfc6265bis. Reading follows the user agent's algorithm (5.6), since what
counts is what the browser makes of a line; writing follows the server's requirements (4.1), which
are stricter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal, get_args

from .errors import UsageError

SameSite = Literal["Strict", "Lax", "None"]

LONGEST_PAIR: Final = 4096
"""Octets of name and value together (5.6, step 5)."""
LONGEST_ATTRIBUTE: Final = 1024
"""Octets of one attribute's value (5.6, step 6)."""
LONGEST_LIFE: Final = 400 * 24 * 60 * 60
"""Seconds a browser keeps a cookie at most: 400 days (5.5)."""
MOST_FOUND: Final = 8
"""Values that ``find_cookie`` returns at most: a flood of lookalikes costs no flood of checks."""

_WSP = " \t"
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROLS = bytes(range(9)) + bytes(range(10, 32)) + b"\x7f"


def parse_cookie(header: str) -> list[tuple[str, str]]:
    """Every ``(name, value)`` of a Cookie header, in its order, duplicates kept (4.2).

    What has no ``=`` is a nameless cookie, as a browser sends it: ``("", value)``. Quotes and
    percent signs are part of the value. A pair with a control character is left out, its neighbours
    stay. Never raises.
    """
    tidy = header.count(" ") == header.count("; ") and "\t" not in header
    parts = (header.replace("; ", ";") if tidy else header).split(";")
    if _has_control(header):
        parts = [part for part in parts if not _has_control(part)]
    pairs = []
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals:
            name, value = "", name
        if not tidy:
            name, value = name.strip(_WSP), value.strip(_WSP)
        if name or value:
            pairs.append((name, value))
    return pairs


def find_cookie(header: str, name: str) -> list[str]:
    """The first ``MOST_FOUND`` values of the cookie ``name`` in a header as browsers write it (5.7.3, step 3).

    Several times as fast as ``parse_cookie``: it looks only where the name is. It keeps values that ``parse_cookie``
    would leave out for their control characters, and takes no blank before the ``=``: it is for values that prove
    themselves.
    """
    pair = f"{name}="
    values: list[str] = []
    at = header.find(pair)
    while at >= 0 and len(values) < MOST_FOUND:
        if at == 0 or header[at - 1] == ";" or header[at - 2 : at] == "; ":
            end = header.find(";", at)
            values.append(header[at + len(pair) :] if end < 0 else header[at + len(pair) : end])
        at = header.find(pair, at + len(pair))
    return values


def _has_control(text: str) -> bool:
    """Whether there is a control character other than HTAB."""
    return len(text.encode("latin-1", "replace").translate(None, _CONTROLS)) < len(text)


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A Set-Cookie line as a browser reads it.

    ``max_age`` is in seconds, at most ``LONGEST_LIFE``; ``expires`` is in seconds since 1970-01-01
    UTC and is not capped, as that takes a clock. ``domain`` is lower-case without a leading dot,
    None for the host alone; ``path`` is None where the browser takes the request's directory;
    ``same_site`` is None where it takes its own default. ``disputed`` is whether browsers differ on how long it is kept.
    """

    name: str
    value: str
    max_age: int | None = None
    expires: int | None = None
    domain: str | None = None
    path: str | None = None
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    partitioned: bool = False
    disputed: bool = field(default=False, compare=False)

    @property
    def sent_name(self) -> str:
        """The name it comes back under: ``=a=b`` is nameless, and comes back as ``a=b`` (5.8.3)."""
        return sent_name(self.name, self.value)

    def is_deletion(self, now: int) -> bool:
        """Whether every browser removes the cookie at ``now``. Max-Age goes before Expires (5.7)."""
        if self.disputed:
            return False
        if self.max_age is not None:
            return self.max_age <= 0
        return self.expires is not None and self.expires <= now


def parse_set_cookie(header: str) -> SetCookie | None:
    """What a browser reads in a Set-Cookie line (5.6), None if it ignores it. Never raises."""
    pair, _, rest = header.partition(";")
    found, read = read_pair(pair), read_attributes(rest)
    if found is None or read is None:
        return None
    return replace(read, name=found[0], value=found[1])


def read_pair(pair: str) -> tuple[str, str] | None:
    """Name and value of a Set-Cookie line's first part; ``None`` where a browser ignores the line for it (5.6)."""
    if not pair.isprintable() and _has_control(pair):
        return None
    name, value = name_value(pair)
    return (name, value) if 0 < len(name) + len(value) <= LONGEST_PAIR else None


def read_attributes(rest: str) -> SetCookie | None:
    """What a browser reads behind the first ``;`` of a Set-Cookie line, as a cookie without name and value.

    Remembered: an app writes its lines in a few ways.
    """
    return _remembered(rest) if len(rest) <= _LONGEST_REMEMBERED else _read_attributes(rest)


def _read_attributes(rest: str) -> SetCookie | None:
    if _has_control(rest):
        return None
    max_age = expires = None
    odd_age = odd_date = False
    last: dict[str, str] = {}
    for key, text in _attributes(rest):
        if key == "max-age":
            odd_age = not _DELTA.fullmatch(text)
            max_age = max_age if odd_age else min(int(text), LONGEST_LIFE)
        elif key == "expires":
            date = parse_cookie_date(text)
            expires = expires if date is None else date
            odd_date = date is None or not is_plain_date(text)
        else:
            last[key] = text
    path = last.get("path", "")
    return SetCookie(
        "",
        "",
        max_age=max_age,
        expires=expires,
        domain=last.get("domain", "").removeprefix(".").lower() or None,
        path=path if path.startswith("/") else None,
        secure="secure" in last,
        http_only="httponly" in last,
        same_site=_SAME_SITES.get(last.get("samesite", "").lower()),
        partitioned="partitioned" in last,
        # The draft passes over an attribute that it cannot read; Chromium forgets the one before it, and reads other
        # numbers and dates.
        disputed=odd_age or (max_age is None and odd_date),
    )


_LONGEST_REMEMBERED = 256
_remembered = lru_cache(256)(_read_attributes)


def set_cookie_name(header: str) -> str:
    """The name that the line's cookie comes back under, "" if it has none. Reads no attribute."""
    name, value = name_value(header.partition(";")[0])
    return sent_name(name, value)


_DELTA = re.compile(r"-?[0-9]+")
_SAME_SITES: dict[str, SameSite] = {"strict": "Strict", "lax": "Lax", "none": "None"}


def name_value(pair: str) -> tuple[str, str]:
    """Name and value of a Set-Cookie line's first part, as they stand there."""
    name, equals, value = pair.partition("=")
    return (name.strip(_WSP), value.strip(_WSP)) if equals else ("", name.strip(_WSP))


def sent_name(name: str, value: str) -> str:
    """The name that a cookie comes back under."""
    return name or name_value(value)[0]


def _attributes(rest: str) -> Iterator[tuple[str, str]]:
    """Names in lower case with values; one too long is as if it were not there (5.6, step 6)."""
    for part in rest.split(";"):
        key, _, text = part.partition("=")
        text = text.strip(_WSP)
        if len(text) <= LONGEST_ATTRIBUTE:
            yield key.strip(_WSP).lower(), text


_DATE_TOKEN = re.compile(r"[^\t\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+")
_PLAIN_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}")
_PLAIN_NUMBERS = ([1, 2], [1, 4], [2, 2], [2, 4])
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_cookie_date(text: str) -> int | None:
    """Seconds since 1970-01-01 UTC of a cookie-date (5.1.1), or None where its algorithm fails."""
    clock: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _DATE_TOKEN.findall(text):
        if clock is None and (match := _CLOCK.match(token)):
            clock = int(match[1]), int(match[2]), int(match[3])
        elif day is None and (match := _DAY.match(token)):
            day = int(match[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (match := _YEAR.match(token)):
            year = _full_year(int(match[1]))
    if clock is None or day is None or month is None or year is None or year < 1601:
        return None
    hour, minute, second = clock
    try:
        date = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(date.timestamp())


def is_plain_date(text: str) -> bool:
    """Whether every browser reads a cookie-date alike: one clock, day, month and year, and no other digit."""
    tokens = _DATE_TOKEN.findall(text)
    months = [token for token in tokens if token[:3].lower() in _MONTHS]
    numbers = [token for token in tokens if not token.isalpha()]
    clocks = [token for token in numbers if _PLAIN_CLOCK.fullmatch(token)]
    sizes = sorted(len(token) for token in numbers if token.isdecimal())
    return len(months) == len(clocks) == 1 and len(numbers) == 3 and sizes in _PLAIN_NUMBERS


def _full_year(year: int) -> int:
    if 70 <= year <= 99:
        return year + 1900
    return year + 2000 if year <= 69 else year


def write_set_cookie(
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    path: str = "/",
    domain: str | None = None,
    secure: bool,
    http_only: bool = True,
    same_site: SameSite = "Lax",
    partitioned: bool = False,
) -> str:
    """One Set-Cookie line as a server may send it (4.1), its attributes always in the same order.

    ``max_age`` is in seconds; None is a cookie of the browser's session. Raises ``UsageError`` for
    whatever the section forbids and for whatever a browser would refuse to keep.
    """
    if not _TOKEN.fullmatch(name):
        raise UsageError(f"the cookie name {name!r} is no token", fix=_NAME_FIX)
    if not _VALUE.fullmatch(value):
        raise UsageError(
            f"the value of the cookie {name} does not fit into a header", fix=_VALUE_FIX
        )
    if max_age is not None and not 0 <= max_age <= LONGEST_LIFE:
        raise UsageError(
            f"the cookie {name} is to live for {max_age} seconds",
            fix=f"Browsers keep a cookie for 400 days at most: 0 to {LONGEST_LIFE} seconds.",
        )
    life = "" if max_age is None else f"; Max-Age={max_age}"
    return _line(name, value, life, path, domain, secure, http_only, same_site, partitioned)


def expire_set_cookie(
    name: str,
    *,
    path: str = "/",
    domain: str | None = None,
    secure: bool,
    http_only: bool = True,
    same_site: SameSite = "Lax",
    partitioned: bool = False,
) -> str:
    """The Set-Cookie line that removes the cookie of this name, path, domain and partition (4.1.2).

    ``name`` may be any that ``parse_cookie`` returns, a token or not: what somebody else has set
    under ``a[b]`` must be removable too. For the rest it raises as ``write_set_cookie`` does.
    """
    if name != name.strip(_WSP) or _has_control(name) or ";" in name or "=" in name:
        raise UsageError(f"no cookie can have the name {name!r}", fix="Take it from parse_cookie.")
    # A line with neither name nor value is ignored (5.6, step 5).
    value = "" if name else "-"
    life = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    return _line(name, value, life, path, domain, secure, http_only, same_site, partitioned)


_NAME_FIX = "Use letters, digits and any of !#$%&'*+-.^_`|~ (RFC 9110, section 5.6.2)."
_OCTETS = r"[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]*"
_VALUE = re.compile(rf'{_OCTETS}|"{_OCTETS}"')
_VALUE_FIX = "Encode it, for example as base64url (RFC 6265bis, section 4.1.1)."
_PATH = re.compile(r"/(?:[\x20-\x3A\x3C-\x7E]*[\x21-\x3A\x3C-\x7E])?")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]+$){_LABEL}")
_LONGEST_DOMAIN = 253


def _line(
    name: str,
    value: str,
    life: str,
    path: str,
    domain: str | None,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
    partitioned: bool,
) -> str:
    if len(name) + len(value) > LONGEST_PAIR:
        raise UsageError(
            f"the cookie {name[:64]} has {len(name) + len(value):,} bytes",
            fix=f"A browser ignores more than {LONGEST_PAIR:,} in name and value together.",
        )
    _check_scope(name, path, domain)
    _check_flags(name, path, domain, secure, http_only, same_site, partitioned)
    site = "" if domain is None else f"; Domain={domain}"
    hidden = "; HttpOnly" if http_only else ""
    safe = "; Secure" if secure else ""
    apart = "; Partitioned" if partitioned else ""
    return f"{name}={value}; Path={path}{site}{life}{hidden}; SameSite={same_site}{safe}{apart}"


def _check_scope(name: str, path: str, domain: str | None) -> None:
    if not _PATH.fullmatch(path) or len(path) > LONGEST_ATTRIBUTE:
        raise UsageError(
            f"the cookie {name} has a path that no browser takes",
            fix=f'Begin it with "/", in ASCII without ";", up to {LONGEST_ATTRIBUTE:,} bytes.',
        )
    if domain is not None and (not _DOMAIN.fullmatch(domain) or len(domain) > _LONGEST_DOMAIN):
        raise UsageError(
            f"the cookie {name} has the domain {domain[:64]!r}",
            fix="Give a host name in ASCII (punycode), without a dot in front, and no address.",
        )


def _check_flags(
    name: str,
    path: str,
    domain: str | None,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
    partitioned: bool,
) -> None:
    """Prefixes count in any case (5.4); ``__Http-``, ``__Host-Http-`` are of layered-cookies."""
    if same_site not in get_args(SameSite):
        raise UsageError(
            f"the cookie {name} has SameSite {same_site!r}", fix="Strict, Lax or None."
        )
    prefix = name.lower()
    host, http = prefix.startswith("__host-"), prefix.startswith(("__http-", "__host-http-"))
    if not secure and (host or http or prefix.startswith("__secure-")):
        raise UsageError(f"the cookie {name} is not Secure", fix="Its prefix promises that it is.")
    if not secure and (same_site == "None" or partitioned):
        raise UsageError(
            f"the cookie {name} is not Secure", fix="SameSite=None and Partitioned both need it."
        )
    if host and (path != "/" or domain is not None):
        raise UsageError(
            f"the cookie {name} has a path or a domain",
            fix='Its prefix promises Path="/" and no Domain.',
        )
    if http and not http_only:
        raise UsageError(
            f"the cookie {name} is not HttpOnly", fix="Its prefix promises that it is."
        )
