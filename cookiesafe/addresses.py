"""Where a site is: origins, hosts and paths, as browsers write them."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from .errors import SettingError

LONGEST_HOST = 270
"""In characters, its port included: of more, no more is looked at."""
_OWN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>"
    r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?)"
)
_SAID = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>[^\s/?#@\\,]+)")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def origin_at(scheme: str, host: str) -> str:
    """The origin with that authority, as browsers write it (RFC 6454, section 6.2)."""
    return f"{scheme}://{host.lower().removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"


def checked_origin(text: str) -> str:
    """The origin that a setting names. Raises ``SettingError``."""
    match = _ORIGIN.fullmatch(text)
    if match is None or int(match["port"] or 1) not in range(1, 65536):
        fix = 'It is scheme, host and perhaps port, as browsers write it: "https://www.example".'
        raise SettingError(f"origin {text!r}", fix=fix)
    return origin_at(match["scheme"], match["host"])


def read_origin(text: str) -> str | None:
    """The origin that an ``Origin`` field says, as browsers write it, or ``null``; ``None`` where it is no single one."""
    if text == "null":
        return text
    match = _SAID.fullmatch(text)
    return None if match is None else origin_at(match["scheme"].lower(), match["host"])


def checked_path(path: str) -> str:
    """``path`` as it is, if our pages can be below it. Raises ``SettingError``."""
    if not _OWN_PATH.fullmatch(path):
        fix = 'It begins with "/", does not end with one, and is plain ASCII: "/cookiesafe".'
        raise SettingError(f"path={path!r}", fix=fix)
    return path


@lru_cache(256)
def is_loopback(authority: str) -> bool:
    """Whether a host, perhaps with a port, is this machine: ``localhost``, ``*.localhost``, ``127/8``, ``::1``."""
    try:
        host = (urlsplit(f"//{authority}").hostname or "").removesuffix(".")
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False
