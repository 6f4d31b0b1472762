"""Access logs with nobody in them: addresses cut, queries and what may be an id left out.

The common and the combined format (Apache's ``mod_log_config``), as nginx writes them too; perhaps with a virtual host
before, and with more fields behind, which are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from .errors import SettingError
from .traffic.values import device_of

LONGEST_LINE: Final = 64 * 1024
"""In bytes. A longer one is no line of a log."""
_MOST_REMEMBERED: Final = 20_000
_IPV6_BITS: Final = 48
_TIME = rb"\[(\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"
_LINE = re.compile(
    rb"^(?:(\S++) - [^\n\[\\]*+"
    + _TIME
    + rb' "([A-Z][A-Z_-]{1,19}+) ([^ "?#\n\\]*+)[^ "\n\\]*+'
    + rb'( HTTP/\d(?:\.\d)?" \d{3} [\d-]++)(?: "(https?://[^"/?#\n\\]++)?+([^"?#\n\\]*+)[^"\n\\]*+" "([^"\n\\]*+)")?+(?:[ \r][^\n]*+)?$|(.+))',
    re.MULTILINE,
)
"""A line as nearly all are; or any other. It takes no longer than it is long: nothing is tried twice."""
_QUOTED = rb'"((?:[^"\\]|\\.)*+)"'
_RARE_LINE = re.compile(
    rb"([^\s\[]++) ([^\s\[]++) .*?"
    + _TIME
    + rb" "
    + _QUOTED
    + rb" (\d{3}) (\d+|-)(?: "
    + _QUOTED
    + rb" "
    + _QUOTED
    + rb")?(?:[ \r].*)?",
    re.IGNORECASE | re.DOTALL,
)
_REQUEST = re.compile(rb"([A-Z][A-Z_-]{1,19}) ([^ ?#]*)[^ ]* (HTTP/\d(?:\.\d)?)")
_URL = re.compile(rb"(https?://[^/?#]+)([^?#]*)", re.IGNORECASE)
_NAME = re.compile(
    rb"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*)(?::\d{1,5})?", re.IGNORECASE
)
_HOST = re.compile(rb"(?:[a-z0-9-]+\.)*+(?!\d+(?::|$))[a-z0-9-]+(?::\d{1,5})?", re.IGNORECASE)
"""That was asked for: no address, which with a port may be the visitor's."""
_IPV4 = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}")
_IPV6 = re.compile(rb"(?!2002:)([0-9a-f]{1,4}(?::[0-9a-f]{1,4}){2}):[0-9a-f:]+")
"""With its first three groups as they are: but for 6to4, whose are an IPv4 address (RFC 3056)."""
_ID = (
    rb"[@;=\\\x00-\x20\x7f-\xff]|\d{5}|[0-9A-Fa-f]{12}|[0-9A-Za-z]{20}"
    rb"|(?=[\w-]{20})[\w-]{0,18}[0-9a-z][A-Z]"
    rb"|\d{1,4}(?:[.-]\d{1,4}){3}|:[0-9A-Fa-f]{0,4}:"
)
"""What may be an id, in a part of a path: an address of mail, a parameter, five digits, twelve hexadecimal digits, a token,
be it of base64 with its hyphens (RFC 4648, section 5), numbers as of a telephone or an IP address."""
_PARTS_WITH_ID = re.compile(rb"(?<![^/])[^/]*?(?:" + _ID + rb")[^/]*+")
"""Looked for where a part begins and nowhere else, so that a long part takes no longer than it is long."""
_HAS_ID = re.compile(_ID)
_HAS_CONTROL_OR_MAIL = re.compile(rb"[\x00-\x1f\x7f@]|%40|\xc2[\x80-\x9f]")
_LETTERS = re.compile(rb"(?:[\xc2-\xf4][\x80-\xbf]+)+")
"""Letters that are not those of ASCII, in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTerms:
    """Of an IPv4 address ``ipv4_bits`` stay, 8, 16 or 24; of an IPv6 address 48; with ``drop_address`` neither.

    With ``device``, a class of devices stands for what a browser says of itself. ``keep_unread`` passes on, as they are,
    lines that are none of a log. Raises ``SettingError``.
    """

    ipv4_bits: int = 16
    drop_address: bool = False
    device: bool = False
    keep_unread: bool = False

    def __post_init__(self) -> None:
        if self.ipv4_bits not in (8, 16, 24):
            raise SettingError(f"ipv4_bits={self.ipv4_bits!r}", fix="Give 8, 16 or 24.")


class Lines(NamedTuple):
    """How many lines came: those that were ``written``, and those that were not ``read``, as no log has them."""

    written: int
    unread: int


class Minimiser:
    """``feed`` takes a log, a block at a time, and gives what is to be written; ``close`` gives the last of it.

    What it keeps in memory is bounded, whatever comes.
    """

    def __init__(self, terms: LogTerms) -> None:
        self._terms = terms
        self._rest: list[bytes] = []
        self._waiting = 0
        self._written = self._unread = 0
        self._address = _Memo(self._cut)
        self._path = _Memo(path_of)
        self._origin = _Memo(origin_of)
        self._agent = _Memo(_device if terms.device else _plain)

    @property
    def lines(self) -> Lines:
        return Lines(self._written, self._unread)

    def feed(self, block: bytes) -> bytes:
        """What is to be written of the lines that end in this block."""
        end = block.rfind(b"\n") + 1
        if not end:
            self._wait(block)
            return b""
        self._rest.append(block[:end])
        whole = b"".join(self._rest)
        if self._waiting > LONGEST_LINE:
            # Of a line that is too long, only its beginning was kept.
            whole = b"\0" + whole[whole.index(b"\n") :]
        self._rest, self._waiting = [], 0
        self._wait(block[end:])
        return self._of(whole)

    def close(self) -> bytes:
        """The rest, where the last line has no end."""
        rest, waiting = b"".join(self._rest), self._waiting
        self._rest, self._waiting = [], 0
        return self._of(b"\0" if waiting > LONGEST_LINE else rest)

    def _wait(self, rest: bytes) -> None:
        """For the end of a line."""
        if rest and self._waiting <= LONGEST_LINE:
            self._rest.append(rest)
        self._waiting += len(rest)

    def _of(self, lines: bytes) -> bytes:
        written: list[bytes] = []
        addresses, paths, origins, agents = self._address, self._path, self._origin, self._agent
        for address, time, method, path, rest, origin, led, agent, other in _LINE.findall(lines):
            if other:
                told = self._rare(other)
                if told:
                    written.append(told)
                continue
            told = b'%b - - [%b] "%b %b%b' % (
                addresses[address],
                time,
                method,
                paths[path],
                rest,
            )
            if origin:
                referer = origins[origin]
                if led and referer != b"-":
                    referer += paths[led]
                written.append(b'%b "%b" "%b"\n' % (told, referer, agents[agent]))
            elif led or agent:
                written.append(b'%b "-" "%b"\n' % (told, agents[agent]))
            else:
                written.append(told + b"\n")
        self._written += len(written)
        return b"".join(written)

    def _rare(self, line: bytes) -> bytes:
        """A line with a virtual host, an identity, escaped quotes, or what is no request; or none."""
        found = _RARE_LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
        if found is None:
            if line == b"\r":
                return b""
            self._unread += 1
            return line + b"\n" if self._terms.keep_unread and line != b"\0" else b""
        first, second, time, request, status, size, referer, agent = found.groups()
        told = _REQUEST.fullmatch(request)
        if told is None:
            request = b"-"
        else:
            request = b"%b %b %b" % (told[1], self._path[told[2]], told[3])
        who = self._who(first, second)
        line = b'%b - - [%b] "%b" %b %b' % (who, time, request, status, size)
        if referer is not None:
            line += b' "%b" "%b"' % (self._referer(referer), self._agent[agent])
        return line + b"\n"

    def _who(self, first: bytes, second: bytes) -> bytes:
        """The address that a line begins with, cut; perhaps behind the virtual host that was asked for."""
        if _HOST.fullmatch(first) and is_address(second) and not is_address(first):
            return first + b" " + self._address[second]
        return self._address[first]

    def _referer(self, referer: bytes) -> bytes:
        """Host and path of a field ``Referer``; ``-`` for none, and for one without a name."""
        found = _URL.match(referer)
        origin = origin_of(found[1]) if found else b"-"
        return origin if origin == b"-" or not found else origin + self._path[found[2] or b"/"]

    def _cut(self, text: bytes) -> bytes:
        """An address without its last bits; ``-`` for a name, which is somebody's."""
        if self._terms.drop_address:
            return b"-"
        kept = self._terms.ipv4_bits // 8
        if _IPV4.fullmatch(text):
            return b".".join([*text.split(b".")[:kept], *[b"0"] * (4 - kept)])
        usual = _IPV6.fullmatch(text)
        if usual is not None:
            return usual[1] + b"::"
        try:
            address = IPv6Address(text.partition(b"%")[0].decode("ascii"))
        except ValueError:
            return b"-"
        if address.ipv4_mapped is not None:
            return self._cut(str(address.ipv4_mapped).encode())
        bits = _IPV6_BITS if address.sixtofour is None else 16 + self._terms.ipv4_bits
        host_bits = 128 - bits
        return str(IPv6Address(int(address) >> host_bits << host_bits)).encode()


class _Memo(dict[bytes, bytes]):
    """Remembers what was made of what, up to a bound."""

    def __init__(self, make: Callable[[bytes], bytes]) -> None:
        self._make = make

    def __missing__(self, text: bytes) -> bytes:
        made = self._make(text)
        if len(text) < 1024:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[text] = made
        return made


def is_address(text: bytes) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(text.decode("ascii"))
    except ValueError:
        return False
    return True


def path_of(path: bytes) -> bytes:
    """A path of a request, without a query, with ``*`` for each part that may hold an id; ``*`` for what is no path."""
    if not path.startswith(b"/"):
        found = _URL.match(path)
        return path_of(found[2] or b"/") if found else b"*"
    if b"%" not in path:
        return _PARTS_WITH_ID.sub(b"*", path)
    return b"/".join(map(_part, path.split(b"/")))


def _part(part: bytes) -> bytes:
    """As it came, or ``*`` where what it stands for may be an id."""
    meant = _LETTERS.sub(b"", unquote_to_bytes(part))
    return b"*" if _HAS_ID.search(meant) or b"/" in meant or b"%" in meant else part


def origin_of(origin: bytes) -> bytes:
    """Scheme and host of a URL that begins so, without a user; ``-`` where the host is no name."""
    scheme, _, host = origin.partition(b"://")
    host = host.rpartition(b"@")[2]
    return scheme + b"://" + host if _NAME.fullmatch(host) else b"-"


def _device(agent: bytes) -> bytes:
    return device_of(agent.decode("latin-1")).encode()


def _plain(agent: bytes) -> bytes:
    """As it came, but for control characters (C1 in UTF-8, too) and addresses of mail."""
    return b"-" if _HAS_CONTROL_OR_MAIL.search(agent) else agent
